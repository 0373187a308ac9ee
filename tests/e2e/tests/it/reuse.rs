//! Never across third-parties, never across grants; and suspended means suspended.

use crate::world::{LICENSED, UNLICENSED, World, assert_unsent, scopes, transport};
use futures_util::future::join_all;
use ob_sandbox::{NonceMode, Profile, Sandbox};
use obkit::{
    BusinessId, Code, ConsentRef, Error, Grant, Owner, RetryPolicy, Sent, ThirdParty,
    registry::Status,
    testing::{Faulty, MeantTransport, meant_for},
    transport::testing::Fault,
};
use std::{collections::HashSet, time::Duration};

struct Tenant {
    party: ThirdParty,
    consents: [ConsentRef; 2],
}

impl Tenant {
    async fn settle(world: &World, id: &str) -> Self {
        let party = world.party(id);
        let consents = [
            world.consent(&party, "john.smith").await,
            world.consent(&party, "mattias.mustermann").await,
        ];
        Self { party, consents }
    }

    /// Everything that needs another token, at once.
    async fn mixed(&self) -> Result<(), Error> {
        let Self { party, consents } = self;
        let [one, two] = consents;
        let calls = async {
            tokio::join!(
                party.providers().list().send(),
                party.consents().get(one).send(),
                party.accounts(one).list().send(),
                party.accounts(two).list().send(),
                party.consents().get(two).send(),
            )
        };
        let (providers, first, ones, twos, second) = meant_for(party.id(), calls).await;
        assert!(!providers?.items.is_empty());
        assert_eq!((first?.reference(), second?.reference()), (one, two));
        assert_eq!(ones?.items.len(), 4);
        assert!(twos?.items.len() < 4, "the other consent's accounts");
        Ok(())
    }

    fn grants(&self) -> Vec<Grant> {
        let data =
            |consent: &ConsentRef| Grant::new(scopes("ob_data")).with_consent(consent.id().clone());
        vec![
            Grant::new(scopes("ob_providers")),
            Grant::new(scopes("consents:create")),
            Grant::new(scopes("consents:create ob_providers")),
            data(&self.consents[0]),
            data(&self.consents[1]),
        ]
    }
}

/// Rows: R197
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_grant_of_every_third_party_has_its_own_token() {
    for (profile, nonce) in [
        (Profile::OneToMany, NonceMode::Off),
        (Profile::Fapi2, NonceMode::Required),
    ] {
        let sandbox = Sandbox::builder().nonce(nonce).third_parties(8);
        let world = World::with(profile, sandbox, |builder| builder).await;
        let ids: Vec<String> = (1..=8).map(|n| format!("tp-{n:03}")).collect();
        let ids = ids.iter().map(String::as_str).chain([UNLICENSED, LICENSED]);
        let tenants = join_all(ids.map(|id| Tenant::settle(&world, id))).await;

        for _ in 0..5 {
            for outcome in join_all(tenants.iter().map(Tenant::mixed)).await {
                outcome.unwrap();
            }
        }
        let counters = world.counters();
        assert_eq!(counters.token_reuse_violations, 0, "{counters:?}");
        assert_eq!(counters.wrong_party, 0, "{counters:?}");
        assert!(counters.meant_checked > 300, "{counters:?}");
        assert_eq!(counters.refusals, counters.nonce_challenges, "{counters:?}");
        // Providers, consents, and one for each of the two consents' data.
        for (party, issued) in &counters.tokens_issued_by_party {
            assert_eq!(*issued, 4, "{party}");
        }
        own_tokens(&tenants).await;
    }
}

async fn own_tokens(tenants: &[Tenant]) {
    let mut seen = HashSet::new();
    for tenant in tenants {
        for grant in tenant.grants() {
            let token = tenant.party.token(&grant).await.unwrap().token;
            assert_eq!(token.acting_for(), tenant.party.acting_for());
            assert_eq!(token.consent(), grant.consent());
            assert_eq!(token.scopes(), grant.scopes());
            let again = tenant.party.token(&grant).await.unwrap().token;
            assert_eq!(again.expose(), token.expose(), "kept");
            assert!(seen.insert(token.expose().to_owned()), "shared: {token:?}");
        }
    }
    assert_eq!(seen.len(), tenants.len() * 5);
}

#[tokio::test]
async fn suspended_at_the_platform() {
    let world = World::simple().await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    let list = |party: &ThirdParty| party.providers().list().send();
    list(&acme).await.unwrap();
    list(&other).await.unwrap();
    assert!(world.sandbox().suspend(UNLICENSED));

    let error = list(&acme).await.unwrap_err();
    assert_eq!(
        (error.code(), error.owner()),
        (Code::T204, Owner::You),
        "{error}"
    );
    assert_eq!(error.party().map(BusinessId::as_str), Some(UNLICENSED));
    let sent = world.counters().api_requests;
    let error = list(&acme).await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::T204, Sent::No),
        "{error}"
    );
    assert_eq!(
        world.counters().api_requests,
        sent,
        "nothing without a token"
    );
    list(&other).await.unwrap();

    assert!(world.sandbox().resume(UNLICENSED));
    // The refusal is remembered for two seconds.
    world.clock.advance(Duration::from_secs(3));
    list(&acme).await.unwrap();
}

#[tokio::test]
async fn suspended_in_the_registry() {
    let world = World::simple().await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    let consent = world.consent(&acme, "john.smith").await;
    let grant = Grant::new(scopes("ob_providers"));
    let lease = acme.token(&grant).await.unwrap();
    let registry = world.integrator.registry();
    registry
        .edit("tester", "a test")
        .unwrap()
        .set_status(acme.id(), Status::Suspended)
        .await
        .unwrap();
    let before = world.counters();

    // Handles, tokens and calls from before are refused as new ones are.
    let refused = [
        world.integrator.on_behalf_of(UNLICENSED).unwrap_err(),
        acme.providers().list().send().await.unwrap_err(),
        acme.accounts(&consent).list().send().await.unwrap_err(),
        acme.token(&grant).await.unwrap_err(),
        acme.providers()
            .list()
            .token(lease.token)
            .send()
            .await
            .unwrap_err(),
    ];
    for error in &refused {
        assert_unsent(error, Code::R005, Owner::You);
    }
    assert_eq!(world.counters(), before);
    other.providers().list().send().await.unwrap();

    registry
        .edit("tester", "a test")
        .unwrap()
        .set_status(acme.id(), Status::Active)
        .await
        .unwrap();
    acme.accounts(&consent).list().send().await.unwrap();
    assert_eq!(world.counters().refusals, 0);
}

/// L3.11: an error on a call for one, and what is repeated is still for that one.
///
/// Rows: L3.11
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn retries_stay_with_their_third_party() {
    let network = Faulty::new(transport());
    let policy = RetryPolicy {
        max_attempts: 5,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
    };
    let sandbox = Sandbox::builder().third_parties(6);
    let world = World::with(Profile::Fapi2, sandbox, |builder| {
        builder
            .transport(MeantTransport::new(network.clone()))
            .retry(policy)
    })
    .await;
    let ids: Vec<String> = (1..=6).map(|n| format!("tp-{n:03}")).collect();
    let tenants = join_all(ids.iter().map(|id| Tenant::settle(&world, id))).await;
    for outcome in join_all(tenants.iter().map(Tenant::mixed)).await {
        outcome.unwrap();
    }
    // Every token is there; from here on the network loses requests and answers, and the
    // platform throws tokens away.
    let faults = [
        Fault::ResetBeforeSend,
        Fault::Pass,
        Fault::TimeoutAfterSend,
        Fault::Pass,
    ];
    for round in 0..10 {
        network.add(faults.into_iter().cycle().take(24));
        if round % 3 == 0 {
            world
                .sandbox()
                .revoke_tokens(tenants[round % 6].party.id().as_str());
        }
        // A token that cannot be fetched fails its call; whoever succeeds, succeeds as itself.
        for outcome in join_all(tenants.iter().map(Tenant::mixed)).await {
            if let Err(error) = outcome {
                assert!(error.is_retryable(), "{error}");
            }
        }
    }
    let counters = world.counters();
    assert_eq!(counters.wrong_party, 0, "{counters:?}");
    assert_eq!(counters.token_reuse_violations, 0, "{counters:?}");
    assert_eq!(counters.replays_refused, 0, "{counters:?}");
    assert!(counters.meant_checked > 300, "{counters:?}");
    let retried = world.journal.records();
    let retried = retried.iter().filter(|record| record.attempt_number() > 1);
    assert!(retried.count() > 50, "the faults were met");
}
