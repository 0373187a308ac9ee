//! What a verified token says.

use std::time::SystemTime;

use serde_json::{Map, Value};

use crate::Thumbprint;
use crate::claims::NumericDate;

/// The claims of a verified access token.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessTokenClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    pub(crate) aud: Vec<String>,
    pub(crate) scope: Option<String>,
    pub(crate) jti: String,
    pub(crate) iat: NumericDate,
    pub(crate) exp: NumericDate,
    pub(crate) act_sub: Option<String>,
    pub(crate) jkt: Option<Thumbprint>,
    pub(crate) extra: Map<String, Value>,
}

impl AccessTokenClaims {
    /// The issuer.
    #[must_use]
    pub fn iss(&self) -> &str {
        &self.iss
    }

    /// Whose data the token is for.
    #[must_use]
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// The client the token was issued to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// All audiences; the verifier's own is among them.
    #[must_use]
    pub fn aud(&self) -> &[String] {
        &self.aud
    }

    /// The granted scopes, in order.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.iter().flat_map(|scope| scope.split(' '))
    }

    /// `scope` as it stands in the token.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The token's identifier, for revocation.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// When it was issued.
    #[must_use]
    pub fn issued_at(&self) -> SystemTime {
        self.iat.to_system_time()
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.exp.to_system_time()
    }

    /// The current actor (the outermost `act.sub`) of a delegated token; it equals
    /// [`client_id`](Self::client_id) (R183, R185).
    #[must_use]
    pub fn act_sub(&self) -> Option<&str> {
        self.act_sub.as_deref()
    }

    /// The DPoP key the token is bound to.
    #[must_use]
    pub const fn jkt(&self) -> Option<&Thumbprint> {
        self.jkt.as_ref()
    }

    /// All other claims.
    #[must_use]
    pub const fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }
}
