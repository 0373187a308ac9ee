//! The top of the repository holds a fixed, short list.

use super::problem::Problem;
use super::tree::{Tree, entries};
use std::{
    path::Path,
    process::{Command, Stdio},
};

const ALLOWED: &[&str] = &[
    ".cargo",
    ".ci",
    ".git",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "crates",
    "deny.toml",
    "target",
    "tests",
    "xtask",
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut names: Vec<String> = entries(&tree.project.root)
        .unwrap_or_default()
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
        .iter()
        .filter(|name| !ALLOWED.contains(&name.as_str()) && !is_ignored(&tree.project.root, name))
        .map(|name| stranger(name))
        .collect()
}

/// What git ignores is not part of the repository: the folder of a sandbox that somebody runs.
fn is_ignored(root: &Path, name: &str) -> bool {
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["check-ignore", "--quiet", "--", name]);
    git.stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn stranger(name: &str) -> Problem {
    Problem {
        rule: "top-level",
        file: name.to_owned(),
        line: 1,
        found: format!("`{name}` at the top of the repository"),
        needed: format!("nothing there but {}", ALLOWED.join(", ")),
    }
}
