//! Third-parties to write.

use super::Wrong;
use crate::{
    Application, Contact, ContactRole, Custody, IntegratorProfile, Licence, Status, ThirdParty,
};
use ob_core::{ApplicationId, ClientId};

/// The third-party number `n` under some name.
pub(super) fn draft(n: u32, name: &str) -> Result<ThirdParty, Wrong> {
    let name = if name.is_empty() { "nobody" } else { name };
    Ok(ThirdParty::draft(format!("party-{n}").parse()?, name).build()?)
}

fn client(n: u32) -> Result<ClientId, Wrong> {
    Ok(format!("contract-client-{n}").parse()?)
}

fn application(n: u32) -> ApplicationId {
    ApplicationId::from_bytes(u128::from(n).to_be_bytes())
}

/// Third-parties that have everything between them, in all kinds of writing.
pub(super) fn full() -> Result<Vec<ThirdParty>, Wrong> {
    let licensed = ThirdParty::builder(
        "acme".parse()?,
        "Société «Ömlaut» \"Quoted\" \\ 日本語 🏦 O'Neill",
        client(1)?,
        application(1),
    )
    .countries(["DE".parse()?, "FR".parse()?])
    .use_cases(["account information".parse()?, "lending".parse()?])
    .scopes("consents:create ob_data".parse()?)
    .licence(Licence::licensed(
        vec![CERTIFICATE.parse()?],
        Custody::AzureKeyVault {
            vault: "https://acme-kv.vault.azure.net".parse()?,
            key: "qseal-2026".parse()?,
            version: "78deebed173b48e48f55abf87ed4cf71".parse()?,
        },
    ))
    .application(Application {
        id: application(2),
        use_case: "lending".parse()?,
        default: true,
    })
    .contact(
        Contact::new(ContactRole::Technical, "Ada", "ada@acme.example".parse()?)?
            .with_phone("+49 30 1234567")?,
    )
    .notes("two\nlines, and a 'quote'; DROP TABLE ob_registry_record; --")
    .status(Status::Onboarding)
    .build()?;
    let unlicensed = ThirdParty::builder("b".parse()?, "B", client(2)?, application(3))
        .scopes("ob_data".parse()?)
        .status(Status::Active)
        .build()?;
    let moved = unlicensed
        .to_builder()
        .status(Status::Suspended)
        .notes("")
        .build()?;
    Ok(vec![licensed, unlicensed, moved, draft(1, "minimal")?])
}

pub(super) fn profile(name: &str) -> Result<IntegratorProfile, Wrong> {
    let contact = Contact::new(
        ContactRole::Primary,
        "Ida",
        "ida@integrator.example".parse()?,
    )?;
    Ok(
        IntegratorProfile::new(name, "contract-integrator".parse()?, application(90))?
            .with_countries(["DE".parse()?])
            .with_tls_certificates(vec![CERTIFICATE.parse()?])
            .with_contacts(vec![contact]),
    )
}

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBuzCCAWGgAwIBAgIUMrwU06HwvfWW/PQcqBkXuUkCWMkwCgYIKoZIzj0EAwIw
MzEZMBcGA1UEAwwQY29udHJhY3QuZXhhbXBsZTEWMBQGA1UECgwNQ29udHJhY3Qg
R21iSDAeFw0yNjExMjMwMzQ4MDNaFw0zNjExMjAwMzQ4MDNaMDMxGTAXBgNVBAMM
EGNvbnRyYWN0LmV4YW1wbGUxFjAUBgNVBAoMDUNvbnRyYWN0IEdtYkgwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQ/YsaRjekeiN8tG61b8Bx3GF9UPR/I0Hjef4U9
4RwmUyNAqQg+ZrIMIjhkQTYqlos2Y5JcpHuLaLDd4PUqPCL6o1MwUTAdBgNVHQ4E
FgQUMkKalGj4OgI3YzQ+urWLc19vljYwHwYDVR0jBBgwFoAUMkKalGj4OgI3YzQ+
urWLc19vljYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAwkxV
ZOrU7Kh2nvLkkNfo/lPW+Ufa1DAoTZsCDpUDAeICIDVk8RaGQ3LCvg6gygE5IscT
NVYmsOuJPG205hYQYG6F
-----END CERTIFICATE-----
";
