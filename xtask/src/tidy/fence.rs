//! No public signature names a foreign type.
//!
//! The workspace lints `unreachable_pub`, so `pub` means reachable from outside; `pub(crate)`
//! and private items are free. Names are resolved through the file's `use` lines, its type
//! aliases, and aliases other files of the crate export within it.

mod leaks;
mod surface;

use std::collections::{HashMap, HashSet};

use cargo_metadata::DependencyKind;

use super::doors::is_adapter;
use super::problem::Problem;
use super::source::{Part, Source};
use super::tree::{Member, Tree};
use leaks::Fence;
use surface::Surface;

/// What a public signature may name beside std and the house's own crates.
const ALLOWED: &[&str] = &[
    "async_trait",
    "bytes",
    "http",
    "serde",
    "serde_json",
    "zeroize",
];

/// Packages whose library is called differently.
const LIBRARY_NAMES: &[(&str, &str)] = &[("iban_validate", "iban")];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let house: HashSet<&str> = tree.members.iter().map(Member::name).collect();
    let crates = tree.members.iter().filter(|member| member.is_crate());
    crates
        .flat_map(|member| of_member(member, &house))
        .collect()
}

fn of_member(member: &Member, house: &HashSet<&str>) -> Vec<Problem> {
    let foreign = foreign_crates(member, house);
    let shipped: Vec<&Source> = member
        .sources
        .iter()
        .filter(|source| source.part == Part::Library)
        .collect();
    let exported = exported_aliases(&shipped, &foreign);
    let public = surface::public_types(&shipped);
    let guarded = shipped.iter().filter(|source| !is_adapter(member, source));
    guarded
        .flat_map(|source| {
            let fence = Fence::new(source, &foreign, &exported);
            of_source(source, &Surface::of(source, &public), &fence)
        })
        .collect()
}

fn of_source(source: &Source, surface: &Surface<'_>, fence: &Fence<'_>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for leak in surface.leaks(fence) {
        let found = format!("`{}` in the public signature of {}", leak.path, leak.owner);
        let needed = "a type of ours: foreign types stop at the adapter's door";
        let problem = source.problem("fence", leak.line, found, needed);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// The library names of everything a crate depends on that must not show.
fn foreign_crates(member: &Member, house: &HashSet<&str>) -> HashSet<String> {
    let shipped = member
        .package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal);
    shipped
        .filter(|dependency| !house.contains(dependency.name.as_str()))
        .map(|dependency| match &dependency.rename {
            Some(name) => name.replace('-', "_"),
            None => library_name(&dependency.name),
        })
        .filter(|name| !ALLOWED.contains(&name.as_str()))
        .collect()
}

fn library_name(package: &str) -> String {
    match LIBRARY_NAMES.iter().find(|(name, _)| *name == package) {
        Some((_, library)) => (*library).to_owned(),
        None => package.replace('-', "_"),
    }
}

/// Names that one file lends to the others of its crate and that stand for a foreign type.
fn exported_aliases(sources: &[&Source], foreign: &HashSet<String>) -> HashMap<String, String> {
    let nothing = HashMap::new();
    sources
        .iter()
        .flat_map(|source| Fence::new(source, foreign, &nothing).lent(source))
        .collect()
}
