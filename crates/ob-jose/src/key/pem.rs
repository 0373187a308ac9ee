//! PEM, read leniently in form (line length, text around it) and silently in content.

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::error::{KeyError, KeyErrorKind};

/// The private key block of a PEM text.
pub(crate) struct PrivateBlock {
    pub(crate) der: Zeroizing<Vec<u8>>,
    /// Line breaks had been flattened to the two characters `\n`.
    pub(crate) repaired: bool,
}

/// Finds the one private key of a PEM text; parameters and certificates beside it are passed over.
pub(crate) fn private_block(text: &str) -> Result<PrivateBlock, KeyError> {
    let (text, repaired) = unflatten(text);
    let blocks = blocks(&text)?;
    let mut private = blocks
        .iter()
        .filter(|block| block.label.ends_with("PRIVATE KEY"));
    match (private.next(), private.next()) {
        (Some(block), None) => Ok(PrivateBlock {
            der: block.decode()?,
            repaired,
        }),
        (Some(_), Some(_)) => Err(unreadable("more than one private key in one PEM text")),
        (None, _) => Err(describe_other(blocks.first())),
    }
}

/// Environment variables and JSON files like to turn line breaks into `\n`.
fn unflatten(text: &str) -> (Zeroizing<String>, bool) {
    let flat = text.contains("\\n");
    let text = Zeroizing::new(text.replace("\\r", ""));
    (Zeroizing::new(text.replace("\\n", "\n")), flat)
}

struct Block<'a> {
    label: &'a str,
    body: &'a str,
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, KeyError> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, after) = begun
            .split_once("-----")
            .ok_or_else(|| unreadable(BROKEN))?;
        let end = format!("-----END {label}-----");
        let (body, after) = after.split_once(&end).ok_or_else(|| unreadable(BROKEN))?;
        blocks.push(Block { label, body });
        rest = after;
    }
    Ok(blocks)
}

const BROKEN: &str = "a PEM block without its matching END line";

impl Block<'_> {
    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if self.label == "ENCRYPTED PRIVATE KEY" || self.body.contains("ENCRYPTED") {
            let found = "a private key protected by a password";
            return Err(KeyError::private(KeyErrorKind::Encrypted, found));
        }
        if self.label == "OPENSSH PRIVATE KEY" {
            let found = "a private key in OpenSSH form";
            return Err(KeyError::private(KeyErrorKind::WrongKey, found));
        }
        // Reserved whole, so that growing leaves no copy behind.
        let mut base64 = Zeroizing::new(String::with_capacity(self.body.len()));
        base64.extend(self.body.split_ascii_whitespace());
        Base64::decode_vec(&base64)
            .map(Zeroizing::new)
            .map_err(|_| unreadable("a PEM private key whose body is not base64"))
    }
}

fn describe_other(first: Option<&Block<'_>>) -> KeyError {
    let Some(block) = first else {
        return unreadable("text without a PEM BEGIN line");
    };
    match block.label {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => {
            KeyError::private(KeyErrorKind::NotPrivate, "a public key")
        }
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => KeyError::private(
            KeyErrorKind::NotPrivate,
            "a certificate, which holds only the public key",
        ),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
            KeyError::private(KeyErrorKind::NotPrivate, "a certificate signing request")
        }
        "EC PARAMETERS" => unreadable("EC parameters without a key"),
        _ => unreadable("a PEM block of another kind"),
    }
}

fn unreadable(found: &'static str) -> KeyError {
    KeyError::private(KeyErrorKind::Unreadable, found)
}
