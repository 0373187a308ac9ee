//! The certificates that licensed third-parties bring to their onboarding.

use rcgen::{CertificateParams, DnType, KeyPair};

/// A self-signed certificate in the name of a third-party, as PEM, made for this run. Its key is
/// thrown away: nothing in the sandbox connects to a bank.
pub(crate) fn self_signed(legal_name: &str) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    let name = &mut params.distinguished_name;
    name.push(DnType::OrganizationName, legal_name);
    name.push(DnType::CommonName, format!("{legal_name} (sandbox)"));
    Ok(params.self_signed(&KeyPair::generate()?)?.pem())
}
