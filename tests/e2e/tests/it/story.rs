//! The whole story, in both profiles, with nonces and without, for both kinds of third-party.

use crate::world::{LICENSED, MODES, UNLICENSED, World};
use obkit::{Grant, Profile, ThirdParty};
use ob_sandbox::Profile as SandboxProfile;

#[tokio::test]
async fn licensed_and_unlicensed_in_every_mode() {
    for (profile, nonce) in MODES {
        let world = World::start(profile, nonce).await;
        for id in [UNLICENSED, LICENSED] {
            live(&world, &world.party(id), profile).await;
        }
        let counters = world.sandbox().counters();
        assert_eq!(counters.token_reuse_violations, 0, "{profile:?} {nonce:?}");
        assert_eq!(counters.refusals, 0, "only nonce challenges, {profile:?} {nonce:?}");
    }
}

async fn live(world: &World, party: &ThirdParty, profile: SandboxProfile) {
    token(world, party, profile).await;
    let consent = world.unauthorised_consent(party).await;
    assert_eq!(status(party, &consent).await, "INACTIVE");
    let refused = party.accounts(&consent).list().send().await.unwrap_err();
    assert!(["OB-A461", "OB-T204", "OB-T205"].contains(&refused.code().as_str()), "{refused}");
}

async fn token(world: &World, party: &ThirdParty, profile: SandboxProfile) {
    let grant = Grant::new("consents:create".parse().unwrap());
    let lease = party.token(&grant).await.unwrap();
    let token = lease.token();
    assert!(token.is_sealed());
    assert_eq!(token.client_id(), party.acting_for().client_id());
    assert_eq!(token.actor(), Some(&world.descriptor.integrator.client_id));
    assert_eq!(token.scopes().to_string(), "consents:create");
    assert_eq!(token.jkt().is_some(), profile == SandboxProfile::Fapi2);
}

async fn status(party: &ThirdParty, consent: &obkit::ConsentRef) -> String {
    let read = party.consents().get(consent).send().await.unwrap();
    read.consent().status.as_ref().unwrap().to_string()
}

#[test]
fn profiles_have_the_same_names_on_both_sides() {
    assert_ne!(format!("{:?}", Profile::OneToMany), format!("{:?}", Profile::Fapi2));
}
