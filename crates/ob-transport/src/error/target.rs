use std::fmt;

use http::Uri;

use super::cause::safe;

/// `scheme://host:port` of a URI and nothing else of it.
#[derive(Clone)]
pub(super) struct Target(String);

impl Target {
    /// `None` where the URI names no host.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let host = uri.host()?;
        let scheme = uri.scheme_str().unwrap_or("?");
        let text = match uri.port_u16().or(default_port(scheme)) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Some(Self(safe(&text)))
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &'static str, expected: Option<&str>) {
        let target = Target::of(&Uri::from_static(uri)).map(|target| target.to_string());
        assert_eq!(target.as_deref(), expected, "{uri}");
    }

    #[test]
    fn keeps_scheme_host_and_port_only() {
        check("https://a.example/p?q=1", Some("https://a.example:443"));
        check("http://[::1]:8080/", Some("http://[::1]:8080"));
        check("https://u:p@a.example/", Some("https://a.example:443"));
        check("ftp://a.example/", Some("ftp://a.example"));
        check("/only/path", None);
    }
}
