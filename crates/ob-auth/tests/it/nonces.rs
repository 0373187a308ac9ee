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
