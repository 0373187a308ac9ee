//! A third-party from the flags of `add` and `set`.

use super::refused;
use crate::{
    cli::{Clear, LicenceArg, ThirdPartyArgs},
    exit::Failure,
    file::{self, SMALL},
    path_text,
};
use obkit::{
    BusinessId, Code,
    core::{Scopes, Shown},
    registry::{Certificate, Custody, Licence, ThirdParty},
};

/// What is given, else what there was unless it is to be cleared.
pub(super) fn third_party(
    id: &BusinessId,
    old: Option<&ThirdParty>,
    given: &ThirdPartyArgs,
    clear: &[Clear],
) -> Result<ThirdParty, Failure> {
    let kept = |field: Clear| old.filter(|_| !clear.contains(&field));
    let old_name = old.map(|old| old.legal_name().to_owned());
    let Some(legal_name) = given.legal_name.clone().or(old_name) else {
        return Err(Failure::usage("needs --legal-name NAME"));
    };
    let mut new = ThirdParty::draft(id.clone(), legal_name)
        .licence(licence(old, given, clear)?)
        .scopes(scopes(kept(Clear::Scope), given)?)
        .countries(either(
            &given.country,
            kept(Clear::Country).map(ThirdParty::countries),
        ))
        .use_cases(either(
            &given.use_case,
            kept(Clear::UseCase).map(ThirdParty::use_cases),
        ))
        .contacts(either(
            &given.contact,
            kept(Clear::Contact).map(ThirdParty::contacts),
        ))
        .applications(either(
            &given.application,
            kept(Clear::Application).map(ThirdParty::applications),
        ));
    if let Some(status) = given.status.or(old.map(ThirdParty::status)) {
        new = new.status(status);
    }
    let client_id = given.client_id.as_ref();
    if let Some(id) = client_id.or(kept(Clear::ClientId).and_then(|it| it.client_id())) {
        new = new.client_id(id.clone());
    }
    let application_id = given.application_id.as_ref();
    let old_one = kept(Clear::ApplicationId).and_then(|it| it.application_id());
    if let Some(id) = application_id.or(old_one) {
        new = new.application_id(*id);
    }
    let note = given
        .note
        .as_deref()
        .or(kept(Clear::Note).map(ThirdParty::notes));
    if let Some(note) = note {
        new = new.notes(note);
    }
    new.build().map_err(refused)
}

fn either<T: Clone>(given: &[T], kept: Option<&[T]>) -> Vec<T> {
    if given.is_empty() {
        kept.unwrap_or_default().to_vec()
    } else {
        given.to_vec()
    }
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
    let mut certificates = Vec::new();
    for file in &given.certificate {
        let read = Certificate::all_from_pem(&file::read_text(file, SMALL)?);
        certificates.extend(read.map_err(|error| {
            Failure::coded(error.code(), format!("{}: {error}", path_text::shown(file)))
        })?);
    }
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

fn scopes(kept: Option<&ThirdParty>, given: &ThirdPartyArgs) -> Result<Scopes, Failure> {
    if given.scope.is_empty() {
        return Ok(kept.map_or_else(Scopes::none, |kept| kept.scopes().clone()));
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
