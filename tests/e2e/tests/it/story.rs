//! The whole story, in both profiles, with nonces and without, for both kinds of third-party.

use crate::world::{LICENSED, MODES, UNLICENSED, USER, World, scopes, user};
use ob_sandbox::{NonceMode, Profile as SandboxProfile, Sandbox};
use obkit::{
    Code, ConsentRef, Grant, Owner, Sent, ThirdParty,
    api::{Account, ConsentStatus, FlowStatus, Include, Transaction},
    jose::Algorithm,
    testing::meant_for,
};

/// Rows: R019, R023
#[tokio::test]
async fn licensed_and_unlicensed_in_every_mode() {
    for (profile, nonce) in MODES {
        let world = World::start(profile, nonce).await;
        for id in [UNLICENSED, LICENSED] {
            let party = world.party(id);
            meant_for(party.id(), live(&world, &party, profile)).await;
        }
        the_integrator_itself(&world).await;
        let counters = world.counters();
        let mode = format!("{profile:?} {nonce:?}: {counters:?}");
        assert_eq!(counters.wrong_party, 0, "{mode}");
        assert_eq!(counters.token_reuse_violations, 0, "{mode}");
        assert_eq!(counters.replays_refused, 0, "{mode}");
        assert!(counters.meant_checked > 30, "{mode}");
        // Each party's three tries to read without an active consent, and the challenges.
        assert_eq!(counters.refusals, counters.nonce_challenges + 6, "{mode}");
        let challenged = counters.nonce_challenges > 0;
        assert_eq!(challenged, nonce == NonceMode::Required, "{mode}");
    }
}

/// Servers that are within the standards and hard to please, and one that writes its challenge
/// wrongly, as vendors' mocks do.
///
/// Rows: R035, R063, R077, R083
#[tokio::test]
async fn with_servers_that_are_hard_to_please() {
    let plain = || Sandbox::builder().nonce(NonceMode::Required);
    let servers = [
        (SandboxProfile::OneToMany, plain().bind_tokens(true)),
        (
            SandboxProfile::Fapi2,
            plain().rotate_nonce_every_answer(true),
        ),
        (SandboxProfile::Fapi2, plain().malformed_challenge(true)),
        (SandboxProfile::Fapi2, plain().strict_assertions(true)),
        (SandboxProfile::Fapi2, plain().algorithm(Algorithm::Ps256)),
        (
            SandboxProfile::OneToMany,
            Sandbox::builder().algorithm(Algorithm::EdDsa),
        ),
    ];
    for (n, (profile, sandbox)) in servers.into_iter().enumerate() {
        let world = World::with(profile, sandbox, |builder| builder).await;
        let party = world.party(LICENSED);
        let bound = if n == 0 {
            SandboxProfile::Fapi2
        } else {
            profile
        };
        meant_for(party.id(), live(&world, &party, bound)).await;
        let counters = world.counters();
        assert_eq!(counters.wrong_party, 0, "{n}: {counters:?}");
        assert_eq!(counters.token_reuse_violations, 0, "{n}: {counters:?}");
        assert_eq!(counters.replays_refused, 0, "{n}: {counters:?}");
        assert_eq!(
            counters.refusals,
            counters.nonce_challenges + 3,
            "{n}: {counters:?}"
        );
    }
}

async fn live(world: &World, party: &ThirdParty, profile: SandboxProfile) {
    token(world, party, profile).await;
    let providers = party.providers().list().send().await.unwrap();
    assert!(!providers.items.is_empty());
    let consent = consent(world, party).await;
    let accounts = accounts(party, &consent).await;
    transactions(party, &consent, &accounts).await;
    revoked(world, party, &consent).await;
}

async fn token(world: &World, party: &ThirdParty, profile: SandboxProfile) {
    let grant = Grant::new(scopes("consents:create"));
    let lease = party.token(&grant).await.unwrap();
    let token = &lease.token;
    assert!(token.is_sealed());
    assert_eq!(token.business_id(), party.id());
    assert_eq!(token.client_id(), party.acting_for().client_id());
    let integrator = &world.descriptor.integrator.client_id;
    assert_eq!(token.actor(), Some(integrator));
    assert_eq!(token.scopes(), &scopes("consents:create"));
    assert_eq!(token.consent(), None);
    assert_eq!(token.jkt().is_some(), profile == SandboxProfile::Fapi2);
    // What it says itself, not what the handle remembers.
    let claims = obkit::jose::read_claims_unverified(token.expose(), 16 * 1024).unwrap();
    assert_eq!(claims["sub"], party.acting_for().client_id().as_str());
    assert_eq!(claims["act"]["sub"], integrator.as_str());
}

async fn consent(world: &World, party: &ThirdParty) -> ConsentRef {
    let created = party.consents().create(user()).send().await.unwrap();
    assert_eq!(created.consent().status, Some(ConsentStatus::Inactive));
    let consent = created.reference().clone();
    assert_eq!(consent.owner(), party.id());
    assert_eq!(status(party, &consent).await, ConsentStatus::Inactive);
    refused_data(party, &consent).await;

    let flow = party
        .flows(&consent)
        .connect_accounts(USER)
        .send()
        .await
        .unwrap();
    assert!(flow.flow_url.is_some());
    let flow = flow.flow_id.unwrap();
    let open = party.flows(&consent).get(&flow).send().await.unwrap();
    assert_eq!(open.status, Some(FlowStatus::Active));
    world
        .sandbox()
        .complete_flow(consent.id(), "john.smith")
        .unwrap();
    let done = party.flows(&consent).get(&flow).send().await.unwrap();
    assert_eq!(done.status, Some(FlowStatus::Completed));
    assert_eq!(status(party, &consent).await, ConsentStatus::Active);
    // The refusal above is remembered for two seconds.
    world.clock.advance(std::time::Duration::from_secs(3));
    consent
}

async fn status(party: &ThirdParty, consent: &ConsentRef) -> ConsentStatus {
    let read = party.consents().get(consent).send().await.unwrap();
    assert_eq!(read.reference(), consent);
    read.consent().status.clone().unwrap()
}

async fn accounts(party: &ThirdParty, consent: &ConsentRef) -> Vec<Account> {
    let bare = party.accounts(consent).list().send().await.unwrap();
    assert_eq!(bare.items.len(), 4, "john.smith has four accounts");
    assert!(bare.items.iter().all(|account| account.balances.is_none()));
    let everything = party.accounts(consent).list();
    let everything = everything.with(|list| list.include(Include::ALL));
    let full = everything.send().await.unwrap().items;
    for account in &full {
        assert!(account.balances.as_ref().is_some_and(|all| !all.is_empty()));
        assert!(account.holders.as_ref().is_some_and(|all| !all.is_empty()));
        let iban = account.identifiers.as_ref().unwrap().iban.as_ref();
        assert!(iban.is_some());
        let one = party
            .accounts(consent)
            .get(&account.id)
            .send()
            .await
            .unwrap();
        assert_eq!(one.id, account.id);
    }
    let second = party.accounts(consent).list();
    let second = second
        .with(|list| list.limit(1).offset(1))
        .send()
        .await
        .unwrap();
    assert_eq!(second.items.len(), 1);
    assert_eq!((&second.items[0].id, second.total), (&full[1].id, Some(4)));
    full
}

async fn transactions(party: &ThirdParty, consent: &ConsentRef, accounts: &[Account]) {
    let mut seen: Vec<Transaction> = Vec::new();
    for account in accounts {
        let page = party
            .transactions(consent)
            .list(&account.id)
            .send()
            .await
            .unwrap();
        let theirs = |entry: &Transaction| entry.account_id.as_ref() == Some(&account.id);
        assert!(page.items.iter().all(theirs), "of this account only");
        seen.extend(page.items);
    }
    assert!(!seen.is_empty(), "john.smith has transactions");
}

#[tokio::test]
async fn one_transaction() {
    let world = World::simple().await;
    let party = world.party(UNLICENSED);
    let consent = world.consent(&party, "john.smith").await;
    let account = party
        .accounts(&consent)
        .list()
        .send()
        .await
        .unwrap()
        .items
        .remove(0);
    let page = party
        .transactions(&consent)
        .list(&account.id)
        .send()
        .await
        .unwrap();
    let some = &page.items[0];
    let one = party
        .transactions(&consent)
        .get(&some.id)
        .send()
        .await
        .unwrap();
    assert_eq!(&one, some);
}

async fn revoked(world: &World, party: &ThirdParty, consent: &ConsentRef) {
    party.consents().revoke(consent).send().await.unwrap();
    assert_eq!(status(party, consent).await, ConsentStatus::Revoked);
    // With the token from before: the API says what ended.
    let error = party.accounts(consent).list().send().await.unwrap_err();
    assert_eq!(error.code(), Code::A461, "{error}");
    assert_eq!((error.owner(), error.sent()), (Owner::EndUser, Sent::Yes));
    // Without one: the token endpoint does.
    world.integrator.purge(party.id()).unwrap();
    refused_data(party, consent).await;
}

/// The platform gives no token for a consent that is not active: the call was not sent, and it is
/// the end user's turn.
async fn refused_data(party: &ThirdParty, consent: &ConsentRef) {
    let error = party.accounts(consent).list().send().await.unwrap_err();
    assert_eq!(error.code(), Code::A461, "{error}");
    assert_eq!((error.owner(), error.sent()), (Owner::EndUser, Sent::No));
    assert_eq!(error.status(), Some(400), "{error}");
    assert!(!error.is_retryable(), "{error}");
}

async fn the_integrator_itself(world: &World) {
    let itself = world.integrator.as_itself();
    let providers = itself.providers().list().send().await.unwrap();
    assert!(!providers.items.is_empty());
    let lease = itself
        .token(&Grant::new(scopes("ob_providers")))
        .await
        .unwrap();
    assert_eq!(lease.token.actor(), None);
    let own = &world.descriptor.integrator.client_id;
    assert_eq!(lease.token.client_id(), own);
    assert!(world.counters().api_requests_by_party["integrator"] > 0);
}
