//! No file is longer than one can hold in one's head.

use super::problem::Problem;
use super::tree::Tree;

/// Nine in ten files of the codebases this one admires are shorter than half of it.
const LONGEST: usize = 800;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let long = tree.sources().filter(|source| source.length() > LONGEST);
    long.map(|source| {
        let found = format!("{} lines without tests", source.length());
        let needed = format!("at most {LONGEST}: split by noun");
        source.problem("sizes", LONGEST + 1, found, &needed)
    })
    .collect()
}

/// The length of every file without its tests.
pub(super) fn lengths(tree: &Tree) -> Vec<usize> {
    tree.sources().map(super::source::Source::length).collect()
}
