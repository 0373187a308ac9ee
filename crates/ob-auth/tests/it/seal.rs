use crate::world::{
    APP_A, Asked, INTEGRATOR, Issue, World, acme, data_grant, grant, own_context, party,
};
use ob_auth::{AuthError, Authorizer, Grant, SealPolicy};
use ob_core::{ActingFor, Code, Sent};
use serde_json::{Value, json};

type Twist = fn(Issue) -> Issue;

/// What the engine says to an answer that was twisted, under a policy.
async fn sealed(
    policy: SealPolicy,
    (party, grant): (ActingFor, Grant),
    twist: Twist,
) -> Result<bool, AuthError> {
    let world = World::new(move |asked: &Asked| twist(Issue::honest(asked)).into());
    let authorizer = world.builder().seal_policy(policy).build().unwrap();
    let lease = authorizer.token(&party, &grant).await?;
    Ok(lease.token.is_sealed())
}

async fn refused_under_both(what: (ActingFor, Grant), twist: Twist, code: Code) {
    for policy in [SealPolicy::Require, SealPolicy::BestEffort] {
        let error = sealed(policy, what.clone(), twist).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.token_request_sent(), Sent::Yes);
        assert_eq!(error.correlation(), Some("corr-1"));
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_token_that_says_something_else_is_refused() {
    let twists: [Twist; 21] = [
        |i| i.claim("sub", json!("tpp-beta")),
        |i| i.claim("sub", json!("TPP-ACME")),
        |i| i.claim("sub", json!("tpp-acme ")),
        |i| i.claim("sub", json!(["tpp-acme"])),
        |i| i.claim("sub", json!(INTEGRATOR)),
        |i| i.without("sub"),
        |i| i.without("act"),
        |i| i.claim("act", json!(null)),
        |i| i.claim("act", json!({})),
        |i| i.claim("act", json!(INTEGRATOR)),
        |i| i.claim("act", json!([{"sub": INTEGRATOR}])),
        |i| i.claim("act", json!({"sub": "integrator-2"})),
        // R183: only the outermost actor counts.
        |i| i.claim("act", json!({"sub": "x", "act": {"sub": INTEGRATOR}})),
        |i| i.claim("client_id", json!("integrator-2")),
        |i| i.claim("client_id", json!(7)),
        |i| i.claim("scope", json!("a b")),
        |i| i.claim("scope", json!(["a", "b"])),
        |i| i.claim("scope", json!(7)),
        |i| i.claim("consent_id", json!("c-1")),
        |i| i.without("cnf"),
        |i| i.claim("cnf", json!({"x5t#S256": "x"})),
    ];
    for twist in twists {
        refused_under_both((acme(), grant("a")), twist, Code::T215).await;
    }
}

#[tokio::test]
async fn r103_a_token_bound_to_another_key_is_refused() {
    let other = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let twists: [Twist; 3] = [
        |i| {
            i.claim(
                "cnf",
                json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
            )
        },
        |i| i.claim("cnf", json!({"jkt": 7})),
        |i| {
            let other = json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"});
            i.claim("cnf", other).member("token_type", json!("Bearer"))
        },
    ];
    for twist in twists {
        refused_under_both((acme(), grant("a")), twist, Code::D304).await;
    }
    let error = sealed(SealPolicy::Require, (acme(), grant("a")), twists[0])
        .await
        .unwrap_err();
    assert!(error.to_string().contains(other), "{error}");
}

#[tokio::test]
async fn a_consent_must_be_the_one_that_was_asked_for() {
    let other: Twist = |i| i.claim("consent_id", json!("c-2"));
    refused_under_both((acme(), data_grant("c-1")), other, Code::T215).await;
    let number: Twist = |i| i.claim("consent_id", json!(1));
    refused_under_both((acme(), data_grant("c-1")), number, Code::T215).await;
    let silent: Twist = |i| i.without("consent_id");
    let error = sealed(SealPolicy::Require, (acme(), data_grant("c-1")), silent).await;
    assert_eq!(error.unwrap_err().code(), Code::T215);
    let passed = sealed(SealPolicy::BestEffort, (acme(), data_grant("c-1")), silent).await;
    assert!(passed.unwrap());
}

#[tokio::test]
async fn r188_in_its_own_context_there_is_no_actor() {
    let ours = || (own_context(), grant("a"));
    assert!(sealed(SealPolicy::Require, ours(), |i| i).await.unwrap());
    refused_under_both(
        ours(),
        |i| i.claim("act", json!({"sub": INTEGRATOR})),
        Code::T215,
    )
    .await;
    refused_under_both(ours(), |i| i.claim("act", json!(null)), Code::T215).await;
    refused_under_both(ours(), |i| i.claim("sub", json!("tpp-acme")), Code::T215).await;
}

#[tokio::test]
async fn what_a_token_may_leave_out_or_add() {
    let twists: [Twist; 5] = [
        |i| {
            i.without("client_id")
                .without("scope")
                .without("iss")
                .without("jti")
        },
        |i| i.claim("scope", json!(["a"])),
        |i| i.claim("anything", json!({"deep": [1, 2]})),
        |i| i.claim("act", json!({"sub": INTEGRATOR, "act": {"sub": "history"}})),
        // Bearer: unbound, or bound to our key, is presented as the answer says.
        |i| i.member("token_type", json!("Bearer")),
    ];
    for twist in twists {
        assert!(
            sealed(SealPolicy::Require, (acme(), grant("a")), twist)
                .await
                .unwrap()
        );
    }
}

/// Rows: R162
#[tokio::test]
async fn r162_an_opaque_token_passes_only_best_effort_and_is_marked() {
    let opaque: [Twist; 3] = [
        |i| i.opaque("opaque-123"),
        |i| i.opaque("eyJhbGciOi.x"),
        |i| i.opaque("a.b.c.d.e"),
    ];
    for twist in opaque {
        let what = (acme(), grant("a"));
        let refused = sealed(SealPolicy::Require, what.clone(), twist)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::T215);
        assert!(!sealed(SealPolicy::BestEffort, what, twist).await.unwrap());
    }
    // What has the shape of a JWT has to be one.
    let broken: [Twist; 2] = [|i| i.opaque("a.b.c"), |i| i.opaque("e30.e30.e30")];
    for twist in broken {
        refused_under_both((acme(), grant("a")), twist, Code::T215).await;
    }
}

#[tokio::test]
async fn an_opaque_token_is_still_compared_when_it_is_attached() {
    let world = World::new(|asked| Issue::bearer(asked).opaque("opaque-123").into());
    let authorizer = world
        .builder()
        .seal_policy(SealPolicy::BestEffort)
        .build()
        .unwrap();
    let lease = authorizer.token(&acme(), &grant("a")).await.unwrap();
    let mut request = crate::world::get_accounts();
    let beta = crate::world::beta();
    let refused = authorizer
        .attach(&beta, &lease.token, &mut request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::X001);
    authorizer
        .attach(&acme(), &lease.token, &mut request)
        .await
        .unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer opaque-123");
}

fn granting(scope: Value) -> World {
    World::new(move |asked| {
        let issue = Issue::honest(asked).claim("scope", scope.clone());
        issue.member("scope", scope.clone()).into()
    })
}

#[tokio::test]
async fn fewer_scopes_are_refused_and_named_unless_allowed() {
    let world = granting(json!("a"));
    let strict = world.authorizer();
    let error = strict.token(&acme(), &grant("a b c")).await.unwrap_err();
    assert_eq!(error.code(), Code::T217);
    assert!(error.to_string().contains("b c"), "{error}");
    strict.token(&acme(), &grant("a b c")).await.unwrap_err();
    assert_eq!(
        world.server.requests(),
        1,
        "remembered briefly, not asked for by each call"
    );

    let lenient = world.builder().allow_narrower_scopes().build().unwrap();
    for _ in 0..3 {
        let lease = lenient.token(&acme(), &grant("a b c")).await.unwrap();
        assert_eq!(lease.token.scopes().to_string(), "a");
    }
    assert_eq!(world.server.requests(), 2, "kept under what was asked for");
}

#[tokio::test]
async fn an_answer_without_scope_means_as_asked_and_a_wider_one_is_refused() {
    let world = World::new(|asked| Issue::honest(asked).without("scope").into());
    let lease = world
        .authorizer()
        .token(&acme(), &grant("b a"))
        .await
        .unwrap();
    assert_eq!(lease.token.scopes().to_string(), "a b");
    let wider = World::new(|asked| Issue::honest(asked).member("scope", json!("a b")).into());
    let error = wider
        .authorizer()
        .token(&acme(), &grant("a"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::T215);
}

#[tokio::test]
async fn a_refused_token_is_not_kept() {
    let world = World::new(|asked| match asked.nth {
        1 => Issue::honest(asked).claim("sub", json!("tpp-beta")).into(),
        _ => Issue::honest(asked).into(),
    });
    let authorizer: Authorizer = world.authorizer();
    let who = party("acme", "tpp-acme", APP_A);
    authorizer.token(&who, &grant("a")).await.unwrap_err();
    let lease = authorizer.token(&who, &grant("a")).await.unwrap();
    assert_eq!(lease.token.client_id().as_str(), "tpp-acme");
    assert_eq!(world.server.requests(), 2);
}
