//! Third-parties to a table.

use super::{cell, column::Column};
use crate::{Certificate, Custody, RegistryError, ThirdParty};

pub(super) fn table<'a>(
    all: impl Iterator<Item = &'a ThirdParty>,
) -> Result<String, RegistryError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = Column::ALL.iter().map(|column| column.as_str());
    writer.write_record(header).map_err(failed)?;
    for third_party in all {
        let row = Column::ALL.iter().map(|column| value(*column, third_party));
        writer
            .write_record(row.map(cell::guarded))
            .map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    String::from_utf8(bytes).map_err(failed)
}

fn value(column: Column, it: &ThirdParty) -> String {
    let text = |value: Option<&dyn ToString>| value.map(ToString::to_string).unwrap_or_default();
    match column {
        Column::BusinessId => it.business_id().to_string(),
        Column::LegalName => it.legal_name().to_owned(),
        Column::ClientId => text(it.client_id().map(|id| id as &dyn ToString)),
        Column::ApplicationId => text(it.application_id().map(|id| id as &dyn ToString)),
        Column::Status => it.status().to_string(),
        Column::Licence if it.licence().is_licensed() => "licensed".to_owned(),
        Column::Licence => "unlicensed".to_owned(),
        Column::Countries => joined(it.countries(), " ", ToString::to_string),
        Column::UseCases => joined(it.use_cases(), "; ", |one| cell::escaped(one.as_str())),
        Column::Scopes => it.scopes().to_string(),
        Column::OrganizationIdentifier => {
            text(it.organization_identifier().map(|id| id as &dyn ToString))
        }
        Column::Notes => it.notes().to_owned(),
        Column::Contacts => joined(it.contacts(), "; ", cell::contact),
        Column::Applications => joined(it.applications(), "; ", cell::application),
        Column::Certificates => joined(it.licence().certificates(), "", certificate),
        Column::SigningService | Column::KeyVault | Column::Key | Column::KeyVersion => {
            custody(column, it.licence().custody())
        }
    }
}

fn custody(column: Column, custody: Option<&Custody>) -> String {
    match (column, custody) {
        (Column::SigningService, Some(Custody::SigningService { url })) => url.to_string(),
        (Column::KeyVault, Some(Custody::AzureKeyVault { vault, .. })) => vault.to_string(),
        (Column::Key, Some(Custody::AzureKeyVault { key, .. })) => key.to_string(),
        (Column::KeyVersion, Some(Custody::AzureKeyVault { version, .. })) => version.to_string(),
        _ => String::new(),
    }
}

fn certificate(it: &Certificate) -> String {
    it.as_pem().to_owned()
}

fn joined<T>(all: &[T], separator: &str, text: impl Fn(&T) -> String) -> String {
    all.iter().map(text).collect::<Vec<_>>().join(separator)
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> RegistryError {
    RegistryError::store_caused("the registry cannot be written as CSV", error)
}
