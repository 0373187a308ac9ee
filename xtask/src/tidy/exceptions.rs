//! The places that may differ, each with its reason.

use std::path::Path;

use super::problem::Problem;

/// One excused place. It must excuse something, or it is a problem itself.
#[derive(Clone, Copy, Debug)]
struct Exception {
    rule: &'static str,
    /// The file from the root.
    file: &'static str,
    /// A part of the problem's `found`.
    found: &'static str,
    reason: &'static str,
}

/// Keep it short: an exception is a debt or a fact, and the reason says which.
const HOUSE: &[Exception] = &[
    Exception {
        rule: "leftovers",
        file: "crates/ob-journal/tests/it/killed.rs",
        found: "`#[ignore]`",
        reason: "another test starts it as the process that gets killed",
    },
    Exception {
        rule: "leftovers",
        file: "crates/ob-registry/tests/it/killed.rs",
        found: "`#[ignore]`",
        reason: "another test starts it as the process that gets killed",
    },
    Exception {
        rule: "leftovers",
        file: "crates/ob-registry/tests/it/killed_sqlite.rs",
        found: "`#[ignore]`",
        reason: "another test starts it as the process that gets killed",
    },
    Exception {
        rule: "leftovers",
        file: "crates/ob-registry/tests/it/visible.rs",
        found: "`#[ignore]`",
        reason: "another test starts it as the process that follows",
    },
    Exception {
        rule: "leftovers",
        file: "crates/ob-registry/tests/it/writers.rs",
        found: "`#[ignore]`",
        reason: "another test starts it twice, as the processes that write",
    },
    Exception {
        rule: "leftovers",
        file: "tests/e2e/tests/canary/panics.rs",
        found: "`#[ignore]`",
        reason: "another test starts it as the process that panics",
    },
    Exception {
        rule: "leftovers",
        file: "tests/e2e/tests/it/replica.rs",
        found: "`#[ignore]`",
        reason: "other tests start it as the processes that serve from one registry",
    },
    Exception {
        rule: "fence",
        file: "crates/ob-registry/src/registry/changes.rs",
        found: "`futures_util::Stream`",
        reason: "the trait by which every asynchronous program combines streams; std has none yet",
    },
];

/// The list, and which entries were needed.
#[derive(Debug)]
pub(super) struct Exceptions {
    entries: Vec<(Exception, bool)>,
}

impl Exceptions {
    pub(super) fn house() -> Self {
        Self::new(HOUSE)
    }

    fn new(list: &[Exception]) -> Self {
        Self {
            entries: list.iter().map(|entry| (*entry, false)).collect(),
        }
    }

    /// Whether an entry excuses this problem.
    pub(super) fn excuse(&mut self, problem: &Problem) -> bool {
        let mut excused = false;
        for (entry, used) in &mut self.entries {
            if entry.matches(problem) {
                *used = true;
                excused = true;
            }
        }
        excused
    }

    /// Entries for a file that exists, which excuse nothing.
    pub(super) fn stale(&self, root: &Path) -> Vec<Problem> {
        let unused = self.entries.iter().filter(|(_, used)| !used);
        unused
            .filter(|(entry, _)| root.join(entry.file).exists())
            .map(|(entry, _)| entry.as_stale())
            .collect()
    }
}

impl Exception {
    fn matches(&self, problem: &Problem) -> bool {
        self.rule == problem.rule && self.file == problem.file && problem.found.contains(self.found)
    }

    fn as_stale(&self) -> Problem {
        let Self {
            rule,
            file,
            found,
            reason,
        } = self;
        Problem {
            rule: "exceptions",
            file: (*file).to_owned(),
            line: 1,
            found: format!(
                "an exception from [{rule}] for `{found}` ({reason}) that excuses nothing"
            ),
            needed: "its removal from xtask/src/tidy/exceptions.rs".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Exception, Exceptions, Problem};

    const ENTRY: Exception = Exception {
        rule: "fence",
        file: "date.rs",
        found: "jiff",
        reason: "a test",
    };

    fn problem(file: &str) -> Problem {
        Problem {
            rule: "fence",
            file: file.to_owned(),
            line: 1,
            found: "`jiff::Timestamp`".to_owned(),
            needed: String::new(),
        }
    }

    #[test]
    fn an_exception_excuses_its_own_place_only() {
        let mut exceptions = Exceptions::new(&[ENTRY]);
        assert!(exceptions.excuse(&problem("date.rs")));
        assert!(!exceptions.excuse(&problem("money.rs")));
    }

    #[test]
    fn an_exception_that_excuses_nothing_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("date.rs"), "").unwrap();
        let mut exceptions = Exceptions::new(&[ENTRY]);
        let stale = exceptions.stale(folder.path());
        assert!(
            stale
                .iter()
                .any(|problem| problem.found.contains("excuses nothing")),
            "{stale:?}"
        );
        exceptions.excuse(&problem("date.rs"));
        assert!(exceptions.stale(folder.path()).is_empty());
    }
}
