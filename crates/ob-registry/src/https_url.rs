//! Addresses of custody services.

use crate::RegistryError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// An `https` address without user, query or fragment: those parts may carry a credential, and
/// a registry holds none.
///
/// ```
/// use ob_registry::HttpsUrl;
/// assert!("https://sign.example/v1".parse::<HttpsUrl>().is_ok());
/// assert!("http://sign.example/v1".parse::<HttpsUrl>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct HttpsUrl(Arc<str>);

impl HttpsUrl {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HttpsUrl {
    type Err = RegistryError;

    /// The refused text is not echoed: it may hold a password.
    fn from_str(text: &str) -> Result<Self, RegistryError> {
        match problem(text) {
            None => Ok(Self(text.into())),
            Some(problem) => Err(RegistryError::value("url", problem, NEEDED)),
        }
    }
}

impl TryFrom<String> for HttpsUrl {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpsUrl({})", self.as_str())
    }
}

fn problem(text: &str) -> Option<&'static str> {
    let Some(rest) = text.strip_prefix("https://") else {
        return Some("an address that does not start with https://");
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if text.len() > MAX_LEN {
        Some("an address of more than 2048 bytes")
    } else if authority.contains('@') {
        Some("an address with a user or password")
    } else if text.contains(['?', '#']) {
        Some("an address with a query or fragment")
    } else if !is_authority(authority) {
        Some("an address without a well-formed host")
    } else if !path.bytes().all(is_path_byte) {
        Some("an address with a character that must be percent-encoded")
    } else {
        None
    }
}

fn is_authority(authority: &str) -> bool {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => is_host(host) && is_port(port),
        _ => is_host(authority),
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.len() <= 253 && host.split('.').all(is_label),
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// `pchar` and `/` of RFC 3986 section 3.3.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte)
}

/// What servers commonly accept.
const MAX_LEN: usize = 2048;
const NEEDED: &str = "https://host[:port][/path] without user, query or fragment";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn accepts_hosts_ports_and_paths() {
        for text in [
            "https://a",
            "https://acme-kv.vault.azure.net",
            "https://sign.example:8443/v1/sign",
            "https://127.0.0.1:1/",
            "https://[::1]:8443/x",
            "https://[2001:db8::1]",
        ] {
            assert!(text.parse::<HttpsUrl>().is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_without_echoing() {
        for text in [
            "",
            "CANARY",
            "http://CANARY.example",
            "HTTPS://CANARY.example",
            "https://",
            "https:///CANARY",
            "https://user:CANARY@host/",
            "https://host/?sig=CANARY",
            "https://host/#CANARY",
            "https://CANARY .example/",
            "https://host:0/CANARY",
            "https://host:99999/CANARY",
            "https://host:+1/CANARY",
            "https://host:/CANARY",
            "https://-CANARY/",
            "https://CANARY..example/",
            "https://[::g]/CANARY",
            "https://host/CANARY\r\n",
            "https://host/CANARY\u{e9}",
            &format!("https://host/{}", "CANARY".repeat(400)),
        ] {
            let refused = text.parse::<HttpsUrl>().unwrap_err();
            let shown = format!("{refused} {refused:?}");
            assert!(!shown.contains("CANARY"), "{shown}");
        }
    }
}
