//! The addresses a sandbox answers for: from configuration, never from a request (R098).

/// The public base of a sandbox and the addresses derived from it.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    origin: String,
    authority: String,
}

impl Base {
    /// The base of a sandbox that listens on loopback.
    pub(crate) fn listening(tls: bool, port: u16) -> Self {
        let scheme = if tls { "https" } else { "http" };
        let authority = format!("127.0.0.1:{port}");
        Self {
            origin: format!("{scheme}://{authority}"),
            authority,
        }
    }

    /// The base of a sandbox without sockets. `.invalid` never resolves (RFC 2606), so a request
    /// for it cannot leave the process by accident.
    pub(crate) fn in_process() -> Self {
        let authority = String::from("sandbox.obkit.invalid");
        Self {
            origin: format!("https://{authority}"),
            authority,
        }
    }

    /// The issuer, also the API's base: one origin serves both.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// `https`, or `http` on loopback.
    pub(crate) fn scheme(&self) -> &str {
        self.origin.split(':').next().unwrap_or_default()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Whether a `Host` or `:authority` names this server. Host names are compared without case
    /// and the default port of https may be written out (RFC 9110 section 4.2.3).
    pub(crate) fn is_served(&self, authority: &str) -> bool {
        let plain = authority.strip_suffix(":443").unwrap_or(authority);
        self.authority.eq_ignore_ascii_case(authority)
            || (self.origin.starts_with("https") && self.authority.eq_ignore_ascii_case(plain))
    }
}

pub(crate) const TOKEN_PATH: &str = "/oauth2/tokens";
pub(crate) const JWKS_PATH: &str = "/jwks";
pub(crate) const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
pub(crate) const EXPLAIN_PATH: &str = "/__sandbox/explain";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r098_serves_its_own_authority_only() {
        let base = Base::listening(false, 8080);
        assert!(base.is_served("127.0.0.1:8080"));
        for other in [
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost:8080",
            "evil.example",
            "",
        ] {
            assert!(!base.is_served(other), "{other}");
        }
        let base = Base::in_process();
        assert!(
            base.is_served("SANDBOX.obkit.invalid") && base.is_served("sandbox.obkit.invalid:443")
        );
        assert!(!base.is_served("sandbox.obkit.invalid:80"));
    }
}
