//! What the numbers should be.

use super::estimates::Estimate;

/// A limit for the functions it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// Every one of these stands in `group/function`, lower-cased.
    words: &'static [&'static str],
    pub(super) limit: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limit {
    /// Times the raw function of the group.
    Ratio(f64),
    Nanoseconds(f64),
}

/// The signature is the floor; what stands on it may weigh this much. The first that fits counts.
const TARGETS: &[Target] = &[
    Target {
        words: &["assertion", "ps256", "4096"],
        limit: Limit::Ratio(1.05),
    },
    Target {
        words: &["proof", "es256"],
        limit: Limit::Ratio(1.10),
    },
    // A warm call is a hash, a compare and two headers.
    Target {
        words: &["warm", "bearer"],
        limit: Limit::Nanoseconds(2_000.0),
    },
    // The same and one fresh proof.
    Target {
        words: &["warm", "dpop"],
        limit: Limit::Ratio(1.25),
    },
];

pub(super) fn target(estimate: &Estimate) -> Option<Limit> {
    let name = format!("{}/{}", estimate.group, estimate.function).to_lowercase();
    let fits = |target: &&Target| target.words.iter().all(|word| name.contains(word));
    TARGETS.iter().find(fits).map(|target| target.limit)
}

impl Limit {
    pub(super) fn shown(self) -> String {
        match self {
            Self::Ratio(ratio) => format!("≤ {ratio:.2}×"),
            Self::Nanoseconds(time) => format!("≤ {:.1} µs", time / 1000.0),
        }
    }
}
