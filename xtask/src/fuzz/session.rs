//! What one target's run came to, and the table of all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::Answer;

/// The end of one run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Session {
    target: String,
    /// How many inputs ran; `None` where the fuzzer told nothing.
    executions: Option<u64>,
    per_second: Option<u64>,
    new_inputs: Option<u64>,
    succeeded: bool,
    pub(super) finds: Vec<PathBuf>,
}

impl Session {
    pub(super) fn of(target: &str, answer: &Answer, finds: Vec<PathBuf>) -> Self {
        let figure = |name: &str| {
            let mut lines = answer.lines.iter().rev();
            lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
        };
        Self {
            target: target.to_owned(),
            executions: figure("stat::number_of_executed_units:"),
            per_second: figure("stat::average_exec_per_sec:"),
            new_inputs: figure("stat::new_units_added:"),
            succeeded: answer.succeeded,
            finds,
        }
    }

    /// The fuzzer ended by itself, told that it ran, and kept no input that breaks something.
    pub(super) fn is_clean(&self) -> bool {
        self.succeeded && self.finds.is_empty() && self.executions.is_some_and(|count| count > 0)
    }

    fn verdict(&self) -> String {
        match self.finds.len() {
            0 if self.is_clean() => "none".to_owned(),
            0 => "did not run to its end".to_owned(),
            count => count.to_string(),
        }
    }
}

/// The files of a folder, sorted; none where it cannot be read.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    files
}

/// Target, executions, executions per second, new inputs, finds.
pub(super) fn table(sessions: &[Session]) -> String {
    let shown = |figure: Option<u64>| figure.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let head = ["target", "executions", "exec/s", "new inputs", "finds"].map(str::to_owned);
    let rows = sessions.iter().map(|session| {
        [
            session.target.clone(),
            shown(session.executions),
            shown(session.per_second),
            shown(session.new_inputs),
            session.verdict(),
        ]
    });
    let lines = [head]
        .into_iter()
        .chain(rows)
        .map(|[target, runs, speed, new, finds]| {
            format!("{target:<18} {runs:>12} {speed:>8} {new:>11}  {finds}")
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Answer, Session, table};

    fn answer(succeeded: bool, lines: &[&str]) -> Answer {
        Answer {
            succeeded,
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
            output: Vec::new(),
        }
    }

    const FIGURES: &[&str] = &[
        "Done 40 runs in 2 second(s)",
        "stat::number_of_executed_units: 40",
        "stat::average_exec_per_sec:     20",
        "stat::new_units_added:          3",
    ];

    #[test]
    fn the_figures_are_the_fuzzers() {
        let session = Session::of("iban", &answer(true, FIGURES), Vec::new());
        assert!(session.is_clean());
        let text = table(&[session]);
        let row: Vec<&str> = text
            .lines()
            .last()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        assert_eq!(row, ["iban", "40", "20", "3", "none"]);
    }

    #[test]
    fn a_find_or_a_run_that_told_nothing_is_no_success() {
        let found = Session::of("iban", &answer(false, FIGURES), vec!["crash-1".into()]);
        let silent = Session::of("iban", &answer(true, &[]), Vec::new());
        let broken = Session::of("iban", &answer(false, FIGURES), Vec::new());
        assert!(!found.is_clean() && !silent.is_clean() && !broken.is_clean());
        assert!(table(&[found]).ends_with(" 1"));
        assert!(table(&[silent]).contains("did not run"));
    }
}
