//! What the numbers should be.

use super::estimates::Estimate;

/// A limit for the functions it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// Every one of these stands in `group/function`, lower-cased.
    words: &'static [&'static str],
    /// None of these does.
    without: &'static [&'static str],
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
        without: &[],
        limit: Limit::Ratio(1.05),
    },
    Target {
        words: &["proof", "es256"],
        without: &["verify"],
        limit: Limit::Ratio(1.10),
    },
    // A warm call is a hash, a compare and two headers.
    Target {
        words: &["warm", "bearer"],
        without: &[],
        limit: Limit::Nanoseconds(2_000.0),
    },
    // The same and one fresh proof.
    Target {
        words: &["warm", "dpop"],
        without: &[],
        limit: Limit::Ratio(1.25),
    },
    Target {
        words: &["registry of 10 k", "act_for"],
        without: &[],
        limit: Limit::Nanoseconds(150.0),
    },
    // Bound by memory, as the map is.
    Target {
        words: &["registry of 1 m", "act_for"],
        without: &[],
        limit: Limit::Ratio(1.30),
    },
];

pub(super) fn target(estimate: &Estimate) -> Option<Limit> {
    let name = format!("{}/{}", estimate.group, estimate.function).to_lowercase();
    let stands = |word: &&str| name.contains(*word);
    let fits =
        |target: &&Target| target.words.iter().all(stands) && !target.without.iter().any(stands);
    TARGETS.iter().find(fits).map(|target| target.limit)
}

impl Limit {
    pub(super) fn shown(self) -> String {
        match self {
            Self::Ratio(ratio) => format!("≤ {ratio:.2}×"),
            Self::Nanoseconds(time) if time < 1000.0 => format!("≤ {time:.0} ns"),
            Self::Nanoseconds(time) => format!("≤ {:.1} µs", time / 1000.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Limit, target};

    fn limit(group: &str, function: &str) -> Option<Limit> {
        let (group, function) = (group.to_owned(), function.to_owned());
        target(&Estimate {
            group,
            function,
            nanoseconds: 1.0,
        })
    }

    #[test]
    fn a_target_is_found_by_its_words() {
        assert_eq!(limit("dpop proof ES256", "prove"), Some(Limit::Ratio(1.10)));
        assert_eq!(
            limit("client assertion PS256-4096", "sign"),
            Some(Limit::Ratio(1.05))
        );
        assert_eq!(
            limit("authorize warm", "bearer"),
            Some(Limit::Nanoseconds(2_000.0))
        );
        assert_eq!(limit("authorize warm", "dpop"), Some(Limit::Ratio(1.25)));
        assert_eq!(limit("verify dpop proof ES256", "verify"), None);
        assert_eq!(limit("jwk ES256", "parse"), None);
    }
}
