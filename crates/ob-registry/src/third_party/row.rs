//! A third-party as it is written in a file: flat, so that every mistake has a line and a name.

use super::{Object, ThirdParty};
use crate::{
    Certificate, Country, Custody, HttpsUrl, KeyName, KeyVersion, Licence, RegistryError, Status,
    UseCase,
};
use ob_core::{ApplicationId, BusinessId, ClientId, Scopes};
use serde::{Deserialize, Serialize};

/// The licence is a word beside the fields that it allows and not a tagged enum: serde buffers
/// tagged enums, and an error inside a buffer has lost its line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    business_id: BusinessId,
    legal_name: String,
    client_id: ClientId,
    application_id: ApplicationId,
    status: Status,
    licence: Word,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    countries: Vec<Country>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    use_cases: Vec<UseCase>,
    /// Even an empty list is written out: what was authorised is never a default.
    scopes: Scopes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<Certificate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing_service: Option<SigningService>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    azure_key_vault: Option<AzureKeyVault>,
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
        Self::builder(
            row.business_id,
            row.legal_name,
            row.client_id,
            row.application_id,
        )
        .status(row.status)
        .licence(licence)
        .countries(row.countries)
        .use_cases(row.use_cases)
        .scopes(row.scopes)
        .build()
    }
}

impl From<ThirdParty> for Row {
    fn from(it: ThirdParty) -> Self {
        let (licence, certificates, custody) = match it.licence {
            Licence::Unlicensed => (Word::Unlicensed, Vec::new(), None),
            Licence::Licensed {
                certificates,
                custody,
            } => (Word::Licensed, certificates, custody),
        };
        let (signing_service, azure_key_vault) = match custody {
            None => (None, None),
            Some(Custody::SigningService { url }) => (Some(SigningService { url }), None),
            Some(Custody::AzureKeyVault {
                vault,
                key,
                version,
            }) => (
                None,
                Some(AzureKeyVault {
                    vault,
                    key,
                    version,
                }),
            ),
        };
        Self {
            business_id: it.business_id,
            legal_name: it.legal_name,
            client_id: it.client_id,
            application_id: it.application_id,
            status: it.status,
            licence,
            countries: it.countries,
            use_cases: it.use_cases,
            scopes: it.scopes,
            certificates,
            signing_service,
            azure_key_vault,
        }
    }
}

const ONE_CUSTODY: &str = "one custody, signing_service or azure_key_vault, not both";
const NOTHING_TO_KEEP: &str =
    "no certificates, signing_service or azure_key_vault, being unlicensed";
