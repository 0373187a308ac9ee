//! The client's side.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sign::{SignError, finish};
use crate::{Signer, base64url, json};

/// The longest life an assertion may be given: the limit of strict servers (R053).
const LONGEST_LIFE: Duration = Duration::from_secs(300);

/// Builds client assertions for one client at one authorization server.
///
/// Every token request takes a fresh one, retries included (R063).
///
/// ```
/// use std::time::SystemTime;
/// use ob_jose::{Algorithm, ClientAssertion, SigningKey};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::Ps256)?.with_kid("key-1");
/// let assertion = ClientAssertion::new("client", "https://as.example")
///     .sign(&key, SystemTime::now(), "a-fresh-random-identifier")
///     .await?;
/// assert_eq!(assertion.split('.').count(), 3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    client_id: String,
    audience: String,
    kid: Option<String>,
    lifetime: Duration,
    typ: AssertionTyp,
}

/// The `typ` of a client assertion.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AssertionTyp {
    /// `client-authentication+jwt`, as RFC 10070 section 4 wants it.
    #[default]
    ClientAuthentication,
    /// `JWT`, for servers that know no other.
    Jwt,
    /// No `typ` at all.
    Absent,
}

impl AssertionTyp {
    const fn header(self) -> &'static str {
        match self {
            Self::ClientAuthentication => r#"{"typ":"client-authentication+jwt","#,
            Self::Jwt => r#"{"typ":"JWT","#,
            Self::Absent => "{",
        }
    }
}

impl ClientAssertion {
    /// `audience` is the issuer identifier of the server, never its token endpoint (R021, R064).
    pub fn new(client_id: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            audience: audience.into(),
            kid: None,
            lifetime: Duration::from_secs(60),
            typ: AssertionTyp::default(),
        }
    }

    /// The name under which the server registered the key; without it the signer's own `kid`.
    #[must_use]
    pub fn kid(self, kid: impl Into<String>) -> Self {
        Self {
            kid: Some(kid.into()),
            ..self
        }
    }

    /// From now to `exp`: 60 s unless set, at most 300 s (R053).
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// Another `typ`, for servers that choke on the standard one.
    #[must_use]
    pub fn typ(self, typ: AssertionTyp) -> Self {
        Self { typ, ..self }
    }

    /// Signs one assertion. `jti` must be fresh: at least 128 random bits (R039, R054).
    ///
    /// # Errors
    /// An empty `client_id`, audience or `jti`, a lifetime of zero or over 300 s, a clock before
    /// 1970, or a failing signer.
    pub async fn sign(
        &self,
        signer: &dyn Signer,
        now: SystemTime,
        jti: &str,
    ) -> Result<String, SignError> {
        self.check(jti)?;
        let mut text = String::new();
        base64url::append(&self.header(signer), &mut text);
        finish(signer, text, &self.claims(now, jti)?).await
    }

    fn check(&self, jti: &str) -> Result<(), SignError> {
        for (what, value) in [
            ("the client id", &*self.client_id),
            ("the audience", &*self.audience),
            ("jti", jti),
        ] {
            if value.is_empty() {
                return Err(SignError::input(what, "a value", "an empty string"));
            }
        }
        if (Duration::from_secs(1)..=LONGEST_LIFE).contains(&self.lifetime) {
            return Ok(());
        }
        let found = format!("{} s", self.lifetime.as_secs_f64());
        Err(SignError::input("the lifetime", "1 s to 300 s", found))
    }

    fn header(&self, signer: &dyn Signer) -> Vec<u8> {
        let mut json = Vec::with_capacity(160);
        json.extend_from_slice(self.typ.header().as_bytes());
        json.extend_from_slice(b"\"alg\":\"");
        json.extend_from_slice(signer.algorithm().as_str().as_bytes());
        json.push(b'"');
        if let Some(kid) = self.kid.as_deref().or_else(|| signer.public_jwk().kid()) {
            json.extend_from_slice(b",\"kid\":");
            json::append_string(kid, &mut json);
        }
        json.push(b'}');
        json
    }

    fn claims(&self, now: SystemTime, jti: &str) -> Result<Vec<u8>, SignError> {
        let since = now.duration_since(UNIX_EPOCH);
        let since =
            since.map_err(|_| SignError::input("now", "a time after 1970", "one before"))?;
        let (iat, exp) = (
            since.as_secs(),
            since.saturating_add(self.lifetime).as_secs(),
        );
        let mut json = Vec::with_capacity(320);
        for (name, value) in [
            (&b"{\"iss\":"[..], &*self.client_id),
            (b",\"sub\":", &*self.client_id),
            (b",\"aud\":", &*self.audience),
            (b",\"jti\":", jti),
        ] {
            json.extend_from_slice(name);
            json::append_string(value, &mut json);
        }
        json.extend_from_slice(format!(",\"iat\":{iat},\"exp\":{exp}}}").as_bytes());
        Ok(json)
    }
}
