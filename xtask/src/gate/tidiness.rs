//! [`crate::tidy`] as a step.

use super::{Desk, Outcome};
use crate::tidy;

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    let report = match tidy::check(&desk.project.root) {
        Ok(report) => report,
        Err(error) => {
            desk.log.line(&error.to_string());
            return Outcome::Failed(error.to_string());
        }
    };
    for problem in report.problems() {
        desk.log.line(&problem.to_string());
    }
    let note = format!(
        "{} files, median {} lines, longest {}",
        report.files(),
        report.median_lines(),
        report.longest_lines()
    );
    let count = report.problems().len();
    Outcome::of(count == 0, note, || format!("{count} problems"))
}
