//! Changes: who, when and why; what is kept of them; who is too late.

use crate::sample::{Fragile, builder, client, edit, party, registry};
use ob_core::{Code, TestClock};
use ob_registry::{
    Event, HistoryQuery, IntegratorProfile, MemoryStore, Record, Registry, RegistryError, Revision,
    Status, Subject, Version,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, UNIX_EPOCH},
};

fn id(n: u32) -> ob_core::BusinessId {
    format!("party-{n}").parse().unwrap()
}

async fn history(registry: &Registry) -> Vec<Event> {
    registry.history(&HistoryQuery::default()).await.unwrap()
}

#[tokio::test]
async fn a_change_has_an_actor_a_reason_and_a_time() {
    let clock = TestClock::at(UNIX_EPOCH + Duration::from_millis(1_700_000_000_123));
    let registry = Registry::builder(MemoryStore::default())
        .clock(clock.clone())
        .open()
        .await
        .unwrap();
    let add = registry.edit("maria", "contract signed").unwrap();
    add.put(party(1, Status::Active)).await.unwrap();
    clock.advance(Duration::from_secs(60));
    let suspend = registry.edit("paul", "invoice unpaid").unwrap();
    let record = suspend.set_status(&id(1), Status::Suspended).await.unwrap();

    let standing = record.standing().unwrap();
    assert_eq!(standing.actor.as_str(), "paul");
    assert_eq!(standing.reason.as_str(), "invoice unpaid");
    assert_eq!(record.version(), Version::from(2));
    let events = history(&registry).await;
    let lines: Vec<_> = events.iter().map(|it| it.to_json().unwrap()).collect();
    insta::assert_snapshot!(lines[1], @r#"{"schema":"ob.registry-event/1","revision":2,"at":"2023-11-14T22:14:20.123Z","actor":"paul","reason":"invoice unpaid","business_id":"party-1","version":2,"from":"active","third_party":{"business_id":"party-1","legal_name":"Acme GmbH","client_id":"client-1","application_id":"00000000-0000-0000-0000-000000000001","status":"suspended","licence":"unlicensed","scopes":["a","b"]}}"#);
    for (event, line) in events.iter().zip(&lines) {
        assert_eq!(&Event::from_json(line).unwrap(), event);
    }
    // Who is refused learns since when, by whom and why.
    let refused = registry.act_for(&id(1), &"a".parse().unwrap()).unwrap_err();
    assert_eq!(refused.code(), Code::R005);
    insta::assert_snapshot!(refused, @"party-1 is suspended since 2023-11-14T22:14:20.123Z by paul (invoice unpaid): nothing is sent for it");
}

#[tokio::test]
async fn a_change_by_nobody_or_for_no_reason_is_refused() {
    let registry = registry([]).await;
    for (actor, reason) in [
        ("", "why"),
        ("who", ""),
        ("who\n", "why"),
        ("who", "a\u{202e}b"),
    ] {
        let error = registry.edit(actor, reason).unwrap_err();
        assert_eq!(error.code(), Code::R009, "{actor:?} {reason:?}");
    }
}

#[tokio::test]
async fn a_lost_update_is_refused_and_says_what_is_there() {
    let store = MemoryStore::with([party(1, Status::Active)]);
    let here = Registry::open(store.clone()).await.unwrap();
    let there = Registry::open(store).await.unwrap();
    let seen = here.version(&id(1)).unwrap();
    edit(&there)
        .update(&id(1), |it| it.legal_name("There"))
        .await
        .unwrap();

    let late = edit(&here).expecting(seen);
    let error = late
        .update(&id(1), |it| it.legal_name("Here"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::R010);
    assert_eq!(error.business_id(), Some(&id(1)));
    assert_eq!(error.found_version(), Some(Version::from(2)));
    insta::assert_snapshot!(error, @"party-1 is at version 2, the change was made from 1");
    assert_eq!(
        here.get(&id(1)).unwrap().legal_name(),
        "There",
        "it was looked at again"
    );
    // The same from what is there now.
    let again = edit(&here).expecting(Version::from(2));
    again.set_status(&id(1), Status::Suspended).await.unwrap();
    // What is gone cannot be changed, and what is new was not expected.
    let error = edit(&here)
        .expecting(seen)
        .put(party(2, Status::Draft))
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.found_version()), (Code::R010, None));
    for change in [Status::Suspended, Status::Offboarding] {
        let late = edit(&there)
            .expecting(seen)
            .set_status(&id(1), change)
            .await;
        assert_eq!(late.unwrap_err().code(), Code::R010, "{change}");
    }
    let late = edit(&there).expecting(seen).remove(&id(1)).await;
    assert_eq!(late.unwrap_err().code(), Code::R010);
}

#[tokio::test]
async fn who_is_thought_to_be_new_is_not_written_over() {
    let store = MemoryStore::with([party(1, Status::Active)]);
    let here = Registry::open(store.clone()).await.unwrap();
    let there = Registry::open(store).await.unwrap();
    edit(&there).put(party(2, Status::Active)).await.unwrap();
    let late = edit(&here).expecting_absent();
    let error = late.put(party(2, Status::Draft)).await.unwrap_err();
    assert_eq!(error.code(), Code::R010);
    insta::assert_snapshot!(error, @"party-2 is there already, at version 1: the change was to add it");
    let first = here.version(&id(1));
    let both = || {
        vec![
            (party(1, Status::Suspended), first),
            (party(3, Status::Draft), None),
        ]
    };
    edit(&there).put(party(3, Status::Active)).await.unwrap();
    let error = edit(&here).put_all_expecting(both()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.business_id()),
        (Code::R010, Some(&id(3)))
    );
    assert_eq!(here.get(&id(1)).unwrap().status(), Status::Active);
    edit(&there)
        .set_status(&id(1), Status::Suspended)
        .await
        .unwrap();
    let error = edit(&here).put_all_expecting(both()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.business_id()),
        (Code::R010, Some(&id(1)))
    );
    let both = vec![(party(1, Status::Active), here.version(&id(1)))];
    edit(&here).put_all_expecting(both).await.unwrap();
    // Where nobody would ask for it, an expectation is refused and not dropped.
    let plan = here.plan(Vec::new(), None).unwrap();
    let version = Version::FIRST;
    for refused in [
        edit(&here).expecting(version).put_all(Vec::new()).await,
        edit(&here)
            .expecting_absent()
            .put_all_expecting(Vec::new())
            .await,
        edit(&here).expecting(version).apply(&plan, true).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), Code::R009);
    }
}

/// What another process did meanwhile decides whether there is anything to be done.
#[tokio::test]
async fn that_nothing_is_to_be_done_is_not_said_of_a_state_that_is_past() {
    let store = MemoryStore::with([party(1, Status::Suspended)]);
    let here = Registry::open(store.clone()).await.unwrap();
    let there = Registry::open(store).await.unwrap();
    edit(&there)
        .set_status(&id(1), Status::Active)
        .await
        .unwrap();
    // Suspended already, as far as this process knew.
    let record = edit(&here)
        .set_status(&id(1), Status::Suspended)
        .await
        .unwrap();
    assert_eq!(record.version(), Version::from(3));
    there.catch_up().await.unwrap();
    assert_eq!(there.get(&id(1)).unwrap().status(), Status::Suspended);
    // And the ids that collide on a past state do not on the present one.
    let gone = party(2, Status::Draft);
    edit(&there).put(gone.clone()).await.unwrap();
    here.catch_up().await.unwrap();
    edit(&there).remove(&id(2)).await.unwrap();
    let heir = gone.to_builder().legal_name("Heir").build().unwrap();
    let row = ob_registry::to_json(&[heir])
        .unwrap()
        .replace("party-2", "heir");
    let heir = ob_registry::from_json(&row).unwrap().remove(0);
    edit(&here).put(heir).await.unwrap();
}

/// Two processes that change the same third-party at the same time: each change is made from
/// what the other one left, so none is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_from_everywhere_add_up() {
    let store = MemoryStore::with([party(1, Status::Active)]);
    let mut tasks = Vec::new();
    for process in 0..2 {
        let registry = Registry::open(store.clone()).await.unwrap();
        for task in 0..8 {
            let registry = registry.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..25 {
                    let line = format!("{process}.{task}.{n}\n");
                    let change = edit(&registry);
                    let add = |it: ob_registry::ThirdPartyBuilder| {
                        let notes = it.clone().build().unwrap().notes().to_owned() + &line;
                        it.notes(notes)
                    };
                    change.update(&id(1), add).await.unwrap();
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let registry = Registry::open(store).await.unwrap();
    let record = registry.record(&id(1)).unwrap();
    assert_eq!(record.version(), Version::from(1 + 2 * 8 * 25));
    assert_eq!(record.third_party().notes().lines().count(), 2 * 8 * 25);
    let events = history(&registry).await;
    let numbers: Vec<_> = events.iter().map(|it| it.revision().get()).collect();
    assert_eq!(numbers, (1..=2 * 8 * 25).collect::<Vec<_>>());
}

#[tokio::test]
async fn history_is_asked_by_party_place_and_number() {
    let registry = registry([]).await;
    for n in 1..=3 {
        edit(&registry)
            .put(party(n, Status::Onboarding))
            .await
            .unwrap();
        edit(&registry)
            .set_status(&id(n), Status::Active)
            .await
            .unwrap();
    }
    let ask = async |query: HistoryQuery| -> Vec<u64> {
        let events = registry.history(&query).await.unwrap();
        events.iter().map(|it| it.revision().get()).collect()
    };
    let all = HistoryQuery::default();
    assert_eq!(ask(all.clone()).await, [1, 2, 3, 4, 5, 6]);
    let of_two = HistoryQuery {
        business_id: Some(id(2)),
        ..all.clone()
    };
    assert_eq!(ask(of_two.clone()).await, [3, 4]);
    let newest = HistoryQuery {
        newest_first: true,
        limit: Some(2),
        ..all.clone()
    };
    assert_eq!(ask(newest).await, [6, 5]);
    let after = HistoryQuery {
        after: Revision::from(3),
        ..of_two
    };
    assert_eq!(ask(after).await, [4]);
    let first = registry.history(&all).await.unwrap().remove(0);
    assert_eq!(first.transition(), Some((None, Some(Status::Onboarding))));
}

/// What the history says, played from its beginning.
pub(crate) fn replayed(events: &[Event]) -> BTreeMap<String, Record> {
    let mut now = BTreeMap::new();
    for event in events {
        if let Subject::ThirdParty { business_id, .. } = event.subject() {
            let id = business_id.to_string();
            match event.record_after(now.get(&id)) {
                Some(record) => now.insert(id, record),
                None => now.remove(&id),
            };
        }
    }
    now
}

#[tokio::test]
async fn a_change_that_cannot_be_stored_changes_nothing() {
    let store = Arc::new(Fragile::default());
    let registry = Registry::open(Arc::clone(&store)).await.unwrap();
    edit(&registry).put(party(1, Status::Active)).await.unwrap();
    store.broken.store(true, Ordering::SeqCst);
    let refused = edit(&registry).set_status(&id(1), Status::Suspended).await;
    assert_eq!(refused.unwrap_err().code(), Code::R008);
    assert_eq!(registry.revision(), Revision::from(1));
    assert_eq!(registry.get(&id(1)).unwrap().status(), Status::Active);
}

/// The database is down: the last state serves, its age is told, and at its maximum it fails
/// closed. When it is back, everything is as before.
#[tokio::test(start_paused = true)]
async fn a_store_out_of_reach_serves_the_last_state_until_its_maximum_age() {
    let clock = TestClock::at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let store = Arc::new(Fragile::default());
    let filling = Registry::open(Arc::clone(&store)).await.unwrap();
    edit(&filling).put(party(1, Status::Active)).await.unwrap();
    let registry = Registry::builder(Arc::clone(&store))
        .clock(clock.clone())
        .max_age(Duration::from_secs(30))
        .open()
        .await
        .unwrap();
    let scopes = "a".parse().unwrap();
    let held = registry.admit(&id(1)).unwrap();
    let all = |expected: Result<(), Code>| {
        let code = |it: Result<(), RegistryError>| it.map_err(|error| error.code());
        assert_eq!(code(registry.act_for(&id(1), &scopes).map(drop)), expected);
        assert_eq!(code(registry.check(held.party(), &scopes)), expected);
        assert_eq!(code(held.check(&scopes)), expected);
        assert_eq!(code(registry.admit(&id(1)).map(drop)), expected);
    };
    store.broken.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_secs(30));
    assert_eq!(registry.catch_up().await.unwrap_err().code(), Code::R008);
    let freshness = registry.freshness();
    assert_eq!(freshness.age, Duration::from_secs(30));
    assert!(freshness.failure.unwrap().contains("the disk is gone"));
    all(Ok(()));
    clock.advance(Duration::from_secs(1));
    all(Err(Code::R012));
    store.broken.store(false, Ordering::SeqCst);
    registry.catch_up().await.unwrap();
    all(Ok(()));
    assert_eq!(registry.freshness().failure, None);
    assert_eq!(registry.freshness().age, Duration::ZERO);
}

/// A store that answers, but with a state that cannot be shown, makes what is shown no younger.
#[tokio::test]
async fn a_state_that_is_refused_is_not_heard_of() {
    let clock = TestClock::at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let store = MemoryStore::with([party(1, Status::Active)]);
    let registry = Registry::builder(store.clone())
        .clock(clock.clone())
        .integrator(client(7))
        .max_age(Duration::from_secs(30))
        .open();
    let registry = registry.await.unwrap();
    let elsewhere = Registry::open(store).await.unwrap();
    clock.advance(Duration::from_secs(20));
    // The other process was not told the Integrator's client id.
    edit(&elsewhere)
        .put(party(7, Status::Active))
        .await
        .unwrap();
    for age in [20, 31] {
        assert_eq!(registry.catch_up().await.unwrap_err().code(), Code::R002);
        assert_eq!(registry.reload().await.unwrap_err().code(), Code::R002);
        let freshness = registry.freshness();
        assert_eq!(freshness.age, Duration::from_secs(age));
        assert!(freshness.failure.is_some());
        clock.advance(Duration::from_secs(11));
    }
    assert_eq!(registry.admit(&id(1)).unwrap_err().code(), Code::R012);
}

/// A note may change while a certificate lapses, the identity it is judged by may not.
#[tokio::test]
async fn an_active_one_does_not_get_an_identifier_that_its_certificates_contradict() {
    let acme = builder(1)
        .licence(crate::sample::licensed())
        .status(Status::Active);
    let registry = registry([acme.build().unwrap()]).await;
    let other = Some("PSDDE-BAFIN-999".parse().unwrap());
    let changed = edit(&registry)
        .update(&id(1), |it| it.organization_identifier(other.clone()))
        .await;
    assert_eq!(changed.unwrap_err().code(), Code::C202);
    edit(&registry)
        .update(&id(1), |it| it.notes("rang"))
        .await
        .unwrap();
}

/// Two people change different parts of it at once: both parts are changed.
#[tokio::test]
async fn a_change_of_the_profile_starts_from_what_is_there_now() {
    let store = MemoryStore::default();
    let here = Registry::open(store.clone()).await.unwrap();
    let there = Registry::open(store).await.unwrap();
    let application = crate::sample::application(999);
    let first = IntegratorProfile::new("Services AG", client(999), application).unwrap();
    edit(&here).set_integrator(first.clone()).await.unwrap();
    there.catch_up().await.unwrap();
    let with_country = |old: Option<&IntegratorProfile>| {
        let old = old.unwrap_or(&first).clone();
        old.with_countries(["DE".parse().unwrap()])
    };
    edit(&here).update_integrator(with_country).await.unwrap();
    let ada: ob_registry::Contact = "primary:Ada:ada@services.example".parse().unwrap();
    let with_contact =
        |old: Option<&IntegratorProfile>| old.unwrap().clone().with_contacts(vec![ada.clone()]);
    // This one has not heard of the country yet.
    edit(&there).update_integrator(with_contact).await.unwrap();
    let profile = there.integrator_profile().unwrap();
    assert_eq!(
        (profile.countries().len(), profile.contacts().len()),
        (1, 1)
    );
    let refused = edit(&here).expecting(Version::FIRST);
    let refused = refused.update_integrator(with_country).await.unwrap_err();
    assert_eq!(refused.code(), Code::R009);
}

#[tokio::test]
async fn the_integrators_profile_is_kept_and_its_ids_are_nobody_elses() {
    let store = MemoryStore::with([party(1, Status::Active)]);
    let registry = Registry::open(store.clone()).await.unwrap();
    let profile = |client: &str, application: u32| {
        let application = crate::sample::application(application);
        IntegratorProfile::new("Integrator AG", client.parse().unwrap(), application).unwrap()
    };
    for taken in [
        profile("client-1", 9),
        profile("CLIENT-1", 9),
        profile("integrator", 1),
    ] {
        let refused = edit(&registry).set_integrator(taken).await.unwrap_err();
        assert_eq!(refused.code(), Code::R002);
    }
    edit(&registry)
        .set_integrator(profile("integrator", 9))
        .await
        .unwrap();
    let other = Registry::open(store).await.unwrap();
    assert_eq!(other.integrator().unwrap().as_str(), "integrator");
    assert_eq!(other.integrator_profile().unwrap().missing().len(), 5);
    let as_integrator = builder(2).client_id("integrator".parse().unwrap());
    let same_application = builder(2).application_id(crate::sample::application(9));
    for wrong in [as_integrator, same_application] {
        let refused = edit(&other).put(wrong.build().unwrap()).await.unwrap_err();
        assert_eq!(refused.code(), Code::R002, "{refused}");
    }
    // The same again is no event.
    let before = registry.revision();
    edit(&registry)
        .set_integrator(profile("integrator", 9))
        .await
        .unwrap();
    assert_eq!(registry.revision(), before);
}
