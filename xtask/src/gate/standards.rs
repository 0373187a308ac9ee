//! The checklist of the standards, held against the tests that just ran.

use super::{Desk, Outcome};
use crate::standards;

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    let report = match standards::judge(desk.project, &desk.results) {
        Ok(report) => report,
        Err(sentence) => return Outcome::Failed(sentence),
    };
    for line in &report.table {
        desk.log.line(line);
    }
    Outcome::of(report.complaints.is_empty(), report.summary.clone(), || {
        format!("{}: {}", report.summary, report.complaints.join(", "))
    })
}
