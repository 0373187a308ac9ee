//! A request to an endpoint that has no operation of its own.

use super::{ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation};
use crate::{Answer, ApiError};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use ob_core::{ConsentId, Scopes};

/// A request to an endpoint that has no operation of its own: method, path and body are yours.
///
/// The path stays below the API base (standards L4.2), and a consent that it names counts as
/// [touched](Operation::touched_consent), so that a path is no way around the check of whose it is.
///
/// ```
/// use http::Method;
/// use ob_api::{Operation, Raw};
/// let raw = Raw::new(Method::GET, "/insights/scores", "ob_data".parse()?).query("limit=1");
/// assert_eq!(raw.request()?.target(), "/insights/scores?limit=1");
/// assert!(Raw::new(Method::GET, "/a/../b", "ob_data".parse()?).request().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Raw {
    method: Method,
    path: String,
    query: Option<String>,
    body: Option<Bytes>,
    scopes: Scopes,
    consent: Option<ConsentId>,
    in_path: Option<ConsentId>,
    idempotency: Idempotency,
}

/// The answer to a [`Raw`] request: any status from 200 to 299.
#[derive(Clone)]
pub struct RawAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as it came.
    pub body: Bytes,
}

impl Raw {
    /// A request to `path` below the API base, with a token of these scopes.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>, scopes: Scopes) -> Self {
        let idempotency = if method.is_idempotent() {
            Idempotency::Safe
        } else {
            Idempotency::None
        };
        let path = path.into();
        Self {
            method,
            in_path: consent_segment(&path).and_then(|id| id.parse().ok()),
            path,
            query: None,
            body: None,
            scopes,
            consent: None,
            idempotency,
        }
    }

    /// Sets the query, already percent-encoded, without the question mark.
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn json(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Makes it a data call under a consent: with a consent-scoped token, and the consent named.
    #[must_use]
    pub fn under(mut self, consent: ConsentId) -> Self {
        self.consent = Some(consent);
        self
    }

    /// Sends an `Idempotency-Key`, which also makes the request repeatable.
    #[must_use]
    pub fn with_idempotency_key(mut self) -> Self {
        self.idempotency = Idempotency::Key;
        self
    }

    /// Two consents in one call are one too many, and what may be an id must be one.
    fn check_consent(&self) -> Result<(), ApiRequestError> {
        let unreadable = self.in_path.is_none() && consent_segment(&self.path).is_some();
        let differs =
            self.in_path.is_some() && self.consent.is_some() && self.in_path != self.consent;
        if unreadable || differs {
            return Err(ApiRequestError::new("path", NEEDED_CONSENT));
        }
        Ok(())
    }
}

impl Operation for Raw {
    type Output = RawAnswer;

    fn name(&self) -> &'static str {
        "raw"
    }

    fn scopes(&self) -> Scopes {
        self.scopes.clone()
    }

    fn consent(&self) -> Option<&ConsentId> {
        self.consent.as_ref()
    }

    fn touched_consent(&self) -> Option<&ConsentId> {
        self.in_path.as_ref().or(self.consent.as_ref())
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Other
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        if !is_clean_path(&self.path) {
            return Err(ApiRequestError::new("path", NEEDED_PATH));
        }
        if self
            .query
            .as_deref()
            .is_some_and(|query| !is_clean_query(query))
        {
            return Err(ApiRequestError::new("query", NEEDED_QUERY));
        }
        self.check_consent()?;
        Ok(ApiRequest {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
        })
    }

    fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<RawAnswer, ApiError> {
        if !answer.status().is_success() {
            return Err(ApiError::unexpected(answer));
        }
        Ok(RawAnswer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: Bytes::copy_from_slice(answer.body()),
        })
    }
}

/// Paths and bodies may hold anything, so lengths are all that is shown.
impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = self.body.as_ref().map_or(0, Bytes::len);
        write!(f, "Raw({} .., body of {body} bytes)", self.method)
    }
}

impl std::fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "RawAnswer({}, body of {} bytes)",
            self.status,
            self.body.len()
        )
    }
}

/// Whether a path stays below its base whatever it is joined to (L4.2): one leading slash, no
/// empty or dot segment, nothing but what RFC 3986 section 3.3 allows in a segment, and nothing
/// encoded that a server might decode into one.
fn is_clean_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&b);
    path.bytes().all(allowed)
        && !hides_something(path)
        && rest
            .strip_suffix('/')
            .unwrap_or(rest)
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
}

/// Whether something is encoded that could be a separator once decoded, or that needs no
/// encoding (RFC 3986 section 6.2.2.2) and could hide a word from us: `%63onsents`.
fn hides_something(path: &str) -> bool {
    path.split('%').skip(1).any(|after| {
        let encoded = after
            .get(..2)
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        encoded.is_none_or(|byte| {
            b"/\\%-._~".contains(&byte) || byte.is_ascii_control() || byte.is_ascii_alphanumeric()
        })
    })
}

/// What stands behind `/consents/`, wherever that is in the path.
fn consent_segment(path: &str) -> Option<&str> {
    let mut segments = path.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("consents"))?;
    segments.next().filter(|id| !id.is_empty())
}

fn is_clean_query(query: &str) -> bool {
    query
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/?".contains(&b))
}

const NEEDED_PATH: &str = "a percent-encoded path below the API base: one leading slash, no \
    empty or dot segment, nothing encoded that need not be";
const NEEDED_CONSENT: &str = "one consent id behind `/consents/`, the same as the call's";
const NEEDED_QUERY: &str = "a percent-encoded query without fragment";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Rows: L4.2
    #[test]
    fn l4_2_a_path_cannot_leave_its_base() {
        for path in [
            "",
            "accounts",
            "//evil.example",
            "/\\evil",
            "/a/../b",
            "/./a",
            "/a//b",
            "/a?b",
            "/a#b",
            "/%2e%2e/a",
            "/a%2Fb",
            "/a%5cb",
            "/a b",
            "/a\r\nb",
            "/\u{e9}",
            "/%",
            "/%0d",
            "/%zz",
            "/%252f",
            "/a//",
            "/",
            "/%63onsents/c-1",
            "/%+1",
        ] {
            assert!(!is_clean_path(path), "{path:?}");
        }
        for path in [
            "/accounts",
            "/insights/account-ownership-verifications",
            "/a/b%20c/",
        ] {
            assert!(is_clean_path(path), "{path:?}");
        }
    }

    /// Rows: L4.2, L4.3
    #[test]
    fn a_query_cannot_become_anything_else() {
        for query in ["a#b", "a b", "a\r\nb", "\"", "\u{e9}"] {
            assert!(!is_clean_query(query), "{query:?}");
        }
        assert!(is_clean_query("limit=1&from=2026-01-01&q=%20"));
    }

    fn get(path: &str) -> Raw {
        Raw::new(Method::GET, path, "ob_data".parse().unwrap())
    }

    #[test]
    fn a_consent_in_the_path_is_touched() {
        for path in [
            "/consents/c-1",
            "/v2/Consents/c-1/managed-flows",
            "/consents/c-1/",
        ] {
            let touched = get(path).touched_consent().map(ConsentId::to_string);
            assert_eq!(touched.as_deref(), Some("c-1"), "{path}");
            assert!(get(path).request().is_ok(), "{path}");
        }
        for path in ["/consents", "/consents/", "/accounts/c-1"] {
            assert_eq!(get(path).touched_consent(), None, "{path}");
            assert!(get(path).request().is_ok(), "{path}");
        }
        assert!(get("/consents/c%20/x").request().is_err());
    }

    #[test]
    fn two_consents_in_one_call_are_refused() {
        let raw = get("/consents/c-1/accounts");
        assert!(raw.clone().under("c-1".parse().unwrap()).request().is_ok());
        let refused = raw.under("c-2".parse().unwrap()).request().unwrap_err();
        assert_eq!(refused.what(), "path");
        let under = get("/insights").under("c-2".parse().unwrap());
        assert_eq!(under.touched_consent(), under.consent());
    }

    #[test]
    fn answers_and_repetition() {
        let headers = HeaderMap::new();
        let answer = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            get("/x").parse(&Answer::new(status, &headers, b"Erika"))
        };
        let accepted = answer(202).unwrap();
        assert_eq!(accepted.body, "Erika");
        assert!(!format!("{accepted:?}").contains("Erika"));
        assert_eq!(answer(302).unwrap_err().code(), ob_core::Code::N101);
        assert_eq!(answer(404).unwrap_err().code(), ob_core::Code::A404);
        assert_eq!(get("/x").idempotency(), Idempotency::Safe);
        let post = Raw::new(Method::POST, "/x", "ob_data".parse().unwrap());
        assert_eq!(post.idempotency(), Idempotency::None);
        assert_eq!(post.with_idempotency_key().idempotency(), Idempotency::Key);
    }
}
