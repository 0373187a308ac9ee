//! Dependencies against deny.toml.

use super::{Desk, Outcome};
use crate::process::{Answer, Call};

/// No advisories: they need a database from the network, and an old answer is no answer.
const CHECKS: &[&str] = &["check", "bans", "licenses", "sources"];

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    if !Call::cargo(&["deny", "--version"]).succeeds(&desk.project.root) {
        let sentence = "cargo-deny is not there: `cargo xtask test` installs it";
        desk.log.line(sentence);
        return Outcome::Failed(sentence.to_owned());
    }
    let offline = Call::cargo(&["deny", "--offline"]).and(CHECKS.iter().copied());
    let answer = desk.run(&offline);
    if answer.succeeded {
        return Outcome::Passed(summary(&answer));
    }
    if !wants_network(&answer) {
        return Outcome::Failed(format!("`{}` failed", offline.shown()));
    }
    desk.log
        .note("the local index does not hold everything: once more with the network");
    let online = Call::cargo(&["deny"]).and(CHECKS.iter().copied());
    let answer = desk.run(&online);
    Outcome::of(answer.succeeded, summary(&answer), || {
        format!("`{}` failed", online.shown())
    })
}

fn summary(answer: &Answer) -> String {
    answer.lines.last().cloned().unwrap_or_default()
}

fn wants_network(answer: &Answer) -> bool {
    let signs = [
        "--offline",
        "offline mode",
        "failed to fetch",
        "failed to download",
        "no matching package",
    ];
    answer
        .lines
        .iter()
        .any(|line| signs.iter().any(|sign| line.contains(sign)) && !line.starts_with('$'))
}
