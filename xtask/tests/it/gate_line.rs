//! The program as a person meets it.

use std::process::{Command, Output};

use crate::house::House;

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

/// The gate over a house of its own.
fn gate(house: &House, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("CARGO_MANIFEST_DIR", house.root())
        .env("CARGO_TARGET_DIR", house.root().join("target"))
        .env("CARGO_NET_OFFLINE", "true")
        .output()
        .unwrap()
}

const TESTS: &str = "/// One.\n///\n/// ```\n/// assert_eq!(2 - 1, 1);\n/// ```\npub fn one() {}\n\n\
    #[cfg(test)]\nmod tests {\n    #[test]\n    fn holds() {\n        assert_eq!(1, 1);\n    }\n}\n";

#[test]
fn the_gate_runs_its_steps_and_counts_the_tests() {
    let house = House::of(&["ob-core"]);
    house.module("ob-core", "one", TESTS);
    let steps = [
        "ci", "--only", "fmt", "--only", "tidy", "--only", "tests", "--only", "doctests", "--only",
        "features",
    ];
    let answer = gate(&house, &steps);
    let told = text(&answer.stderr);
    assert!(answer.status.success(), "{told}");
    for part in [
        "[ 1/5] fmt – ",
        "[ 5/5] features – ",
        "tests ok (",
        "1 passed, 0 failed",
        // The example of the crate page and that of the function: private modules have tests too.
        "2 passed, 0 failed",
        "1 combinations",
    ] {
        assert!(told.contains(part), "{part} not in {told}");
    }
    assert!(house.root().join("target/xtask/tests.log").exists());
}

#[test]
fn a_failing_step_is_shown_in_full_and_fails_the_gate() {
    let house = House::of(&["ob-core"]);
    house.module(
        "ob-core",
        "one",
        &TESTS.replace("assert_eq!(1, 1)", "assert_eq!(1, 3)"),
    );
    house.write("NOTES.md", "a stranger\n");
    let answer = gate(
        &house,
        &[
            "ci", "--only", "tidy", "--only", "tests", "--only", "doctests",
        ],
    );
    let told = text(&answer.stderr);
    assert_eq!(answer.status.code(), Some(1), "{told}");
    let (running, end) = told.split_once("failed: its full output").unwrap();
    assert!(
        running.contains("[ 3/3] doctests – "),
        "a failure does not hide what follows: {told}"
    );
    assert!(end.contains("NOTES.md:1: [top-level]"), "{end}");
    assert!(end.contains("assertion `left == right` failed"), "{end}");
    let line = end
        .lines()
        .find(|line| line.trim_start().starts_with("tests FAILED ("))
        .unwrap();
    assert!(line.ends_with(") 0 passed, 1 failed"), "{line}");

    let first = gate(
        &house,
        &["ci", "--only", "tidy", "--only", "tests", "--fail-fast"],
    );
    assert!(!text(&first.stderr).contains("[ 2/2]"), "--fail-fast stops");
}

#[test]
fn a_house_without_examples_or_isolation_says_so() {
    let house = House::of(&["ob-core"]);
    let told = text(&gate(&house, &["ci", "--only", "examples", "--only", "isolation"]).stderr);
    assert!(
        told.contains("examples skipped (") && told.contains("obkit has no example"),
        "{told}"
    );
    assert!(
        told.contains("the workspace has no package `isolation`"),
        "{told}"
    );
}

#[test]
fn a_crate_that_does_not_compile_alone_is_named() {
    let house = House::of(&["ob-core"]);
    house.module(
        "ob-core",
        "one",
        "#[cfg(feature = \"extra\")]\ncompile_error!(\"alone\");\n",
    );
    let manifest = house.root().join("crates/ob-core/Cargo.toml");
    let text_before = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(
        &manifest,
        format!("{text_before}\n[features]\nextra = []\n"),
    )
    .unwrap();
    let told = text(&gate(&house, &["ci", "--only", "features"]).stderr);
    assert!(
        told.contains("does not compile alone: ob-core --features extra"),
        "{told}"
    );
}
