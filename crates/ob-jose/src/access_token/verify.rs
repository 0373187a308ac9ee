//! The rules of RFC 9068 section 4, and of delegation.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::claims::{Claims, Clock, NumericDate};
use crate::{CompactJws, JwkSet, NoSuchKey, Refusal, Thumbprint, VerifyingKey};

use super::AccessTokenClaims;

/// Access tokens are refused above this size, before any decoding (R147).
const SIZE_LIMIT: usize = 8 * 1024;

/// Deepest chain of `act` that is read (R184).
const DEEPEST_ACT: usize = 5;

/// More leeway on `exp` than this is not given (R179).
const MOST_LEEWAY: Duration = Duration::from_secs(5);

/// Verifies access tokens as a FAPI 2.0 resource server must (standards F and I).
///
/// Revocation, scopes and the proof that goes with a bound token are the caller's.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use ob_jose::{AccessTokenVerifier, Algorithm, JwkSet, SigningKey, sign_compact};
/// use serde_json::json;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::Es256)?.with_kid("as-1");
/// let claims = json!({
///     "iss": "https://as.example", "aud": "https://api.example", "sub": "third-party",
///     "client_id": "integrator", "act": {"sub": "integrator"}, "scope": "accounts",
///     "jti": "t1", "iat": 1_763_800_000, "exp": 1_763_800_300,
/// });
/// let token = sign_compact(&key, &json!({"typ": "at+jwt", "kid": "as-1"}), &claims).await?;
///
/// let keys = JwkSet::new([key.public_jwk().clone()]);
/// let verifier = AccessTokenVerifier::new("https://as.example", "https://api.example", keys);
/// let now = UNIX_EPOCH + Duration::from_secs(1_763_800_010);
/// assert_eq!(verifier.verify(&token, now)?.act_sub(), Some("integrator"));
/// assert_eq!(verifier.verify(&token, now + Duration::from_secs(290)).unwrap_err().rule(), "R179");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct AccessTokenVerifier {
    issuer: String,
    audience: String,
    keys: JwkSet,
    leeway: Duration,
    max_ahead: Duration,
}

impl AccessTokenVerifier {
    /// Tokens of `issuer` for `audience`, signed with one of the issuer's `keys`.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: JwkSet) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            keys,
            leeway: Duration::ZERO,
            max_ahead: Duration::from_secs(30),
        }
    }

    /// How long after `exp` a token still passes: not at all unless set, never over 5 s (R179).
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        Self {
            leeway: leeway.min(MOST_LEEWAY),
            ..self
        }
    }

    /// How far `iat` and `nbf` may lie ahead: 30 s unless set, never over 60 s (R017).
    #[must_use]
    pub fn max_ahead(self, max_ahead: Duration) -> Self {
        Self { max_ahead, ..self }
    }

    /// Verifies one token.
    ///
    /// # Errors
    /// A [`Refusal`] naming the violated row. Answer `invalid_token` without it (R180).
    pub fn verify(&self, token: &str, now: SystemTime) -> Result<AccessTokenClaims, Refusal> {
        let jws = CompactJws::parse(token, SIZE_LIMIT)?;
        check_typ(jws.header().typ())?;
        self.check_signature(&jws)?;
        let claims = Claims {
            map: jws.claims()?,
            rule: "R175",
        };
        let (iss, aud) = (self.check_issuer(&claims)?, self.check_audience(&claims)?);
        let (iat, exp) = self.check_times(&claims, now)?;
        let (sub, client_id) = (claims.id("sub", "R175")?, claims.id("client_id", "R175")?);
        let act_sub = check_actor(claims.map.get("act"), sub, client_id)?;
        Ok(AccessTokenClaims {
            iss,
            sub: sub.to_owned(),
            client_id: client_id.to_owned(),
            aud,
            scope: check_scope(&claims)?,
            jti: claims.id("jti", "R175")?.to_owned(),
            iat,
            exp,
            act_sub,
            jkt: check_confirmation(claims.map.get("cnf"))?,
            extra: extra(claims.map),
        })
    }

    fn check_signature(&self, jws: &CompactJws<'_>) -> Result<(), Refusal> {
        let key = self
            .keys
            .find(jws.header().kid(), jws.header().algorithm())
            .map_err(|error| {
                let rule = if error == NoSuchKey::Ambiguous {
                    "R041"
                } else {
                    "R179"
                };
                Refusal::new(rule, "kid", "one key of the issuer", error.to_string())
            })?;
        jws.verify_as(&VerifyingKey::from_jwk(key), "R179")
    }

    fn check_issuer(&self, claims: &Claims) -> Result<String, Refusal> {
        match claims.text("iss")? {
            iss if iss == self.issuer => Ok(iss.to_owned()),
            iss => Err(Refusal::text(
                "R179",
                "iss",
                format!("\"{}\"", self.issuer),
                iss,
            )),
        }
    }

    fn check_audience(&self, claims: &Claims) -> Result<Vec<String>, Refusal> {
        let aud = match claims.map.get("aud") {
            Some(Value::String(one)) => Some(vec![one.clone()]),
            Some(Value::Array(all)) => all
                .iter()
                .map(|one| one.as_str().map(String::from))
                .collect(),
            other => return Err(Refusal::kind("R175", "aud", "a string or an array", other)),
        };
        let expected = || format!("\"{}\" among strings", self.audience);
        match aud {
            Some(aud) if aud.contains(&self.audience) => Ok(aud),
            Some(_) => Err(Refusal::new("R145", "aud", expected(), "other audiences")),
            None => Err(Refusal::new(
                "R145",
                "aud",
                expected(),
                "a member that is no string",
            )),
        }
    }

    fn check_times(
        &self,
        claims: &Claims,
        now: SystemTime,
    ) -> Result<(NumericDate, NumericDate), Refusal> {
        let clock = Clock::new(now, self.max_ahead);
        let (iat, exp) = (claims.time("iat", "R175")?, claims.time("exp", "R175")?);
        clock.not_expired("R179", exp, self.leeway)?;
        clock.not_ahead("iat", iat)?;
        if let Some(nbf) = claims.optional_time("nbf")? {
            clock.not_ahead("nbf", nbf)?;
        }
        Ok((iat, exp))
    }
}

/// Media types compare without case in general; here the lower-case spelling is the only one, as
/// for every other `typ` (R178).
fn check_typ(typ: Option<&str>) -> Result<(), Refusal> {
    const EXPECTED: &str = "at+jwt or application/at+jwt";
    match typ {
        Some("at+jwt" | "application/at+jwt") => Ok(()),
        Some(other) => Err(Refusal::text("R178", "typ", EXPECTED, other)),
        None => Err(Refusal::new("R178", "typ", EXPECTED, "nothing")),
    }
}

/// The outermost actor is the client; a token for somebody else names one (R182-R185, R188).
fn check_actor(act: Option<&Value>, sub: &str, client: &str) -> Result<Option<String>, Refusal> {
    let Some(act) = act else {
        let own = sub == client;
        return own.then_some(None).ok_or_else(|| {
            Refusal::new(
                "R185",
                "act",
                "an actor where sub is not the client",
                "nothing",
            )
        });
    };
    let actor = read_chain(act)?;
    if actor != client {
        return Err(Refusal::text("R185", "act.sub", "the client_id", actor));
    }
    if actor == sub {
        return Err(Refusal::text(
            "R185",
            "act.sub",
            "an actor other than sub",
            actor,
        ));
    }
    Ok(Some(actor.to_owned()))
}

/// Inner actors are history: their form is checked, their content means nothing (R183, R184).
fn read_chain(outermost: &Value) -> Result<&str, Refusal> {
    let chain: Vec<&Value> = std::iter::successors(Some(outermost), |act| act.get("act")).collect();
    if chain.len() > DEEPEST_ACT {
        let found = format!("{} levels", chain.len());
        return Err(Refusal::new("R184", "act", "at most 5 levels", found));
    }
    for act in &chain {
        if !act.is_object() {
            return Err(Refusal::kind("R182", "act", "an object", Some(*act)));
        }
        match act.get("sub") {
            Some(Value::String(sub)) if !sub.is_empty() => {}
            other => {
                return Err(Refusal::kind(
                    "R182",
                    "act.sub",
                    "a non-empty string",
                    other,
                ));
            }
        }
    }
    Ok(outermost
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or_default())
}

/// `scope` is words of NQCHAR with single spaces between them (R167).
fn check_scope(claims: &Claims) -> Result<Option<String>, Refusal> {
    let Some(scope) = claims.optional_text("scope")? else {
        return Ok(None);
    };
    let nqchar = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if scope
        .split(' ')
        .all(|word| !word.is_empty() && word.bytes().all(nqchar))
    {
        return Ok(Some(scope.to_owned()));
    }
    Err(Refusal::text(
        "R167",
        "scope",
        "words with single spaces between them",
        scope,
    ))
}

/// A confirmation method that nobody here can check must not look like none at all (R103).
fn check_confirmation(cnf: Option<&Value>) -> Result<Option<Thumbprint>, Refusal> {
    let Some(cnf) = cnf else { return Ok(None) };
    let Value::Object(members) = cnf else {
        return Err(Refusal::kind("R103", "cnf", "an object", Some(cnf)));
    };
    match (members.len(), members.get("jkt")) {
        (1, Some(Value::String(jkt))) => {
            let bad = |_| Refusal::text("R103", "cnf.jkt", "a SHA-256 thumbprint", jkt);
            jkt.parse().map(Some).map_err(bad)
        }
        (1, Some(other)) => Err(Refusal::kind("R103", "cnf.jkt", "a string", Some(other))),
        _ => Err(Refusal::new(
            "R103",
            "cnf",
            "jkt alone",
            "other confirmation methods",
        )),
    }
}

fn extra(mut claims: Map<String, Value>) -> Map<String, Value> {
    const KNOWN: [&str; 10] = [
        "iss",
        "sub",
        "client_id",
        "aud",
        "scope",
        "jti",
        "iat",
        "exp",
        "act",
        "cnf",
    ];
    claims.retain(|name, _| !KNOWN.contains(&name.as_str()));
    claims
}
