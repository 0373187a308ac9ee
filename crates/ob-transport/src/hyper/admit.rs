use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING, UPGRADE};
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Uri};

use crate::{TransportError, TransportErrorKind, names_loopback};

/// Which requests may leave at all; decided on values, before any socket is touched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Admission {
    pub(super) http_on_loopback: bool,
}

impl Admission {
    pub(super) fn check(&self, request: &Request<Bytes>) -> Result<(), TransportError> {
        let authority = authority(request.uri())?;
        self.scheme(request.uri())?;
        if request.method() == Method::CONNECT {
            return Err(refused("method CONNECT; tunnels are not supported"));
        }
        framing(request)?;
        host_field(request.headers(), authority)
    }

    /// R001: https, or plain http to this machine where that was asked for.
    fn scheme(&self, uri: &Uri) -> Result<(), TransportError> {
        match uri.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if !self.http_on_loopback => Err(refused(
                "plain http; https is needed (plain http to loopback can be allowed)",
            )),
            Some("http") if !uri.host().is_some_and(names_loopback) => Err(refused(
                "plain http to a host that is not loopback; https is needed",
            )),
            Some("http") => Ok(()),
            _ => Err(refused("uri scheme is not https")),
        }
    }
}

fn authority(uri: &Uri) -> Result<&Authority, TransportError> {
    let Some(authority) = uri
        .authority()
        .filter(|authority| !authority.host().is_empty())
    else {
        return Err(refused("uri without a host"));
    };
    // RFC 9110 section 4.2.4: userinfo in an http(s) URI is an error or an attack.
    if authority.as_str().contains('@') {
        return Err(refused("uri with userinfo"));
    }
    // A port that is no port would silently become the default one.
    let port = authority
        .as_str()
        .strip_prefix(authority.host())
        .unwrap_or_default();
    match port.strip_prefix(':') {
        Some(digits) if digits.parse::<u16>().is_err() => Err(refused("uri with an invalid port")),
        _ => Ok(authority),
    }
}

/// The body is whole and known, so its length is ours to say (RFC 9112 section 6.3).
fn framing(request: &Request<Bytes>) -> Result<(), TransportError> {
    let headers = request.headers();
    if let Some(name) = [TRANSFER_ENCODING, UPGRADE]
        .iter()
        .find(|name| headers.contains_key(*name))
    {
        return Err(refused(format!(
            "request field {name}; the client does the framing"
        )));
    }
    let length = request.body().len().to_string();
    match headers
        .get_all(CONTENT_LENGTH)
        .iter()
        .all(|value| value.as_bytes() == length.as_bytes())
        && single(headers, &CONTENT_LENGTH)
    {
        true => Ok(()),
        false => Err(refused("content-length that is not the length of the body")),
    }
}

/// A `Host` that differs from the URI would send a signed request to another virtual host.
fn host_field(headers: &HeaderMap, authority: &Authority) -> Result<(), TransportError> {
    let same = |value: &http::HeaderValue| {
        value
            .as_bytes()
            .eq_ignore_ascii_case(authority.as_str().as_bytes())
    };
    match headers.get_all(HOST).iter().all(same) && single(headers, &HOST) {
        true => Ok(()),
        false => Err(refused("host field that is not the host of the uri")),
    }
}

fn single(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get_all(name).iter().count() <= 1
}

pub(super) fn refused(what: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::Refused, what)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn admitted(uri: &str, http_on_loopback: bool) -> Result<(), TransportError> {
        let request = Request::get(uri).body(Bytes::new()).unwrap();
        Admission { http_on_loopback }.check(&request)
    }

    /// R001, L4: plain http goes nowhere unasked, and asked for only to this machine.
    ///
    /// Rows: R001, L4.1
    #[test]
    fn plain_http_is_for_loopback_and_on_request() {
        let loopback = [
            "http://127.0.0.1/",
            "http://127.9.9.9:8080/",
            "http://[::1]:1/",
            "http://localhost/",
            "HTTP://LOCALHOST:8080/",
        ];
        for uri in loopback {
            assert!(admitted(uri, true).is_ok(), "{uri}");
            let error = admitted(uri, false).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Refused, "{uri}");
            assert!(!error.may_have_been_sent());
        }
        let elsewhere = [
            "http://example.com/",
            "http://192.0.2.1/",
            "http://0.0.0.0/",
            "http://169.254.169.254/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::]/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://localhost./",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "HTTP://example.com/",
        ];
        for uri in elsewhere {
            for allowed in [false, true] {
                assert!(admitted(uri, allowed).is_err(), "{uri}");
            }
        }
    }

    /// The client sends to no URL with user information, another scheme or a bad port.
    ///
    /// Rows: R001, L4.1
    #[test]
    fn https_goes_anywhere_with_a_clean_authority() {
        for uri in [
            "https://example.com/a?b=c",
            "HTTPS://example.com:8443",
            "https://[2001:db8::1]/",
        ] {
            assert!(admitted(uri, false).is_ok(), "{uri}");
        }
        let refused = [
            "https://user@example.com/",
            "https://user:secret@example.com/",
            "http://user@127.0.0.1/",
            "https://example.com:99999/",
            "ftp://example.com/",
            "ws://127.0.0.1/",
            "/only/a/path",
            "example.com:443",
        ];
        for uri in refused {
            let error = admitted(uri, true).unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Refused, "{uri}");
            assert!(!format!("{error:?}").contains("secret"));
        }
    }

    fn framed(fields: &[(&str, &str)]) -> bool {
        let mut request = Request::post("https://a.example/");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from("12345")).unwrap();
        Admission::default().check(&request).is_ok()
    }

    /// The client frames its requests itself: no caller sets length, coding or host.
    ///
    /// Rows: R191
    #[test]
    fn framing_and_host_belong_to_the_client() {
        assert!(framed(&[]));
        assert!(framed(&[("content-length", "5")]));
        assert!(framed(&[("host", "a.example")]));
        assert!(!framed(&[("content-length", "4")]));
        assert!(!framed(&[("content-length", "5"), ("content-length", "5")]));
        assert!(!framed(&[("transfer-encoding", "chunked")]));
        assert!(!framed(&[("upgrade", "h2c")]));
        assert!(!framed(&[("host", "b.example")]));
        assert!(!framed(&[("host", "a.example"), ("host", "b.example")]));
    }

    #[test]
    fn a_tunnel_is_refused() {
        let request = Request::connect("https://a.example:443")
            .body(Bytes::new())
            .unwrap();
        assert!(Admission::default().check(&request).is_err());
    }

    /// L4.3: a line break cannot get into a field; the http types refuse it.
    ///
    /// Rows: L4.3
    #[test]
    fn line_breaks_are_not_values_of_the_type() {
        for text in ["a\r\nx: y", "a\nb", "a\rb", "a\0b"] {
            assert!(http::HeaderValue::from_str(text).is_err(), "{text:?}");
            assert!(HeaderName::from_bytes(text.as_bytes()).is_err(), "{text:?}");
            assert!(
                format!("https://a.example/{text}").parse::<Uri>().is_err(),
                "{text:?}"
            );
        }
    }
}
