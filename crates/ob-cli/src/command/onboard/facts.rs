//! What is known of a third-party, from the registry and from flags.

use crate::{
    cli::{FactArgs, LicenceArg},
    command::{change, registry::integrator},
    exit::Failure,
};
use obkit::{
    BusinessId,
    registry::{ContactRole, Custody, Licence, ThirdParty},
};

/// Something that the platform asks for and nobody has told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    LegalName,
    Licence,
    Country,
    UseCase,
    Scope,
    Contact(ContactRole),
    Certificate,
    Custody,
}

impl Need {
    /// The flag that tells it.
    pub(super) const fn flag(self) -> &'static str {
        match self {
            Self::LegalName => "--legal-name NAME",
            Self::Licence => "--licence licensed|unlicensed",
            Self::Country => "--country CODE",
            Self::UseCase => "--use-case NAME",
            Self::Scope => "--scope SCOPES",
            Self::Contact(ContactRole::Primary) => "--contact primary:NAME:EMAIL",
            Self::Contact(ContactRole::Technical) => "--contact technical:NAME:EMAIL",
            Self::Certificate => "--certificate FILE",
            Self::Custody => "--signing-service URL or --key-vault URL",
        }
    }
}

/// What nobody has told yet, in the order in which it is asked for.
pub(super) fn missing(facts: &FactArgs, known: Option<&ThirdParty>) -> Vec<Need> {
    let in_registry = |has: fn(&ThirdParty) -> bool| known.is_some_and(has);
    let has_contact = |role| {
        let told = facts.contacts.iter().any(|it| it.role() == role);
        let listed = |it: &ThirdParty| it.contacts().iter().any(|it| it.role() == role);
        told || facts.contacts.is_empty() && known.is_some_and(listed)
    };
    let licensed = is_licensed(facts, known);
    let custody = facts.signing_service.is_some() || facts.key_vault.is_some();
    let own = licensed == Some(true);
    [
        (
            facts.legal_name.is_some() || known.is_some(),
            Need::LegalName,
        ),
        (licensed.is_some(), Need::Licence),
        (
            !facts.countries.is_empty() || in_registry(|it| !it.countries().is_empty()),
            Need::Country,
        ),
        (
            !facts.use_cases.is_empty() || in_registry(|it| !it.use_cases().is_empty()),
            Need::UseCase,
        ),
        (
            facts.scope.is_some() || in_registry(|it| !it.scopes().is_empty()),
            Need::Scope,
        ),
        (
            has_contact(ContactRole::Primary),
            Need::Contact(ContactRole::Primary),
        ),
        (
            !own || has_contact(ContactRole::Technical),
            Need::Contact(ContactRole::Technical),
        ),
        (
            !own || !facts.certificates.is_empty()
                || in_registry(|it| !it.licence().certificates().is_empty()),
            Need::Certificate,
        ),
        (
            !own || custody || in_registry(|it| it.licence().custody().is_some()),
            Need::Custody,
        ),
    ]
    .into_iter()
    .filter_map(|(told, need)| (!told).then_some(need))
    .collect()
}

/// Whether it has a licence of its own; nobody has told when there is no answer.
fn is_licensed(facts: &FactArgs, known: Option<&ThirdParty>) -> Option<bool> {
    if let Some(told) = facts.licence {
        return Some(told == LicenceArg::Licensed);
    }
    if brings_own(facts) {
        return Some(true);
    }
    known.map(|it| it.licence().is_licensed())
}

fn brings_own(facts: &FactArgs) -> bool {
    !facts.certificates.is_empty() || facts.signing_service.is_some() || facts.key_vault.is_some()
}

/// The third-party, as the registry knows it and the flags change it. A list that is told
/// replaces the known one.
pub(super) fn third_party(
    id: &BusinessId,
    known: Option<&ThirdParty>,
    facts: &FactArgs,
) -> Result<ThirdParty, Failure> {
    let legal_name = facts.legal_name.clone().unwrap_or_default();
    let mut builder = match known {
        Some(known) => known.to_builder(),
        None => ThirdParty::draft(id.clone(), &legal_name),
    };
    if facts.legal_name.is_some() {
        builder = builder.legal_name(&legal_name);
    }
    if !facts.countries.is_empty() {
        builder = builder.countries(facts.countries.clone());
    }
    if !facts.use_cases.is_empty() {
        builder = builder.use_cases(facts.use_cases.clone());
    }
    if let Some(scopes) = &facts.scope {
        builder = builder.scopes(scopes.clone());
    }
    if !facts.contacts.is_empty() {
        builder = builder.contacts(facts.contacts.clone());
    }
    if let Some(note) = &facts.note {
        builder = builder.notes(note);
    }
    builder = builder.licence(licence(known, facts)?);
    builder.build().map_err(|error| change::refused(&error))
}

fn licence(known: Option<&ThirdParty>, facts: &FactArgs) -> Result<Licence, Failure> {
    if is_licensed(facts, known) != Some(true) {
        if brings_own(facts) {
            let what = "--licence unlicensed goes with no certificate and no custody";
            return Err(Failure::usage(what));
        }
        return Ok(Licence::Unlicensed);
    }
    let known = known.map(ThirdParty::licence);
    let certificates = match facts.certificates.as_slice() {
        [] => known.map_or(&[][..], Licence::certificates).to_vec(),
        files => integrator::certificates(files)?,
    };
    let custody = custody(facts).or_else(|| known?.custody().cloned());
    Ok(Licence::Licensed {
        certificates,
        custody,
    })
}

fn custody(facts: &FactArgs) -> Option<Custody> {
    if let Some(url) = facts.signing_service.clone() {
        return Some(Custody::SigningService { url });
    }
    Some(Custody::AzureKeyVault {
        vault: facts.key_vault.clone()?,
        key: facts.key.clone()?,
        version: facts.key_version.clone()?,
    })
}
