//! Whether a certificate was signed by another one.

use super::{Certificate, facts, pem};

/// Whether `issuer`'s key made the signature of `certificate`. What cannot be checked, because
/// its algorithm is unknown here, is not signed.
pub(super) fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let (Ok(certificate), Ok(issuer)) = (pem::one(certificate.as_pem()), pem::one(issuer.as_pem()))
    else {
        return false;
    };
    let (Ok(certificate), Ok(issuer)) = (facts::parse(&certificate), facts::parse(&issuer)) else {
        return false;
    };
    certificate
        .verify_signature(Some(issuer.public_key()))
        .is_ok()
}
