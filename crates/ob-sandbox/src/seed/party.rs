//! The Integrator and the third-parties a sandbox knows from the start.

use super::Seed;
use ob_core::{ApplicationId, BusinessId, ClientId, IdError, Scopes, UseCaseConfigurationId};
use ob_jose::SigningKey;
use serde::Serialize;

/// What the Integrator received at its onboarding (MUST), plus the private key whose public half
/// the sandbox has registered.
///
/// `Debug` shows the key's algorithm and thumbprint only.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntegratorSeed {
    /// The client id: `iss` and `sub` of the assertion, `act.sub` of the tokens.
    pub client_id: ClientId,
    /// The Integrator's own application id, for calls with its own token.
    pub application_id: ApplicationId,
    /// The use case configuration whose consents are ongoing (12 months).
    pub use_case_configuration_id: UseCaseConfigurationId,
    /// The use case configuration whose consents are one-off (24 hours).
    pub one_off_use_case_configuration_id: UseCaseConfigurationId,
    /// The key id that the sandbox knows the key by.
    pub kid: String,
    /// The key that signs client assertions.
    pub key: SigningKey,
}

/// A third-party as its onboarding left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ThirdPartySeed {
    /// The Integrator's own name for it.
    pub business_id: BusinessId,
    /// Its client id: the value of `X-On-Behalf-Of` and of the token's `sub`.
    pub client_id: ClientId,
    /// Its application id: the value of `X-Application-Id`.
    pub application_id: ApplicationId,
    /// The ids of its further applications, which its tokens serve as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_application_ids: Vec<ApplicationId>,
    /// Whether it has a licence of its own.
    pub licence: PartyLicence,
    /// Whether the platform lets the Integrator act for it at present.
    pub status: PartyStatus,
    /// What it authorised.
    #[serde(serialize_with = "as_list")]
    pub scopes: Scopes,
    /// Its legal name (synthetic).
    pub legal_name: String,
    /// Where it operates: ISO 3166 codes.
    pub countries: Vec<String>,
}

impl ThirdPartySeed {
    /// An active, unlicensed third-party that authorised nothing yet.
    ///
    /// ```
    /// use ob_sandbox::{PartyLicence, Sandbox, ThirdPartySeed};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let application_id = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?;
    /// let acme = ThirdPartySeed::new("acme".parse()?, "Acme GmbH", "tpp-acme".parse()?, application_id)
    ///     .with_licence(PartyLicence::Licensed)
    ///     .with_scopes("ob_data".parse()?);
    /// let sandbox = Sandbox::builder().onboard([acme]).build()?;
    /// assert_eq!(sandbox.third_parties().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new(
        business_id: BusinessId,
        legal_name: impl Into<String>,
        client_id: ClientId,
        application_id: ApplicationId,
    ) -> Self {
        Self {
            business_id,
            client_id,
            application_id,
            further_application_ids: Vec::new(),
            licence: PartyLicence::Unlicensed,
            status: PartyStatus::Active,
            scopes: Scopes::none(),
            legal_name: legal_name.into(),
            countries: Vec::new(),
        }
    }

    /// Whether it has a licence of its own.
    #[must_use]
    pub fn with_licence(mut self, licence: PartyLicence) -> Self {
        self.licence = licence;
        self
    }

    /// Whether the platform lets the Integrator act for it.
    #[must_use]
    pub fn with_status(mut self, status: PartyStatus) -> Self {
        self.status = status;
        self
    }

    /// What it authorised.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Where it operates: ISO 3166 codes.
    #[must_use]
    pub fn with_countries(mut self, countries: impl IntoIterator<Item = String>) -> Self {
        self.countries = countries.into_iter().collect();
        self
    }

    /// Its further applications.
    #[must_use]
    pub fn with_further_applications(
        mut self,
        ids: impl IntoIterator<Item = ApplicationId>,
    ) -> Self {
        self.further_application_ids = ids.into_iter().collect();
        self
    }

    pub(crate) fn application_ids(&self) -> impl Iterator<Item = ApplicationId> {
        let further = self.further_application_ids.iter().copied();
        [self.application_id].into_iter().chain(further)
    }
}

fn as_list<S: serde::Serializer>(scopes: &Scopes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(scopes.iter().map(ob_core::Scope::as_str))
}

/// Whether a third-party works under its own licence (MUST).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartyLicence {
    /// Its own regulatory licence and certificates.
    Licensed,
    /// The Integrator's licence.
    Unlicensed,
}

impl PartyLicence {
    /// `licensed` or `unlicensed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Licensed => "licensed",
            Self::Unlicensed => "unlicensed",
        }
    }
}

/// Whether the platform lets the Integrator act for a third-party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartyStatus {
    /// It does.
    Active,
    /// It does not: no tokens, and the ones that exist are refused.
    Suspended,
}

impl PartyStatus {
    /// `active` or `suspended`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

struct Sketch<'a> {
    business_id: &'a str,
    legal_name: &'a str,
    licence: PartyLicence,
    status: PartyStatus,
    scopes: &'a str,
    countries: &'a [&'a str],
}

/// The three third-parties of the first run.
const NAMED: [Sketch<'static>; 3] = [
    Sketch {
        business_id: "acme-budget",
        legal_name: "Acme Budget GmbH",
        licence: PartyLicence::Unlicensed,
        status: PartyStatus::Active,
        scopes: "consents:create ob_data ob_providers",
        countries: &["DE"],
    },
    Sketch {
        business_id: "nordlicht-pay",
        legal_name: "Nordlicht Pay AG",
        licence: PartyLicence::Licensed,
        status: PartyStatus::Active,
        scopes: "consents:create ob_data ob_providers",
        countries: &["DE", "DK"],
    },
    Sketch {
        business_id: "oldtown-loans",
        legal_name: "Oldtown Loans Ltd",
        licence: PartyLicence::Unlicensed,
        status: PartyStatus::Suspended,
        scopes: "consents:create ob_data",
        countries: &["IE"],
    },
];

/// Onboarded under another Integrator: ours must never get a token for it.
const FOREIGN: Sketch<'static> = Sketch {
    business_id: "fjord-ledger",
    legal_name: "Fjord Ledger AS",
    licence: PartyLicence::Licensed,
    status: PartyStatus::Active,
    scopes: "consents:create ob_data ob_providers",
    countries: &["NO"],
};

/// The three third-parties of the first run.
pub(crate) fn named_parties(seed: Seed) -> Result<Vec<ThirdPartySeed>, IdError> {
    NAMED.iter().map(|sketch| draw(seed, sketch)).collect()
}

/// `tp-001` and so on.
pub(crate) fn generated_parties(seed: Seed, count: u32) -> Result<Vec<ThirdPartySeed>, IdError> {
    (1..=count).map(|n| generated(seed, n)).collect()
}

pub(crate) fn foreign_party(seed: Seed) -> Result<ThirdPartySeed, IdError> {
    draw(seed, &FOREIGN)
}

fn generated(seed: Seed, n: u32) -> Result<ThirdPartySeed, IdError> {
    let licence = if n.is_multiple_of(2) {
        PartyLicence::Licensed
    } else {
        PartyLicence::Unlicensed
    };
    draw(
        seed,
        &Sketch {
            business_id: &format!("tp-{n:03}"),
            legal_name: &format!("Third Party {n:03} GmbH"),
            licence,
            status: PartyStatus::Active,
            scopes: "consents:create ob_data ob_providers",
            countries: &["DE"],
        },
    )
}

fn draw(seed: Seed, sketch: &Sketch<'_>) -> Result<ThirdPartySeed, IdError> {
    let path = ["third-party", sketch.business_id];
    Ok(ThirdPartySeed {
        business_id: sketch.business_id.parse()?,
        client_id: seed.short(THIRD_PARTY_PREFIX, &path).parse()?,
        application_id: ApplicationId::from_bytes(seed.uuid(&path).into_bytes()),
        further_application_ids: Vec::new(),
        licence: sketch.licence,
        status: sketch.status,
        // The sketches hold valid scopes only (a test reads each); none is the safe fallback.
        scopes: sketch.scopes.parse().unwrap_or_default(),
        legal_name: sketch.legal_name.to_owned(),
        countries: sketch.countries.iter().map(|&c| c.to_owned()).collect(),
    })
}

/// R044: the ids of Integrators and of third-parties start differently, so none can pass for
/// the other.
pub(crate) const INTEGRATOR_PREFIX: &str = "int";
pub(crate) const THIRD_PARTY_PREFIX: &str = "tpp";

impl IntegratorSeed {
    pub(crate) fn draw(seed: Seed, key: SigningKey) -> Result<Self, IdError> {
        let uuid = |what| seed.uuid(&["integrator", what]).into_bytes();
        let kid = seed.short("key", &["integrator", "key"]);
        Ok(Self {
            client_id: seed.short(INTEGRATOR_PREFIX, &["integrator"]).parse()?,
            application_id: ApplicationId::from_bytes(uuid("application")),
            use_case_configuration_id: UseCaseConfigurationId::from_bytes(uuid("ongoing")),
            one_off_use_case_configuration_id: UseCaseConfigurationId::from_bytes(uuid("one-off")),
            key: key.with_kid(kid.as_str()),
            kid,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::HashSet;

    fn all(seed: u64, generated: u32) -> Vec<ThirdPartySeed> {
        let seed = Seed::new(seed);
        let mut all = named_parties(seed).unwrap();
        all.extend(generated_parties(seed, generated).unwrap());
        all
    }

    #[test]
    fn ids_are_distinct_and_decided_by_the_seed() {
        let all = all(1, 1200);
        let clients: HashSet<_> = all.iter().map(|party| &party.client_id).collect();
        let applications: HashSet<_> = all.iter().map(|party| party.application_id).collect();
        assert_eq!((clients.len(), applications.len()), (1203, 1203));
        assert_eq!(all, self::all(1, 1200));
        assert_ne!(all, self::all(2, 1200));
        assert!(all.iter().all(|party| !party.scopes.is_empty()));
        assert!(!foreign_party(Seed::new(1)).unwrap().scopes.is_empty());
    }

    #[test]
    fn r044_a_third_party_never_looks_like_an_integrator() {
        for party in all(3, 20) {
            assert!(party.client_id.as_str().starts_with("tpp-"));
        }
    }
}
