//! The workspace, read once: packages, manifests, Rust sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;

use super::problem::{Problem, TidyError};
use super::source::{Part, Source};
use crate::project::Project;

/// Everything the rules look at.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) project: Project,
    pub(super) members: Vec<Member>,
    broken: Vec<Problem>,
}

/// One package of the workspace.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) package: Package,
    /// The folder from the root, for example `crates/ob-core`.
    pub(super) folder: String,
    /// In a workspace of its own, from which it cannot inherit what the house shares.
    pub(super) is_annex: bool,
    pub(super) manifest: Manifest,
    pub(super) sources: Vec<Source>,
}

/// A `Cargo.toml` as values and as text (for line numbers).
#[derive(Debug)]
pub(super) struct Manifest {
    /// The file from the root.
    pub(super) file: String,
    pub(super) text: String,
    pub(super) table: toml::Table,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self, TidyError> {
        let project = Project::around(root).map_err(TidyError)?;
        let mut tree = Self {
            members: Vec::new(),
            broken: Vec::new(),
            project,
        };
        let packages: Vec<Package> = tree.project.packages().to_vec();
        for package in packages {
            let member = tree.member(package)?;
            tree.members.push(member);
        }
        tree.read_annexes()?;
        Ok(tree)
    }

    /// Packages that the root excludes, each in a workspace of its own: `cargo metadata` of the
    /// root knows nothing of them, the rules do.
    fn read_annexes(&mut self) -> Result<(), TidyError> {
        let root = self.root_manifest()?;
        let excluded = root.table.get("workspace").and_then(|it| it.get("exclude"));
        let folders = excluded
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        for folder in folders.filter_map(toml::Value::as_str) {
            let folder = self.project.root.join(folder);
            if !folder.join("Cargo.toml").exists() {
                continue;
            }
            let annex = Project::around(&folder).map_err(TidyError)?;
            for package in annex.packages() {
                let member = self.member(package.clone())?;
                self.members.push(Member {
                    is_annex: true,
                    ..member
                });
            }
        }
        Ok(())
    }

    /// Files that are no Rust.
    pub(super) fn unparsed(&self) -> Vec<Problem> {
        self.broken.clone()
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.members.iter().flat_map(|member| &member.sources)
    }

    pub(super) fn root_manifest(&self) -> Result<Manifest, TidyError> {
        Manifest::read(&self.project, &self.project.root.join("Cargo.toml"))
    }

    fn member(&mut self, package: Package) -> Result<Member, TidyError> {
        let manifest_path = package.manifest_path.clone().into_std_path_buf();
        let folder = manifest_path
            .parent()
            .unwrap_or(&self.project.root)
            .to_path_buf();
        let manifest = Manifest::read(&self.project, &manifest_path)?;
        let mut sources = Vec::new();
        for path in rust_files(&folder)? {
            let inside = path.strip_prefix(&folder).unwrap_or(&path);
            let part = Part::of(inside);
            let text = read(&path)?;
            match Source::parse(self.project.relative(&path), part, text) {
                Ok(source) => sources.push(source),
                Err(problem) => self.broken.push(problem),
            }
        }
        mark_test_modules(&mut sources);
        Ok(Member {
            folder: self.project.relative(&folder),
            is_annex: false,
            package,
            manifest,
            sources,
        })
    }
}

impl Member {
    pub(super) fn name(&self) -> &str {
        &self.package.name
    }

    /// A library or server of the house, as opposed to the tools and the test packages.
    pub(super) fn is_crate(&self) -> bool {
        self.folder.starts_with("crates/")
    }

    /// `xtask` and everything under `tests/`: never published.
    pub(super) fn is_internal(&self) -> bool {
        !self.is_crate()
    }
}

impl Manifest {
    fn read(project: &Project, path: &Path) -> Result<Self, TidyError> {
        let text = read(path)?;
        let table = text
            .parse()
            .map_err(|error| TidyError(format!("{}: {error}", path.display())))?;
        Ok(Self {
            file: project.relative(path),
            text,
            table,
        })
    }

    /// The line on which `key` is set, in the section named `[header]` when there is one.
    pub(super) fn line_of(&self, header: &str, key: &str) -> usize {
        let mut inside = false;
        let mut fallback = 1;
        for (number, line) in self.text.lines().enumerate() {
            let line = line.trim();
            if line.starts_with('[') {
                inside = line == format!("[{header}]");
                if line == format!("[{header}.{key}]") || (inside && fallback == 1) {
                    fallback = number + 1;
                }
            }
            if inside && first_key(line) == Some(key) {
                return number + 1;
            }
        }
        fallback
    }
}

/// `name` of `name = …` and of `name.workspace = …`.
pub(super) fn first_key(line: &str) -> Option<&str> {
    let end = line.find([' ', '=', '.'])?;
    let key = line.get(..end)?.trim_matches('"');
    (!key.is_empty() && !line.starts_with(['#', '['])).then_some(key)
}

/// Every `.rs` file below `folder`, in order; other packages inside are not entered.
pub(crate) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, TidyError> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for path in entries(&next)? {
            if path.is_dir() {
                let foreign = path.join("Cargo.toml").exists() || path.ends_with("target");
                if !foreign {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.insert(path);
            }
        }
    }
    Ok(found.into_iter().collect())
}

pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, TidyError> {
    let listing = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    listing
        .map(|entry| {
            entry
                .map(|entry| entry.path())
                .map_err(|error| unreadable(folder, &error))
        })
        .collect()
}

pub(super) fn read(path: &Path) -> Result<String, TidyError> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> TidyError {
    TidyError(format!("{}: {error}", path.display()))
}

/// `#[cfg(test)] mod cases;` makes `cases.rs` and everything under `cases/` test code.
fn mark_test_modules(sources: &mut [Source]) {
    let roots: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in sources {
        let stem = source.file.trim_end_matches(".rs");
        if roots
            .iter()
            .any(|root| stem == root || stem.starts_with(&format!("{root}/")))
        {
            source.part = Part::Tests;
        }
    }
}
