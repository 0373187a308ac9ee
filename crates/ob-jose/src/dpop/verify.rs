//! The servers' side (RFC 9449 section 4.3).

use std::time::{Duration, SystemTime};

use crate::assertion::SIZE_LIMIT;
use crate::claims::{Claims, Clock, NumericDate};
use crate::crypto::sha256::sha256;
use crate::{CompactJws, Htu, JoseHeader, PublicJwk, Refusal, Thumbprint, VerifyingKey};

/// Verifies DPoP proofs: everything of RFC 9449 section 4.3 that needs no memory.
///
/// Whether the nonce is fresh and whether the proof was seen before are the caller's: both are
/// offered by [`VerifiedProof`]. Remember a proof only after it was verified (R117).
///
/// ```
/// use std::sync::Arc;
/// use std::time::{Duration, UNIX_EPOCH};
/// use ob_jose::{Algorithm, DpopProver, ExpectedProof, Htu, ProofInput, ProofVerifier, SigningKey};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let prover = DpopProver::new(Arc::new(SigningKey::generate(Algorithm::Es256)?));
/// let htu = Htu::from_uri("https://as.example/token")?;
/// let (iat, now) = (1_763_800_000, UNIX_EPOCH + Duration::from_secs(1_763_800_005));
/// let input = ProofInput { htm: "POST", htu: &htu, iat, jti: "j1", ath: None, nonce: None };
/// let text = prover.prove(&input).await?;
///
/// let proof = ProofVerifier::new().verify(&text, &ExpectedProof::new("POST", &htu, now))?;
/// assert_eq!(proof.thumbprint(), prover.thumbprint());
/// assert_eq!(
///     ProofVerifier::new().verify(&text, &ExpectedProof::new("GET", &htu, now)).unwrap_err().rule(),
///     "R095"
/// );
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ProofVerifier {
    size_limit: usize,
}

/// The request a proof came with, and how the verifier's clock is to be read.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedProof<'a> {
    /// The request's method (R095).
    pub method: &'a str,
    /// The request's target from the server's own configuration, never from `Host` (R098).
    pub htu: &'a Htu,
    /// The verifier's time.
    pub now: SystemTime,
    /// [`ath`](crate::ath) of the presented access token. `None` says that no token is presented,
    /// as at the token endpoint, and then the proof must not hold one (R073, R102).
    pub ath: Option<&'a str>,
    /// The key the presented token is bound to (R103).
    pub jkt: Option<&'a Thumbprint>,
    /// How old `iat` may be (R100).
    pub max_age: Duration,
    /// How far `iat` and `nbf` may lie ahead, never over 60 s (R017).
    pub max_ahead: Duration,
}

impl<'a> ExpectedProof<'a> {
    /// A request without access token; `iat` up to 120 s old and 30 s ahead.
    #[must_use]
    pub const fn new(method: &'a str, htu: &'a Htu, now: SystemTime) -> Self {
        Self {
            method,
            htu,
            now,
            ath: None,
            jkt: None,
            max_age: Duration::from_secs(120),
            max_ahead: Duration::from_secs(30),
        }
    }

    /// The request carries an access token with this `ath`, bound to this key.
    #[must_use]
    pub const fn with_token(mut self, ath: &'a str, jkt: &'a Thumbprint) -> Self {
        self.ath = Some(ath);
        self.jkt = Some(jkt);
        self
    }
}

impl Default for ProofVerifier {
    fn default() -> Self {
        Self::new()
    }
}

impl ProofVerifier {
    /// A verifier that reads proofs of up to 8 KiB (R147).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size_limit: SIZE_LIMIT,
        }
    }

    /// Another limit on the size of a proof.
    #[must_use]
    pub const fn size_limit(self, size_limit: usize) -> Self {
        Self { size_limit }
    }

    /// Verifies one proof: syntax and header, then the signature, then the claims.
    ///
    /// # Errors
    /// A [`Refusal`] naming the violated row. Answer `invalid_dpop_proof` without it.
    pub fn verify(
        &self,
        text: &str,
        expected: &ExpectedProof<'_>,
    ) -> Result<VerifiedProof, Refusal> {
        let jws = CompactJws::parse(text, self.size_limit).map_err(as_malformed)?;
        let jwk = embedded_key(jws.header())?;
        jws.verify_as(&VerifyingKey::from_jwk(&jwk), "R093")?;
        let claims = Claims {
            map: jws.claims()?,
            rule: "R090",
        };
        check_request(&claims, expected)?;
        let iat = check_times(&claims, expected)?;
        check_ath(&claims, expected.ath)?;
        // Absent is a missing claim (R090), unsuitable a danger to the replay store (R104).
        let jti = claims.text("jti").and_then(|_| claims.id("jti", "R104"))?;
        let thumbprint = jwk.thumbprint();
        check_binding(&thumbprint, expected.jkt)?;
        Ok(VerifiedProof {
            jti: jti.to_owned(),
            htm: expected.method.to_owned(),
            htu: expected.htu.normalised().into_owned(),
            nonce: claims.optional_text("nonce")?.map(str::to_owned),
            iat,
            thumbprint,
        })
    }
}

/// A proof that is no three-part JWS violates the row of section 4.3 item 2.
fn as_malformed(refusal: Refusal) -> Refusal {
    match refusal.rule() {
        "R123" => Refusal::new(
            "R089",
            "proof",
            refusal.expected().to_owned(),
            refusal.found().to_owned(),
        ),
        _ => refusal,
    }
}

/// `typ` in its bare lower-case form only (X4), then the one header in which `jwk` counts.
fn embedded_key(header: &JoseHeader) -> Result<PublicJwk, Refusal> {
    match header.typ() {
        Some("dpop+jwt") => {}
        Some(other) => return Err(Refusal::text("R091", "typ", "dpop+jwt", other)),
        None => return Err(Refusal::new("R091", "typ", "dpop+jwt", "nothing")),
    }
    let jwk = header.jwk();
    let Some(object) = jwk.filter(|jwk| jwk.is_object()) else {
        return Err(Refusal::kind("R090", "jwk", "an object", jwk));
    };
    let key = PublicJwk::from_value(object).map_err(|error| {
        let found = error.found().to_owned();
        Refusal::new(error.rule(), "jwk", error.needed().to_owned(), found)
    })?;
    if key.algorithm() != header.algorithm() {
        let found = format!("a key for {}", key.algorithm());
        let expected = format!("a key for {}", header.algorithm());
        return Err(Refusal::new("R130", "jwk", expected, found));
    }
    Ok(key)
}

fn check_request(claims: &Claims, expected: &ExpectedProof<'_>) -> Result<(), Refusal> {
    let htm = claims.text("htm")?;
    if htm != expected.method {
        return Err(Refusal::text(
            "R095",
            "htm",
            expected.method.to_owned(),
            htm,
        ));
    }
    let text = claims.text("htu")?;
    if text == expected.htu.as_str() {
        return Ok(());
    }
    let htu = Htu::from_uri(text).map_err(|error| {
        Refusal::new("R096", "htu", error.needed(), "a text that is no such URI")
    })?;
    if htu.is_same_target(expected.htu) {
        return Ok(());
    }
    Err(Refusal::text(
        "R096",
        "htu",
        expected.htu.to_string(),
        htu.as_str(),
    ))
}

fn check_times(claims: &Claims, expected: &ExpectedProof<'_>) -> Result<NumericDate, Refusal> {
    let clock = Clock::new(expected.now, expected.max_ahead);
    let iat = claims.time("iat", "R090")?;
    clock.not_ahead("iat", iat)?;
    clock.not_older("R100", iat, expected.max_age)?;
    if let Some(nbf) = claims.optional_time("nbf")? {
        clock.not_ahead("nbf", nbf)?;
    }
    if let Some(exp) = claims.optional_time("exp")? {
        clock.not_expired("R101", exp, Duration::ZERO)?;
    }
    Ok(iat)
}

fn check_ath(claims: &Claims, expected: Option<&str>) -> Result<(), Refusal> {
    match (expected, claims.map.get("ath")) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Refusal::new(
            "R073",
            "ath",
            "none where no access token is presented",
            "one",
        )),
        (Some(expected), _) => {
            let found = claims.text("ath")?;
            let same = found == expected;
            same.then_some(()).ok_or_else(|| {
                Refusal::new(
                    "R102",
                    "ath",
                    "the hash of the presented token",
                    "another text",
                )
            })
        }
    }
}

fn check_binding(key: &Thumbprint, bound: Option<&Thumbprint>) -> Result<(), Refusal> {
    match bound {
        Some(bound) if bound != key => Err(Refusal::new(
            "R103",
            "jwk",
            format!("the key {bound}"),
            format!("the key {key}"),
        )),
        _ => Ok(()),
    }
}

/// A verified proof. Nonce and replay are still to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedProof {
    jti: String,
    htm: String,
    htu: String,
    nonce: Option<String>,
    iat: NumericDate,
    thumbprint: Thumbprint,
}

impl VerifiedProof {
    /// The proof's identifier, at most 256 printable ASCII characters.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// The method.
    #[must_use]
    pub fn htm(&self) -> &str {
        &self.htm
    }

    /// The target, normalised.
    #[must_use]
    pub fn htu(&self) -> &str {
        &self.htu
    }

    /// The nonce the proof brought; the caller decides whether it is one of its own (R099).
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// When the proof was made.
    #[must_use]
    pub fn issued_at(&self) -> SystemTime {
        self.iat.to_system_time()
    }

    /// The key that made it: `cnf.jkt` of a token bound to it.
    #[must_use]
    pub const fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    /// What to remember for the time a proof is accepted: a hash of key, target, method and
    /// `jti` (R104).
    #[must_use]
    pub fn replay_key(&self) -> [u8; 32] {
        let mut fields = Vec::with_capacity(256);
        for field in [self.thumbprint.as_str(), &self.htu, &self.htm, &self.jti] {
            // The length keeps neighbouring fields apart.
            fields.extend_from_slice(&(field.len() as u64).to_be_bytes());
            fields.extend_from_slice(field.as_bytes());
        }
        sha256(&fields)
    }
}
