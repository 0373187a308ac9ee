//! What a person reads first.

use crate::child::ob;

const COMMANDS: [&str; 40] = [
    "",
    "demo",
    "sandbox",
    "token",
    "token get",
    "token print",
    "consent",
    "consent create",
    "consent get",
    "consent revoke",
    "accounts",
    "accounts list",
    "registry",
    "registry list",
    "registry import",
    "registry export",
    "registry add",
    "registry set",
    "registry get",
    "registry suspend",
    "registry resume",
    "registry offboard",
    "registry history",
    "registry replicas",
    "registry plan",
    "registry apply",
    "registry integrator",
    "registry integrator get",
    "registry integrator set",
    "onboard",
    "expiring",
    "cert",
    "cert inspect",
    "help onboard",
    "keys",
    "keys new",
    "keys show",
    "explain",
    "help",
    "help token get",
];

#[test]
fn every_command_helps_within_a_terminal() {
    for command in COMMANDS {
        let words: Vec<_> = command.split_whitespace().collect();
        for help in ["-h", "--help"] {
            if command.starts_with("help") && help == "--help" {
                continue;
            }
            let args = match command.starts_with("help") {
                true => words.clone(),
                false => [&words[..], &[help]].concat(),
            };
            let done = ob(&args, 0);
            assert!(done.out.contains("Usage: ob"), "{command}");
            for line in done.out.lines().filter(|line| !line.starts_with("Usage")) {
                assert!(line.chars().count() <= 100, "ob {command} {help}: {line}");
            }
        }
    }
}

#[test]
fn says_whose_it_is_and_which_it_is() {
    let help = ob(&["--help"], 0).out;
    assert!(help.contains("not affiliated with Mastercard"), "{help}");
    let version = ob(&["--version"], 0).out;
    assert_eq!(version, format!("ob {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn mistakes_in_the_words_are_2() {
    for args in [
        &[][..],
        &["nonsense"],
        &["token"],
        &["token", "get"],
        &["sandbox"],
        &["sandbox", "--dir", "x", "--port", "70000"],
        &["sandbox", "--dir", "x", "--profile", "other"],
        &["explain", "-o", "yaml"],
        &["keys", "new"],
        &["accounts", "list", "--for", "a", "--sandbox", "."],
        &["demo", "extra"],
    ] {
        let done = ob(args, 2);
        assert_eq!(done.out, "", "{args:?}");
        assert_ne!(done.err, "", "{args:?}");
    }
    assert_eq!(ob(&["explain", "--no-input", "OB-X001"], 0).err, "");
}
