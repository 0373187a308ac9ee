//! Foreign implementations of the same standards judge obkit and the sandbox.

use std::fs;

use serde_json::Value;

use super::suite::{REQUIRE_VECTORS, has_nextest};
use super::{Desk, Outcome};
use crate::interop::{Judges, Matrix, PACKAGE, install};
use crate::process::Call;

/// The folder that holds `node_modules`, for the tests.
const FOLDER: &str = "OB_INTEROP";
/// The program `ob`, for the tests.
const PROGRAM: &str = "OB_INTEROP_OB";

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    match checked(desk) {
        Ok(outcome) => outcome,
        Err(sentence) => {
            desk.log.line(&sentence);
            Outcome::Failed(sentence)
        }
    }
}

fn checked(desk: &mut Desk<'_>) -> Result<Outcome, String> {
    let project = desk.project;
    let judges = install((&project.root, &project.target), |call| {
        desk.run(call).succeeded
    })?;
    desk.log.line(match judges.fresh {
        true => "the judges were installed now",
        false => "the judges are those of the last installation: the lock file is the same",
    });
    let program = program(desk)?;
    let results = Judges::results(&judges.folder);
    if results.exists() {
        fs::remove_dir_all(&results)
            .map_err(|error| format!("cannot empty {}: {error}", results.display()))?;
    }
    fs::create_dir_all(&results)
        .map_err(|error| format!("cannot make {}: {error}", results.display()))?;
    let call = match has_nextest(project) {
        true => Call::cargo(&["nextest", "run", "--package", PACKAGE, "--no-fail-fast"]),
        false => Call::cargo(&["test", "--package", PACKAGE, "--no-fail-fast", "--tests"]),
    };
    let (name, value) = REQUIRE_VECTORS;
    let call = call
        .with(FOLDER, &judges.folder.display().to_string())
        .with(PROGRAM, &program)
        .with(name, value);
    let answer = desk.run_tests(&call);
    let matrix = Matrix::read(&judges.folder);
    for line in matrix.lines() {
        desk.log.line(&line);
    }
    let tally = desk.tally;
    let note = format!("{} passed, {} failed", tally.passed, tally.failed);
    let judged = usize::try_from(tally.passed).is_ok_and(|passed| passed <= matrix.len());
    if answer.succeeded && !judged {
        return Ok(Outcome::Failed(format!(
            "{note}, but the judges wrote {} results: a test asked nobody",
            matrix.len()
        )));
    }
    let passed = answer.succeeded && tally.passed > 0;
    Ok(Outcome::of(passed, note.clone(), || note))
}

/// Builds the program that users run, and says where it is.
fn program(desk: &mut Desk<'_>) -> Result<String, String> {
    let call = Call::cargo(&[
        "build",
        "--package",
        "ob-cli",
        "--bin",
        "ob",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let answer = desk.run(&call);
    let found = answer.output.iter().find_map(|line| executable(line));
    match (answer.succeeded, found) {
        (true, Some(path)) => Ok(path),
        _ => Err(format!("`{}` made no program", call.shown())),
    }
}

/// The path in cargo's message about the program.
fn executable(line: &str) -> Option<String> {
    let message: Value = serde_json::from_str(line).ok()?;
    let target = message.get("target")?.get("name")?.as_str()?;
    let path = message.get("executable")?.as_str()?;
    (target == "ob").then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::executable;

    #[test]
    fn the_program_is_the_one_that_cargo_names() {
        let line = r#"{"reason":"compiler-artifact","target":{"name":"ob"},"executable":"/x/ob"}"#;
        assert_eq!(executable(line).as_deref(), Some("/x/ob"));
        for other in [
            r#"{"target":{"name":"ob"},"executable":null}"#,
            r#"{"target":{"name":"other"},"executable":"/x/other"}"#,
            "   Compiling ob-cli",
        ] {
            assert_eq!(executable(other), None, "{other}");
        }
    }
}
