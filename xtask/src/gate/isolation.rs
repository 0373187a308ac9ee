//! The isolation proof under sabotage: a proof that cannot fail proves nothing.

use super::{Desk, Outcome};
use crate::process::Call;

const PACKAGE: &str = "isolation";
const FEATURE: &str = "sabotage";

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    let Some(package) = desk.project.package(PACKAGE) else {
        return Outcome::Skipped(format!("the workspace has no package `{PACKAGE}`"));
    };
    if !package.features.contains_key(FEATURE) {
        return Outcome::Failed(format!("`{PACKAGE}` has no feature `{FEATURE}`"));
    }
    let call = Call::cargo(&["test", "--package", PACKAGE, "--features", FEATURE]);
    let answer = desk.run_tests(&call);
    let tally = desk.tally;
    let note = format!("{} passed, {} failed", tally.passed, tally.failed);
    Outcome::of(answer.succeeded && tally.passed > 0, note.clone(), || note)
}
