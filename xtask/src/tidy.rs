//! The architecture, the style and the invariants as rules a program checks.
//!
//! [`check`] reads the workspace once and asks every rule. Each rule is a plain function from
//! what was read to a list of [`Problem`]s; a problem names the file and line, what was found
//! and what is needed. A place that may differ is listed with its reason in `exceptions.rs`,
//! and an exception that excuses nothing any more is a problem itself.

mod contents;
mod doors;
mod exceptions;
mod fence;
mod invariants;
mod layers;
mod leftovers;
mod manifests;
mod names;
mod problem;
mod sizes;
mod source;
mod top_level;
mod tree;

pub use problem::{Problem, Report, TidyError};
pub(crate) use tree::rust_files;

use std::path::Path;

use exceptions::Exceptions;
use tree::Tree;

type Rule = fn(&Tree) -> Vec<Problem>;

/// In the order they are reported.
const RULES: &[(&str, Rule)] = &[
    ("top-level", top_level::check),
    ("layers", layers::check),
    ("manifests", manifests::check),
    ("names", names::check),
    ("sizes", sizes::check),
    ("contents", contents::check),
    ("doors", doors::check),
    ("fence", fence::check),
    ("invariants", invariants::check),
    ("leftovers", leftovers::check),
];

/// Reads the workspace around `root` and asks every rule.
///
/// # Errors
/// When the workspace cannot be read at all: `cargo metadata` fails or a file is unreadable.
/// Broken rules are not errors, they are in the [`Report`].
pub fn check(root: &Path) -> Result<Report, TidyError> {
    let tree = Tree::read(root)?;
    let mut found = tree.unparsed();
    for (_, rule) in RULES {
        found.extend(rule(&tree));
    }
    let mut exceptions = Exceptions::house();
    let mut problems: Vec<Problem> = found
        .into_iter()
        .filter(|problem| !exceptions.excuse(problem))
        .collect();
    problems.extend(exceptions.stale(&tree.project.root));
    Ok(Report::new(problems, sizes::lengths(&tree)))
}

/// The names of the rules, as they stand in a problem's brackets.
#[must_use]
pub fn rules() -> Vec<&'static str> {
    RULES.iter().map(|(name, _)| *name).collect()
}
