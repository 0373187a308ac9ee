//! The tests of the workspace.

use super::{Desk, Outcome};
use crate::process::{Answer, Call};
use crate::project::Project;
use crate::tally::Tally;

/// With it a test that wants the vectors fails where they are absent, instead of passing over.
pub(crate) const REQUIRE_VECTORS: (&str, &str) = ("OB_REQUIRE_VECTORS", "1");

/// A step of its own runs these, with what they need.
const ELSEWHERE: [&str; 2] = ["--exclude", crate::interop::PACKAGE];

pub(super) fn tests(desk: &mut Desk<'_>) -> Outcome {
    if has_nextest(desk.project) {
        let call = Call::cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]);
        return counted(desk, call.and(ELSEWHERE));
    }
    desk.log
        .note("cargo-nextest is not there: `cargo test` runs the same tests, only slower");
    counted(
        desk,
        Call::cargo(&[
            "test",
            "--workspace",
            "--no-fail-fast",
            "--lib",
            "--bins",
            "--tests",
        ])
        .and(ELSEWHERE),
    )
}

pub(super) fn doctests(desk: &mut Desk<'_>) -> Outcome {
    counted(
        desk,
        Call::cargo(&["test", "--doc", "--workspace", "--no-fail-fast"]),
    )
}

pub(crate) fn has_nextest(project: &Project) -> bool {
    Call::cargo(&["nextest", "--version"]).succeeds(&project.root)
}

fn counted(desk: &mut Desk<'_>, call: Call) -> Outcome {
    let features = tested_features(desk.project);
    let (name, value) = REQUIRE_VECTORS;
    let call = match features.as_str() {
        "" => call,
        some => call.and(["--features", some]),
    };
    let answer = desk.run_tests(&call.with(name, value));
    judged(&answer)
}

fn judged(answer: &Answer) -> Outcome {
    let tally = Tally::of(&answer.lines);
    let note = format!("{} passed, {} failed", tally.passed, tally.failed);
    if answer.succeeded && tally.passed == 0 {
        return Outcome::Failed("no test ran".to_owned());
    }
    Outcome::of(answer.succeeded, note.clone(), || note)
}

/// Every feature but those that break the product on purpose: a test behind a feature that
/// nobody turns on never runs. That each feature also compiles alone is another step's proof.
fn tested_features(project: &Project) -> String {
    let crates = project
        .packages()
        .iter()
        .filter(|package| package.manifest_path.as_str().contains("/crates/"));
    let names = crates.flat_map(|package| {
        let own = package.features.keys().filter(|name| tested(name));
        own.map(move |name| format!("{}/{name}", package.name))
    });
    names.collect::<Vec<_>>().join(",")
}

fn tested(feature: &str) -> bool {
    feature != "default" && !feature.contains("sabotage")
}

#[cfg(test)]
mod tests {
    use super::{Answer, Outcome, judged, tested};

    fn answer(succeeded: bool, line: &str) -> Answer {
        Answer {
            succeeded,
            lines: vec![line.to_owned()],
            output: Vec::new(),
        }
    }

    #[test]
    fn sabotage_is_never_on_in_the_ordinary_run() {
        assert!(tested("interop"));
        assert!(!tested("dangerous-sabotage"));
        assert!(!tested("default"));
    }

    #[test]
    fn a_run_without_a_test_is_no_success() {
        assert!(judged(&answer(true, "test result: ok. 0 passed; 0 failed")).is_failure());
        let passed = judged(&answer(true, "test result: ok. 2 passed; 0 failed"));
        assert_eq!(passed, Outcome::Passed("2 passed, 0 failed".to_owned()));
        assert!(judged(&answer(false, "test result: FAILED. 2 passed; 1 failed")).is_failure());
    }
}
