//! The client's side: a proof per request, at the price of its signature.

use std::fmt;
use std::sync::Arc;

use crate::claims::LONGEST_ID;
use crate::sign::{SignError, finish};
use crate::{Algorithm, Htu, Signer, Thumbprint, base64url, json};

/// Longest nonce that is put into a proof: it must fit a header line beside the rest.
const LONGEST_NONCE: usize = 1024;

/// Makes DPoP proofs with one key; the encoded header is kept.
///
/// ```
/// use std::sync::Arc;
/// use ob_jose::{Algorithm, DpopProver, Htu, ProofInput, SigningKey};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let prover = DpopProver::new(Arc::new(SigningKey::generate(Algorithm::Es256)?));
/// let proof = prover
///     .prove(&ProofInput {
///         htm: "POST",
///         htu: &Htu::from_uri("https://as.example/token")?,
///         iat: 1_763_800_000,
///         jti: "a-fresh-random-identifier",
///         ath: None,
///         nonce: None,
///     })
///     .await?;
/// assert_eq!(proof.split('.').count(), 3);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct DpopProver {
    signer: Arc<dyn Signer>,
    /// Base64url of the header: the same in every proof of this key.
    header: Arc<str>,
    thumbprint: Thumbprint,
}

/// What one proof is about.
#[derive(Clone, Copy, Debug)]
pub struct ProofInput<'a> {
    /// The request's method, in its own case (R070).
    pub htm: &'a str,
    /// The request's target (R071).
    pub htu: &'a Htu,
    /// Now, in whole seconds since 1970 (R072).
    pub iat: u64,
    /// A fresh identifier: at least 128 random bits, at most 256 printable ASCII characters (R069).
    pub jti: &'a str,
    /// [`ath`](crate::ath) of the access token that goes with the request; `None` where none does (R073).
    pub ath: Option<&'a str>,
    /// The server's latest nonce (R074).
    pub nonce: Option<&'a str>,
}

impl DpopProver {
    /// Prepares proofs signed by `signer`.
    #[must_use]
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        let jwk = signer.public_jwk();
        let algorithm = signer.algorithm();
        let json = format!(
            r#"{{"typ":"dpop+jwt","alg":"{algorithm}","jwk":{}}}"#,
            jwk.canonical()
        );
        let thumbprint = jwk.thumbprint();
        Self {
            header: base64url::encode(json.as_bytes()).into(),
            thumbprint,
            signer,
        }
    }

    /// The thumbprint that a token bound to this key carries in `cnf.jkt`.
    #[must_use]
    pub const fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    /// The algorithm of the proofs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.signer.algorithm()
    }

    /// Makes one proof. Every request needs its own, retries included (R067).
    ///
    /// # Errors
    /// A method, `jti`, `ath` or nonce outside its syntax, or a failing signer.
    pub async fn prove(&self, proof: &ProofInput<'_>) -> Result<String, SignError> {
        proof.check()?;
        let claims = proof.claims();
        // The signature's part is reserved by `finish`, which knows its length.
        let mut text = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 96);
        text.push_str(&self.header);
        finish(&self.signer, text, &claims).await
    }
}

impl fmt::Debug for DpopProver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopProver")
            .field("algorithm", &self.algorithm())
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

impl ProofInput<'_> {
    fn check(&self) -> Result<(), SignError> {
        let Self {
            htm,
            jti,
            ath: hash,
            nonce,
            ..
        } = self;
        require("htm", "an HTTP method", is_token(htm))?;
        let printable = jti.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let sized = (1..=LONGEST_ID).contains(&jti.len());
        require(
            "jti",
            "1 to 256 printable ASCII characters",
            printable && sized,
        )?;
        let hashed = hash.is_none_or(|hash| hash.len() == 43 && hash.bytes().all(is_base64url));
        require("ath", "the 43 characters of a SHA-256 in base64url", hashed)?;
        require(
            "nonce",
            "1 to 1024 characters of NQCHAR",
            nonce.is_none_or(is_nonce),
        )
    }

    /// The claims, written straight: there is nothing in them that needs a serialiser.
    fn claims(&self) -> Vec<u8> {
        let Self {
            htm,
            htu,
            iat,
            jti,
            ath: hash,
            nonce,
        } = *self;
        let optional = nonce.map_or(0, str::len) + hash.map_or(0, str::len);
        let size = htm.len() + htu.as_str().len() + jti.len() + optional + 96;
        let mut json = Vec::with_capacity(size);
        let mut member = |name: &[u8], value: &str| {
            json.extend_from_slice(name);
            json::append_string(value, &mut json);
        };
        member(b"{\"jti\":", jti);
        member(b",\"htm\":", htm);
        member(b",\"htu\":", htu.as_str());
        if let Some(hash) = hash {
            member(b",\"ath\":", hash);
        }
        if let Some(nonce) = nonce {
            member(b",\"nonce\":", nonce);
        }
        json.extend_from_slice(b",\"iat\":");
        json.extend_from_slice(iat.to_string().as_bytes());
        json.push(b'}');
        json
    }
}

fn require(what: &'static str, needed: &'static str, fulfilled: bool) -> Result<(), SignError> {
    fulfilled
        .then_some(())
        .ok_or_else(|| SignError::input(what, needed, "another text"))
}

/// RFC 9110 section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(tchar)
}

/// `1*NQCHAR` (RFC 9449 section 8.1): neither quote nor backslash nor space (R075).
fn is_nonce(nonce: &str) -> bool {
    let nqchar = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    (1..=LONGEST_NONCE).contains(&nonce.len()) && nonce.bytes().all(nqchar)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
