//! The error matrix.

use crate::support::{answer_with, error};
use ob_api::*;
use ob_core::{Code, Retry, Sent};
use std::time::{Duration, SystemTime};

const GATEWAY: &str = r#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"INVALID_AUTH_HEADER","Description":"no token","Recoverable":false,"Details":null}]}}"#;
const OAUTH: &str = r#"{"error":"invalid_token","error_description":"expired"}"#;
const PROBLEM: &str = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"email is missing","instance":"/x"}"#;

fn gateway(reason: &str, description: &str) -> String {
    serde_json::to_string(&gateway_error("Gateway", reason.into(), description)).unwrap()
}

fn with_headers(status: u16, pairs: &[(&'static str, &str)]) -> ApiError {
    answer_with(&GetConsent("c-1".parse().unwrap()), status, pairs, GATEWAY).unwrap_err()
}

#[test]
fn codes_by_status() {
    let expected = [
        (400, Code::A400),
        (401, Code::A401),
        (402, Code::A400),
        (403, Code::A403),
        (404, Code::A404),
        (405, Code::A400),
        (406, Code::A400),
        (408, Code::A500),
        (409, Code::A409),
        (410, Code::A404),
        (412, Code::A400),
        (413, Code::A400),
        (415, Code::A400),
        (422, Code::A400),
        (429, Code::A429),
        (451, Code::A400),
        (499, Code::A400),
        (500, Code::A500),
        (501, Code::A500),
        (502, Code::A500),
        (503, Code::A500),
        (504, Code::A500),
        (599, Code::A500),
    ];
    for (status, code) in expected {
        for body in [
            GATEWAY,
            OAUTH,
            PROBLEM,
            "",
            "<html>gateway timeout</html>",
            "null",
            "\u{0}",
        ] {
            let error = error(status, body);
            assert_eq!(error.code(), code, "{status} {body}");
            assert_eq!((error.status().as_u16(), error.sent()), (status, Sent::Yes));
        }
    }
}

#[test]
fn codes_of_consents() {
    for reason in ["CONSENT_EXPIRED", "CONSENT_REVOKED", "CONSENT_NOT_ACTIVE"] {
        for status in [400, 401, 403, 404, 409, 410, 422] {
            assert_eq!(
                error(status, &gateway(reason, "x")).code(),
                Code::A461,
                "{status}"
            );
        }
        assert_eq!(error(429, &gateway(reason, "x")).code(), Code::A429);
        assert_eq!(error(500, &gateway(reason, "x")).code(), Code::A500);
    }
    for (status, description, code) in [
        (403, "The consent has expired", Code::A461),
        (400, "Consent was REVOKED by the user", Code::A461),
        (403, "consent is not active", Code::A461),
        (401, "token of an expired consent", Code::A401),
        (403, "the token has expired", Code::A403),
        (403, "consent belongs to somebody else", Code::A403),
    ] {
        assert_eq!(
            error(status, &gateway("FORBIDDEN", description)).code(),
            code,
            "{description}"
        );
    }
    let problem = r#"{"title":"consent expired"}"#;
    assert_eq!(error(403, problem).code(), Code::A461);
}

#[test]
fn one_line_for_logs() {
    let pairs = [("x-correlation-id", "abc-1")];
    insta::assert_snapshot!(with_headers(401, &pairs), @"the API refused the token: status 401, INVALID_AUTH_HEADER, no token, correlation abc-1");
    insta::assert_snapshot!(error(400, PROBLEM), @"the platform did not accept the request: status 400, email is missing");
    insta::assert_snapshot!(error(401, OAUTH), @"the API refused the token: status 401, invalid_token, expired");
    insta::assert_snapshot!(error(503, "<html>"), @"the platform failed: status 503");
    insta::assert_snapshot!(error(302, ""), @"refused to follow a redirect with credentials: status 302");
    insta::assert_snapshot!(error(202, ""), @"answer is not understood: status 202, accepted, but not ready yet");
    insta::assert_snapshot!(format!("{:?}", error(404, "")), @"ApiError([OB-A404] not found: status 404)");
}

#[test]
fn a_thousand_errors_are_one_short_line() {
    let one = r#"{"ReasonCode":"A\nB","Description":"d"}"#;
    let body = format!(r#"{{"Errors":{{"Error":[{}]}}}}"#, [one; 1000].join(","));
    let error = error(400, &body);
    assert_eq!(error.reason_codes().len(), 1000);
    assert!(error.to_string().len() < 200);
    assert!(!error.to_string().contains('\n'));
}

/// Rows: R207, R233
#[test]
fn r207_members_of_the_wrong_type_are_ignored() {
    for (body, description, reasons) in [
        (
            r#"{"Errors":{"Error":[{"ReasonCode":7,"Description":["x"],"Recoverable":"no"}]}}"#,
            None,
            0,
        ),
        (
            r#"{"Errors":{"Error":["x",null,{"Description":"d"}]}}"#,
            Some("d"),
            0,
        ),
        (
            r#"{"Errors":{"Error":{"ReasonCode":"A","Description":"single"}}}"#,
            Some("single"),
            1,
        ),
        (r#"{"Errors":{"Error":[]}}"#, None, 0),
        (r#"{"error":"x","error_description":{}}"#, None, 1),
        (r#"{"title":1,"detail":"d","status":"400"}"#, Some("d"), 0),
        (
            r#"{"type":"t","title":"title","detail":null}"#,
            Some("title"),
            0,
        ),
        (r#"{"error":{"code":1}}"#, None, 0),
        (r#"{"Errors":[]}"#, None, 0),
        (r#"{"Errors":{}}"#, None, 0),
        (r#"["error"]"#, None, 0),
        (r#""error""#, None, 0),
        ("1e999", None, 0),
    ] {
        let error = error(400, body);
        assert_eq!(error.code(), Code::A400);
        assert_eq!(error.description().as_deref(), description, "{body}");
        assert_eq!(error.reason_codes().len(), reasons, "{body}");
    }
    for body in [
        r#"{"error":{"code":1}}"#,
        r#"{"Errors":{}}"#,
        r#"{"status":400}"#,
        "[]",
        "",
    ] {
        assert_eq!(
            ErrorEnvelope::parse(body.as_bytes()),
            ErrorEnvelope::None,
            "{body}"
        );
    }
    // The real status is trusted, not the body's.
    assert_eq!(
        error(403, r#"{"title":"x","status":404}"#).code(),
        Code::A403
    );
}

/// Rows: R233
#[test]
fn every_envelope_is_written_as_it_is_read() {
    let written = gateway_error("Gateway", ReasonCode::InvalidAuthHeader, "no token");
    assert_eq!(serde_json::to_string(&written).unwrap(), GATEWAY);
    assert_eq!(
        serde_json::from_str::<GatewayErrors>(GATEWAY).unwrap(),
        written
    );
    assert_eq!(
        ErrorEnvelope::parse(GATEWAY.as_bytes()),
        ErrorEnvelope::Gateway(written)
    );
    let ErrorEnvelope::OAuth(oauth) = ErrorEnvelope::parse(OAUTH.as_bytes()) else {
        panic!("not recognised")
    };
    assert_eq!(serde_json::to_string(&oauth).unwrap(), OAUTH);
    assert_eq!(oauth, OAuthError::new("invalid_token", "expired"));
    let ErrorEnvelope::Problem(problem) = ErrorEnvelope::parse(PROBLEM.as_bytes()) else {
        panic!("not recognised")
    };
    assert_eq!(serde_json::to_string(&problem).unwrap(), PROBLEM);
}

/// Rows: R207, L5.6
#[test]
fn l5_descriptions_are_capped_and_escaped() {
    let error = error(400, &gateway("FORMAT_ERROR", &"\r\nx".repeat(1 << 18)));
    let description = error.description().unwrap();
    assert_eq!(description.chars().count(), 300);
    assert!(!error.to_string().contains(['\r', '\n']));
}

/// Rows: R209, R211
#[test]
fn waits() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_740);
    let after = |secs| Retry::After(Duration::from_secs(secs));
    let limit = ("ratelimit", r#""default";r=0;t=9"#);
    for (status, pairs, expected) in [
        (429, &[("retry-after", "7"), limit][..], after(7)),
        (429, &[("retry-after", "soon"), limit], after(9)),
        (
            429,
            &[("ratelimit", r#""default";r=5;t=9"#)],
            Retry::Backoff,
        ),
        (
            503,
            &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")],
            after(37),
        ),
        (503, &[("retry-after", "999999")], after(3600)),
        (500, &[], Retry::Backoff),
        (502, &[], Retry::Backoff),
        (504, &[], Retry::Backoff),
        (408, &[], Retry::Backoff),
        (501, &[], Retry::Never),
        (400, &[("retry-after", "7")], Retry::Never),
        (401, &[], Retry::Never),
        (403, &[], Retry::Never),
        (409, &[], Retry::Never),
        (302, &[("retry-after", "7")], Retry::Never),
        (202, &[("retry-after", "7")], after(7)),
    ] {
        let error = with_headers(status, pairs);
        assert_eq!(error.retry(now), expected, "{status} {pairs:?}");
        assert_eq!(error.is_retryable(), expected.is_retryable());
    }
}
