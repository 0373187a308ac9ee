//! Readers that go away, disks that are full, colours that are not wanted.

use crate::child::BINARY;
use std::process::{Command, Output, Stdio};

fn shell(script: &str) -> Output {
    let output = Command::new("sh")
        .args(["-c", script, BINARY])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!err.contains("panicked"), "{script}: {err}");
    output
}

/// Runs a script in which `"$0"` is `ob`, and which ends with the exit code to look at.
#[track_caller]
fn check(script: &str, status: i32) {
    let output = shell(script);
    assert_eq!(output.status.code(), Some(status), "{script}: {output:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for command in [
        "explain",
        "explain -o jsonl",
        "-o json explain",
        "--help",
        "--version",
    ] {
        // Gone before the first byte, as behind `| head` after the last line it wanted.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(BINARY)
            .args(command.split(' '))
            .stdout(writer)
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{command}: {err}");
        assert_eq!(err, "", "{command}");
    }
    check("\"$0\" explain >&-", 0);
}

#[test]
fn a_person_who_goes_away_stops_no_work() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let args = ["explain", "OB-X999", "--explain"];
    let output = Command::new(BINARY).args(args).stderr(writer).output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

#[test]
fn a_listener_that_goes_away_changes_no_exit_code() {
    check("\"$0\" explain OB-X999 2>/dev/full", 2);
    check("\"$0\" explain OB-X999 2>&-", 2);
    check("\"$0\" keys show /dev/null 2>/dev/full", 3);
    check("\"$0\" keys show /dev/null --explain 2>/dev/full", 3);
    check("\"$0\" nonsense 2>/dev/full", 2);
}

#[test]
fn a_full_disk_is_told() {
    let output = shell("\"$0\" explain > /dev/full");
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("cannot write to stdout"), "{err}");
}

#[test]
fn arguments_that_are_no_text_are_no_panic() {
    for script in [
        "\"$0\" token get --for \"$(printf '\\377')\" --sandbox /tmp",
        "\"$0\" explain \"$(printf '\\377')\"",
        "\"$0\" \"$(printf '\\377')\"",
    ] {
        check(script, 2);
    }
    check("\"$0\" keys show \"$(printf '\\377')\"", 3);
}
