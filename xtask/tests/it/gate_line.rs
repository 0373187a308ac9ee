//! The program as a person meets it.

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_xtask");
    Command::new(program).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_names_every_command() {
    let answer = xtask(&["help"]);
    assert!(answer.status.success());
    let help = text(&answer.stdout);
    for word in [
        "ci", "test", "tidy", "demo", "bench", "--only", "--from", "--list",
    ] {
        assert!(help.contains(word), "{word} not in {help}");
    }
}

#[test]
fn the_steps_are_listed() {
    let list = text(&xtask(&["ci", "--list"]).stdout);
    let names: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names.first(), Some(&"fmt"));
    assert_eq!(names.last(), Some(&"demo"));
}

#[test]
fn an_unknown_word_is_a_usage_error() {
    for words in [
        &["polish"][..],
        &["ci", "--fast"],
        &["ci", "--only", "polish"],
    ] {
        let answer = xtask(words);
        assert_eq!(answer.status.code(), Some(2), "{words:?}");
        assert!(text(&answer.stderr).contains("xtask: "), "{words:?}");
    }
}

#[test]
fn without_vectors_the_test_command_says_what_to_do_and_still_counts() {
    let folder = tempfile::tempdir().unwrap();
    let answer = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["test", "--only", "fmt"])
        .env("OB_VECTORS", folder.path().join("absent"))
        .output()
        .unwrap();
    assert_eq!(answer.status.code(), Some(1));
    assert!(text(&answer.stderr).contains("set OB_VECTORS to where it is"));
    assert_eq!(text(&answer.stdout), "0 passed, 0 failed\n");
}
