//! What a server says when it refuses: three envelopes, and any other body.

use http::StatusCode;
use ob_api::{Answer, ErrorEnvelope, GatewayErrors, GetConsent, OAuthError, Operation, Problem};
use serde_json::Value;

use crate::signers::{now, run};
use crate::token_answer::{World, refused};
use crate::{answer_text, random, spoken, vectors};

/// An HTTP answer with any body. The three envelopes are recognised by the API's reader and the
/// token endpoint's; whatever the body says, what is shown of it is short, on one line and
/// harmless, and the status decides.
pub(crate) fn holds(data: &[u8]) {
    let mut answer = answer_text::read(data);
    if answer.status().is_success() {
        *answer.status_mut() = StatusCode::BAD_REQUEST;
    }
    let envelope = ErrorEnvelope::parse(answer.body());
    spoken::check_debug(&envelope);
    written_again(&envelope);

    let get = GetConsent("c-1".parse().expect("a constant id"));
    let error = get
        .parse(&Answer::from(&answer))
        .expect_err("no value without a success");
    spoken::check(&error);
    assert_eq!(error.status(), answer.status());
    if let Some(description) = error.description() {
        assert!(description.chars().count() <= 300);
    }
    let wait = error.retry_after(now());
    assert!(wait.is_none_or(|wait| wait.as_secs() <= 3600), "{wait:?}");
    if answer.status().is_redirection() {
        assert!(error.code() == ob_core::Code::N101 && !error.is_retryable());
    }

    let asked = run(World::at(now()).ask(answer));
    let error = asked.outcome.expect_err("no token without a success");
    refused(&error, &asked.call);
}

/// What was recognised is recognised again as the same when it is written.
fn written_again(envelope: &ErrorEnvelope) {
    let same = |value: Result<Value, serde_json::Error>| {
        let text = value.expect("an envelope can be written").to_string();
        assert_eq!(&ErrorEnvelope::parse(text.as_bytes()), envelope);
    };
    match envelope {
        ErrorEnvelope::Gateway(errors) => same(serde_json::to_value::<&GatewayErrors>(errors)),
        ErrorEnvelope::OAuth(error) => same(serde_json::to_value::<&OAuthError>(error)),
        ErrorEnvelope::Problem(problem) => same(serde_json::to_value::<&Problem>(problem)),
        _ => {}
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let many = r#"{"Source":"Gateway","ReasonCode":"A","Description":"b"}"#;
    let many = format!(
        "500\nContent-Type: application/json\n\n{{\"Errors\":{{\"Error\":[{}]}}}}",
        vec![many; 40].join(",")
    );
    let mut seeds = random::seeds([
        r#"{"error":"invalid_request","error_description":"no\r\n\u001b[31m","error_uri":"https://x"}"#,
        r#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"NOT_FOUND","Description":"no","Recoverable":false,"Details":{"a":1}}]}}"#,
        r#"{"Errors":{"Error":{"ReasonCode":"CONSENT_EXPIRED"}}}"#,
        "403\nContent-Type: application/problem+json\nRetry-After: 5\n\n{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,\"detail\":\"consent revoked\",\"instance\":\"/x\"}",
        "429\nratelimit: \"a\";r=0;t=9\nX-Correlation-Id: abc\n\n{}",
        "302\nLocation: //evil\n\n",
        "502\n\n<html><body>\u{202e}Bad Gateway</body></html>",
        "400\n\n{\"error\":\"use_dpop_nonce\",\"error\":\"invalid_client\"}",
        &many,
    ]);
    seeds.extend(
        vectors::json_documents()
            .into_iter()
            .filter(|text| text.len() < 400),
    );
    seeds
}
