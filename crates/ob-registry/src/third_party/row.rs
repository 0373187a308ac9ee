//! A third-party as it is written in a file: flat, so that every mistake has a line and a name.

use super::{Object, ThirdParty};
use crate::{
    Application, Certificate, Contact, Country, Custody, HttpsUrl, KeyName, KeyVersion, Licence,
    OrganizationIdentifier, Record, RegistryError, Standing, Status, UseCase, Version,
};
use ob_core::{ApplicationId, BusinessId, ClientId, Scopes};
use serde::{Deserialize, Serialize};

/// The licence is a word beside the fields that it allows and not a tagged enum: serde buffers
/// tagged enums, and an error inside a buffer has lost its line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    business_id: BusinessId,
    legal_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application_id: Option<ApplicationId>,
    status: Status,
    licence: Word,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    countries: Vec<Country>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    use_cases: Vec<UseCase>,
    /// Even an empty list is written out: what was authorised is never a default.
    scopes: Scopes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization_identifier: Option<OrganizationIdentifier>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<Certificate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing_service: Option<SigningService>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    azure_key_vault: Option<AzureKeyVault>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    application: Vec<Application>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    contact: Vec<Contact>,
    /// What the registry notes beside the third-party; absent where only the third-party counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Licensed,
    Unlicensed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SigningService {
    url: HttpsUrl,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AzureKeyVault {
    vault: HttpsUrl,
    key: KeyName,
    version: KeyVersion,
}

impl Row {
    fn licence(&mut self) -> Result<Licence, RegistryError> {
        let custody = match (self.signing_service.take(), self.azure_key_vault.take()) {
            (None, None) => None,
            (Some(SigningService { url }), None) => Some(Custody::SigningService { url }),
            (
                None,
                Some(AzureKeyVault {
                    vault,
                    key,
                    version,
                }),
            ) => Some(Custody::AzureKeyVault {
                vault,
                key,
                version,
            }),
            (Some(_), Some(_)) => return Err(self.refusal(ONE_CUSTODY)),
        };
        let certificates = std::mem::take(&mut self.certificates);
        match self.licence {
            Word::Licensed => Ok(Licence::Licensed {
                certificates,
                custody,
            }),
            Word::Unlicensed if custody.is_none() && certificates.is_empty() => {
                Ok(Licence::Unlicensed)
            }
            Word::Unlicensed => Err(self.refusal(NOTHING_TO_KEEP)),
        }
    }

    fn refusal(&self, needed: &'static str) -> RegistryError {
        RegistryError::field(&self.business_id, needed)
    }
}

impl TryFrom<Object<Row>> for ThirdParty {
    type Error = RegistryError;

    fn try_from(Object(mut row): Object<Row>) -> Result<Self, RegistryError> {
        let licence = row.licence()?;
        Self::draft(row.business_id, row.legal_name)
            .ids((row.client_id, row.application_id))
            .status(row.status)
            .licence(licence)
            .countries(row.countries)
            .use_cases(row.use_cases)
            .scopes(row.scopes)
            .applications(row.application)
            .contacts(row.contact)
            .organization_identifier(row.organization_identifier)
            .notes(row.notes)
            .build()
    }
}

impl TryFrom<Object<Row>> for Record {
    type Error = RegistryError;

    fn try_from(Object(mut row): Object<Row>) -> Result<Self, RegistryError> {
        let version = row.version.take().unwrap_or_default();
        let standing = row.standing.take();
        let third_party = ThirdParty::try_from(Object(row))?;
        Ok(Self::new(third_party, version, standing))
    }
}

impl From<ThirdParty> for Row {
    fn from(it: ThirdParty) -> Self {
        Self::from(&it)
    }
}

impl From<Record> for Row {
    fn from(it: Record) -> Self {
        Self {
            version: Some(it.version()),
            standing: it.standing().cloned(),
            ..Self::from(&**it.third_party())
        }
    }
}

impl From<&ThirdParty> for Row {
    fn from(it: &ThirdParty) -> Self {
        let (licence, certificates) = match it.licence() {
            Licence::Unlicensed => (Word::Unlicensed, Vec::new()),
            Licence::Licensed { certificates, .. } => (Word::Licensed, certificates.clone()),
        };
        let (signing_service, azure_key_vault) = custody(it.licence().custody().cloned());
        Self {
            business_id: it.business_id.clone(),
            legal_name: it.legal_name.as_ref().to_owned(),
            client_id: it.client_id.clone(),
            application_id: it.application_id,
            status: it.status,
            licence,
            version: None,
            countries: it.countries.to_vec(),
            use_cases: it.use_cases.to_vec(),
            scopes: it.scopes.clone(),
            organization_identifier: it.organization_identifier().cloned(),
            notes: it.notes().to_owned(),
            certificates,
            signing_service,
            azure_key_vault,
            application: it.applications().to_vec(),
            contact: it.contacts().to_vec(),
            standing: None,
        }
    }
}

fn custody(custody: Option<Custody>) -> (Option<SigningService>, Option<AzureKeyVault>) {
    match custody {
        None => (None, None),
        Some(Custody::SigningService { url }) => (Some(SigningService { url }), None),
        Some(Custody::AzureKeyVault {
            vault,
            key,
            version,
        }) => {
            let vault = AzureKeyVault {
                vault,
                key,
                version,
            };
            (None, Some(vault))
        }
    }
}

const ONE_CUSTODY: &str = "one custody, signing_service or azure_key_vault, not both";
const NOTHING_TO_KEEP: &str =
    "no certificates, signing_service or azure_key_vault, being unlicensed";
