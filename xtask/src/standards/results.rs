//! How each test ended, from what the runners print.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use super::claims::Claim;
use crate::tally::without_colour;

/// The tests that ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    /// By binary and test; `cargo test` does not say the binary.
    ended: BTreeMap<(Option<String>, String), bool>,
}

impl Results {
    /// nextest: `PASS [   0.004s] (1/9) ob-jose::it proofs::refuses`;
    /// cargo test: `test proofs::refuses ... ok`.
    pub(crate) fn of<'a>(lines: impl IntoIterator<Item = &'a String>) -> Self {
        let mut results = Self::default();
        for line in lines {
            let plain = without_colour(line);
            if let Some((key, passed)) = nextest(&plain).or_else(|| cargo_test(&plain)) {
                results.add(key, passed);
            }
        }
        results
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// Whether the test passed; `None` where it did not run.
    pub(super) fn outcome(&self, claim: &Claim) -> Option<bool> {
        let exact = (Some(claim.binary.clone()), claim.test.clone());
        let loose = (None, claim.test.clone());
        let found = [exact, loose]
            .into_iter()
            .filter_map(|key| self.ended.get(&key));
        found.copied().reduce(|all, passed| all && passed)
    }

    /// A test that failed once has failed.
    fn add(&mut self, key: (Option<String>, String), passed: bool) {
        let so_far = self.ended.entry(key).or_insert(true);
        *so_far = *so_far && passed;
    }
}

impl AddAssign for Results {
    fn add_assign(&mut self, more: Self) {
        for (key, passed) in more.ended {
            self.add(key, passed);
        }
    }
}

type Ended = ((Option<String>, String), bool);

fn nextest(line: &str) -> Option<Ended> {
    let (verdict, rest) = line.trim_start().split_once(" [")?;
    let passed = match verdict.trim_end() {
        "PASS" | "LEAK" => true,
        "FAIL" | "TIMEOUT" | "ABORT" | "SIGABRT" | "SIGSEGV" | "LEAK-FAIL" => false,
        _ => return None,
    };
    let (_, rest) = rest.split_once(']')?;
    let mut words = rest.trim_start();
    if words.starts_with('(') {
        words = words.split_once(')')?.1.trim_start();
    }
    let (binary, test) = words.split_once(' ')?;
    let key = (Some(binary.to_owned()), test.trim().to_owned());
    Some((key, passed))
}

fn cargo_test(line: &str) -> Option<Ended> {
    let (test, verdict) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let passed = match verdict {
        "ok" => true,
        "FAILED" => false,
        _ => return None,
    };
    let name = test.split(" - ").next().unwrap_or(test);
    Some(((None, name.to_owned()), passed))
}

#[cfg(test)]
mod tests {
    use super::{Claim, Results};

    fn claim(test: &str) -> Claim {
        Claim {
            package: "ob-x".to_owned(),
            binary: "ob-x::it".to_owned(),
            test: test.to_owned(),
            rows: Vec::new(),
        }
    }

    fn outcome(lines: &[&str], test: &str) -> Option<bool> {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        Results::of(&lines).outcome(&claim(test))
    }

    #[test]
    fn both_runners_are_understood() {
        let lines = [
            "        PASS [   0.004s] (  1/300) ob-x::it a::one",
            "\u{1b}[31;1m        FAIL\u{1b}[0m [   0.004s] ob-x::it a::two",
            "        PASS [   0.004s] ob-y::it a::three",
            "test a::four ... ok",
            "test a::five ... FAILED",
            "test a::six ... ignored",
            "        SLOW [> 60.000s] ob-x::it a::seven",
        ];
        assert_eq!(outcome(&lines, "a::one"), Some(true));
        assert_eq!(outcome(&lines, "a::two"), Some(false));
        assert_eq!(outcome(&lines, "a::three"), None, "another binary's");
        assert_eq!(outcome(&lines, "a::four"), Some(true));
        assert_eq!(outcome(&lines, "a::five"), Some(false));
        assert_eq!(outcome(&lines, "a::six"), None);
        assert_eq!(outcome(&lines, "a::seven"), None);
    }

    #[test]
    fn a_failure_is_not_forgotten() {
        let lines = ["test a ... FAILED", "test a ... ok"];
        assert_eq!(outcome(&lines, "a"), Some(false));
    }
}
