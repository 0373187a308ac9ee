use crate::world::{
    Issue, NOW, World, acme, beta, claims, get_accounts, grant, nonce_challenge, refusal,
};
use http::HeaderMap;
use ob_core::Code;

/// A server whose clock is so many seconds ahead, and that accepts no more than ten seconds of
/// difference.
fn skewed(ahead: i64) -> World {
    World::with(ahead, None, move |asked| {
        let iat = asked.assertion["iat"].as_i64().unwrap();
        let server = i64::try_from(NOW).unwrap() + ahead;
        assert_eq!(asked.assertion["exp"].as_i64().unwrap(), iat + 60);
        if (iat - server).abs() > 10 {
            return refusal(401, "invalid_client").into();
        }
        assert!(iat <= server, "never ahead of the server");
        Issue::honest(asked).into()
    })
}

/// Rows: R028
#[tokio::test]
async fn r028_a_wrong_clock_is_made_up_for_within_a_minute() {
    for ahead in [11, 40, 60, -31, -40, -60] {
        let world = skewed(ahead);
        let authorizer = world.authorizer();
        let lease = authorizer.token(&acme(), &grant("a")).await.unwrap();
        assert_eq!(lease.attempts, 2, "{ahead}");
        // From now on it is known.
        let lease = authorizer.token(&beta(), &grant("a")).await.unwrap();
        assert_eq!(lease.attempts, 1, "{ahead}");
        let mut request = get_accounts();
        authorizer
            .authorize(&acme(), &grant("a"), &mut request)
            .await
            .unwrap();
        let proof = claims(request.headers()["dpop"].to_str().unwrap());
        assert_eq!(
            proof["iat"].as_i64().unwrap(),
            i64::try_from(NOW).unwrap() + ahead
        );
    }
}

/// Rows: R028
#[tokio::test]
async fn c101_names_the_difference_and_sends_no_more() {
    for (ahead, words) in [
        (3600, "3600 s behind"),
        (-7200, "7199 s ahead of"),
        (62, "62 s behind"),
    ] {
        let world = skewed(ahead);
        let error = world
            .authorizer()
            .token(&acme(), &grant("a"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::C101, "{error}");
        assert!(error.reason().contains(words), "{error}");
        assert_eq!(error.server_error(), Some("invalid_client"));
        assert_eq!(world.server.requests(), 1);
    }
}

#[tokio::test]
async fn a_difference_that_nobody_complains_about_is_not_applied() {
    let world = World::with(9, None, |asked| Issue::honest(asked).into());
    let authorizer = world.authorizer();
    authorizer.token(&acme(), &grant("a")).await.unwrap();
    authorizer.token(&beta(), &grant("a")).await.unwrap();
    assert!(
        world
            .server
            .asked()
            .iter()
            .all(|asked| asked.assertion["iat"] == NOW)
    );
}

/// Rows: R028, R164
#[tokio::test]
async fn a_refusal_under_a_right_clock_is_not_repeated() {
    for (status, error, code) in [
        (401, "invalid_client", Code::T203),
        (400, "invalid_dpop_proof", Code::D301),
    ] {
        let world = World::with(5, None, move |_| refusal(status, error).into());
        let refused = world
            .authorizer()
            .token(&acme(), &grant("a"))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), code);
        assert_eq!(world.server.requests(), 1);
    }
}

/// Rows: R028
#[tokio::test]
async fn one_clock_retry_per_fetch_whatever_the_server_says() {
    let world = World::with(30, None, |_| refusal(400, "invalid_dpop_proof").into());
    let refused = world
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::D301);
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn nonces_and_clock_together_take_at_most_four_requests() {
    let orders: [[usize; 2]; 3] = [[1, 2], [1, 3], [2, 3]];
    for challenged in orders {
        let world = World::with(30, None, move |asked| {
            let nonce = format!("n{}", asked.nth);
            match asked.nth {
                nth if challenged.contains(&nth) || nth > 3 => nonce_challenge(&nonce).into(),
                _ => refusal(401, "invalid_client").into(),
            }
        });
        let refused = world
            .authorizer()
            .token(&acme(), &grant("a"))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::D302, "{challenged:?}");
        assert_eq!(world.server.requests(), 4);
        assert_eq!(refused.attempts(), 4);
    }
}

#[tokio::test]
async fn an_api_that_refuses_the_proof_teaches_its_clock() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let api = get_accounts();
    let mut headers = HeaderMap::new();
    let date = crate::world::start() + std::time::Duration::from_secs(45);
    headers.insert("date", httpdate::fmt_http_date(date).parse().unwrap());
    let iat = || async {
        let mut request = get_accounts();
        authorizer
            .authorize(&acme(), &grant("a"), &mut request)
            .await
            .unwrap();
        claims(request.headers()["dpop"].to_str().unwrap())["iat"]
            .as_u64()
            .unwrap()
    };
    authorizer.observe(api.uri(), &headers);
    assert_eq!(iat().await, NOW, "nobody complained");
    headers.insert(
        "www-authenticate",
        r#"DPoP error="invalid_dpop_proof""#.parse().unwrap(),
    );
    authorizer.observe(api.uri(), &headers);
    assert_eq!(iat().await, NOW + 45);
}
