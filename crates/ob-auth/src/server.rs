//! The authorization server: who it is and where its token endpoint is.

use crate::{
    BuildError,
    origin::{self, Origin},
};
use http::Uri;
use ob_core::{Code, Shown};
use ob_jose::{Algorithm, Htu};

/// An authorization server: its issuer identifier and the URL of its token endpoint.
///
/// Neither is ever derived from the other: the client assertion is addressed to the issuer
/// alone (R021, R064), whatever the endpoint's URL is. Both come from your configuration, or, for
/// the issuer alone, from the server's metadata: see [`Discovery`](crate::Discovery).
///
/// ```
/// use ob_auth::AuthorizationServer;
/// let server = AuthorizationServer::new(
///     "https://auth.openbanking.mastercard.eu",
///     "https://auth.openbanking.mastercard.eu/oauth2/tokens",
/// )?;
/// assert_eq!(server.issuer(), "https://auth.openbanking.mastercard.eu");
/// assert!(AuthorizationServer::new("https://as.example", "http://as.example/token").is_err());
/// # Ok::<(), ob_auth::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationServer {
    issuer: String,
    token_url: Uri,
    htu: Htu,
    origin: Origin,
    accepted: Accepted,
}

/// The algorithms a server said it accepts; `None` where it said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Of client assertions.
    pub(crate) assertion: Option<Vec<Algorithm>>,
    /// Of DPoP proofs.
    pub(crate) proof: Option<Vec<Algorithm>>,
}

impl AuthorizationServer {
    /// A server. The issuer goes into `aud` byte for byte.
    ///
    /// # Errors
    /// `OB-N102` for a token URL that is not https (plain http only to a loopback address),
    /// carries user information or a fragment, or is not a URL; `OB-K010` for an empty issuer
    /// or one with control characters or spaces.
    pub fn new(issuer: impl Into<String>, token_url: &str) -> Result<Self, BuildError> {
        let issuer = checked_issuer(issuer.into())?;
        let refused = |why| {
            let found = origin::shown(token_url);
            BuildError::new(
                Code::N102,
                format!("token URL {found} is not usable: {why}"),
            )
        };
        if token_url.contains('#') {
            return Err(refused("it has a fragment"));
        }
        let uri: Uri = token_url.parse().map_err(|_| refused("it is not a URL"))?;
        let origin = Origin::for_credentials(&uri).map_err(refused)?;
        let htu = Htu::from_uri(token_url)
            .map_err(|error| refused("no proof can be made for it").caused_by(error))?;
        Ok(Self {
            issuer,
            token_url: uri,
            htu,
            origin,
            accepted: Accepted::default(),
        })
    }

    pub(crate) fn accepting(self, accepted: Accepted) -> Self {
        Self { accepted, ..self }
    }

    pub(crate) fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    /// The issuer identifier: `aud` of the client assertion.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where tokens are asked for.
    #[must_use]
    pub fn token_url(&self) -> &Uri {
        &self.token_url
    }

    pub(crate) fn htu(&self) -> &Htu {
        &self.htu
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }
}

fn checked_issuer(issuer: String) -> Result<String, BuildError> {
    let usable = !issuer.is_empty() && issuer.bytes().all(|b| b.is_ascii_graphic());
    usable.then_some(()).ok_or_else(|| {
        let found = Shown(&issuer);
        BuildError::new(
            Code::K010,
            format!("issuer {found} is not usable: needs printable ASCII without spaces"),
        )
    })?;
    Ok(issuer)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Rows: R021
    #[test]
    fn r021_the_issuer_stays_byte_for_byte() {
        for issuer in [
            "https://as.example",
            "https://as.example/",
            "HTTPS://AS.example:443",
        ] {
            let server = AuthorizationServer::new(issuer, "https://other.example/t").unwrap();
            assert_eq!(server.issuer(), issuer);
        }
    }

    /// Rows: R001
    #[test]
    fn r001_refuses_urls_that_credentials_must_not_go_to() {
        for url in [
            "http://as.example/t",
            "HTTP://as.example/t",
            "https://u:p@as.example/t",
            "https://as.example/t#f",
            "as.example/t",
            "/t",
            "",
            "https://",
        ] {
            let refused = AuthorizationServer::new("https://as.example", url).unwrap_err();
            assert_eq!(refused.code(), Code::N102, "{url}");
            assert!(!refused.to_string().contains("u:p"), "{refused}");
        }
        assert!(AuthorizationServer::new("i", "http://127.0.0.1:8080/t").is_ok());
    }

    #[test]
    fn an_issuer_must_be_there_and_printable() {
        for issuer in ["", "https://as example", "https://as\n"] {
            let refused = AuthorizationServer::new(issuer, "https://as.example/t").unwrap_err();
            assert_eq!(refused.code(), Code::K010, "{issuer:?}");
        }
    }
}
