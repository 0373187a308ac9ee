//! The authorization server's side.

use std::time::{Duration, SystemTime};

use crate::claims::{Claims, Clock, NumericDate};
use crate::{Algorithm, CompactJws, JwkSet, NoSuchKey, PublicJwk, Refusal, VerifyingKey};

use super::SIZE_LIMIT;

/// Verifies client assertions as a FAPI 2.0 authorization server must (standards B and F).
///
/// It is pure: whether a `jti` was seen before is the caller's to remember, after this verifier
/// said yes and not before (R054, R117).
///
/// ```
/// use std::time::SystemTime;
/// use ob_jose::{Algorithm, AssertionVerifier, ClientAssertion, JwkSet, RegisteredClient, SigningKey};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::Es256)?.with_kid("k1");
/// let now = SystemTime::now();
/// let token = ClientAssertion::new("client", "https://as.example").sign(&key, now, "j1").await?;
///
/// let verifier = AssertionVerifier::new("https://as.example");
/// let client_id = verifier.claimed_client(&token)?;     // whose keys to look up
/// let keys = JwkSet::new([key.public_jwk().clone()]);
/// let client = RegisteredClient { client_id: &client_id, keys: &keys, algorithm: None };
/// assert_eq!(verifier.verify(&token, &client, now)?.jti(), "j1");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct AssertionVerifier {
    issuer: String,
    max_ahead: Duration,
    max_age: Duration,
}

/// What the server knows about the client that an assertion claims to be from.
#[derive(Clone, Copy, Debug)]
pub struct RegisteredClient<'a> {
    /// The client's id, byte for byte.
    pub client_id: &'a str,
    /// Its registered keys; the assertion's header never brings its own (R060).
    pub keys: &'a JwkSet,
    /// `token_endpoint_auth_signing_alg`, where registered (R061).
    pub algorithm: Option<Algorithm>,
}

impl AssertionVerifier {
    /// `issuer` is the server's issuer identifier, the only audience accepted (R014).
    pub fn new(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            max_ahead: Duration::from_secs(30),
            max_age: Duration::from_secs(300),
        }
    }

    /// How far `iat` and `nbf` may lie ahead: 30 s unless set, never over 60 s (R017).
    #[must_use]
    pub fn max_ahead(self, max_ahead: Duration) -> Self {
        Self { max_ahead, ..self }
    }

    /// How old `iat` may be and how long the assertion may live: 300 s unless set (R053, R055).
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// The client an assertion says it is from: strictly parsed, **not verified**, good for
    /// nothing but finding the keys.
    ///
    /// # Errors
    /// The assertion is malformed, or `iss` and `sub` differ.
    pub fn claimed_client(&self, token: &str) -> Result<String, Refusal> {
        let claims = Claims {
            map: CompactJws::parse(token, SIZE_LIMIT)?.claims()?,
            rule: "R050",
        };
        let (iss, sub) = (claims.id("iss", "R050")?, claims.id("sub", "R051")?);
        if iss != sub {
            return Err(Refusal::text("R051", "sub", "the same as iss", sub));
        }
        Ok(iss.to_owned())
    }

    /// Verifies an assertion against what is registered for its client.
    ///
    /// # Errors
    /// A [`Refusal`] naming the violated row. Answer `invalid_client` without it (R059).
    pub fn verify(
        &self,
        token: &str,
        client: &RegisteredClient<'_>,
        now: SystemTime,
    ) -> Result<VerifiedAssertion, Refusal> {
        let jws = CompactJws::parse(token, SIZE_LIMIT)?;
        check_typ(jws.header().typ())?;
        let key = find_key(&jws, client)?;
        jws.verify(&VerifyingKey::from_jwk(key))?;
        let claims = Claims {
            map: jws.claims()?,
            rule: "R050",
        };
        self.check_parties(&claims, client)?;
        let (iat, exp) = self.check_times(&claims, now)?;
        Ok(VerifiedAssertion {
            client_id: client.client_id.to_owned(),
            jti: claims.id("jti", "R054")?.to_owned(),
            kid: jws.header().kid().map(str::to_owned),
            iat,
            exp,
        })
    }

    fn check_parties(&self, claims: &Claims, client: &RegisteredClient<'_>) -> Result<(), Refusal> {
        for (name, rule) in [("iss", "R050"), ("sub", "R051")] {
            let found = claims.text_under(name, rule)?;
            if found != client.client_id {
                return Err(Refusal::text(rule, name, "the client's id", found));
            }
        }
        match claims.text_under("aud", "R052")? {
            aud if aud == self.issuer => Ok(()),
            aud => Err(Refusal::text(
                "R052",
                "aud",
                format!("\"{}\"", self.issuer),
                aud,
            )),
        }
    }

    fn check_times(
        &self,
        claims: &Claims,
        now: SystemTime,
    ) -> Result<(Option<NumericDate>, NumericDate), Refusal> {
        let clock = Clock::new(now, self.max_ahead);
        let exp = claims.time("exp", "R053")?;
        clock.not_expired("R053", exp, Duration::ZERO)?;
        let iat = claims.optional_time("iat")?;
        if let Some(iat) = iat {
            clock.not_ahead("iat", iat)?;
            clock.not_older("R055", iat, self.max_age)?;
            self.check_life("exp - iat", exp.after(iat))?;
        }
        self.check_life("exp", exp.after(clock.now).saturating_sub(clock.max_ahead))?;
        if let Some(nbf) = claims.optional_time("nbf")? {
            clock.not_ahead("nbf", nbf)?;
        }
        Ok((iat, exp))
    }

    fn check_life(&self, what: &'static str, life: Duration) -> Result<(), Refusal> {
        if life <= self.max_age {
            return Ok(());
        }
        let expected = format!("at most {} s", self.max_age.as_secs());
        Err(Refusal::new(
            "R053",
            what,
            expected,
            format!("{} s", life.as_secs_f64()),
        ))
    }
}

/// Absent, `JWT` and the registered type are accepted; any other type is another token (X3, R143).
fn check_typ(typ: Option<&str>) -> Result<(), Refusal> {
    const EXPECTED: &str = "client-authentication+jwt, JWT or none";
    let Some(typ) = typ else { return Ok(()) };
    match typ.strip_prefix("application/").unwrap_or(typ) {
        "client-authentication+jwt" | "JWT" => Ok(()),
        _ => Err(Refusal::text("R143", "typ", EXPECTED, typ)),
    }
}

/// Chooses among the registered keys by `kid` and algorithm (R060, R041).
fn find_key<'a>(
    jws: &CompactJws<'_>,
    client: &RegisteredClient<'a>,
) -> Result<&'a PublicJwk, Refusal> {
    let algorithm = jws.header().algorithm();
    if let Some(registered) = client
        .algorithm
        .filter(|registered| *registered != algorithm)
    {
        return Err(Refusal::new(
            "R061",
            "alg",
            registered.as_str(),
            algorithm.as_str(),
        ));
    }
    client
        .keys
        .find(jws.header().kid(), algorithm)
        .map_err(|error| {
            let rule = if error == NoSuchKey::Ambiguous {
                "R041"
            } else {
                "R060"
            };
            Refusal::new(rule, "kid", "one registered key", error.to_string())
        })
}

/// A verified client assertion. Whether its `jti` is new is the caller's to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAssertion {
    client_id: String,
    jti: String,
    kid: Option<String>,
    iat: Option<NumericDate>,
    exp: NumericDate,
}

impl VerifiedAssertion {
    /// The authenticated client.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The identifier that must be new, at most 256 printable ASCII characters.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// The `kid` of the header.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// When it was made, if it says so.
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.iat.map(NumericDate::to_system_time)
    }

    /// Until when a replay must be remembered.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.exp.to_system_time()
    }
}
