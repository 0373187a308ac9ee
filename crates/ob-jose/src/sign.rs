//! Making compact JWS.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::crypto::{PublicParts, ps256};
use crate::echo::echo;
use crate::{Algorithm, Signer, SignerError, base64url, json};

/// Signs `claims` under `header` and returns the compact serialisation.
///
/// `alg` is the signer's: it is put into the header, and a header that already names another one
/// is refused.
///
/// # Errors
/// Header or claims are no JSON objects, the header names another algorithm, or the signer fails.
///
/// ```
/// use ob_jose::{Algorithm, CompactJws, SigningKey, sign_compact};
/// use serde_json::json;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::Es256)?;
/// let token = sign_compact(&key, &json!({"typ": "at+jwt"}), &json!({"sub": "t1"})).await?;
/// assert_eq!(CompactJws::parse(&token, 8192)?.header().typ(), Some("at+jwt"));
/// # Ok(()) }
/// ```
pub async fn sign_compact(
    signer: &dyn Signer,
    header: &(impl Serialize + Sync),
    claims: &(impl Serialize + Sync),
) -> Result<String, SignError> {
    let header = with_algorithm(to_value("the header", header)?, signer.algorithm())?;
    let claims = to_value("the claims", claims)?;
    if !claims.is_object() {
        return Err(SignError::input(
            "the claims",
            "a JSON object",
            json::type_name(&claims),
        ));
    }
    let mut text = String::new();
    base64url::append(header.to_string().as_bytes(), &mut text);
    finish(signer, text, claims.to_string().as_bytes()).await
}

fn to_value(what: &'static str, value: &impl Serialize) -> Result<Value, SignError> {
    serde_json::to_value(value)
        .map_err(|_| SignError::input(what, "what JSON can express", "a value it cannot"))
}

fn with_algorithm(header: Value, algorithm: Algorithm) -> Result<Value, SignError> {
    let Value::Object(mut members) = header else {
        return Err(SignError::input(
            "the header",
            "a JSON object",
            json::type_name(&header),
        ));
    };
    match members.get("alg") {
        None => {
            members.insert("alg".to_owned(), algorithm.as_str().into());
        }
        Some(Value::String(name)) if Algorithm::from_name(name) == Some(algorithm) => {}
        Some(other) => {
            let found = other
                .as_str()
                .map_or(json::type_name(other).to_owned(), echo);
            return Err(SignError::input("\"alg\"", algorithm.as_str(), found));
        }
    }
    Ok(Value::Object(members))
}

/// Appends payload and signature to a text that holds the encoded header.
pub(crate) async fn finish(
    signer: &dyn Signer,
    mut text: String,
    payload: &[u8],
) -> Result<String, SignError> {
    let signature_length = signature_length(signer.public_jwk().parts());
    // One buffer for the whole token: base64 takes four characters for three octets.
    text.reserve_exact((payload.len() + signature_length) * 4 / 3 + 6);
    text.push('.');
    base64url::append(payload, &mut text);
    let signature = signer.sign(text.as_bytes()).await?;
    if signature.len() != signature_length {
        return Err(SignError::input(
            "the signature",
            format!("{signature_length} octets for {}", signer.algorithm()),
            format!("{} octets (is it DER?)", signature.len()),
        ));
    }
    text.push('.');
    base64url::append(&signature, &mut text);
    Ok(text)
}

/// What a JOSE signature of this key is long.
fn signature_length(parts: &PublicParts) -> usize {
    match parts {
        PublicParts::Rsa { n, .. } => ps256::bits(n).div_ceil(8),
        _ => 64,
    }
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SignError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{what}: need {needed}, found {found}")]
    Input {
        what: &'static str,
        needed: Cow<'static, str>,
        found: Cow<'static, str>,
    },
    #[error(transparent)]
    Signer(#[from] SignerError),
}

impl SignError {
    pub(crate) fn input(
        what: &'static str,
        needed: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Kind::Input {
            what,
            needed: needed.into(),
            found: found.into(),
        })
    }

    /// Whether the signer says that another try may succeed.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(&self.0, Kind::Signer(error) if error.is_retryable())
    }

    /// Whether the signer failed, rather than the input.
    #[must_use]
    pub const fn is_signer(&self) -> bool {
        matches!(self.0, Kind::Signer(_))
    }
}

impl From<SignerError> for SignError {
    fn from(error: SignerError) -> Self {
        Self(Kind::Signer(error))
    }
}
