//! Until when certificates cover a third-party, by the clock.

use super::{Certificate, CertificateKind};
use std::time::SystemTime;

/// When a third-party is covered by its certificates: while, of each kind that it has, at least
/// one is in date. Authorities do not count, and nothing covers nobody.
///
/// ```text
/// QWAC    |---- old ----|
/// QWAC             |---- new ----|       covered throughout
/// QSealC  |--------- seal --|            lapses here, though a QWAC is in date
/// ```
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage(Box<[Span]>);

/// The first moment of a certificate, and the first one after it.
#[derive(Clone, Copy, Debug)]
struct Span {
    kind: u8,
    from: SystemTime,
    until: SystemTime,
}

impl Coverage {
    pub(crate) fn of(certificates: &[Certificate]) -> Self {
        let leaves = certificates.iter().filter(|it| !it.is_ca());
        let span = |it: &Certificate| Span {
            kind: bit(it.kind()),
            from: it.not_before(),
            until: it.lapses_at(),
        };
        Self(leaves.map(span).collect())
    }

    /// Whether the third-party is covered at `now`. Allocates nothing.
    pub(crate) fn covers(&self, now: SystemTime) -> bool {
        let (mut needed, mut found) = (0, 0);
        for span in &self.0 {
            needed |= span.kind;
            if span.from <= now && now < span.until {
                found |= span.kind;
            }
        }
        needed != 0 && needed == found
    }

    /// The first moment after `now` at which it will not be covered, if it is covered at `now`.
    pub(crate) fn lapses_at(&self, now: SystemTime) -> Option<SystemTime> {
        if !self.covers(now) {
            return None;
        }
        self.0.iter().map(|span| self.end(span.kind, now)).min()
    }

    /// The end of the unbroken time that starts at `now`, of one kind.
    fn end(&self, kind: u8, now: SystemTime) -> SystemTime {
        let mut end = now;
        loop {
            let of_kind = self.0.iter().filter(|span| span.kind == kind);
            let reached = of_kind.filter(|span| span.from <= end && span.until > end);
            match reached.map(|span| span.until).max() {
                Some(later) => end = later,
                None => return end,
            }
        }
    }
}

const fn bit(kind: CertificateKind) -> u8 {
    match kind {
        CertificateKind::Qwac => 1,
        CertificateKind::QsealC => 2,
        CertificateKind::Other => 4,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
    use std::time::Duration;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn coverage(spans: &[(CertificateKind, u64, u64)]) -> Coverage {
        let span = |&(kind, from, until): &(_, u64, u64)| Span {
            kind: bit(kind),
            from: at(from),
            until: at(until),
        };
        Coverage(spans.iter().map(span).collect())
    }

    use CertificateKind::{Other, QsealC, Qwac};

    #[test]
    fn nothing_covers_nobody() {
        let nothing = Coverage::of(&[]);
        assert!(!nothing.covers(at(0)));
        assert_eq!(nothing.lapses_at(at(0)), None);
    }

    #[test]
    fn one_covers_from_its_first_moment_to_its_end() {
        let one = coverage(&[(Qwac, 10, 20)]);
        let covered: Vec<_> = (0..30).filter(|it| one.covers(at(*it))).collect();
        assert_eq!(covered, (10..20).collect::<Vec<_>>());
        assert_eq!(one.lapses_at(at(9)), None);
        assert_eq!(one.lapses_at(at(10)), Some(at(20)));
        assert_eq!(one.lapses_at(at(20)), None);
    }

    #[test]
    fn a_renewed_one_beside_the_old_leaves_no_gap() {
        for later in [15, 20] {
            let both = coverage(&[(Qwac, later, 30), (Qwac, 10, 20)]);
            assert!((10..30).all(|it| both.covers(at(it))));
            assert_eq!(both.lapses_at(at(12)), Some(at(30)));
        }
        let late = coverage(&[(Qwac, 10, 20), (Qwac, 21, 30)]);
        assert!(!late.covers(at(20)) && late.covers(at(21)));
        assert_eq!(late.lapses_at(at(12)), Some(at(20)));
    }

    #[test]
    fn each_kind_needs_one() {
        let three = coverage(&[(Qwac, 0, 30), (QsealC, 0, 20), (Other, 5, 25)]);
        let covered: Vec<_> = (0..30).filter(|it| three.covers(at(*it))).collect();
        assert_eq!(covered, (5..20).collect::<Vec<_>>());
        assert_eq!(three.lapses_at(at(10)), Some(at(20)));
    }

    /// The end that is told is the first moment that is not covered, whatever the certificates.
    #[test]
    fn the_end_is_where_the_cover_ends() {
        use proptest::prelude::*;
        let kind = prop_oneof![Just(Qwac), Just(QsealC), Just(Other)];
        let spans = prop::collection::vec((kind, 0u64..30, 0u64..40), 0..6);
        proptest!(|(spans in spans, now in 0u64..40)| {
            let it = coverage(&spans);
            let first = (now..50).find(|moment| !it.covers(at(*moment)));
            let expected = first.filter(|moment| *moment > now).map(at);
            prop_assert_eq!(it.lapses_at(at(now)), expected);
        });
    }

    #[test]
    fn authorities_do_not_count_and_the_last_second_does() {
        let key = KeyPair::generate().unwrap();
        let made = |is_ca: bool, from: u64, until: u64| {
            let mut params = CertificateParams::default();
            params.not_before = at(from).into();
            params.not_after = at(until).into();
            if is_ca {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }
            Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap()
        };
        let coverage = Coverage::of(&[made(true, 0, 50), made(false, 10, 20)]);
        assert!(!coverage.covers(at(9)) && coverage.covers(at(20)) && !coverage.covers(at(21)));
        assert_eq!(coverage.lapses_at(at(10)), Some(at(21)));
        assert!(!Coverage::of(&[made(true, 0, 50)]).covers(at(10)));
    }
}
