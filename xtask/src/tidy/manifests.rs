//! Every `Cargo.toml` inherits what the house shares.

use toml::{Table, Value};

use super::problem::Problem;
use super::tree::{Manifest, Member, Tree, first_key};

const INHERITED: &[&str] = &[
    "version",
    "edition",
    "rust-version",
    "license",
    "repository",
    "publish",
];
const DEPENDENCIES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let (annexes, members): (Vec<&Member>, Vec<&Member>) =
        tree.members.iter().partition(|member| member.is_annex);
    let mut problems: Vec<Problem> = members.into_iter().flat_map(of_member).collect();
    match tree.root_manifest() {
        Ok(root) => {
            problems.extend(unsorted(&root, "workspace.dependencies"));
            problems.extend(annexes.iter().flat_map(|annex| of_annex(annex, &root)));
        }
        Err(error) => problems.push(Problem {
            rule: "manifests",
            file: "Cargo.toml".to_owned(),
            line: 1,
            found: error.to_string(),
            needed: "a readable root manifest".to_owned(),
        }),
    }
    problems
}

fn of_member(member: &Member) -> Vec<Problem> {
    let manifest = &member.manifest;
    let mut problems = not_inherited(member);
    problems.extend(lints(manifest));
    for (section, table) in dependency_tables(&manifest.table) {
        problems.extend(not_shared(manifest, &section, table));
        problems.extend(unsorted(manifest, &section));
    }
    problems
}

/// A package in a workspace of its own repeats what it cannot inherit, and is never published.
fn of_annex(annex: &Member, root: &Manifest) -> Vec<Problem> {
    let manifest = &annex.manifest;
    let own = |key: &str| {
        manifest
            .table
            .get("package")
            .and_then(|table| table.get(key))
    };
    let shared = root.table.get("workspace").and_then(|it| it.get("package"));
    let private = Value::Boolean(false);
    let wanted = ["edition", "license", "version"]
        .into_iter()
        .filter_map(|key| Some((key, shared?.get(key)?)))
        .chain([("publish", &private)]);
    let mut problems: Vec<Problem> = wanted
        .filter(|(key, value)| own(key) != Some(value))
        .map(|(key, value)| {
            let found =
                own(key).map_or_else(|| format!("no `{key}`"), |v| format!("`{key} = {v}`"));
            let needed = format!("`{key} = {value}`, as a workspace of its own has to say itself");
            manifest.problem("package", key, found, needed)
        })
        .collect();
    let sections = dependency_tables(&manifest.table);
    problems.extend(
        sections
            .iter()
            .filter_map(|(section, _)| unsorted(manifest, section)),
    );
    problems
}

fn not_inherited(member: &Member) -> Vec<Problem> {
    let manifest = &member.manifest;
    let package = manifest.table.get("package").and_then(Value::as_table);
    let value = |key: &str| package.and_then(|package| package.get(key));
    let private = |key: &str| {
        key == "publish" && member.is_internal() && value(key) == Some(&Value::Boolean(false))
    };
    INHERITED
        .iter()
        .filter(|key| !is_inherited(value(key)) && !private(key))
        .map(|key| {
            let found = match value(key) {
                Some(own) => format!("`{key} = {own}` of its own"),
                None => format!("no `{key}`"),
            };
            let also = match *key {
                "publish" if member.is_internal() => " or `publish = false`",
                _ => "",
            };
            manifest.problem(
                "package",
                key,
                found,
                format!("`{key}.workspace = true`{also}"),
            )
        })
        .collect()
}

fn lints(manifest: &Manifest) -> Option<Problem> {
    let shared = is_inherited(manifest.table.get("lints"));
    (!shared).then(|| {
        let needed = "`[lints]` with `workspace = true`".to_owned();
        manifest.problem(
            "lints",
            "workspace",
            "lints of its own or none".to_owned(),
            needed,
        )
    })
}

fn not_shared(manifest: &Manifest, section: &str, table: &Table) -> Vec<Problem> {
    table
        .iter()
        .filter(|(_, value)| !is_inherited(Some(value)))
        .map(|(name, value)| {
            let needed = format!("`{name}.workspace = true`, the version in the root manifest");
            manifest.problem(section, name, format!("`{name} = {value}`"), needed)
        })
        .collect()
}

/// Blocks (separated by an empty line or a comment) are sorted one by one: the root keeps the
/// house's own crates in a block before the others.
fn unsorted(manifest: &Manifest, section: &str) -> Option<Problem> {
    let mut inside = false;
    let mut before: Option<String> = None;
    for (number, line) in manifest.text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == format!("[{section}]");
        }
        let Some(key) = first_key(line).filter(|_| inside) else {
            before = None;
            continue;
        };
        if let Some(last) = before.filter(|last| last.as_str() > key) {
            return Some(Problem {
                rule: "manifests",
                file: manifest.file.clone(),
                line: number + 1,
                found: format!("`{key}` after `{last}` in [{section}]"),
                needed: "alphabetical order".to_owned(),
            });
        }
        before = Some(key.to_owned());
    }
    None
}

fn is_inherited(value: Option<&Value>) -> bool {
    let shared = value.and_then(|value| value.get("workspace"));
    shared == Some(&Value::Boolean(true))
}

/// The dependency tables of a manifest with their headers, those of single targets included.
fn dependency_tables(manifest: &Table) -> Vec<(String, &Table)> {
    let mut found = named_tables("", manifest);
    let targets = manifest.get("target").and_then(Value::as_table);
    for (target, value) in targets.into_iter().flatten() {
        if let Some(table) = value.as_table() {
            found.extend(named_tables(&format!("target.{target}."), table));
        }
    }
    found
}

fn named_tables<'a>(prefix: &str, table: &'a Table) -> Vec<(String, &'a Table)> {
    DEPENDENCIES
        .iter()
        .filter_map(|name| Some((format!("{prefix}{name}"), table.get(*name)?.as_table()?)))
        .collect()
}

impl Manifest {
    fn problem(&self, section: &str, key: &str, found: String, needed: String) -> Problem {
        let line = self.line_of(section, key);
        Problem {
            rule: "manifests",
            file: self.file.clone(),
            line,
            found,
            needed,
        }
    }
}
