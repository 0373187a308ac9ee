//! The answer of a token endpoint, read strictly.

use crate::TokenType;
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::CONTENT_TYPE};
use ob_core::{Scopes, Secret, Shown};
use serde_json::{Map, Value};
use std::time::Duration;

/// A token answer whose every member was checked. Not yet sealed.
#[derive(Debug)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: Secret<String>,
    /// `Err` holds the type's name as found, log-safe.
    pub(crate) token_type: Result<TokenType, String>,
    /// From `expires_in` alone, at most a day (R160, R162).
    pub(crate) lifetime: Duration,
    /// What was granted; `None` means as asked (RFC 6749 section 5.1).
    pub(crate) scopes: Option<Scopes>,
}

impl TokenAnswer {
    /// Reads a 200 answer (R155, R158-R160). Unknown members are ignored, a refresh token too.
    ///
    /// # Errors
    /// What is wrong with it, in words that hold nothing of the body.
    pub(crate) fn read(answer: &Response<Bytes>) -> Result<Self, String> {
        if answer.status() != StatusCode::OK {
            return Err(format!(
                "status {} instead of 200",
                answer.status().as_u16()
            ));
        }
        if !is_json(answer.headers()) {
            return Err("its content type is not application/json".to_owned());
        }
        if answer.body().len() > MAX_BODY {
            return Err(format!("it has {} bytes", answer.body().len()));
        }
        let object = ob_jose::json::parse_object(answer.body()).map_err(|e| e.to_string())?;
        Self::of(&object)
    }

    fn of(object: &Map<String, Value>) -> Result<Self, String> {
        let token = text(object, "access_token")?.ok_or("it has no access_token")?;
        if !is_b64token(token) {
            return Err("its access_token cannot stand in a header".to_owned());
        }
        let kind = text(object, "token_type")?.ok_or("it has no token_type")?;
        Ok(Self {
            access_token: Secret::new(token.to_owned()),
            token_type: TokenType::read(kind).ok_or_else(|| Shown(kind).to_string()),
            lifetime: lifetime(object.get("expires_in"))?,
            scopes: granted(object)?,
        })
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("its {name} is not a string")),
    }
}

/// Seconds: an integer, or a float without a fraction as Mastercard's own clients expect
/// (`900.0`, LIB). Missing means a minute.
fn lifetime(expires_in: Option<&Value>) -> Result<Duration, String> {
    let Some(value) = expires_in else {
        return Ok(DEFAULT_LIFETIME);
    };
    let number = value.as_number().ok_or("its expires_in is not a number")?;
    let seconds = number.as_f64().unwrap_or(f64::NAN);
    if seconds.fract() != 0.0 || !(0.0..=MAX_EXPIRES_IN).contains(&seconds) {
        return Err("its expires_in is not a sensible number of seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds).min(MAX_LIFETIME))
}

/// A missing or empty `scope` means as asked (R150 treats empty as omitted).
fn granted(object: &Map<String, Value>) -> Result<Option<Scopes>, String> {
    let Some(scope) = text(object, "scope")?.filter(|scope| !scope.is_empty()) else {
        return Ok(None);
    };
    let scopes = scope.parse().map_err(|_| "its scope is not a scope list")?;
    Ok(Some(scopes))
}

/// `application/json` or `application/*+json`, with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// b64token of RFC 6750 section 2.1 (R159): what may stand after the scheme.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty()
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

/// A token answer has one or two kilobytes.
const MAX_BODY: usize = 64 * 1024;
/// Short, because nobody promised more (R160).
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
/// Longer promises are not relied on: a day bounds what a suspended party's token can live.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// Thirty years; more is not a lifetime but, for example, a date.
const MAX_EXPIRES_IN: f64 = 1e9;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn answer(body: &str) -> Response<Bytes> {
        Response::builder()
            .header(CONTENT_TYPE, "application/json;charset=utf-8")
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap()
    }

    fn with_expiry(expires_in: &str) -> Result<u64, String> {
        let body =
            format!(r#"{{"access_token":"a","token_type":"DPoP","expires_in":{expires_in}}}"#);
        TokenAnswer::read(&answer(&body)).map(|token| token.lifetime.as_secs())
    }

    /// Rows: R160
    #[test]
    fn r160_the_expires_in_matrix() {
        for (sent, read) in [
            ("900", 900),
            ("900.0", 900),
            ("9e2", 900),
            ("0", 0),
            ("-0.0", 0),
            ("86400", 86400),
            ("86401", 86400),
            ("1000000000", 86400),
        ] {
            assert_eq!(with_expiry(sent), Ok(read), "{sent}");
        }
        for refused in [
            "\"900\"",
            "-1",
            "-0.5",
            "900.5",
            "1800000000",
            "1e300",
            "1e400",
            "NaN",
            "null",
            "[900]",
            "true",
            "18446744073709551615",
            "{}",
        ] {
            assert!(with_expiry(refused).is_err(), "{refused}");
        }
        let none = answer(r#"{"access_token":"a","token_type":"Bearer"}"#);
        assert_eq!(TokenAnswer::read(&none).unwrap().lifetime.as_secs(), 60);
    }

    /// Rows: R159, L4.4
    #[test]
    fn r159_refuses_what_could_leave_its_header() {
        for token in [
            "",
            "a b",
            "a\\r\\nX: 1",
            "a\\u0000",
            "\u{e9}",
            "a,b",
            "=",
            "a=b",
            "a\\\"b",
        ] {
            let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
            assert!(TokenAnswer::read(&answer(&body)).is_err(), "{token:?}");
        }
        for token in ["a", "a.b-c_d~e+f/g==", "A9"] {
            let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
            assert_eq!(
                TokenAnswer::read(&answer(&body))
                    .unwrap()
                    .access_token
                    .expose(),
                token
            );
        }
    }

    /// Rows: R158, R218
    #[test]
    fn r158_unknown_members_are_ignored_and_wrong_types_refused() {
        let odd =
            r#"{"access_token":"a","token_type":"bEARER","refresh_token":7,"x":[[{}]],"scope":""}"#;
        let token = TokenAnswer::read(&answer(odd)).unwrap();
        assert_eq!(token.token_type, Ok(TokenType::Bearer));
        assert_eq!(token.scopes, None);
        for body in [
            r#"{"token_type":"Bearer"}"#,
            r#"{"access_token":"a"}"#,
            r#"{"access_token":1,"token_type":"Bearer"}"#,
            r#"{"access_token":"a","token_type":null}"#,
            r#"{"access_token":"a","token_type":"Bearer","scope":["a"]}"#,
            r#"{"access_token":"a","token_type":"Bearer","scope":"a  b"}"#,
            r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
            r#"{"access_token":"a","token_type":"Bearer""#,
            r#"["access_token"]"#,
            "",
            "<html></html>",
        ] {
            let why = TokenAnswer::read(&answer(body)).unwrap_err();
            assert!(!why.contains("html"), "{why}");
        }
    }

    /// Rows: R159
    #[test]
    fn r159_wants_200_json_of_bounded_size() {
        let good = r#"{"access_token":"a","token_type":"Bearer"}"#;
        let mut created = answer(good);
        *created.status_mut() = StatusCode::CREATED;
        assert!(TokenAnswer::read(&created).is_err());
        for (kind, readable) in [
            ("application/json", true),
            ("Application/JSON ; charset=UTF-8", true),
            ("application/vnd.x+json", true),
            ("text/html", false),
            ("text/json", false),
            ("", false),
        ] {
            let mut answer = answer(good);
            answer
                .headers_mut()
                .insert(CONTENT_TYPE, kind.parse().unwrap());
            assert_eq!(TokenAnswer::read(&answer).is_ok(), readable, "{kind}");
        }
        let mut untyped = answer(good);
        untyped.headers_mut().clear();
        assert!(TokenAnswer::read(&untyped).is_err());
        let huge = answer(&format!("{good}{}", " ".repeat(10 << 20)));
        assert!(TokenAnswer::read(&huge).unwrap_err().contains("bytes"));
    }

    #[test]
    fn an_unknown_token_type_is_named_safely() {
        let body = answer(r#"{"access_token":"a","token_type":"N_A\r\n"}"#);
        let found = TokenAnswer::read(&body).unwrap().token_type.unwrap_err();
        assert_eq!(found, r#""N_A\r\n""#);
    }
}
