//! What a rule found.

use std::fmt;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(super) rule: &'static str,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) found: String,
    pub(super) needed: String,
}

impl Problem {
    /// The rule that is broken, for example `layers`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// The file, from the workspace root.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from one.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What stands there.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What should stand there instead.
    #[must_use]
    pub fn needed(&self) -> &str {
        &self.needed
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            file,
            line,
            found,
            needed,
        } = self;
        write!(f, "{file}:{line}: [{rule}] found {found}; needed: {needed}")
    }
}

/// The answer of one run over the workspace.
#[derive(Debug)]
pub struct Report {
    problems: Vec<Problem>,
    lengths: Vec<usize>,
}

impl Report {
    pub(super) fn new(problems: Vec<Problem>, mut lengths: Vec<usize>) -> Self {
        lengths.sort_unstable();
        Self { problems, lengths }
    }

    /// Everything that is broken; empty when the house is tidy.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many Rust files were read.
    #[must_use]
    pub fn files(&self) -> usize {
        self.lengths.len()
    }

    /// The median length of a Rust file in lines, without its tests.
    #[must_use]
    pub fn median_lines(&self) -> usize {
        self.lengths
            .get(self.lengths.len() / 2)
            .copied()
            .unwrap_or(0)
    }

    /// The length of the longest Rust file in lines, without its tests.
    #[must_use]
    pub fn longest_lines(&self) -> usize {
        self.lengths.last().copied().unwrap_or(0)
    }
}

/// Why the workspace could not be read.
#[derive(Debug)]
pub struct TidyError(pub(super) String);

impl fmt::Display for TidyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the workspace cannot be read: {}", self.0)
    }
}

impl std::error::Error for TidyError {}
