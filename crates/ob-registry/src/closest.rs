//! The known id that a typing error was probably meant to be.

use ob_core::BusinessId;

/// The id nearest to `wanted`, if it is near; of equals the first.
///
/// It runs over every id, but only when a call is refused anyway: 10 000 ids take a few
/// milliseconds.
pub(crate) fn closest<'a>(
    wanted: &BusinessId,
    known: impl Iterator<Item = &'a BusinessId>,
) -> Option<&'a BusinessId> {
    let wanted = wanted.as_str().to_ascii_lowercase();
    let limit = limit(&wanted);
    known
        .filter(|id| id.as_str().len().abs_diff(wanted.len()) <= limit)
        .map(|id| (distance(&wanted, id), id))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, id)| id)
}

/// The word nearest to `wanted`, if it is near.
pub(crate) fn closest_word<'a>(
    wanted: &str,
    known: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = wanted.to_ascii_lowercase();
    let limit = limit(&wanted);
    known
        .map(|word| (strsim::osa_distance(&wanted, word), word))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Case is not counted: it is the most frequent mistake.
fn distance(wanted: &str, id: &BusinessId) -> usize {
    strsim::osa_distance(wanted, &id.as_str().to_ascii_lowercase())
}

/// One mistake per three characters, at least one, at most three: beyond that a suggestion is
/// a guess, and a wrong guess about whom to act for is worse than none.
fn limit(wanted: &str) -> usize {
    (wanted.len() / 3).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn check(wanted: &str, known: &[&str], expected: Option<&str>) {
        let known: Vec<BusinessId> = known.iter().map(|id| id.parse().unwrap()).collect();
        let found = closest(&wanted.parse().unwrap(), known.iter());
        assert_eq!(found.map(BusinessId::as_str), expected, "{wanted}");
    }

    #[test]
    fn names_the_near_and_not_the_far() {
        check("acmee", &["acme", "beta"], Some("acme"));
        check("amce", &["acme", "beta"], Some("acme"));
        check("ACME", &["acme", "beta"], Some("acme"));
        check("zeta", &["acme", "beta"], Some("beta"));
        check("gamma", &["acme", "beta"], None);
        check("acme", &[], None);
        check("ab", &["xy"], None);
        check("acme-2", &["acme-1", "acme-3"], Some("acme-1"));
        check(
            "a-very-long-business-id",
            &["a-very-long-business-name"],
            None,
        );
    }
}
