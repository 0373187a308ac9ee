use crate::world::{Issue, Reply, World, acme, get_accounts, grant, refusal};
use bytes::Bytes;
use http::Response;
use ob_auth::AuthError;
use ob_core::{Code, Owner, Sent};
use ob_transport::{TimeoutPhase, TransportError, TransportErrorKind as Kind};
use std::{error::Error as _, time::Duration};

/// The error of a call whose token request was answered like this; nothing is written then.
async fn error(reply: impl Fn() -> Reply + Send + Sync + 'static) -> AuthError {
    let world = World::new(move |_| reply());
    let mut request = get_accounts();
    let refused = world
        .authorizer()
        .authorize(&acme(), &grant("a"), &mut request)
        .await;
    assert!(
        request.headers().is_empty(),
        "R113: never a call without its token"
    );
    assert_eq!(world.server.requests(), 1, "R164: no automatic retry");
    let error = refused.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains('\n') && !shown.contains("CANARY"),
        "{shown}"
    );
    assert_eq!(error.business_id().unwrap().as_str(), "acme");
    error
}

fn answer(status: u16, kind: &str, body: impl Into<Bytes>) -> Reply {
    let answer = Response::builder()
        .status(status)
        .header("content-type", kind);
    answer
        .header("x-correlation-id", "corr-9")
        .body(body.into())
        .unwrap()
        .into()
}

const JSON: &str = "application/json";

/// Rows: R159
#[tokio::test]
async fn r159_answers_that_are_none() {
    let bodies: [(&str, &[u8]); 9] = [
        ("text/html", b"<html>CANARY</html>"),
        (JSON, b"<html>CANARY</html>"),
        (JSON, b""),
        (JSON, b"{\"access_token\":\"CANARY\",\"token_ty"),
        (JSON, b"{\"access_token\":7,\"token_type\":\"Bearer\"}"),
        (
            JSON,
            b"{\"access_token\":\"CANARY\",\"token_type\":\"Bearer\",\"expires_in\":\"900\"}",
        ),
        (
            JSON,
            b"{\"access_token\":\"CANARY \",\"token_type\":\"Bearer\"}",
        ),
        (
            JSON,
            b"{\"access_token\":\"CANARY\",\"access_token\":\"x\",\"token_type\":\"Bearer\"}",
        ),
        (JSON, b"[]"),
    ];
    for (kind, body) in bodies {
        let failed = error(move || answer(200, kind, body)).await;
        assert_eq!(failed.code(), Code::T201, "{failed}");
        assert_eq!(failed.owner(), Owner::Platform);
        assert_eq!(failed.token_request_sent(), Sent::Yes);
        assert_eq!(failed.correlation(), Some("corr-9"));
        assert!(failed.is_retryable());
    }
    assert_eq!(error(|| answer(201, JSON, "{}")).await.code(), Code::T201);
    assert_eq!(error(|| answer(204, JSON, "")).await.code(), Code::T201);
    let huge = error(|| answer(200, JSON, vec![b' '; 10 << 20])).await;
    assert_eq!(huge.code(), Code::T201, "R166");
}

/// Rows: R163
#[tokio::test]
async fn r163_a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let failed = error(move || {
            let redirect = Response::builder().status(status);
            let redirect = redirect.header("location", "https://evil.example/CANARY");
            redirect.body(Bytes::new()).unwrap().into()
        });
        let failed = failed.await;
        assert_eq!(failed.code(), Code::N101);
        assert!(!failed.is_retryable());
        assert_eq!(failed.status(), Some(status));
    }
}

/// Rows: R164
#[tokio::test]
async fn refusals_have_their_codes_and_owners() {
    for (status, said, code, owner) in [
        (401, "invalid_client", Code::T203, Owner::You),
        (400, "unauthorized_client", Code::T204, Owner::You),
        (403, "access_denied", Code::T204, Owner::You),
        (400, "invalid_scope", Code::T205, Owner::You),
        (400, "invalid_grant", Code::T202, Owner::Platform),
        (400, "invalid_dpop_proof", Code::D301, Owner::You),
        (503, "temporarily_unavailable", Code::T210, Owner::Platform),
    ] {
        let failed = error(move || refusal(status, said).into()).await;
        assert_eq!((failed.code(), failed.owner()), (code, owner), "{said}");
        assert_eq!(failed.server_error(), Some(said));
        assert_eq!(failed.is_retryable(), status == 503);
        assert!(failed.reason().contains("said the server"), "{failed}");
    }
}

#[tokio::test]
async fn refusals_of_our_signatures_say_what_was_signed() {
    let client = error(|| refusal(401, "invalid_client").into()).await;
    insta::assert_snapshot!(client, @r#"[OB-T203] invalid_client · for acme · the server answered 401: invalid_client "said the server" (assertion: iss and sub integrator-1, aud https://issuer.example/, alg ES256; the clock is not the cause) · corr-refused"#);
    let proof = error(|| refusal(400, "invalid_dpop_proof").into()).await;
    insta::assert_snapshot!(proof, @r#"[OB-D301] DPoP proof was refused · for acme · the server answered 400: invalid_dpop_proof "said the server" (proof: htu https://auth.example/oauth2/tokens; request: https://auth.example/oauth2/tokens; the clock is not the cause) · corr-refused"#);
}

/// Rows: R207, R233
#[tokio::test]
async fn the_other_two_envelopes_are_read_too() {
    let gateway = r#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"INVALID_AUTH_HEADER","Description":"d","Recoverable":false,"Details":null}]}}"#;
    let failed = error(move || answer(401, JSON, gateway)).await;
    assert_eq!(failed.code(), Code::T202);
    assert_eq!(failed.server_error(), Some("INVALID_AUTH_HEADER"));
    let problem = r#"{"type":"about:blank","title":"Forbidden","status":403}"#;
    let failed = error(move || answer(403, "application/problem+json", problem)).await;
    assert_eq!(failed.server_error(), Some("Forbidden"));
    let html = error(|| answer(403, "text/html", "<html>CANARY</html>")).await;
    assert_eq!((html.code(), html.server_error()), (Code::T202, None));
}

/// Rows: R209
#[tokio::test]
async fn r209_the_server_says_how_long_to_wait() {
    let busy = error(|| {
        let mut answer = refusal(503, "busy");
        answer
            .headers_mut()
            .insert("retry-after", "7".parse().unwrap());
        answer.into()
    });
    assert_eq!(busy.await.retry_after(), Some(Duration::from_secs(7)));
    let limited = error(|| refusal(429, "slow_down").into()).await;
    assert!(limited.is_retryable() && limited.retry_after().is_none());
}

#[tokio::test]
async fn no_answer_is_not_a_bad_answer() {
    for (kind, code, sent, retryable) in [
        (Kind::Connect, Code::T210, Sent::No, true),
        (
            Kind::Timeout(TimeoutPhase::Connect),
            Code::T210,
            Sent::No,
            true,
        ),
        (
            Kind::Timeout(TimeoutPhase::Total),
            Code::T210,
            Sent::Maybe,
            true,
        ),
        (Kind::Closed, Code::T210, Sent::Maybe, true),
        (Kind::Tls, Code::N104, Sent::No, true),
        (Kind::Refused, Code::N102, Sent::No, false),
        (Kind::Truncated, Code::T201, Sent::Maybe, true),
        (Kind::TooLarge, Code::T201, Sent::Maybe, true),
        (Kind::Protocol, Code::T201, Sent::Maybe, true),
    ] {
        let failed = error(move || Reply::Break(TransportError::new(kind, "broken"))).await;
        assert_eq!(failed.code(), code, "{kind}");
        assert_eq!(failed.token_request_sent(), sent, "{kind}");
        assert_eq!(failed.is_retryable(), retryable, "{kind}");
        assert_eq!(
            failed.correlation().unwrap().len(),
            36,
            "the interaction id that was sent"
        );
        assert!(failed.source().unwrap().is::<TransportError>());
    }
}

#[tokio::test]
async fn a_hung_request_can_be_given_up_and_asked_for_again() {
    let world = World::new(|asked| match asked.nth {
        1 => Reply::Hang,
        _ => Issue::honest(asked).into(),
    });
    let authorizer = world.authorizer();
    let (party, asked) = (acme(), grant("a"));
    let hung = authorizer.token(&party, &asked);
    tokio::time::timeout(Duration::from_millis(20), hung)
        .await
        .unwrap_err();
    assert!(authorizer.token(&acme(), &grant("a")).await.is_ok());
    assert_eq!(world.server.requests(), 2);
}

#[tokio::test]
async fn a_token_that_is_expired_on_arrival_is_not_used() {
    let world = World::new(|asked| Issue::honest(asked).member("expires_in", 0.into()).into());
    let mut request = get_accounts();
    let refused = world
        .authorizer()
        .authorize(&acme(), &grant("a"), &mut request)
        .await;
    assert_eq!(refused.unwrap_err().code(), Code::T211);
    assert!(request.headers().is_empty());
}

/// A refresh token that nobody asked for is ignored and never printed; the next token is asked
/// for with the client's own credentials again.
///
/// Rows: R022, R158
#[tokio::test]
async fn r022_a_refresh_token_is_ignored() {
    let world = World::new(|asked| {
        assert_eq!(asked.form["grant_type"], "client_credentials");
        assert!(!asked.form.contains_key("refresh_token"));
        let issue = Issue::honest(asked).member("refresh_token", "CANARY-REFRESH".into());
        issue.member("refresh_expires_in", 7.into()).into()
    });
    let authorizer = world.authorizer();
    for _ in 0..2 {
        let lease = authorizer.token(&acme(), &grant("a")).await.unwrap();
        let shown = format!("{lease:?} {authorizer:#?}");
        assert!(!shown.contains("CANARY"), "{shown}");
        world.clock.advance(Duration::from_secs(900));
    }
    assert_eq!(world.server.requests(), 2);
}

/// Rows: R158
#[tokio::test]
async fn r158_a_token_may_be_large_and_an_answer_may_say_more() {
    let world = World::new(|asked| {
        let issue = Issue::honest(asked).claim("entitlements", "x".repeat(6 * 1024).into());
        let junk = serde_json::json!({"a": [[[{"b": null}]], 1.5e3, "\u{1f600}"]});
        issue.member("junk", junk).into()
    });
    let lease = world.authorizer().token(&acme(), &grant("a")).await;
    assert!(lease.unwrap().token.expose().len() > 8 * 1024);
}
