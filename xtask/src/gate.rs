//! The gate: steps in a row, each with its number, name, time and outcome.

mod demo;
mod deny;
mod examples;
mod features;
mod interop;
mod isolation;
mod rust;
mod standards;
mod steps;
mod suite;
mod tidiness;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::console::{self, Colour, painted};
use crate::process::{Answer, Call, Log};
use crate::project::Project;
use crate::standards::Results;
use crate::tally::Tally;

pub(crate) use steps::{NAMES, steps};

/// What may be asked of the gate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    /// Names of the only steps to run; empty means all.
    pub(crate) only: Vec<String>,
    /// The step to begin with.
    pub(crate) from: Option<String>,
    pub(crate) verbose: bool,
    /// Stop at the first failure instead of collecting them all.
    pub(crate) fail_fast: bool,
}

/// One thing the gate checks.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&mut Desk<'_>) -> Outcome,
}

/// How a step ended, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed(String),
    Skipped(String),
    Failed(String),
}

/// What a step works with.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) project: &'a Project,
    pub(crate) log: Log,
    pub(crate) tally: Tally,
    /// Of the tests of this step and of those before it.
    pub(crate) results: Results,
    closing_lines: Vec<String>,
}

/// A step that has run.
#[derive(Debug)]
struct Done {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
    log: Option<PathBuf>,
}

/// What the gate has to say at the end.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    done: Vec<Done>,
    pub(crate) tally: Tally,
    results: Results,
    closing_lines: Vec<String>,
}

impl Desk<'_> {
    /// Runs a command at the root.
    pub(crate) fn run(&mut self, call: &Call) -> Answer {
        call.run(&self.project.root, &mut self.log)
    }

    /// Runs a command that runs tests, and counts them.
    pub(crate) fn run_tests(&mut self, call: &Call) -> Answer {
        let answer = self.run(call);
        self.tally += Tally::of(&answer.lines);
        self.results += Results::of(&answer.lines);
        let closing = answer.lines.iter().filter(|line| Tally::is_closing(line));
        self.closing_lines
            .extend(closing.map(|line| line.trim().to_owned()));
        answer
    }

    /// One command is the whole step.
    pub(crate) fn single(&mut self, call: &Call) -> Outcome {
        let answer = self.run(call);
        Outcome::of(answer.succeeded, String::new(), || {
            format!("`{}` failed", call.shown())
        })
    }
}

impl Outcome {
    pub(crate) fn of(passed: bool, note: String, failure: impl FnOnce() -> String) -> Self {
        if passed {
            Self::Passed(note)
        } else {
            Self::Failed(failure())
        }
    }

    fn word(&self) -> String {
        match self {
            Self::Passed(_) => painted("ok", Colour::Green),
            Self::Skipped(_) => painted("skipped", Colour::Yellow),
            Self::Failed(_) => painted("FAILED", Colour::Red),
        }
    }

    fn note(&self) -> &str {
        match self {
            Self::Passed(note) | Self::Skipped(note) | Self::Failed(note) => note,
        }
    }

    pub(crate) fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// Runs the steps that are wished for. The error is a sentence about the wish.
pub(crate) fn run(project: &Project, wishes: &Wishes) -> Result<Verdict, String> {
    let steps = chosen(wishes)?;
    let mut verdict = Verdict::default();
    for (number, step) in steps.iter().enumerate() {
        console::note(&format!(
            "[{:>2}/{}] {} – {}",
            number + 1,
            steps.len(),
            step.name,
            step.about
        ));
        let done = run_one(project, step, wishes, &mut verdict);
        let stop = wishes.fail_fast && done.outcome.is_failure();
        console::note(&done.line());
        verdict.done.push(done);
        if stop {
            break;
        }
    }
    Ok(verdict)
}

fn run_one(project: &Project, step: &Step, wishes: &Wishes, verdict: &mut Verdict) -> Done {
    let start = Instant::now();
    let folder = project.target.join("xtask");
    let (outcome, log) = match Log::create(&folder, step.name, wishes.verbose) {
        Err(sentence) => (Outcome::Failed(sentence), None),
        Ok(log) => {
            let mut desk = Desk {
                project,
                log,
                tally: Tally::default(),
                results: std::mem::take(&mut verdict.results),
                closing_lines: Vec::new(),
            };
            let outcome = (step.run)(&mut desk);
            verdict.tally += desk.tally;
            verdict.results = desk.results;
            verdict.closing_lines.append(&mut desk.closing_lines);
            (outcome, Some(desk.log.path))
        }
    };
    Done {
        name: step.name,
        outcome,
        took: start.elapsed(),
        log,
    }
}

/// The steps that are wished for, in their order.
fn chosen(wishes: &Wishes) -> Result<Vec<Step>, String> {
    let known = |name: &String| {
        let sentence = || format!("no step is called `{name}`; there are {}", NAMES.join(", "));
        NAMES
            .contains(&name.as_str())
            .then_some(())
            .ok_or_else(sentence)
    };
    wishes.only.iter().chain(&wishes.from).try_for_each(known)?;
    let begin = wishes.from.as_ref();
    let from_there = steps()
        .into_iter()
        .skip_while(|step| begin.is_some_and(|name| name != step.name));
    Ok(from_there
        .filter(|step| wishes.only.is_empty() || wishes.only.iter().any(|name| name == step.name))
        .collect())
}

impl Done {
    fn line(&self) -> String {
        let seconds = self.took.as_secs_f64();
        format!(
            "        {} {} ({seconds:.1} s) {}",
            self.name,
            self.outcome.word(),
            self.outcome.note()
        )
    }
}

impl Verdict {
    fn failures(&self) -> impl Iterator<Item = &Done> {
        self.done.iter().filter(|done| done.outcome.is_failure())
    }

    /// The full output of what failed, the summary table, and the runners' closing lines.
    pub(crate) fn tell(&self) -> ExitCode {
        for done in self.failures() {
            console::note(&format!(
                "\n──── {} failed: its full output ────",
                done.name
            ));
            let text = done
                .log
                .as_ref()
                .and_then(|path| std::fs::read_to_string(path).ok());
            console::note(text.as_deref().unwrap_or("(no log)").trim_end());
        }
        console::note("\nSummary");
        for done in &self.done {
            console::note(&done.line());
        }
        for line in &self.closing_lines {
            console::note(line);
        }
        if self.failures().next().is_none() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Wishes, chosen};

    fn names(wishes: &Wishes) -> Vec<&'static str> {
        chosen(wishes)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect()
    }

    #[test]
    fn a_part_can_be_chosen() {
        let only = Wishes {
            only: vec!["tidy".to_owned(), "fmt".to_owned()],
            ..Wishes::default()
        };
        assert_eq!(names(&only), ["fmt", "tidy"]);
        let from = Wishes {
            from: Some("demo".to_owned()),
            ..Wishes::default()
        };
        assert_eq!(names(&from), ["demo"]);
    }

    #[test]
    fn an_unknown_step_names_the_known_ones() {
        let wishes = Wishes {
            only: vec!["tests".to_owned(), "paint".to_owned()],
            ..Wishes::default()
        };
        let sentence = chosen(&wishes).unwrap_err();
        assert!(
            sentence.contains("`paint`") && sentence.contains("clippy"),
            "{sentence}"
        );
    }
}
