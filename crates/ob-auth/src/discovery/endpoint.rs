//! The URLs of a metadata document.

use super::DiscoveryError;
use crate::{
    BuildError,
    origin::{self, Origin},
};
use http::Uri;
use ob_core::Code;

/// A URL of an authorization server: text as it was given, and parsed.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    text: String,
    uri: Uri,
}

impl Endpoint {
    /// An issuer identifier: no query, no fragment (RFC 8414 section 2).
    pub(super) fn issuer(text: String) -> Result<Self, BuildError> {
        let parsed = Self::parse(&text).and_then(|uri| match uri.query() {
            Some(_) => Err("it has a query"),
            None => Ok(uri),
        });
        match parsed {
            Ok(uri) => Ok(Self { text, uri }),
            Err(why) => {
                let found = origin::shown(&text);
                let reason = format!("issuer {found} is not usable: {why}");
                Err(BuildError::new(Code::N102, reason))
            }
        }
    }

    /// An endpoint that a document names.
    pub(super) fn named(what: &str, text: &str) -> Result<Self, DiscoveryError> {
        match Self::parse(text) {
            Ok(uri) => Ok(Self {
                text: text.to_owned(),
                uri,
            }),
            Err(why) => Err(DiscoveryError::url(what, text, why)),
        }
    }

    fn parse(text: &str) -> Result<Uri, &'static str> {
        if text.contains('#') {
            return Err("it has a fragment");
        }
        let uri: Uri = text.parse().map_err(|_| "it is not a URL")?;
        Origin::for_credentials(&uri)?;
        Ok(uri)
    }

    /// The text, byte for byte.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Plain http is for loopback, and only after the word of whoever configures it (R001).
    pub(super) fn admit(&self, what: &str, http_on_loopback: bool) -> Result<(), DiscoveryError> {
        // Whatever is plain http here leads to this machine: `parse` refuses the rest.
        if self.uri.scheme_str() == Some("http") && !http_on_loopback {
            let why = "it is plain http; https is needed (plain http to loopback can be allowed)";
            return Err(DiscoveryError::url(what, &self.text, why));
        }
        Ok(())
    }

    /// The document may name another host, but not an address: a name that a certificate is
    /// issued for is what ties the endpoint to somebody (L4.1).
    pub(super) fn admit_host(&self, what: &str, issuer: &Self) -> Result<(), DiscoveryError> {
        let host = |one: &Self| one.uri.host().unwrap_or_default().to_ascii_lowercase();
        let (its, issuers) = (host(self), host(issuer));
        if its != issuers && names_an_address(&its) {
            let why = "it is an address of its own, not a name";
            return Err(DiscoveryError::url(what, &self.text, why));
        }
        Ok(())
    }

    /// `/.well-known/oauth-authorization-server` between host and path (RFC 8414 section 3.1).
    pub(super) fn well_known(&self) -> Result<Uri, BuildError> {
        let mut parts = self.uri.clone().into_parts();
        let path = self.uri.path().trim_end_matches('/');
        let made = format!("{WELL_KNOWN}{path}").parse();
        parts.path_and_query = made.ok();
        Uri::from_parts(parts).map_err(|error| {
            let reason = format!("issuer {} has no metadata URL", origin::shown(&self.text));
            BuildError::new(Code::N102, reason).caused_by(error)
        })
    }
}

/// IPv6 in brackets, or a last label that a resolver may read as a number (`127.0.0.1`,
/// `2130706433`, `0x7f.1`), or this machine by name.
fn names_an_address(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.starts_with(|c: char| c.is_ascii_digit())
        && last.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x');
    host.starts_with('[') || number || last == "localhost"
}

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// The client asks where RFC 8414 puts the document: between host and path.
    ///
    /// Rows: R024
    #[test]
    fn the_document_is_between_host_and_path() {
        for (issuer, url) in [
            (
                "https://as.example",
                "https://as.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://as.example/",
                "https://as.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://as.example/t1",
                "https://as.example/.well-known/oauth-authorization-server/t1",
            ),
            (
                "https://as.example:8443/a/b/",
                "https://as.example:8443/.well-known/oauth-authorization-server/a/b",
            ),
        ] {
            let endpoint = Endpoint::issuer(issuer.to_owned()).unwrap();
            assert_eq!(endpoint.well_known().unwrap(), url, "{issuer}");
            assert_eq!(endpoint.as_str(), issuer);
        }
    }

    #[test]
    fn addresses_are_told_from_names() {
        for address in [
            "127.0.0.1",
            "169.254.169.254",
            "10.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.1",
            "127.0.0.1.",
            "localhost",
            "a.localhost",
        ] {
            assert!(names_an_address(address), "{address}");
        }
        for name in ["as.example", "3com.com", "1.as.example", "a1", "x0.de"] {
            assert!(!names_an_address(name), "{name}");
        }
    }
}
