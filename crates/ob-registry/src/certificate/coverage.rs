//! Whether somebody has certificates in date.

use super::{Certificate, CertificateKind};
use std::time::SystemTime;

/// When somebody's certificates are in date: of each kind that there is, at least one must be.
/// A renewed certificate beside the old one leaves no gap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage(Box<[(CertificateKind, SystemTime, SystemTime)]>);

impl Coverage {
    /// A CA's certificates are not somebody's own and do not count.
    pub(crate) fn of(certificates: &[Certificate]) -> Self {
        let own = certificates.iter().filter(|it| !it.is_ca());
        Self(
            own.map(|it| (it.kind(), it.not_before(), it.0.facts.ends_at))
                .collect(),
        )
    }

    /// Asked for every call: no allocation, a handful of comparisons.
    pub(crate) fn covers(&self, now: SystemTime) -> bool {
        let in_date = |from: SystemTime, to: SystemTime| from <= now && now < to;
        let is_covered = |kind: CertificateKind| {
            let mut all = self.0.iter();
            all.any(|(other, from, to)| *other == kind && in_date(*from, *to))
        };
        !self.0.is_empty() && self.0.iter().all(|(kind, ..)| is_covered(*kind))
    }

    /// The first moment from `now` on that is not covered.
    pub(crate) fn lapses_at(&self, now: SystemTime) -> Option<SystemTime> {
        let mut at = now;
        // Each round moves to the end of a certificate.
        for _ in 0..=self.0.len() {
            if !self.covers(at) {
                return Some(at);
            }
            let latest = |kind: CertificateKind| {
                let own = self.0.iter().filter(|(other, ..)| *other == kind);
                own.filter(|(_, from, to)| *from <= at && at < *to)
                    .map(|(.., to)| *to)
                    .max()
            };
            at = self.0.iter().filter_map(|(kind, ..)| latest(*kind)).min()?;
        }
        (!self.covers(at)).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn coverage(all: &[(CertificateKind, u64, u64)]) -> Coverage {
        let at = |n: u64| UNIX_EPOCH + Duration::from_secs(n);
        Coverage(
            all.iter()
                .map(|(kind, from, to)| (*kind, at(*from), at(*to)))
                .collect(),
        )
    }

    #[test]
    fn each_kind_needs_one_in_date() {
        use CertificateKind::{QsealC, Qwac};
        let at = |n: u64| UNIX_EPOCH + Duration::from_secs(n);
        let both = coverage(&[(Qwac, 10, 20), (QsealC, 10, 30), (Qwac, 15, 25)]);
        for (now, expected) in [(9, false), (10, true), (19, true), (24, true), (25, false)] {
            assert_eq!(both.covers(at(now)), expected, "{now}");
        }
        assert_eq!(both.lapses_at(at(10)), Some(at(25)));
        assert_eq!(both.lapses_at(at(26)), Some(at(26)));
        let gap = coverage(&[(Qwac, 10, 20), (Qwac, 21, 30)]);
        assert_eq!(gap.lapses_at(at(12)), Some(at(20)));
        assert!(!coverage(&[]).covers(at(1)));
        assert_eq!(coverage(&[]).lapses_at(at(1)), Some(at(1)));
    }
}
