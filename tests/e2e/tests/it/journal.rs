//! One record per attempt, whatever becomes of it; and no call that cannot be recorded.

use crate::{
    gate::{gated, is_api_request, is_token_request},
    world::{
        LICENSED, MODES, SUSPENDED, UNLICENSED, World, assert_unsent, scopes, transport, user,
    },
};
use bytes::Bytes;
use http::Request;
use obkit::{
    Code, ConsentRef, Grant, Owner, RetryPolicy, Sent, ThirdParty,
    core::Clock,
    journal::{Journal, JournalError, MemoryJournal, Outcome, Record, Usage},
    testing::{Faulty, from_fn},
    transport::{TransportError, TransportErrorKind, async_trait, testing::Fault},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const OK: Outcome = Outcome::Ok { status: 200 };

fn outcomes(records: &[Record]) -> Vec<(u32, Outcome)> {
    let one = |record: &Record| (record.attempt_number(), record.outcome());
    records.iter().map(one).collect()
}

#[tokio::test]
async fn a_record_says_who_acted_for_whom() {
    let world = World::simple().await;
    let acme = world.party(UNLICENSED);
    let consent = world.consent(&acme, "john.smith").await;
    acme.accounts(&consent).list().send().await.unwrap();
    world
        .integrator
        .as_itself()
        .providers()
        .list()
        .send()
        .await
        .unwrap();

    let records = world.journal.records();
    let operations: Vec<_> = records.iter().map(Record::operation).collect();
    let expected = [
        "consents.create",
        "managed_flows.create",
        "accounts.list",
        "providers.list",
    ];
    assert_eq!(operations.len(), expected.len(), "{operations:?}");
    for (found, expected) in operations.iter().zip(expected) {
        let area = |name: &str| name.split('.').next_back().map(str::to_owned);
        assert_eq!(area(found), area(expected), "{operations:?}");
    }
    for record in &records[..3] {
        assert_eq!(record.business_id(), acme.id());
        assert_eq!(record.client_id(), acme.acting_for().client_id());
        assert_eq!(record.application_id(), acme.acting_for().application_id());
        assert_eq!(record.attempt_number(), 1);
        let distance = world.clock.now().duration_since(record.time()).unwrap();
        assert!(distance < Duration::from_secs(1), "{record:?}");
    }
    // The created consent's id is not known before; flow and data name theirs.
    let named: Vec<_> = records.iter().map(Record::consent_id).collect();
    assert_eq!(named, [None, Some(consent.id()), Some(consent.id()), None]);
    assert_eq!(records[0].outcome(), Outcome::Ok { status: 201 });
    let own = &world.descriptor.integrator;
    assert_eq!(records[3].client_id(), &own.client_id);
    assert_eq!(records[3].application_id(), &own.application_id);

    let mut correlations: Vec<_> = records.iter().filter_map(Record::correlation_id).collect();
    correlations.sort_unstable();
    correlations.dedup();
    assert_eq!(correlations.len(), 4, "each call has its own");
}

#[tokio::test]
async fn every_attempt_is_recorded() {
    let network = Faulty::new(transport());
    let policy = RetryPolicy {
        max_attempts: 3,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
    };
    let world = World::wired(|b| b.transport(network.clone()).retry(policy)).await;
    let acme = world.party(UNLICENSED);
    // Both tokens are there, so that the faults below meet the calls themselves.
    acme.providers().list().send().await.unwrap();
    world.unauthorised_consent(&acme).await;
    let before = world.journal.len();

    network.add([Fault::TimeoutAfterSend, Fault::ResetBeforeSend]);
    acme.providers().list().send().await.unwrap();
    let failed = |code| Outcome::Failed {
        code,
        status: None,
        sent: Sent::Maybe,
    };
    let unsent = Outcome::Refused { code: Code::N105 };
    let records = world.journal.records().split_off(before);
    assert_eq!(
        outcomes(&records),
        [(1, failed(Code::N504)), (2, unsent), (3, OK)]
    );
    let calls: std::collections::HashSet<_> = records.iter().map(Record::business_id).collect();
    assert_eq!(calls.len(), 1);

    // A POST that may have been carried out is repeated only because it carries a key.
    network.add([Fault::ResetAfterSend]);
    acme.consents().create(user()).send().await.unwrap();
    assert_eq!(world.counters().consents_created, 2, "carried out once");
    let records = world.journal.records().split_off(before + 3);
    let created = Outcome::Ok { status: 201 };
    assert_eq!(outcomes(&records), [(1, failed(Code::N105)), (2, created)]);

    // In the end the error of the last attempt is the call's.
    network.add([Fault::TruncatedBody; 3]);
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N105, Sent::Maybe),
        "{error}"
    );
    let records = world.journal.records().split_off(before + 5);
    let last = outcomes(&records);
    assert_eq!(
        last,
        (1..=3).map(|n| (n, failed(Code::N105))).collect::<Vec<_>>()
    );
    for record in &records {
        assert!(record.correlation_id().is_some(), "{record:?}");
    }
}

#[tokio::test]
async fn a_dropped_call_is_recorded() {
    let (transport, mut gate) = gated(is_api_request);
    let world = World::wired(|builder| builder.transport(transport)).await;
    let party = world.party(UNLICENSED);
    let call = tokio::spawn(async move { party.providers().list().send().await });
    gate.held(1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert!(world.journal.is_empty(), "nothing can be awaited in a drop");

    world.integrator.flush_journal().await.unwrap();
    let cancelled = Outcome::Failed {
        code: Code::N499,
        status: None,
        sent: Sent::Maybe,
    };
    assert_eq!(outcomes(&world.journal.records()), [(1, cancelled)]);
}

#[tokio::test]
async fn a_call_dropped_before_it_was_sent_is_recorded_as_unsent() {
    let (transport, mut gate) = gated(is_token_request);
    let world = World::wired(|builder| builder.transport(transport)).await;
    let party = world.party(UNLICENSED);
    let call = tokio::spawn(async move { party.providers().list().send().await });
    gate.held(1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    gate.open();
    // The next call writes what is left first.
    world
        .party(LICENSED)
        .providers()
        .list()
        .send()
        .await
        .unwrap();
    let records = world.journal.records();
    let cancelled = Outcome::Refused { code: Code::N499 };
    assert_eq!(outcomes(&records), [(1, cancelled), (1, OK)]);
    assert_eq!(records[0].business_id().as_str(), UNLICENSED);
}

#[tokio::test]
async fn a_deadline_covers_the_whole_call() {
    let (transport, _gate) = gated(is_api_request);
    let world = World::wired(|builder| builder.transport(transport)).await;
    let acme = world.party(UNLICENSED);
    // The token is there, so that the call gets to the gate however slow the machine is.
    let grant = Grant::new(scopes("ob_providers"));
    acme.token(&grant).await.unwrap();
    let call = acme.providers().list().deadline(Duration::from_millis(200));
    let error = call.send().await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N499, Sent::Maybe),
        "{error}"
    );
    assert_eq!(error.party().unwrap(), acme.id());
    world.integrator.flush_journal().await.unwrap();
    let records = world.journal.records();
    assert!(matches!(
        records[0].outcome(),
        Outcome::Failed {
            code: Code::N499,
            ..
        }
    ));
    assert_eq!(records.len(), 1);
}

#[tokio::test]
async fn usage_is_what_the_sandbox_counted() {
    for (profile, nonce) in MODES {
        let world = World::start(profile, nonce).await;
        for id in [UNLICENSED, LICENSED] {
            busy(&world, &world.party(id)).await;
        }
        world
            .integrator
            .as_itself()
            .providers()
            .list()
            .send()
            .await
            .unwrap();
        world.integrator.flush_journal().await.unwrap();

        let usage = Usage::fold(&world.journal.records());
        let arrived = world.counters().api_requests_by_party;
        assert_eq!(usage.iter().len(), arrived.len(), "{usage:?} {arrived:?}");
        for (id, totals) in usage.iter() {
            let totals = totals.total();
            let sent = totals.ok + totals.failed;
            assert_eq!(
                sent,
                arrived[id.as_str()],
                "{profile:?} {nonce:?} {id}: {totals:?}"
            );
        }
        assert!(usage.of(&SUSPENDED.parse().unwrap()).is_none());
    }
}

/// Calls that succeed, fail at the API, are refused here, and meet a revoked token.
async fn busy(world: &World, party: &ThirdParty) {
    let consent = world.consent(party, "john.smith").await;
    let accounts = party.accounts(&consent).list().send().await.unwrap().items;
    for account in &accounts {
        party
            .transactions(&consent)
            .list(&account.id)
            .send()
            .await
            .unwrap();
    }
    let missing = "00000000-0000-4000-8000-000000000000".parse().unwrap();
    let error = party
        .accounts(&consent)
        .get(&missing)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::A404, "{error}");
    let foreign = ConsentRef::new("somebody".parse().unwrap(), consent.id().clone());
    let error = party.accounts(&foreign).list().send().await.unwrap_err();
    assert_eq!(error.code(), Code::X003);
    world.sandbox().revoke_tokens(party.id().as_str());
    party.accounts(&consent).list().send().await.unwrap();
    party.consents().revoke(&consent).send().await.unwrap();
    party.accounts(&consent).list().send().await.unwrap_err();
}

/// A journal on a disk that is full at times.
#[derive(Clone, Debug, Default)]
struct Disk {
    full: Arc<AtomicBool>,
    written: MemoryJournal,
}

#[async_trait]
impl Journal for Disk {
    async fn append(&self, record: &Record) -> Result<(), JournalError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(JournalError::cannot_write("the disk is full"));
        }
        self.written.append(record).await
    }
}

#[tokio::test]
async fn j001_no_call_that_cannot_be_accounted_for() {
    let disk = Disk::default();
    let world = World::wired(|builder| builder.journal(disk.clone())).await;
    let (acme, other) = (world.party(UNLICENSED), world.party(LICENSED));
    acme.providers().list().send().await.unwrap();
    disk.full.store(true, Ordering::SeqCst);

    // What happened has happened: the answer is the caller's, its record is kept.
    acme.consents().create(user()).send().await.unwrap();
    let before = world.counters();
    for party in [&acme, &other, &acme] {
        let error = party.providers().list().send().await.unwrap_err();
        assert_unsent(&error, Code::J001, Owner::You);
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert_eq!(error.party(), Some(party.id()));
    }
    assert_eq!(
        world.integrator.flush_journal().await.unwrap_err().code(),
        Code::J001
    );
    assert_eq!(
        world.counters(),
        before,
        "nothing was sent, no token fetched"
    );

    disk.full.store(false, Ordering::SeqCst);
    other.providers().list().send().await.unwrap();
    let records = disk.written.records();
    let operations: Vec<_> = records.iter().map(Record::operation).collect();
    assert_eq!(
        operations,
        ["providers.list", "consents.create", "providers.list"]
    );
    let (arrived, recorded) = (world.counters().api_requests, records.len());
    assert_eq!(usize::try_from(arrived).unwrap(), recorded);
}

#[tokio::test]
async fn several_records_wait_in_order() {
    let disk = Disk::default();
    let (transport, mut gate) = gated(is_api_request);
    let world = World::wired(|b| b.journal(disk.clone()).transport(transport)).await;
    let mut calls = Vec::new();
    for id in [UNLICENSED, LICENSED] {
        let party = world.party(id);
        calls.push(tokio::spawn(async move {
            party.providers().list().send().await
        }));
        gate.held(calls.len()).await;
    }
    // Both are under way when the disk fills up.
    disk.full.store(true, Ordering::SeqCst);
    gate.open();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(disk.written.is_empty());
    disk.full.store(false, Ordering::SeqCst);
    world.integrator.flush_journal().await.unwrap();
    let records = disk.written.records();
    let mut parties: Vec<_> = records.iter().map(|r| r.business_id().as_str()).collect();
    parties.sort_unstable();
    assert_eq!(parties, [UNLICENSED, LICENSED]);
}

/// `sent` is about the call, not about its last attempt: whoever reads "no" repeats the call
/// without a second thought.
#[tokio::test]
async fn sent_is_about_the_whole_call() {
    let (disk, inner) = (Disk::default(), transport());
    let fills = Arc::new(AtomicBool::new(false));
    let (full, fill) = (Arc::clone(&disk.full), Arc::clone(&fills));
    // The disk fills up while the consent is created, and its answer is lost.
    let losing = from_fn(move |request: Request<Bytes>| {
        let (inner, full) = (inner.clone(), Arc::clone(&full));
        let lose = is_api_request(&request) && fill.load(Ordering::SeqCst);
        async move {
            let answer = inner.send(request).await;
            if !lose {
                return answer;
            }
            full.store(true, Ordering::SeqCst);
            Err(TransportError::new(
                TransportErrorKind::Closed,
                "the answer is lost",
            ))
        }
    });
    let policy = RetryPolicy {
        first_wait: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let world = World::wired(|b| b.journal(disk.clone()).transport(losing).retry(policy)).await;
    fills.store(true, Ordering::SeqCst);
    let acme = world.party(UNLICENSED);
    let error = acme.consents().create(user()).send().await.unwrap_err();
    assert_eq!(
        error.code(),
        Code::J001,
        "the second attempt was refused: {error}"
    );
    assert_eq!(
        world.counters().consents_created,
        1,
        "the first one was carried out"
    );
    assert_eq!(error.sent(), Sent::Maybe, "{error}");
}
