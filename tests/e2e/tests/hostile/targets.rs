//! What a proof says the target is, and what stands on the wire.

use crate::{
    request::Request,
    server::{Hostile, json},
    world::{ACME, NONE, World, environment, honest_tokens, raw, tokens, transport},
};
use http::Method;
use obkit::Environment;

/// `htu` is the target of the wire without query, scheme and host in lower case.
#[track_caller]
fn says_what_is_on_the_wire(request: &Request) -> String {
    let path = request.target().split('?').next().unwrap();
    let host = request.one("host").to_ascii_lowercase();
    let on_the_wire = format!("http://{host}{path}");
    assert_eq!(
        request.proof()["htu"],
        on_the_wire.as_str(),
        "{}",
        request.head()
    );
    assert!(!request.target().contains('#'), "{}", request.target());
    path.to_owned()
}

/// What stands behind the origin in a URL, and what must stand on the wire.
const TARGETS: [(&str, &str); 14] = [
    ("", "/"),
    ("/", "/"),
    ("?a=b", "/?a=b"),
    ("/t?a=b&c=/d", "/t?a=b&c=/d"),
    ("/a%2Fb", "/a%2Fb"),
    ("/a%2fb", "/a%2fb"),
    ("/caf%C3%A9", "/caf%C3%A9"),
    ("/%7Euser/~user", "/%7Euser/~user"),
    ("/a/../b", "/a/../b"),
    ("/a/./b/", "/a/./b/"),
    ("//a//b", "//a//b"),
    ("/a;v=1,2:3@4!$&'()*+", "/a;v=1,2:3@4!$&'()*+"),
    ("/a%20b", "/a%20b"),
    ("/%2e%2e/b", "/%2e%2e/b"),
];

/// The client's proof for the token endpoint names the target that is on the wire.
///
/// Rows: R071
#[tokio::test]
async fn the_proof_names_the_token_url_as_it_is_sent() {
    for (given, expected) in TARGETS {
        let server = Hostile::start(|_, request| tokens(request)).await;
        let api = Hostile::always(json("200 OK", NONE)).await;
        let token_url = format!("{}{given}", server.base());
        calls(&token_url, &api.base()).await;
        let requests = server.requests();
        assert_eq!(requests[0].target(), expected, "{given}");
        says_what_is_on_the_wire(&requests[0]);
    }
}

async fn calls(token_url: &str, api_base: &str) {
    let environment = Environment::new("https://issuer.example", token_url, api_base)
        .profile(obkit::Profile::Fapi2)
        .allow_http_on_loopback();
    let transport = transport().build().unwrap().into();
    let world = World::with(environment, transport, |builder| builder).await;
    world.call(ACME).await.unwrap();
    let query = raw(Method::GET, "/x/y").query("a=b&c=%2F");
    world.raw(ACME, query).await.unwrap();
}

/// The client's proof for an API call names the target that is on the wire, whatever the base
/// looks like; the query is sent and not signed.
///
/// Rows: R071, L4.2
#[tokio::test]
async fn the_proof_names_the_api_url_as_it_is_sent() {
    let bases = TARGETS.iter().map(|(given, _)| *given);
    for base in bases.filter(|base| !base.contains('?') && *base != "/") {
        let tokens = honest_tokens().await;
        let api = Hostile::always(json("200 OK", NONE)).await;
        calls(
            &format!("{}/t", tokens.base()),
            &format!("{}{base}", api.base()),
        )
        .await;
        let requests = api.requests();
        let base = base.trim_end_matches('/');
        let paths: Vec<_> = requests.iter().map(says_what_is_on_the_wire).collect();
        assert_eq!(paths, [format!("{base}/providers"), format!("{base}/x/y")]);
        assert_eq!(requests[1].target(), format!("{base}/x/y?a=b&c=%2F"));
    }
}

/// The client's proof and its Host field name one host, however it is written.
///
/// Rows: R071
#[tokio::test]
async fn the_proof_names_the_host_as_it_is_sent() {
    for host in ["LOCALHOST", "LocalHost", "127.0.0.1", "127.0.0.2"] {
        let on = if host.starts_with('1') {
            host
        } else {
            "127.0.0.1"
        };
        let tokens = Hostile::on(&format!("{on}:0"), |_, request| tokens(request)).await;
        let api = Hostile::on(&format!("{on}:0"), |_, _| json("200 OK", NONE)).await;
        let at = |server: &Hostile| format!("HTTP://{host}:{}", server.port());
        let world = World::with(
            environment(&at(&tokens), &at(&api)),
            transport().build().unwrap().into(),
            |builder| builder,
        )
        .await;
        world.call(ACME).await.unwrap();
        for (server, path) in [(&tokens, "/oauth2/tokens"), (&api, "/providers")] {
            assert_eq!(says_what_is_on_the_wire(&server.requests()[0]), path);
        }
    }
}

/// An IPv6 address keeps its brackets in both.
///
/// Rows: R071
#[tokio::test]
async fn the_proof_names_an_ipv6_host_as_it_is_sent() {
    // Where the machine has no IPv6 there is nothing to be sent.
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let tokens = Hostile::on("[::1]:0", |_, request| tokens(request)).await;
    let api = Hostile::on("[::1]:0", |_, _| json("200 OK", NONE)).await;
    World::new(&tokens, &api).await.call(ACME).await.unwrap();
    for server in [&tokens, &api] {
        let request = &server.requests()[0];
        says_what_is_on_the_wire(request);
        assert_eq!(request.one("host"), format!("[::1]:{}", server.port()));
    }
}
