//! What will stop being valid by itself.

use crate::{
    authority::{Authority, DAY, Wanted, now},
    sample::{application, client, registry, signing_service},
};
use ob_registry::{
    Certificate, Expiry, ExpiryOwner, IntegratorProfile, Licence, Status, ThirdParty, expiring,
    expiring_of_integrator,
};
use std::time::Duration;

fn party(id: &str, status: Status, certificates: Vec<Certificate>) -> ThirdParty {
    let licence = Licence::licensed(certificates, signing_service());
    let builder = ThirdParty::draft(id.parse().unwrap(), "Acme GmbH");
    builder.licence(licence).status(status).build().unwrap()
}

async fn found(all: Vec<ThirdParty>, within: Duration) -> Vec<Expiry> {
    let registry = registry(all).await;
    expiring(&registry.records(), now(), within)
}

/// Up to the last second of the span, whatever has lapsed, in the order of their ends.
#[tokio::test]
async fn what_ends_within_the_span_or_has_ended() {
    let authority = Authority::new("Trust Services");
    let from = now() - 400 * DAY;
    let ending = |end| authority.issue(&Wanted::qwac().valid(from, end));
    let past = ending(now() - 3 * DAY);
    let edge = ending(now() + 30 * DAY);
    let beyond = ending(now() + 30 * DAY + Duration::from_secs(1));
    let all = vec![
        party("edge", Status::Suspended, vec![edge.clone()]),
        party("beyond", Status::Draft, vec![beyond]),
        party("past", Status::Onboarding, vec![past.clone()]),
        party("gone", Status::Offboarded, vec![ending(now())]),
    ];
    let found = found(all, 30 * DAY).await;
    let told: Vec<_> = found
        .iter()
        .map(|it| {
            (
                &it.owner,
                &it.certificate,
                it.has_lapsed(now()),
                it.is_urgent(),
            )
        })
        .collect();
    let owner = |id: &str| ExpiryOwner::ThirdParty(id.parse().unwrap());
    assert_eq!(
        told,
        [
            (&owner("past"), &past, true, true),
            (&owner("edge"), &edge, false, true),
        ]
    );
}

/// One of the same kind that is in date when the other one ends takes over; one that begins
/// later, or is of the other kind, does not.
#[tokio::test]
async fn a_renewed_one_is_not_urgent() {
    let authority = Authority::new("Trust Services");
    let ending = |wanted: Wanted, from: i32, until: u32| {
        let from = match u32::try_from(from) {
            Ok(ahead) => now() + ahead * DAY,
            Err(_) => now() - from.unsigned_abs() * DAY,
        };
        authority.issue(&wanted.valid(from, now() + until * DAY))
    };
    let old = ending(Wanted::qwac(), -300, 10);
    let new = ending(Wanted::qwac(), 5, 370);
    let late = ending(Wanted::qwac(), 11, 400);
    let seal = ending(Wanted::qseal(), -5, 360);
    for (beside, successor) in [
        (vec![], None),
        (vec![late.clone()], None),
        (vec![seal.clone()], None),
        (vec![late, seal, new.clone()], Some(new)),
    ] {
        let all = [vec![old.clone()], beside].concat();
        let found = found(vec![party("acme", Status::Draft, all)], 30 * DAY).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certificate, old);
        assert_eq!(found[0].successor, successor);
        assert_eq!(found[0].is_urgent(), successor.is_none());
    }
}

/// A chain ends too, and so does the Integrator's own.
#[tokio::test]
async fn the_chain_and_the_integrator_are_looked_at() {
    let authority = Authority::with("Old Root", |it| it.not_after = (now() + DAY).into());
    let certificate = authority.issue(&Wanted::qwac());
    let chain = vec![certificate, authority.certificate.clone()];
    let found = found(vec![party("acme", Status::Draft, chain)], 2 * DAY).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].certificate, authority.certificate);

    let tls = authority.issue(&Wanted::qwac().valid(now() - DAY, now() + DAY));
    let profile = IntegratorProfile::new("Integrator AG", client(1), application(1)).unwrap();
    let profile = profile.with_tls_certificates(vec![tls.clone()]);
    let found = expiring_of_integrator(&profile, now(), 2 * DAY);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].owner, &found[0].certificate),
        (&ExpiryOwner::Integrator, &tls)
    );
    assert!(expiring_of_integrator(&profile, now(), DAY / 2).is_empty());
    // A span beyond the calendar is no overflow.
    assert_eq!(
        expiring_of_integrator(&profile, now(), Duration::MAX).len(),
        1
    );
}
