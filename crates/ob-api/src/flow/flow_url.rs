//! The link to a managed flow.

use crate::{ValueError, text_value::text_value};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The link that the end user is redirected to: `flowUrl` (INT).
///
/// An absolute `https` or `http` URL of visible ASCII characters without user information, so
/// that it can stand in a `Location` header and never is a `javascript:` link. Whoever holds the
/// link can follow it, so `Debug` shows scheme and host only.
///
/// ```
/// use ob_api::FlowUrl;
/// let url: FlowUrl = "https://flow.example/start?session=s3cr3t".parse()?;
/// assert_eq!(format!("{url:?}"), "FlowUrl(https://flow.example/...)");
/// assert!("javascript:alert(1)".parse::<FlowUrl>().is_err());
/// # Ok::<(), ob_api::ValueError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FlowUrl(String);

impl FlowUrl {
    /// The link. Whoever holds it can follow it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FlowUrl {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let host = text.get(..origin_end(text)).and_then(host_of);
        if text.bytes().all(|b| b.is_ascii_graphic()) && host.is_some_and(is_plain) {
            return Ok(Self(text.to_owned()));
        }
        // The rest of a broken link may still be a working secret.
        let found = format!("a text of {} characters", text.chars().count());
        Err(ValueError::described("flow URL", found, NEEDED))
    }
}

text_value!(FlowUrl, |url| url.0.clone());

impl fmt::Debug for FlowUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.0.get(..origin_end(&self.0)).unwrap_or_default();
        write!(f, "FlowUrl({origin}/...)")
    }
}

/// Where the path, the query or the fragment starts.
fn origin_end(text: &str) -> usize {
    let authority = text.find("://").map_or(0, |at| at + 3);
    text.get(authority..)
        .and_then(|rest| rest.find(['/', '?', '#', '\\']))
        .map_or(text.len(), |at| authority + at)
}

fn host_of(origin: &str) -> Option<&str> {
    origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"))
}

fn is_plain(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b))
}

const NEEDED: &str = "an absolute http or https URL without user information";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_a_browser_must_not_follow() {
        for text in [
            "",
            "/start",
            "//evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https:///x",
            "https://bank.example@evil.example/",
            "ftp://x/",
            "https://x/\r\nSet-Cookie: a",
            "https://x/ y",
            "https://\u{e9}.example/",
            "https:\\\\x",
            "https://x\\@evil.example/",
        ] {
            let parsed = text.parse::<FlowUrl>();
            let dangerous = !text.starts_with("https://x\\");
            assert_eq!(parsed.is_err(), dangerous, "{text:?}");
        }
    }

    #[test]
    fn accepts_the_platform_and_a_local_sandbox() {
        for text in [
            "https://connect.openbanking.mastercard.eu/flows/1?token=a#b",
            "http://127.0.0.1:8080/flow",
            "http://[::1]:80",
        ] {
            assert!(text.parse::<FlowUrl>().is_ok(), "{text}");
        }
    }
}
