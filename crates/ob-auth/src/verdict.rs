//! What a token answer means: a pure function of the answer.

use crate::{
    AuthError,
    answer::TokenAnswer,
    header_names::CORRELATION,
    server_error::{self, ServerError},
};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use ob_core::{Code, Retry};
use std::time::{Duration, SystemTime};

/// What to do with an answer.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// A token that still has to be sealed.
    Token(TokenAnswer),
    /// A nonce is asked for.
    UseNonce,
    /// The assertion or the proof was refused: the clock may be the cause.
    Refused(Culprit, AuthError),
    /// Anything else.
    Failed(AuthError),
}

/// Which of the two signed things was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Culprit {
    Assertion,
    Proof,
}

impl Verdict {
    /// Judges an answer that arrived at `now`.
    pub(crate) fn of(answer: &Response<Bytes>, now: SystemTime) -> Self {
        let status = answer.status();
        if status == StatusCode::OK {
            return TokenAnswer::read(answer).map_or_else(Self::unusable(status), Self::Token);
        }
        if status.is_redirection() {
            let reason = format!("the token endpoint answered {}", status.as_u16());
            return Self::Failed(AuthError::new(Code::N101, reason).answered(status.as_u16()));
        }
        if !status.is_client_error() && !status.is_server_error() {
            let why = format!("status {} instead of 200", status.as_u16());
            return Self::unusable(status)(why);
        }
        let said = ServerError::read(answer.body());
        let error = refusal(status, &said).when_to_retry(retry(answer, now));
        match said.code() {
            "use_dpop_nonce" if status.is_client_error() => Self::UseNonce,
            "invalid_client" => Self::Refused(Culprit::Assertion, error),
            "invalid_dpop_proof" => Self::Refused(Culprit::Proof, error),
            _ => Self::Failed(error),
        }
    }

    fn unusable(status: StatusCode) -> impl FnOnce(String) -> Self {
        move |why| {
            let reason = format!("the answer is not usable: {why}");
            let error = AuthError::new(Code::T201, reason).answered(status.as_u16());
            Self::Failed(error.when_to_retry(Retry::Backoff))
        }
    }
}

/// The correlation id of an answer, log-safe.
pub(crate) fn correlation(headers: &HeaderMap) -> Option<String> {
    let mut values = CORRELATION
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok());
    values.find(|id| !id.is_empty()).map(server_error::safe)
}

fn refusal(status: StatusCode, said: &ServerError) -> AuthError {
    let code = match said.code() {
        _ if status.is_server_error() => Code::T210,
        _ if status == StatusCode::TOO_MANY_REQUESTS => Code::A429,
        "invalid_client" => Code::T203,
        "unauthorized_client" | "access_denied" => Code::T204,
        "invalid_scope" => Code::T205,
        "invalid_dpop_proof" => Code::D301,
        _ => Code::T202,
    };
    AuthError::new(
        code,
        format!("the server answered {}: {said}", status.as_u16()),
    )
    .answered(status.as_u16())
    .said(said.code.clone())
}

fn retry(answer: &Response<Bytes>, now: SystemTime) -> Retry {
    let passing = answer.status().is_server_error()
        || matches!(
            answer.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY
        );
    match retry_after(answer.headers(), now) {
        _ if !passing => Retry::Never,
        Some(wait) => Retry::After(wait),
        None => Retry::Backoff,
    }
}

/// Delay in seconds or one of the three date formats (R209), at most an hour.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        until.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_WAIT))
}

/// Nobody waits longer for a token; what takes longer is an outage to be looked at.
const MAX_WAIT: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;
    use http::header::CONTENT_TYPE;
    use ob_core::Sent;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    fn judge(status: u16, body: &str) -> Verdict {
        let answer = Response::builder()
            .status(status)
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::copy_from_slice(body.as_bytes()));
        Verdict::of(&answer.unwrap(), now())
    }

    fn failure(status: u16, body: &str) -> AuthError {
        match judge(status, body) {
            Verdict::Failed(error) | Verdict::Refused(_, error) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_refusal_has_its_code() {
        for (status, error, code, retryable) in [
            (401, "invalid_client", Code::T203, false),
            (400, "invalid_client", Code::T203, false),
            (400, "unauthorized_client", Code::T204, false),
            (403, "access_denied", Code::T204, false),
            (400, "invalid_scope", Code::T205, false),
            (400, "invalid_dpop_proof", Code::D301, false),
            (400, "invalid_grant", Code::T202, false),
            (400, "anything", Code::T202, false),
            (429, "slow_down", Code::A429, true),
            (500, "server_error", Code::T210, true),
            (503, "invalid_client", Code::T210, true),
        ] {
            let failed = failure(status, &format!(r#"{{"error":"{error}"}}"#));
            assert_eq!(failed.code(), code, "{status} {error}");
            assert_eq!(failed.is_retryable(), retryable, "{status} {error}");
            assert_eq!(failed.status(), Some(status));
            assert_eq!(failed.server_error(), Some(error));
            assert_eq!(failed.token_request_sent(), Sent::Yes);
        }
    }

    /// Rows: R163
    #[test]
    fn r163_a_redirect_is_refused_whatever_it_says() {
        for status in [301, 302, 303, 307, 308, 304] {
            assert_eq!(failure(status, "{}").code(), Code::N101);
        }
        assert_eq!(failure(204, "").code(), Code::T201);
        assert_eq!(failure(200, "<html>").code(), Code::T201);
    }

    #[test]
    fn unreadable_refusals_keep_their_status() {
        let html = failure(403, "<html>CANARY</html>");
        assert_eq!(html.code(), Code::T202);
        assert!(!html.to_string().contains("CANARY"));
        assert!(html.to_string().contains("403"), "{html}");
    }

    #[test]
    fn a_nonce_is_asked_for_by_a_client_error_only() {
        let body = r#"{"error":"use_dpop_nonce"}"#;
        assert!(matches!(judge(400, body), Verdict::UseNonce));
        assert!(matches!(judge(401, body), Verdict::UseNonce));
        assert_eq!(failure(500, body).code(), Code::T210);
        assert_eq!(failure(200, body).code(), Code::T201);
    }

    /// Rows: R209
    #[test]
    fn r209_retry_after_in_all_its_forms() {
        let wait = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now()).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait("99999999999999999999"), Some(3600));
        assert_eq!(wait("Fri, 15 Jan 2027 08:00:30 GMT"), Some(30));
        assert_eq!(wait("Friday, 15-Jan-27 08:00:30 GMT"), Some(30));
        assert_eq!(wait("Fri Jan 15 08:00:30 2027"), Some(30));
        assert_eq!(wait("Fri, 15 Jan 2021 08:00:30 GMT"), Some(0));
        for bad in ["-1", "1.5", "soon", ""] {
            assert_eq!(wait(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_correlation_id_in_order_of_preference() {
        let mut headers = HeaderMap::new();
        assert_eq!(correlation(&headers), None);
        for (name, value) in [
            ("x-fapi-interaction-id", "four"),
            ("x-correlation-id", "three"),
            ("x-mc-correlation-id", "two"),
            ("correlation-id", "one"),
        ] {
            headers.insert(name, value.parse().unwrap());
            assert_eq!(correlation(&headers).unwrap(), value);
        }
    }
}
