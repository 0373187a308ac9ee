//! Base64url as JOSE wants it: no padding, no whitespace, and one spelling per value.
//!
//! A decoder that forgives trailing bits gives every signature several spellings (RFC 4648
//! section 3.5, R125); this one does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::Zeroizing;

/// Encodes without padding.
///
/// ```
/// assert_eq!(ob_jose::base64url::encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
/// ```
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes the canonical spelling and nothing else.
///
/// # Errors
/// Padding, whitespace, a character outside the alphabet, an impossible length or non-zero
/// trailing bits.
///
/// ```
/// use ob_jose::base64url;
///
/// assert_eq!(base64url::decode("Zg")?, b"f");
/// assert!(base64url::decode("Zh").is_err()); // decodes to the same octet elsewhere
/// assert!(base64url::decode("Zg==").is_err());
/// # Ok::<(), base64url::DecodeError>(())
/// ```
pub fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| DecodeError(reason(&error)))
}

/// The text is not canonical base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not canonical base64url: {0}")]
pub struct DecodeError(&'static str);

/// Appends the encoding of `bytes`.
pub(crate) fn append(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Encodes private key material without secret-dependent table look-ups.
pub(crate) fn encode_secret(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(Base64UrlUnpadded::encode_string(bytes))
}

/// Decodes private key material without secret-dependent table look-ups.
pub(crate) fn decode_secret(text: &str) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
    Base64UrlUnpadded::decode_vec(text)
        .map(Zeroizing::new)
        .map_err(|_| DecodeError("an impossible character, length or last character"))
}

/// The cause without the offending character: the text may be a secret.
fn reason(error: &base64::DecodeError) -> &'static str {
    match error {
        base64::DecodeError::InvalidByte(..) => "a character outside the alphabet",
        base64::DecodeError::InvalidLength(_) => "an impossible length",
        base64::DecodeError::InvalidLastSymbol { .. } => "non-zero trailing bits",
        _ => "padding",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn r125_every_value_has_one_spelling(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text).unwrap(), bytes.clone());
            prop_assert_eq!(&*decode_secret(&text).unwrap(), &bytes);
            prop_assert_eq!(&*encode_secret(&bytes), &text);
        }

        #[test]
        fn r125_what_decodes_encodes_back(text in "[A-Za-z0-9_=+/ -]{0,12}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text.clone());
            }
            prop_assert_eq!(decode(&text).is_ok(), decode_secret(&text).is_ok());
        }
    }
}
