//! The top of the repository holds a fixed, short list.

use super::problem::Problem;
use super::tree::{Tree, entries};

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
        .filter(|name| !ALLOWED.contains(&name.as_str()))
        .map(|name| stranger(name))
        .collect()
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
