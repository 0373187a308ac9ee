//! One Rust file: its syntax tree, its words with their lines, and which of them are tests.

mod paths;
mod regions;
mod words;

use std::fmt;
use std::path::Path;

use super::problem::Problem;
pub(super) use paths::{Names, PathUse};
pub(super) use regions::{Place, Regions};
pub(super) use words::{Kind, Word};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Code that ships.
    Library,
    /// `tests/`, `benches/` and modules under `#[cfg(test)]`.
    Tests,
    Examples,
    /// `build.rs`.
    Build,
}

/// A parsed Rust file.
pub(super) struct Source {
    /// From the workspace root, with forward slashes.
    pub(super) file: String,
    pub(super) part: Part,
    pub(super) text: String,
    pub(super) syntax: syn::File,
    pub(super) words: Vec<Word>,
    pub(super) names: Names,
    pub(super) regions: Regions,
}

impl Part {
    /// By the path inside the package.
    pub(super) fn of(inside: &Path) -> Self {
        let first = inside
            .components()
            .next()
            .map(|part| part.as_os_str().to_string_lossy());
        match first.as_deref() {
            Some("tests" | "benches") => Self::Tests,
            Some("examples") => Self::Examples,
            Some("build.rs") => Self::Build,
            _ => Self::Library,
        }
    }
}

impl Source {
    pub(super) fn parse(file: String, part: Part, text: String) -> Result<Self, Problem> {
        let syntax = syn::parse_file(&text).map_err(|error| no_rust(&file, &error))?;
        let words = words::split(&text);
        let names = Names::of(&syntax);
        let regions = Regions::of(&syntax);
        Ok(Self {
            file,
            part,
            text,
            syntax,
            words,
            names,
            regions,
        })
    }

    /// Whether code at this place is compiled only for tests.
    pub(super) fn is_test(&self, place: Place) -> bool {
        self.part == Part::Tests || self.regions.is_test(place)
    }

    /// Every path that is named in the file, resolved through its `use` lines.
    pub(super) fn paths(&self) -> Vec<PathUse> {
        paths::named(&self.words, &self.names)
    }

    /// Number of lines that are not in a `#[cfg(test)]` item.
    pub(super) fn length(&self) -> usize {
        self.text
            .lines()
            .count()
            .saturating_sub(self.regions.test_lines())
    }

    pub(super) fn problem(
        &self,
        rule: &'static str,
        line: usize,
        found: String,
        needed: &str,
    ) -> Problem {
        Problem {
            rule,
            file: self.file.clone(),
            line,
            found,
            needed: needed.to_owned(),
        }
    }

    /// The stems (path without `.rs`) of modules declared here under `#[cfg(test)]`.
    pub(super) fn test_modules(&self) -> Vec<String> {
        let base = self.module_folder();
        let items = self.syntax.items.iter();
        items
            .filter_map(|item| match item {
                syn::Item::Mod(module) if module.content.is_none() => Some(module),
                _ => None,
            })
            .filter(|module| {
                self.regions
                    .is_test(Place::from(module.ident.span().start()))
            })
            .map(|module| format!("{base}/{}", module.ident))
            .collect()
    }

    fn module_folder(&self) -> String {
        let stem = self.file.trim_end_matches(".rs");
        match stem.rsplit_once('/') {
            Some((folder, "lib" | "main" | "mod")) => folder.to_owned(),
            _ => stem.to_owned(),
        }
    }
}

/// The name is enough: the syntax tree fills screens.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("file", &self.file)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

fn no_rust(file: &str, error: &syn::Error) -> Problem {
    Problem {
        rule: "syntax",
        file: file.to_owned(),
        line: error.span().start().line,
        found: error.to_string(),
        needed: "a file that parses as Rust".to_owned(),
    }
}
