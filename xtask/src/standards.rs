//! The standards as a checklist: each row has a test that carries its number, and it passed.
//!
//! A test carries its numbers in its documentation: `/// Rows: R014, R052, L1.21`.

mod claims;
mod results;
mod rows;
mod table;

pub(crate) use results::Results;

use crate::project::Project;
use claims::Claim;
use rows::Row;
use table::{Line, Verdict};

/// The table, and how it ends.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) table: Vec<String>,
    /// One sentence with the figures.
    pub(crate) summary: String,
    /// The rows that are not proven, in a few words each.
    pub(crate) complaints: Vec<String>,
}

/// Holds the results against the checklist. The error is a sentence about a claim that is none.
pub(crate) fn judge(project: &Project, results: &Results) -> Result<Report, String> {
    if results.is_empty() {
        return Err("no test ran before; `cargo xtask standards` runs them".to_owned());
    }
    let rows = rows::checklist()?;
    let claims = claims::collect(project)?;
    strangers(&rows, &claims)?;
    let lines = table::lines(&rows, &claims, results);
    let bad = |line: &&Line<'_>| !line.verdict().is_good();
    Ok(Report {
        table: lines.iter().map(Line::shown).collect(),
        summary: summary(&lines, &claims),
        complaints: lines.iter().filter(bad).map(Line::complaint).collect(),
    })
}

fn strangers(rows: &[Row], claims: &[Claim]) -> Result<(), String> {
    let known = |id: &String| rows.iter().any(|row| row.id == *id);
    for claim in claims {
        if let Some(id) = claim.rows.iter().find(|id| !known(id)) {
            let Claim { binary, test, .. } = claim;
            return Err(format!(
                "{binary} {test} claims {id}, which is not in the checklist"
            ));
        }
    }
    Ok(())
}

fn summary(lines: &[Line<'_>], claims: &[Claim]) -> String {
    let count = |verdict: Verdict| {
        lines
            .iter()
            .filter(|line| line.verdict() == verdict)
            .count()
    };
    let (passed, excused) = (count(Verdict::Passed), count(Verdict::NotApplicable));
    format!(
        "{passed} rows passed by {} tests, {excused} not applicable, {} open, {} in all",
        claims.len(),
        lines.len() - passed - excused,
        lines.len()
    )
}
