use crate::world::{
    Issue, Reply, World, acme, beta, claims, get_accounts, grant, nonce_challenge, refusal,
};
use http::{HeaderMap, StatusCode, Uri};
use ob_auth::{AuthError, Challenge};
use ob_core::{Code, Sent};

async fn refused(world: &World) -> AuthError {
    world
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap_err()
}

/// A server that wants the nonces `n1`, `n2`, ... one after the other, for so many requests.
fn rotating(challenges: usize) -> World {
    World::new(move |asked| match asked.nth {
        nth if nth <= challenges => nonce_challenge(&format!("n{nth}")).into(),
        nth => {
            assert_eq!(asked.proof["nonce"], format!("n{}", nth - 1));
            Issue::honest(asked).into()
        }
    })
}

/// Rows: R063, R067
#[tokio::test]
async fn r063_r067_a_retry_is_signed_afresh() {
    let world = rotating(1);
    let lease = world
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap();
    assert_eq!(lease.attempts, 2);
    let asked = world.server.asked();
    assert!(!asked[0].proof.contains_key("nonce"));
    for (one, other) in [
        (&asked[0].proof, &asked[1].proof),
        (&asked[0].assertion, &asked[1].assertion),
    ] {
        assert_ne!(one["jti"], other["jti"]);
    }
    assert_ne!(
        asked[0].headers["x-fapi-interaction-id"],
        asked[1].headers["x-fapi-interaction-id"]
    );
}

/// Rows: R023, R078, L2.19
#[tokio::test]
async fn r078_a_second_nonce_allows_one_more_then_it_stops() {
    let lease = rotating(2)
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap();
    assert_eq!(lease.attempts, 3);
    let world = rotating(1000);
    let error = refused(&world).await;
    assert_eq!(error.code(), Code::D302);
    assert_eq!(world.server.requests(), 3);
    assert_eq!(
        (error.attempts(), error.token_request_sent()),
        (3, Sent::Yes)
    );
    assert!(!error.is_retryable());
}

/// Rows: R078, L2.19
#[tokio::test]
async fn r078_no_retry_without_another_nonce() {
    let same = World::new(|_| nonce_challenge("n1").into());
    assert_eq!(refused(&same).await.code(), Code::D302);
    assert_eq!(
        same.server.requests(),
        2,
        "the same nonce again does not help"
    );
    let none = World::new(|_| refusal(400, "use_dpop_nonce").into());
    assert_eq!(refused(&none).await.code(), Code::D302);
    assert_eq!(none.server.requests(), 1);
}

/// Rows: R075, R079, L2.20, L2.23
#[tokio::test]
async fn r075_r079_hostile_nonces_are_not_used() {
    for bad in ["a b", "a\"b", &"n".repeat(65_536), ""] {
        let bad = bad.to_owned();
        let world = World::new(move |_| {
            let mut answer = refusal(400, "use_dpop_nonce");
            answer
                .headers_mut()
                .insert("dpop-nonce", bad.parse().unwrap());
            answer.into()
        });
        assert_eq!(refused(&world).await.code(), Code::D302);
        assert_eq!(world.server.requests(), 1);
    }
    let two = World::new(|_| {
        let mut answer = nonce_challenge("n1");
        answer
            .headers_mut()
            .append("dpop-nonce", "n2".parse().unwrap());
        answer.into()
    });
    assert_eq!(refused(&two).await.code(), Code::D302);
    assert_eq!(two.server.requests(), 1);
}

/// Rows: R077
#[tokio::test]
async fn r077_a_nonce_of_any_answer_is_used_next() {
    let world = World::new(|asked| {
        if asked.nth > 1 {
            assert_eq!(asked.proof["nonce"], format!("n{}", asked.nth - 1));
        }
        let nonce = format!("n{}", asked.nth);
        match asked.nth {
            2 => {
                let mut answer = refusal(500, "server_error");
                answer
                    .headers_mut()
                    .insert("dpop-nonce", nonce.parse().unwrap());
                answer.into()
            }
            _ => Issue::honest(asked).header("dpop-nonce", &nonce).into(),
        }
    });
    let authorizer = world.authorizer();
    authorizer.token(&acme(), &grant("a")).await.unwrap();
    authorizer.token(&beta(), &grant("a")).await.unwrap_err();
    authorizer.token(&beta(), &grant("a")).await.unwrap();
    assert_eq!(world.server.requests(), 3, "no extra round trip");
}

/// The client uses the newest nonce, whatever the answer was that brought it: a success, a
/// refusal, a redirect, an overload.
///
/// Rows: R077, L2.22
#[tokio::test]
async fn a_nonce_of_every_kind_of_answer_is_used_next() {
    let statuses = [200, 302, 400, 401, 403, 404, 429, 500, 503];
    let world = World::new(move |asked| {
        let given = asked.proof.get("nonce").and_then(|nonce| nonce.as_str());
        let wanted = (asked.nth > 1).then(|| format!("n{}", asked.nth - 1));
        assert_eq!(given, wanted.as_deref());
        let nonce = format!("n{}", asked.nth);
        match statuses[asked.nth % statuses.len()] {
            200 => Issue::honest(asked).header("dpop-nonce", &nonce).into(),
            status => {
                let mut answer = refusal(status, "anything");
                let value = nonce.parse().unwrap();
                answer.headers_mut().insert("dpop-nonce", value);
                answer.into()
            }
        }
    });
    let authorizer = world.authorizer();
    for i in 0..20 {
        let _ = authorizer.token(&acme(), &grant(&format!("s{i}"))).await;
    }
    assert_eq!(world.server.requests(), 20, "no extra round trip");
    // The API's answers teach in the same way.
    let api = get_accounts();
    for (i, nonce) in ["a1", "a2", "a3"].into_iter().enumerate() {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("dpop-nonce"),
            nonce.parse().unwrap(),
        )]);
        assert!(authorizer.observe(api.uri(), &headers), "{i}");
        let mut request = get_accounts();
        let held = authorizer.token(&acme(), &grant("s8")).await.unwrap();
        authorizer
            .attach(&acme(), &held.token, &mut request)
            .await
            .unwrap();
        let said = claims(request.headers()["dpop"].to_str().unwrap());
        assert_eq!(said["nonce"], nonce);
    }
}

/// A hundred at once while every answer replaces the nonce: whatever order the answers come in,
/// each caller gets its token within its bounded tries.
///
/// Rows: R080
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r080_a_hundred_at_once_all_succeed() {
    let world = World::new(|asked| {
        let next = format!("n{}", asked.nth);
        // A server keeps the last few hundred it gave, so an older one is as good.
        if asked.proof.contains_key("nonce") {
            Issue::honest(asked).header("dpop-nonce", &next).into()
        } else {
            nonce_challenge(&next).into()
        }
    });
    let authorizer = world.authorizer();
    let calls = (0..100).map(|i| {
        let authorizer = authorizer.clone();
        tokio::spawn(async move { authorizer.token(&acme(), &grant(&format!("s{i}"))).await })
    });
    for call in futures_util::future::join_all(calls).await {
        assert!(call.unwrap().unwrap().attempts <= 3);
    }
    assert!(
        world.server.requests() <= 200,
        "{}",
        world.server.requests()
    );
}

/// Rows: R080
#[tokio::test]
async fn r080_many_at_once_under_rotation_stay_bounded() {
    // Each answer brings a new nonce, and only the newest is accepted.
    let newest = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let world = World::new(move |asked| {
        use std::sync::atomic::Ordering::SeqCst;
        let wanted = newest.load(SeqCst);
        let given = asked
            .proof
            .get("nonce")
            .and_then(|n| n.as_str())
            .map(str::to_owned);
        let fresh = given == Some(format!("n{wanted}")) || asked.nth > 400;
        let next = format!("n{}", newest.fetch_add(1, SeqCst) + 1);
        if fresh {
            Issue::honest(asked).header("dpop-nonce", &next).into()
        } else {
            nonce_challenge(&next).into()
        }
    });
    let authorizer = world.authorizer();
    for i in 0..50 {
        let scope = grant(&format!("s{i}"));
        authorizer.token(&acme(), &scope).await.unwrap();
    }
    assert_eq!(world.server.requests(), 51, "one challenge in all");
}

/// Rows: R076
#[tokio::test]
async fn r076_nonces_stay_with_their_server_and_role() {
    let world = World::new(|asked| {
        assert!(
            !asked.proof.contains_key("nonce"),
            "no API nonce reaches the server"
        );
        Issue::honest(asked).header("dpop-nonce", "as-nonce").into()
    });
    let authorizer = world.authorizer();
    let api: Uri = "https://api.example/accounts".parse().unwrap();
    // The same origin as the token endpoint, in the other role.
    let shared: Uri = "https://auth.example/api".parse().unwrap();
    let nonce = |value: &str| {
        HeaderMap::from_iter([("dpop-nonce".parse().unwrap(), value.parse().unwrap())])
    };
    assert!(authorizer.observe(&api, &nonce("api-nonce")));
    assert!(
        !authorizer.observe(&api, &nonce("api-nonce")),
        "not a new one"
    );
    assert!(authorizer.observe(&shared, &nonce("shared-nonce")));

    let used = |url: &'static str| {
        let authorizer = authorizer.clone();
        async move {
            let mut request = crate::world::api_request("GET", url);
            authorizer
                .authorize(&acme(), &grant("a"), &mut request)
                .await
                .unwrap();
            claims(request.headers()["dpop"].to_str().unwrap())
                .get("nonce")
                .cloned()
        }
    };
    assert_eq!(used("https://api.example/x").await.unwrap(), "api-nonce");
    assert_eq!(
        used("https://auth.example/api").await.unwrap(),
        "shared-nonce"
    );
    assert_eq!(used("https://api.example:8443/x").await, None);
    assert_eq!(used("https://other.example/x").await, None);
}

/// Rows: R067, R074, R078, R083
#[tokio::test]
async fn an_api_that_asks_for_a_nonce_gets_it() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let mut first = get_accounts();
    authorizer
        .authorize(&acme(), &grant("a"), &mut first)
        .await
        .unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("dpop-nonce", "n1".parse().unwrap());
    headers.insert(
        "www-authenticate",
        r#"Dpop error:"use_dpop_nonce""#.parse().unwrap(),
    );
    assert!(authorizer.is_nonce_challenge(StatusCode::UNAUTHORIZED, &headers));
    assert_eq!(
        authorizer.challenge(StatusCode::UNAUTHORIZED, &headers),
        Some(Challenge::UseNonce)
    );
    assert!(authorizer.observe(first.uri(), &headers));
    let mut second = get_accounts();
    authorizer
        .authorize(&acme(), &grant("a"), &mut second)
        .await
        .unwrap();
    let proofs = [first, second].map(|r| claims(r.headers()["dpop"].to_str().unwrap()));
    assert_eq!(proofs[1]["nonce"], "n1");
    assert_ne!(proofs[0]["jti"], proofs[1]["jti"]);
}

#[tokio::test]
async fn a_nonce_and_the_clock_together_stay_bounded() {
    // Worst case: two challenges, a clock retry, then a third challenge.
    let world = World::new(|asked| {
        let mut answer: Reply = match asked.nth {
            1 | 2 | 4 => nonce_challenge(&format!("n{}", asked.nth)).into(),
            _ => refusal(401, "invalid_client").into(),
        };
        if let Reply::Answer(answer) = &mut answer {
            answer.headers_mut().insert("x-late", "1".parse().unwrap());
        }
        answer
    });
    let error = refused(&world).await;
    assert_eq!(
        error.code(),
        Code::T203,
        "the clock is right, so there is no clock retry"
    );
    assert_eq!(world.server.requests(), 3);
}
