//! Where a URL leads: the part of it that nonces and clocks belong to.

use http::Uri;
use ob_core::Shown;
use ob_transport::names_loopback;

/// A URL for a message: without what may be a password, and log-safe.
pub(crate) fn shown(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => Shown(&format!("[cut]@{rest}")).to_string(),
        None => Shown(url).to_string(),
    }
}

/// Scheme, host and port (R076).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    tls: bool,
    host: Box<str>,
    port: u16,
}

impl Origin {
    /// The origin of an absolute http(s) URL without user information.
    ///
    /// # Errors
    /// What the URL lacks, in words.
    pub(crate) fn of(uri: &Uri) -> Result<Self, &'static str> {
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("it is not an absolute https URL"),
        };
        let authority = uri.authority().ok_or("it names no host")?;
        if authority.as_str().contains('@') {
            return Err("it carries user information");
        }
        let host = authority.host().to_ascii_lowercase().into_boxed_str();
        if host.is_empty() {
            return Err("it names no host");
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host, port })
    }

    /// The same, and fit to receive a credential: https, or plain http to this machine (R001;
    /// the transport still has to be told to allow that).
    ///
    /// # Errors
    /// What the URL lacks, in words.
    pub(crate) fn for_credentials(uri: &Uri) -> Result<Self, &'static str> {
        let origin = Self::of(uri)?;
        if origin.tls || names_loopback(&origin.host) {
            Ok(origin)
        } else {
            Err("it is plain http and does not lead to this machine")
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn origin(url: &str) -> Result<Origin, &'static str> {
        Origin::for_credentials(&url.parse().unwrap())
    }

    /// A password in a URL is a mistake that no message repeats.
    ///
    /// Rows: L5.1
    #[test]
    fn user_information_is_not_shown() {
        for url in [
            "https://u:CANARY@a.example/t",
            "https://CANARY@b@a.example/t",
        ] {
            assert_eq!(shown(url), r#""[cut]@a.example/t""#);
        }
        assert_eq!(shown("https://a.example/t"), r#""https://a.example/t""#);
    }

    #[test]
    fn one_origin_has_one_spelling() {
        let one = origin("https://API.example/a?b=c").unwrap();
        assert_eq!(one, origin("https://api.example:443/x").unwrap());
        assert_ne!(one, origin("https://api.example:8443/a").unwrap());
        assert_ne!(one, origin("https://api2.example/a").unwrap());
        assert_ne!(
            origin("https://127.0.0.1:80/").unwrap(),
            origin("http://127.0.0.1:80/").unwrap()
        );
    }

    /// Rows: R001
    #[test]
    fn r001_credentials_go_to_https_or_to_this_machine() {
        for good in [
            "https://a.example/",
            "http://127.0.0.1:1/",
            "http://[::1]:8/",
            "http://localhost/",
            "http://127.9.9.9/",
        ] {
            assert!(origin(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "ftp://a.example/",
            "https://user@a.example/",
            "/path",
            "a.example:443",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
