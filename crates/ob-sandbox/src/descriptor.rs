//! What a client needs to know to use a sandbox.

use crate::{PartyLicence, Sandbox, ThirdPartySeed, server::TrustService};
use ob_core::{ApplicationId, ClientId, UseCaseConfigurationId};
use serde::Serialize;

/// The content of `sandbox.json`, schema `ob.sandbox/1`.
///
/// It holds no secret: the private key is in the file that
/// [`RunningSandbox::write_descriptor`](crate::RunningSandbox::write_descriptor) names in
/// `integrator.key_file`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Descriptor {
    /// `ob.sandbox/1`.
    pub schema: &'static str,
    /// The issuer: `aud` of client assertions.
    pub issuer: String,
    /// The token endpoint.
    pub token_endpoint: String,
    /// The base of the API.
    pub api_base: String,
    /// The keys of access tokens.
    pub jwks_uri: String,
    /// `one-to-many` or `fapi2`.
    pub profile: &'static str,
    /// The Integrator.
    pub integrator: DescribedIntegrator,
    /// Its third-parties.
    pub third_parties: Vec<DescribedParty>,
    /// The base of the explanations.
    pub explain_url: String,
    /// The file with the certificate authority, where the sandbox serves https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
}

/// The Integrator as a [`Descriptor`] shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DescribedIntegrator {
    /// Its client id.
    pub client_id: ClientId,
    /// Its own application id.
    pub application_id: ApplicationId,
    /// The use case configuration of ongoing consents.
    pub use_case_configuration_id: UseCaseConfigurationId,
    /// The use case configuration of one-off consents.
    pub one_off_use_case_configuration_id: UseCaseConfigurationId,
    /// The id of its key.
    pub kid: String,
    /// The file with the private key as a JWK, once written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<String>,
}

/// A third-party the sandbox knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DescribedParty {
    /// What its onboarding left.
    #[serde(flatten)]
    pub third_party: ThirdPartySeed,
    /// The certificates of a licensed one, as PEM: a QWAC and a QSealC of its legal name with the
    /// roles of PSD2, valid around the sandbox's clock and made anew for each description.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
}

impl DescribedParty {
    fn of(third_party: ThirdPartySeed, trust: Option<&TrustService>) -> Self {
        let certificates = match third_party.licence {
            // Without any it cannot be registered as licensed, and the registry says so.
            PartyLicence::Licensed => trust.and_then(|it| it.issue(&third_party).ok()),
            PartyLicence::Unlicensed => None,
        };
        Self {
            third_party,
            certificates: certificates.unwrap_or_default(),
        }
    }
}

impl Descriptor {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let integrator = sandbox.integrator();
        let trust = TrustService::new(sandbox.now()).ok();
        Self {
            schema: "ob.sandbox/1",
            issuer: sandbox.issuer().to_owned(),
            token_endpoint: sandbox.token_url(),
            api_base: sandbox.api_base().to_owned(),
            jwks_uri: sandbox.jwks_uri(),
            profile: sandbox.profile().as_str(),
            integrator: DescribedIntegrator {
                client_id: integrator.client_id.clone(),
                application_id: integrator.application_id,
                use_case_configuration_id: integrator.use_case_configuration_id,
                one_off_use_case_configuration_id: integrator.one_off_use_case_configuration_id,
                kid: integrator.kid.clone(),
                key_file: None,
            },
            third_parties: sandbox
                .third_parties()
                .into_iter()
                .map(|it| DescribedParty::of(it, trust.as_ref()))
                .collect(),
            explain_url: sandbox.explain_url(),
            ca_file: None,
        }
    }
}
