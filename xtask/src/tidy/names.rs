//! A file is named after its idea.

use super::problem::Problem;
use super::tree::Tree;

/// Drawers in which everything ends up.
const DRAWERS: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources()
        .filter_map(|source| of_file(&source.file))
        .collect()
}

fn of_file(file: &str) -> Option<Problem> {
    let stem = file.trim_end_matches(".rs").rsplit('/').next()?;
    let needed = match stem {
        "mod" => "`foo.rs` beside `foo/`",
        drawer if DRAWERS.contains(&drawer) => "a name that says which one idea the file holds",
        _ => return None,
    };
    Some(Problem {
        rule: "names",
        file: file.to_owned(),
        line: 1,
        found: format!("a file called `{stem}.rs`"),
        needed: needed.to_owned(),
    })
}
