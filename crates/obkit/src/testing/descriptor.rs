//! What `ob sandbox` writes when it is ready, as a ready builder.

use crate::{Environment, Identity, Integrator, IntegratorBuilder, Profile, Ready};
use ob_core::{ApplicationId, BusinessId, ClientId, Scopes, UseCaseConfigurationId};
use ob_jose::SigningKey;
use ob_registry::{
    Certificate, Country, Custody, Licence, MemoryStore, Registry, Status, ThirdParty,
};
use serde::{Deserialize, Serialize};
use std::error::Error as StdError;

/// The description of a running sandbox: the file `sandbox.json`, schema `ob.sandbox/1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Descriptor {
    /// `ob.sandbox/1`.
    pub schema: String,
    /// The issuer identifier.
    pub issuer: String,
    /// The token URL.
    pub token_endpoint: String,
    /// The base of the API.
    pub api_base: String,
    /// The authorization server's public keys.
    pub jwks_uri: String,
    /// `one-to-many` or `fapi2`.
    #[serde(default = "one_to_many")]
    pub profile: String,
    /// The Integrator that the sandbox knows.
    pub integrator: DescribedIntegrator,
    /// The third-parties that the sandbox knows.
    pub third_parties: Vec<DescribedParty>,
    /// Where refusals are explained, by id.
    pub explain_url: String,
}

/// The Integrator that the sandbox knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DescribedIntegrator {
    /// Its client id.
    pub client_id: ClientId,
    /// Its application id.
    pub application_id: ApplicationId,
    /// The use case configuration of its consents.
    pub use_case_configuration_id: UseCaseConfigurationId,
    /// The key id of its registered key.
    pub kid: String,
    /// The file with its private JWK, beside the description.
    #[serde(default)]
    pub key_file: String,
}

/// A third-party that the sandbox knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DescribedParty {
    /// Its business id.
    pub business_id: BusinessId,
    /// Its client id.
    pub client_id: ClientId,
    /// Its application id.
    pub application_id: ApplicationId,
    /// Its legal name, which its certificates carry too.
    pub legal_name: String,
    /// `licensed` or `unlicensed`.
    pub licence: String,
    /// `active` or `suspended`.
    pub status: String,
    /// The scopes it authorised.
    pub scopes: Scopes,
    /// Where it operates: ISO 3166 codes.
    #[serde(default)]
    pub countries: Vec<Country>,
    /// The certificates of a licensed one, as PEM.
    #[serde(default)]
    pub certificates: Vec<String>,
}

/// Why a descriptor is unusable.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox descriptor is unusable: {what}")]
pub struct DescriptorError {
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Descriptor {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// When it is not JSON of the schema `ob.sandbox/1`.
    pub fn from_json(json: &str) -> Result<Self, DescriptorError> {
        let read: Self = serde_json::from_str(json).map_err(unusable)?;
        if read.schema != SCHEMA {
            let what = format!("schema is {}, needs {SCHEMA}", ob_core::Shown(&read.schema));
            return Err(DescriptorError { what, source: None });
        }
        Ok(read)
    }

    /// A builder that speaks to this sandbox as its Integrator, with its third-parties in the
    /// registry. `key` is the private JWK in the file [`DescribedIntegrator::key_file`].
    ///
    /// # Errors
    /// When the key or a third-party is unusable.
    pub async fn integrator(&self, key: &str) -> Result<IntegratorBuilder<Ready>, DescriptorError> {
        let key = SigningKey::from_bytes(key.as_bytes()).map_err(unusable)?;
        let identity = Identity {
            business_id: "integrator".parse().map_err(unusable)?,
            client_id: self.integrator.client_id.clone(),
            application_id: self.integrator.application_id,
            use_case_configuration_id: self.integrator.use_case_configuration_id,
        };
        Ok(Integrator::builder(self.environment())
            .identity(identity)
            .key(key)
            .kid(&self.integrator.kid)
            .registry(self.registry().await?))
    }

    /// Where the sandbox is.
    #[must_use]
    pub fn environment(&self) -> Environment {
        let profile = if self.profile == "fapi2" {
            Profile::Fapi2
        } else {
            Profile::OneToMany
        };
        Environment::new(&self.issuer, &self.token_endpoint, &self.api_base)
            .named("ob sandbox")
            .profile(profile)
            .allow_http_on_loopback()
    }

    /// The third-parties, in a registry in memory.
    ///
    /// # Errors
    /// When one contradicts itself or another.
    pub async fn registry(&self) -> Result<Registry, DescriptorError> {
        let parties: Result<Vec<_>, _> = self.third_parties.iter().map(third_party).collect();
        Registry::open(MemoryStore::with(parties?))
            .await
            .map_err(unusable)
    }
}

fn third_party(party: &DescribedParty) -> Result<ThirdParty, DescriptorError> {
    let licence = match party.licence.as_str() {
        "licensed" => Licence::licensed(
            certificates(&party.certificates)?,
            Custody::SigningService {
                url: SIGNING_SERVICE.parse().map_err(unusable)?,
            },
        ),
        _ => Licence::Unlicensed,
    };
    let status = if party.status == "active" {
        Status::Active
    } else {
        Status::Suspended
    };
    ThirdParty::builder(
        party.business_id.clone(),
        party.legal_name.as_str(),
        party.client_id.clone(),
        party.application_id,
    )
    .licence(licence)
    .status(status)
    .scopes(party.scopes.clone())
    .countries(party.countries.clone())
    .build()
    .map_err(unusable)
}

fn certificates(pems: &[String]) -> Result<Vec<Certificate>, DescriptorError> {
    pems.iter()
        .map(|pem| pem.parse().map_err(unusable))
        .collect()
}

fn unusable(error: impl StdError + Send + Sync + 'static) -> DescriptorError {
    DescriptorError {
        what: error.to_string(),
        source: Some(error.into()),
    }
}

fn one_to_many() -> String {
    "one-to-many".into()
}

const SCHEMA: &str = "ob.sandbox/1";

/// The sandbox has the licensed third-parties' keys in no custody; the registry wants one named.
const SIGNING_SERVICE: &str = "https://signing.sandbox.invalid/";
