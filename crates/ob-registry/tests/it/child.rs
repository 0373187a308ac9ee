//! Tests that run as a process of their own, started by another test.

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write, stdout},
    process::{Child, ChildStdout, Command, Stdio},
};

const PLACE: &str = "OB_TEST_REGISTRY";

/// Where the registry is that this process was started for; nothing, if it was not.
pub(crate) fn place() -> Option<String> {
    env::var(PLACE).ok()
}

/// Starts an ignored test of this binary as a process.
pub(crate) fn start(test: &str, place: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", test])
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    (child, lines)
}

/// Says a number to the process that started this one, past the test harness.
pub(crate) fn say(number: u64) {
    let mut out = stdout().lock();
    out.write_all(format!("{WORD}{number}\n").as_bytes())
        .unwrap();
    out.flush().unwrap();
}

/// The number in a line that [`say`] wrote. The harness writes to the same pipe, and before the
/// first number without the end of a line.
pub(crate) fn said(line: &str) -> Option<u64> {
    line.split_once(WORD)?.1.parse().ok()
}

const WORD: &str = "said ";
