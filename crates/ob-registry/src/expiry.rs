//! What will stop being valid by itself.

use crate::{Certificate, IntegratorProfile, Record, Status};
use ob_core::BusinessId;
use std::time::{Duration, SystemTime};

/// A certificate that has lapsed, or will within a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiry {
    /// Whose it is.
    pub owner: ExpiryOwner,
    /// The owner's name in law.
    pub legal_name: String,
    /// The certificate.
    pub certificate: Certificate,
    /// The last second at which it is valid, as the certificate says it.
    pub ends_at: SystemTime,
    /// The one beside it that takes over: of the same owner and kind, in date at the moment this
    /// one ends, or by now where it ended already. Nothing stops then.
    pub successor: Option<Certificate>,
}

/// Whose certificate it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpiryOwner {
    /// The Integrator's own, for TLS.
    Integrator,
    /// A third-party's.
    ThirdParty(BusinessId),
}

impl Expiry {
    /// Whether it has lapsed by `now`.
    #[must_use]
    pub fn has_lapsed(&self, now: SystemTime) -> bool {
        now > self.ends_at && !self.certificate.is_in_date(now)
    }

    /// Whether something stops when it ends, because nothing takes over.
    #[must_use]
    pub const fn is_urgent(&self) -> bool {
        self.successor.is_none()
    }
}

/// The certificates of these third-parties that lapsed, or lapse within `within` of `now`, the
/// first to end first. Those of the chains are among them; who is offboarded is left out.
///
/// ```
/// use ob_registry::{MemoryStore, Registry, expiring};
/// use std::time::{Duration, SystemTime};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::open(MemoryStore::default()).await?;
/// let month = Duration::from_secs(30 * 24 * 60 * 60);
/// for expiry in expiring(&registry.records(), SystemTime::now(), month) {
///     println!("{}: {}", expiry.legal_name, expiry.certificate.subject());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn expiring(records: &[Record], now: SystemTime, within: Duration) -> Vec<Expiry> {
    let parties = records.iter().map(Record::third_party);
    let served = parties.filter(|it| it.status() != Status::Offboarded);
    let mut all: Vec<_> = served
        .flat_map(|party| {
            let owner = ExpiryOwner::ThirdParty(party.business_id().clone());
            let certificates = party.licence().certificates();
            ending(&owner, party.legal_name(), certificates, (now, within))
        })
        .collect();
    all.sort_by(|a, b| (a.ends_at, &a.owner).cmp(&(b.ends_at, &b.owner)));
    all
}

/// The Integrator's TLS certificates that lapsed, or lapse within `within` of `now`; as
/// [`expiring`].
#[must_use]
pub fn expiring_of_integrator(
    profile: &IntegratorProfile,
    now: SystemTime,
    within: Duration,
) -> Vec<Expiry> {
    let certificates = profile.tls_certificates();
    let owner = ExpiryOwner::Integrator;
    let mut all = ending(&owner, profile.legal_name(), certificates, (now, within));
    all.sort_by_key(|it| it.ends_at);
    all
}

fn ending(
    owner: &ExpiryOwner,
    legal_name: &str,
    certificates: &[Certificate],
    (now, within): (SystemTime, Duration),
) -> Vec<Expiry> {
    // A span beyond the calendar takes in everything.
    let horizon = now.checked_add(within);
    let near = |it: &&Certificate| horizon.is_none_or(|horizon| it.not_after() <= horizon);
    let ending = certificates.iter().filter(near);
    ending
        .map(|certificate| Expiry {
            owner: owner.clone(),
            legal_name: legal_name.to_owned(),
            certificate: certificate.clone(),
            ends_at: certificate.not_after(),
            successor: successor(certificate, certificates, now).cloned(),
        })
        .collect()
}

/// The longest-lived one that is of the same kind and in the same place, and in date when this
/// one ends.
fn successor<'a>(
    ending: &Certificate,
    all: &'a [Certificate],
    now: SystemTime,
) -> Option<&'a Certificate> {
    let handover = ending.not_after().max(now);
    let same = |it: &&Certificate| {
        let place = it.is_ca() == ending.is_ca() && it.kind() == ending.kind();
        place && (!it.is_ca() || it.subject() == ending.subject())
    };
    let takes_over =
        |it: &&Certificate| it.is_in_date(handover) && it.not_after() > ending.not_after();
    let all = all.iter().filter(same).filter(takes_over);
    all.max_by_key(|it| it.not_after())
}
