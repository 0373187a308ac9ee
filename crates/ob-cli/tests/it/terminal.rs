//! On a terminal, which `script` pretends to be.

use crate::child::BINARY;
use std::process::{Command, Stdio};

/// What a person sees who runs this on a terminal of 80 columns; `None` where there is no
/// `script`.
fn on_a_terminal(command: &str) -> Option<String> {
    let script = format!(
        "stty cols 80; {}",
        command.replace("ob ", &format!("{BINARY} "))
    );
    let output = Command::new("script")
        .args(["-qec", &script, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: no `script` to pretend a terminal");
        return None;
    };
    let seen = String::from_utf8(output.stdout).unwrap();
    assert!(!seen.contains("panicked"), "{command}: {seen}");
    Some(seen)
}

#[test]
fn narrates_on_a_terminal() {
    let Some(seen) = on_a_terminal("ob --explain explain OB-X001") else {
        return;
    };
    assert!(seen.contains("OB-X001  token of another"), "{seen}");
}

#[test]
fn no_color_is_honoured() {
    let colour = '\u{1b}';
    let (Some(with), Some(without)) = (
        on_a_terminal("ob token get"),
        on_a_terminal("export NO_COLOR=1; ob token get"),
    ) else {
        return;
    };
    assert!(with.contains(colour), "{with}");
    assert!(!without.contains(colour), "{without}");
}

#[test]
fn tables_fit() {
    let Some(seen) = on_a_terminal("ob explain") else {
        return;
    };
    assert!(seen.contains("OB-R007"), "{seen}");
    for line in seen.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
