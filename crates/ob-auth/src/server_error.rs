//! What a server said when it refused: any of the platform's three envelopes, made log-safe.

use serde_json::{Map, Value};
use std::fmt;

/// The error of an answer. The parser is this crate's own: it needs a code and a sentence only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerError {
    /// `error`, `ReasonCode`, or the `title` of a problem; escaped and shortened.
    pub(crate) code: Option<String>,
    description: Option<String>,
}

impl ServerError {
    /// Reads the OAuth form, the gateway's form, or problem+json (platform, section 8).
    /// Whatever is missing or of another type counts as not said (R207).
    pub(crate) fn read(body: &[u8]) -> Self {
        let within = body.len() <= MAX_BODY;
        let object = within.then(|| ob_jose::json::parse_object(body).ok());
        object
            .flatten()
            .map(|object| Self::of(&object))
            .unwrap_or_default()
    }

    pub(crate) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    fn of(object: &Map<String, Value>) -> Self {
        let gateway = object
            .get("Errors")
            .and_then(|errors| errors.get("Error"))
            .and_then(|list| list.get(0).or(Some(list)));
        let text = |member: Option<&Value>| member.and_then(Value::as_str).map(safe);
        if object.contains_key("error") {
            Self {
                code: text(object.get("error")),
                description: text(object.get("error_description")),
            }
        } else if let Some(first) = gateway {
            Self {
                code: text(first.get("ReasonCode")),
                description: text(first.get("Description")),
            }
        } else {
            Self {
                code: text(object.get("title")),
                description: text(object.get("detail")),
            }
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_deref().unwrap_or("no readable error"))?;
        match &self.description {
            Some(description) => write!(f, " \"{description}\""),
            None => Ok(()),
        }
    }
}

/// Foreign text for a log line: escaped, at most 300 characters, and without anything that looks
/// like a token, because a server may quote what it was sent (L5).
pub(crate) fn safe(text: &str) -> String {
    let shown: String = text.chars().take(MAX_TEXT).collect();
    let mut words: Vec<&str> = shown.split_inclusive(|c: char| !is_token_char(c)).collect();
    // Half a token may be short enough for a word.
    let is_cut = shown.len() < text.len();
    words.pop_if(|last| is_cut && last.ends_with(is_token_char));
    let redacted = words
        .into_iter()
        .map(|word| if looks_secret(word) { "[cut] " } else { word })
        .collect::<String>();
    // An escape has up to ten characters.
    let escaped = redacted.trim().chars().flat_map(char::escape_default);
    escaped.take(MAX_TEXT).collect()
}

/// A JWT starts with `eyJ`; nothing else of this length is a word.
fn looks_secret(word: &str) -> bool {
    word.contains("eyJ") || word.len() > LONGEST_WORD
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~+/=".contains(c)
}

/// A token error is a few hundred bytes; a page of HTML is not worth reading.
const MAX_BODY: usize = 16 * 1024;
/// Room for a sentence or two.
const MAX_TEXT: usize = 300;
/// A UUID has 36 characters; a URL without its query fits mostly.
const LONGEST_WORD: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_three_envelopes() {
        let oauth = br#"{"error":"invalid_client","error_description":"no such key"}"#;
        let gateway = br#"{"Errors":{"Error":[{"Source":"Gateway","ReasonCode":"INVALID_AUTH_HEADER","Description":"bad","Recoverable":false,"Details":null}]}}"#;
        let problem =
            br#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"not yours"}"#;
        let shown = |body: &[u8]| ServerError::read(body).to_string();
        assert_eq!(shown(oauth), "invalid_client \"no such key\"");
        assert_eq!(shown(gateway), "INVALID_AUTH_HEADER \"bad\"");
        assert_eq!(shown(problem), "Forbidden \"not yours\"");
    }

    #[test]
    fn what_is_not_an_envelope_says_nothing() {
        for body in [
            &b""[..],
            b"<html>no</html>",
            b"[]",
            b"{}",
            br#"{"error":7}"#,
            br#"{"Errors":{"Error":[]}}"#,
            br#"{"Errors":7}"#,
            br#"{"error":"a","error":"b"}"#,
        ] {
            assert_eq!(ServerError::read(body).to_string(), "no readable error");
        }
        assert_eq!(ServerError::read(&vec![b' '; 10 << 20]).code(), "");
    }

    /// Rows: L5.6
    #[test]
    fn l5_the_words_are_escaped_cut_and_without_tokens() {
        assert_eq!(safe("a\r\nb\t\u{e9}\""), r#"a\r\nb\t\u{e9}\""#);
        assert_eq!(safe(&"ab ".repeat(200)).len(), 299);
        assert_eq!(
            safe("assertion eyJhbGciOiJFUzI1NiJ9.e30.c2ln, expired"),
            "assertion [cut]  expired"
        );
        assert_eq!(safe(&format!("token {}", "A".repeat(80))), "token [cut]");
        assert_eq!(safe("jwt:-eyJhbGciOi.c2ln."), "jwt:[cut]");
        let half = format!("{}{}", "ab ".repeat(90), "A".repeat(80));
        assert!(!safe(&half).contains("AA"), "half a token is one");
        assert_eq!(safe(&"\u{10ffff}".repeat(300)).len(), 300);
        let uuid = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11";
        assert_eq!(safe(uuid), uuid);
    }
}
