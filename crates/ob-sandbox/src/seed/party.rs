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

/// The named third-parties, then `tp-001` and so on.
pub(crate) fn named_parties(seed: Seed, extra: u32) -> Result<Vec<ThirdPartySeed>, IdError> {
    let generated = (1..=extra).map(|n| generated(seed, n));
    NAMED
        .iter()
        .map(|sketch| draw(seed, sketch))
        .chain(generated)
        .collect()
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

    #[test]
    fn ids_are_distinct_and_decided_by_the_seed() {
        let all = named_parties(Seed::new(1), 1200).unwrap();
        let clients: HashSet<_> = all.iter().map(|party| &party.client_id).collect();
        let applications: HashSet<_> = all.iter().map(|party| party.application_id).collect();
        assert_eq!((clients.len(), applications.len()), (1203, 1203));
        assert_eq!(all, named_parties(Seed::new(1), 1200).unwrap());
        assert_ne!(all, named_parties(Seed::new(2), 1200).unwrap());
        assert!(all.iter().all(|party| !party.scopes.is_empty()));
        assert!(!foreign_party(Seed::new(1)).unwrap().scopes.is_empty());
    }

    #[test]
    fn r044_a_third_party_never_looks_like_an_integrator() {
        for party in named_parties(Seed::new(3), 20).unwrap() {
            assert!(party.client_id.as_str().starts_with("tpp-"));
        }
    }
}
