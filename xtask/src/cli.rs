//! The words of the command line.

use std::process::ExitCode;

use crate::console::{note, result};
use crate::gate::{self, Verdict, Wishes};
use crate::project::Project;
use crate::tally::Tally;
use crate::{bench, demo, fuzz, interop, setup, tidy};

const HELP: &str = "\
cargo xtask – the gate and the chores of obkit

  cargo xtask ci [--list] [--only NAME]… [--from NAME] [--fail-fast] [--verbose]
        every check, in steps; --list names them
  cargo xtask test [the same options]
        sets up what the gate needs (tools, test vectors), then runs it;
        the last line is `N passed, M failed`
  cargo xtask tidy
        architecture, style and invariants alone
  cargo xtask standards
        runs the tests and shows which of them prove each row of the standards
  cargo xtask demo [arguments of `ob demo`]
        the product's first screen
  cargo xtask interop
        foreign implementations (Node.js, npm) judge obkit and the sandbox; who judged what
  cargo xtask bench [--check] [-- arguments of criterion]
        the benchmarks as ratios to their raw floor; --check fails where a target is missed
  cargo xtask fuzz [--seconds N] [TARGET]…
        mutated inputs for the parsers, N seconds (60) each target; wants a nightly compiler

Each step's output is kept in <target>/xtask/<step>.log and shown in full when the step fails.
CARGO_TARGET_DIR, OB_VECTORS and NO_COLOR are respected.";

/// Runs `cargo xtask` with these arguments.
#[must_use]
pub fn run(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match obey(&words) {
        Ok(code) => code,
        Err(sentence) => {
            note(&format!("xtask: {sentence}"));
            ExitCode::from(2)
        }
    }
}

fn obey(words: &[&str]) -> Result<ExitCode, String> {
    match words {
        [] | ["help" | "--help" | "-h", ..] => {
            result(HELP);
            Ok(ExitCode::SUCCESS)
        }
        ["ci", rest @ ..] => ci(rest),
        ["test", rest @ ..] => Ok(test(rest)),
        ["tidy"] => tidy(),
        ["interop"] => interop::run(&Project::here()?),
        ["standards"] => standards(),
        ["demo", rest @ ..] => demo::run(&Project::here()?, rest).map(code),
        ["bench", rest @ ..] => {
            bench::run(&Project::here()?, &bench::Wishes::parse(rest)?).map(code)
        }
        ["fuzz", rest @ ..] => fuzz::run(&Project::here()?, &fuzz::Wishes::parse(rest)?).map(code),
        [word, ..] => Err(format!(
            "no command `{word}` with these arguments; `cargo xtask help` lists them"
        )),
    }
}

fn code(succeeded: bool) -> ExitCode {
    if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn ci(words: &[&str]) -> Result<ExitCode, String> {
    if words == ["--list"] {
        for step in gate::steps() {
            result(&format!("{:<10} {}", step.name, step.about));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let wishes = wishes(words)?;
    Ok(gate::run(&Project::here()?, &wishes)?.tell())
}

/// Whatever happens, the last line counts the tests that ran.
fn test(words: &[&str]) -> ExitCode {
    let verdict = prepared(words);
    let (code, tally) = match &verdict {
        Ok(verdict) => (verdict.tell(), verdict.tally),
        Err(sentence) => {
            note(&format!("xtask: {sentence}"));
            (ExitCode::FAILURE, Tally::default())
        }
    };
    result(&format!("{} passed, {} failed", tally.passed, tally.failed));
    code
}

fn prepared(words: &[&str]) -> Result<Verdict, String> {
    let wishes = wishes(words)?;
    let project = Project::here()?;
    setup::prepare(&project)?;
    gate::run(&project, &wishes)
}

/// The steps that run tests, and the table of what they prove.
fn standards() -> Result<ExitCode, String> {
    let project = Project::here()?;
    setup::prepare(&project)?;
    let only = ["tests", "isolation", "interop", "standards"];
    let wishes = Wishes {
        only: only.map(str::to_owned).to_vec(),
        ..Wishes::default()
    };
    let verdict = gate::run(&project, &wishes)?;
    let table = project.target.join("xtask").join("standards.log");
    let text =
        std::fs::read_to_string(&table).map_err(|error| format!("{}: {error}", table.display()))?;
    result(text.trim_end());
    Ok(verdict.tell())
}

fn tidy() -> Result<ExitCode, String> {
    let project = Project::here()?;
    let report = tidy::check(&project.root).map_err(|error| error.to_string())?;
    for problem in report.problems() {
        result(&problem.to_string());
    }
    note(&format!(
        "{} problems in {} files; median {} lines without tests, longest {}",
        report.problems().len(),
        report.files(),
        report.median_lines(),
        report.longest_lines()
    ));
    Ok(code(report.problems().is_empty()))
}

fn wishes(words: &[&str]) -> Result<Wishes, String> {
    let mut wishes = Wishes::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let value = words.next().map(|&name| name.to_owned());
            value.ok_or_else(|| format!("`{word}` wants the name of a step"))
        };
        match *word {
            "--only" => wishes.only.push(value()?),
            "--from" => wishes.from = Some(value()?),
            "--verbose" | "-v" => wishes.verbose = true,
            "--fail-fast" => wishes.fail_fast = true,
            other => {
                return Err(format!(
                    "no option `{other}` here; `cargo xtask help` lists them"
                ));
            }
        }
    }
    Ok(wishes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::wishes;

    #[test]
    fn options_are_understood() {
        let wishes = wishes(&["--only", "fmt", "--only", "tidy", "--from", "fmt", "-v"]).unwrap();
        assert_eq!(wishes.only, ["fmt", "tidy"]);
        assert_eq!(wishes.from.as_deref(), Some("fmt"));
        assert!(wishes.verbose && !wishes.fail_fast);
    }

    #[test]
    fn a_missing_or_unknown_word_is_named() {
        assert!(wishes(&["--only"]).unwrap_err().contains("--only"));
        assert!(wishes(&["--quick"]).unwrap_err().contains("--quick"));
    }
}
