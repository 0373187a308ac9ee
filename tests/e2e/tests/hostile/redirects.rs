//! Redirects are answers; nobody is led anywhere.

use crate::{
    server::{Hostile, Reply, http, json},
    world::{ACME, NONE, World, honest_tokens},
};
use obkit::Code;

/// Redirects, in all spellings, to another origin and to another path of the same one.
fn redirects(elsewhere: &str) -> Vec<(String, Reply)> {
    let targets = [
        format!("{elsewhere}/steal"),
        elsewhere.replace("http:", ""),
        "/steal".into(),
        format!("HTTP{}", elsewhere.strip_prefix("http").unwrap()),
    ];
    let mut all = Vec::new();
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for target in &targets {
            let fields = format!("Location: {target}\r\nRefresh: 0; url={target}\r\n");
            let answer = http(&format!("{status} Elsewhere"), &fields, "");
            all.push((format!("{status} {target}"), answer));
        }
    }
    all
}

/// The client follows no redirect of the API: its target hears nothing, and no patience helps.
///
/// Rows: R163
#[tokio::test]
async fn the_api_leads_nobody_away() {
    let elsewhere = Hostile::always(json("200 OK", NONE)).await;
    for (case, answer) in redirects(&elsewhere.base()) {
        // 304 has no body whatever its length says (RFC 9110 section 15.4.5).
        let (tokens, api) = (honest_tokens().await, Hostile::always(answer).await);
        let error = World::patient(&tokens, &api).await.refused(ACME).await;
        assert_eq!(error.code(), Code::N101, "{case}: {error}");
        assert_eq!(api.requests().len(), 1, "{case}");
        assert_eq!(elsewhere.connections(), 0, "{case}");
    }
}

/// The client follows no redirect of the token endpoint, and no call goes out.
///
/// Rows: R163
#[tokio::test]
async fn the_token_endpoint_leads_nobody_away() {
    let elsewhere = Hostile::always(json("200 OK", NONE)).await;
    for (case, answer) in redirects(&elsewhere.base()) {
        let (tokens, api) = (Hostile::always(answer).await, honest_tokens().await);
        let error = World::patient(&tokens, &api).await.refused(ACME).await;
        assert_eq!(error.code(), Code::N101, "{case}: {error}");
        assert_eq!(
            (tokens.requests().len(), api.connections()),
            (1, 0),
            "{case}"
        );
        assert_eq!(elsewhere.connections(), 0, "{case}");
    }
}
