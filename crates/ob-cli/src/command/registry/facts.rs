//! A third-party from the flags of `add` and `set`.

use super::{integrator, refused};
use crate::{
    cli::{Clear, LicenceArg, ThirdPartyArgs},
    exit::Failure,
};
use clap::ValueEnum;
use obkit::{
    BusinessId, Code,
    core::{Scopes, Shown},
    registry::{Custody, Licence, ThirdParty},
};

/// What is given, else what there was unless it is to be cleared.
pub(super) fn third_party(
    id: &BusinessId,
    old: Option<&ThirdParty>,
    given: &ThirdPartyArgs,
    clear: &[Clear],
) -> Result<ThirdParty, Failure> {
    refuse_given_and_cleared(given, clear)?;
    let cleared = |field: Clear| clear.contains(&field);
    let mut new = match (old, &given.legal_name) {
        (Some(old), _) => old.to_builder(),
        (None, Some(name)) => ThirdParty::draft(id.clone(), name),
        (None, None) => return Err(Failure::usage("needs --legal-name NAME")),
    };
    if let Some(name) = &given.legal_name {
        new = new.legal_name(name);
    }
    new = new.licence(licence(old, given, clear)?);
    if !given.scope.is_empty() || cleared(Clear::Scope) {
        new = new.scopes(scopes(given)?);
    }
    if !given.country.is_empty() || cleared(Clear::Country) {
        new = new.countries(given.country.clone());
    }
    if !given.use_case.is_empty() || cleared(Clear::UseCase) {
        new = new.use_cases(given.use_case.clone());
    }
    if !given.contact.is_empty() || cleared(Clear::Contact) {
        new = new.contacts(given.contact.clone());
    }
    if !given.application.is_empty() || cleared(Clear::Application) {
        new = new.applications(given.application.clone());
    }
    if let Some(status) = given.status {
        new = new.status(status);
    }
    new = match &given.client_id {
        Some(id) => new.client_id(id.clone()),
        None if cleared(Clear::ClientId) => new.without_client_id(),
        None => new,
    };
    new = match given.application_id {
        Some(id) => new.application_id(id),
        None if cleared(Clear::ApplicationId) => new.without_application_id(),
        None => new,
    };
    if given.organization_id.is_some() || cleared(Clear::OrganizationId) {
        new = new.organization_identifier(given.organization_id.clone());
    }
    new = match &given.note {
        Some(note) => new.notes(note),
        None if cleared(Clear::Note) => new.notes(""),
        None => new,
    };
    new.build().map_err(refused)
}

/// Nobody can mean both.
fn refuse_given_and_cleared(given: &ThirdPartyArgs, clear: &[Clear]) -> Result<(), Failure> {
    let both = clear.iter().find(|field| match field {
        Clear::ClientId => given.client_id.is_some(),
        Clear::ApplicationId => given.application_id.is_some(),
        Clear::OrganizationId => given.organization_id.is_some(),
        Clear::Country => !given.country.is_empty(),
        Clear::UseCase => !given.use_case.is_empty(),
        Clear::Scope => !given.scope.is_empty(),
        Clear::Certificate => !given.certificate.is_empty(),
        Clear::Custody => given.signing_service.is_some() || given.key_vault.is_some(),
        Clear::Contact => !given.contact.is_empty(),
        Clear::Application => !given.application.is_empty(),
        Clear::Note => given.note.is_some(),
    });
    let Some(field) = both.and_then(ValueEnum::to_possible_value) else {
        return Ok(());
    };
    let field = field.get_name();
    let what = format!("--clear {field} and a new value for it: needs one of the two");
    Err(Failure::usage(what))
}

fn licence(
    old: Option<&ThirdParty>,
    given: &ThirdPartyArgs,
    clear: &[Clear],
) -> Result<Licence, Failure> {
    let old = old.map(ThirdParty::licence);
    let given_custody = custody(given);
    let carries = !given.certificate.is_empty() || given_custody.is_some();
    let licensed = match given.licence {
        Some(licence) => licence == LicenceArg::Licensed,
        None => carries || old.is_some_and(Licence::is_licensed),
    };
    if !licensed && carries {
        let what = "an unlicensed third-party has no certificates and no custody of its own";
        return Err(Failure::usage(what));
    }
    if !licensed {
        return Ok(Licence::Unlicensed);
    }
    let mut certificates = integrator::certificates(&given.certificate)?;
    if certificates.is_empty() && !clear.contains(&Clear::Certificate) {
        certificates = old
            .map(|old| old.certificates().to_vec())
            .unwrap_or_default();
    }
    let kept = old.filter(|_| !clear.contains(&Clear::Custody));
    let custody = given_custody.or_else(|| kept?.custody().cloned());
    Ok(Licence::Licensed {
        certificates,
        custody,
    })
}

fn custody(given: &ThirdPartyArgs) -> Option<Custody> {
    if let Some(url) = given.signing_service.clone() {
        return Some(Custody::SigningService { url });
    }
    Some(Custody::AzureKeyVault {
        vault: given.key_vault.clone()?,
        key: given.key.clone()?,
        version: given.key_version.clone()?,
    })
}

fn scopes(given: &ThirdPartyArgs) -> Result<Scopes, Failure> {
    if given.scope.is_empty() {
        return Ok(Scopes::none());
    }
    let scopes: Scopes = given
        .scope
        .join(" ")
        .parse()
        .map_err(|error| Failure::usage(format!("--scope: {error}")))?;
    let unknown = scopes.iter().find(|it| !KNOWN.contains(&it.as_str()));
    match unknown {
        Some(unknown) if !given.allow_unknown_scope => {
            let (found, known) = (Shown(unknown.as_str()), KNOWN.join(", "));
            let what = format!(
                "{found} is no scope that the platform is known to have: needs one of {known}, \
                 or --allow-unknown-scope"
            );
            Err(Failure::coded(Code::R009, what))
        }
        _ => Ok(scopes),
    }
}

/// The scopes that the platform's pages name (DOC). It may have others.
const KNOWN: [&str; 3] = ["consents:create", "ob_data", "ob_providers"];
