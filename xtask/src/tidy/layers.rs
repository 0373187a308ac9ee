//! Who may know whom: the table of the architecture, compared with `cargo metadata`.

mod table;

use cargo_metadata::{Dependency, DependencyKind};

use super::problem::Problem;
use super::tree::{Member, Tree};
use table::{DOORS, NOWHERE, ORACLE_STRANGERS, ROWS, Row};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let house: Vec<&str> = tree.members.iter().map(Member::name).collect();
    let crates = tree.members.iter().filter(|member| member.is_crate());
    crates.flat_map(|member| of_crate(member, &house)).collect()
}

fn of_crate(member: &Member, house: &[&str]) -> Vec<Problem> {
    let Some(row) = ROWS.iter().find(|row| row.name == member.name()) else {
        return vec![member.layer_problem(
            member.manifest.line_of("package", "name"),
            format!("the crate `{}`, which has no row", member.name()),
            "a row in xtask/src/tidy/layers/table.rs that says whom it may know".to_owned(),
        )];
    };
    let judged = member.package.dependencies.iter();
    judged
        .filter_map(|dependency| refused(member, row, house, dependency))
        .collect()
}

fn refused(member: &Member, row: &Row, house: &[&str], dependency: &Dependency) -> Option<Problem> {
    let name = dependency.name.as_str();
    let ours = house.contains(&name) || name == "obkit" || ROWS.iter().any(|row| row.name == name);
    let (found, needed) = match dependency.kind {
        DependencyKind::Development => oracle(row, name)?,
        _ if ours => house_layer(row, name)?,
        _ => third_party(row, name)?,
    };
    let line = member.manifest.line_of(section(dependency.kind), name);
    Some(member.layer_problem(line, found, needed))
}

fn house_layer(row: &Row, name: &str) -> Option<(String, String)> {
    if row.may_know.contains(&name) {
        return None;
    }
    let allowed = match row.may_know {
        [] => "no crate of the house".to_owned(),
        some => some.join(", "),
    };
    Some((
        format!("`{}` depends on `{name}`", row.name),
        format!("{} may depend on {allowed}; {}", row.name, row.reason),
    ))
}

fn third_party(row: &Row, name: &str) -> Option<(String, String)> {
    if let Some((_, reason)) = NOWHERE.iter().find(|(banned, _)| *banned == name) {
        return Some((
            format!("`{}` depends on `{name}`", row.name),
            format!("{name} nowhere: {reason}"),
        ));
    }
    if row.must_not_know.contains(&name) {
        return Some((
            format!("`{}` depends on `{name}`", row.name),
            format!("{} must not know {name}: {}", row.name, row.reason),
        ));
    }
    let (_, doors) = DOORS.iter().find(|(fenced, _)| *fenced == name)?;
    (!doors.contains(&row.name)).then(|| {
        (
            format!("`{}` depends on `{name}`", row.name),
            format!(
                "{name} only in {}: a heavy dependency has one door",
                doors.join(", ")
            ),
        )
    })
}

/// Test dependencies are free, except where they would make the judge share code with the judged.
fn oracle(row: &Row, name: &str) -> Option<(String, String)> {
    (row.name == "ob-sandbox" && ORACLE_STRANGERS.contains(&name)).then(|| {
        (
            format!("`ob-sandbox` depends on `{name}`, if only for its tests"),
            "an oracle shares no code with what it judges, not even in tests".to_owned(),
        )
    })
}

fn section(kind: DependencyKind) -> &'static str {
    match kind {
        DependencyKind::Development => "dev-dependencies",
        DependencyKind::Build => "build-dependencies",
        _ => "dependencies",
    }
}

impl Member {
    fn layer_problem(&self, line: usize, found: String, needed: String) -> Problem {
        Problem {
            rule: "layers",
            file: self.manifest.file.clone(),
            line,
            found,
            needed,
        }
    }
}
