//! What makes two tokens the same.

use crate::{AuthorizationServer, Grant, Profile};
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, ConsentId, Scopes};
use ob_jose::Thumbprint;
use std::sync::Arc;

/// The key of the token cache: a typed struct, never a formatted string (R087, R197).
///
/// Two keys are equal when every field is: issuer, client, the whole party (business id, client
/// id, application id), scopes as a set, consent, profile and DPoP thumbprint. So a token is
/// never reused across third-parties, applications, consents, environments or DPoP keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenKey {
    realm: Arc<Realm>,
    party: Option<ActingFor>,
    scopes: Scopes,
    consent: Option<ConsentId>,
}

/// The part of a key that one authorizer's tokens have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Realm {
    pub(crate) issuer: String,
    pub(crate) client_id: ClientId,
    pub(crate) profile: Profile,
    pub(crate) jkt: Thumbprint,
}

impl Realm {
    pub(crate) fn new(
        server: &AuthorizationServer,
        client_id: ClientId,
        (profile, jkt): (Profile, Thumbprint),
    ) -> Self {
        Self {
            issuer: server.issuer().to_owned(),
            client_id,
            profile,
            jkt,
        }
    }
}

impl TokenKey {
    pub(crate) fn new(realm: &Arc<Realm>, party: &ActingFor, grant: &Grant) -> Self {
        Self {
            realm: Arc::clone(realm),
            party: Some(party.clone()),
            scopes: grant.scopes().clone(),
            consent: grant.consent().cloned(),
        }
    }

    /// The key as it must never be: without the party and the consent.
    pub(crate) fn blind(realm: &Arc<Realm>, grant: &Grant) -> Self {
        Self {
            realm: Arc::clone(realm),
            party: None,
            scopes: grant.scopes().clone(),
            consent: None,
        }
    }

    /// The authorization server.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.realm.issuer
    }

    /// The Integrator's client id.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.realm.client_id
    }

    /// Your own name of the party.
    #[must_use]
    pub fn business_id(&self) -> Option<&BusinessId> {
        self.party.as_ref().map(ActingFor::business_id)
    }

    /// The third-party's client id; `None` in the Integrator's own context.
    #[must_use]
    pub fn third_party(&self) -> Option<&ClientId> {
        let third_party = self.party.as_ref().filter(|party| !party.is_integrator());
        third_party.map(ActingFor::client_id)
    }

    /// The application id.
    #[must_use]
    pub fn application_id(&self) -> Option<&ApplicationId> {
        self.party.as_ref().map(ActingFor::application_id)
    }

    /// The scopes asked for.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The consent asked for.
    #[must_use]
    pub fn consent(&self) -> Option<&ConsentId> {
        self.consent.as_ref()
    }

    /// The profile in use.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.realm.profile
    }

    /// The thumbprint of the DPoP key in use.
    #[must_use]
    pub fn jkt(&self) -> &Thumbprint {
        &self.realm.jkt
    }

    pub(crate) fn is_of(&self, party: &ActingFor) -> bool {
        self.party.as_ref() == Some(party)
    }

    pub(crate) fn is_of_third_party(&self, id: &BusinessId) -> bool {
        let party = self.party.as_ref();
        party.is_some_and(|party| !party.is_integrator() && party.business_id() == id)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use std::hash::{BuildHasher, RandomState};

    /// Everything a key is made of, from a small alphabet so that neighbours collide if a key
    /// ever joined or dropped a field.
    type Parts = (
        String,
        String,
        String,
        String,
        u8,
        bool,
        Vec<String>,
        Option<String>,
        bool,
        u8,
    );

    fn parts() -> impl Strategy<Value = Parts> {
        (
            "[ab]{1,2}",
            "[ab]{1,2}",
            "[ab]{1,2}",
            "[ab]{1,2}",
            0..2_u8,
            any::<bool>(),
            prop::collection::vec("[ab]{1,2}", 1..3),
            prop::option::of("[ab]{1,2}"),
            any::<bool>(),
            0..2_u8,
        )
    }

    fn key(parts: &Parts) -> TokenKey {
        let (issuer, client, business, third, application, own, scopes, consent, fapi, jkt) = parts;
        let server = AuthorizationServer::new(issuer.as_str(), "https://as.example/t").unwrap();
        let jkt = ob_jose::base64url::encode(&[*jkt; 32]).parse().unwrap();
        let profile = if *fapi {
            Profile::Fapi2
        } else {
            Profile::OneToMany
        };
        let realm = Realm::new(&server, client.parse().unwrap(), (profile, jkt));
        let make = if *own {
            ActingFor::integrator
        } else {
            ActingFor::third_party
        };
        let party = make(
            business.parse().unwrap(),
            third.parse().unwrap(),
            ApplicationId::from_bytes([*application; 16]),
        );
        let mut grant = Grant::new(scopes.join(" ").parse().unwrap());
        if let Some(consent) = consent {
            grant = grant.with_consent(consent.parse().unwrap());
        }
        TokenKey::new(&Arc::new(realm), &party, &grant)
    }

    /// The same parts with the scopes as the set they are.
    fn canonical(parts: &Parts) -> Parts {
        let mut canonical = parts.clone();
        canonical.6.sort();
        canonical.6.dedup();
        canonical
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Rows: R087, R197
        #[test]
        fn r197_keys_are_equal_exactly_when_every_part_is(one in parts(), other in parts()) {
            let (a, b) = (key(&one), key(&other));
            prop_assert_eq!(a == b, canonical(&one) == canonical(&other));
            if a == b {
                let hasher = RandomState::new();
                prop_assert_eq!(hasher.hash_one(&a), hasher.hash_one(&b));
            }
        }

        /// Rows: R087, R197
        #[test]
        fn r197_changing_one_part_changes_the_key(one in parts(), which in 0..10_usize) {
            let mut other = one.clone();
            match which {
                0 => other.0.push('c'),
                1 => other.1.push('c'),
                2 => other.2.push('c'),
                3 => other.3.push('c'),
                4 => other.4 ^= 1,
                5 => other.5 ^= true,
                6 => other.6.push("c".into()),
                7 => other.7 = other.7.map_or(Some("c".into()), |_| None),
                8 => other.8 ^= true,
                _ => other.9 ^= 1,
            }
            prop_assert_ne!(key(&one), key(&other));
        }
    }
}
