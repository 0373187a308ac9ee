//! On a terminal, which `script` pretends to be.

use crate::child::BINARY;
use std::process::{Command, Stdio};

/// What a person sees who runs this on a terminal of 80 columns.
fn on_a_terminal(command: &str) -> String {
    let script = format!(
        "stty cols 80; {}",
        command.replace("ob ", &format!("{BINARY} "))
    );
    let output = Command::new("script")
        .args(["-qec", &script, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("needs `script`: install the package bsdutils: {error}"));
    let seen = String::from_utf8(output.stdout).unwrap();
    assert!(!seen.contains("panicked"), "{command}: {seen}");
    seen
}

#[test]
fn narrates_on_a_terminal() {
    let seen = on_a_terminal("ob --explain explain OB-X001");
    assert!(seen.contains("OB-X001  token of another"), "{seen}");
}

#[test]
fn no_color_is_honoured() {
    let colour = '\u{1b}';
    let with = on_a_terminal("ob token get");
    let without = on_a_terminal("export NO_COLOR=1; ob token get");
    assert!(with.contains(colour), "{with}");
    assert!(!without.contains(colour), "{without}");
}

#[test]
fn tables_fit() {
    let seen = on_a_terminal("ob explain");
    assert!(seen.contains("OB-R007"), "{seen}");
    for line in seen.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
