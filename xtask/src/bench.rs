//! `cargo xtask bench`: the benchmarks as ratios to their raw floor.
//!
//! Absolute numbers belong to one machine; what a library adds to the bare signature does not.
//! Each group has a function whose name begins with `raw`: the floor the others stand on.

mod estimates;
mod table;
mod targets;

use std::time::SystemTime;

use cargo_metadata::Package;

use crate::console::{note, result};
use crate::process::Call;
use crate::project::Project;

/// The packages with benchmarks.
const PACKAGES: &[&str] = &["ob-jose", "ob-auth", "ob-registry"];

/// What may be asked of the benchmarks.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    /// A missed target fails the command.
    check: bool,
    /// Handed on to criterion.
    arguments: Vec<String>,
}

impl Wishes {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut wishes = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--check" => wishes.check = true,
                "--" => wishes
                    .arguments
                    .extend(words.by_ref().map(|&word| word.to_owned())),
                other => return Err(format!("no option `{other}` for bench")),
            }
        }
        Ok(wishes)
    }
}

/// Runs the benchmarks and prints the table; whether all went well.
pub(crate) fn run(project: &Project, wishes: &Wishes) -> Result<bool, String> {
    let start = SystemTime::now();
    let packages = PACKAGES.iter().filter_map(|name| project.package(name));
    let benches: Vec<(&Package, Vec<String>)> = packages
        .map(|package| (package, bench_targets(package)))
        .filter(|(_, targets)| !targets.is_empty())
        .collect();
    for (package, targets) in &benches {
        note(&format!("bench: {}", package.name));
        if !command(package, targets, wishes).in_front(&project.root)? {
            return Ok(false);
        }
    }
    // Only what this run measured: an old number beside a new one compares two machines.
    let measured = estimates::newer_than(&project.target.join("criterion"), start);
    let rows = table::rows(&measured);
    result(&table::shown(&rows));
    let missed = rows
        .iter()
        .filter(|row| row.outcome == table::Outcome::Missed)
        .count();
    Ok(!wishes.check || (missed == 0 && !rows.is_empty()))
}

/// By name: the unit tests of a library are bench targets too, and know no criterion argument.
/// What needs features is none of criterion's, takes minutes, and is asked for by itself.
fn bench_targets(package: &Package) -> Vec<String> {
    let targets = package.targets.iter();
    let targets = targets.filter(|it| it.is_bench() && it.required_features.is_empty());
    targets.map(|target| target.name.clone()).collect()
}

fn command(package: &Package, targets: &[String], wishes: &Wishes) -> Call {
    let targets = targets
        .iter()
        .flat_map(|name| ["--bench".to_owned(), name.clone()]);
    let call = Call::cargo(&["bench", "--package", &package.name]).and(targets);
    call.and(["--".to_owned()]).and(wishes.arguments.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::Wishes;

    #[test]
    fn what_follows_the_dashes_is_criterions() {
        let wishes = Wishes::parse(&["--check", "--", "--quick", "proof"]).unwrap();
        assert!(wishes.check);
        assert_eq!(wishes.arguments, ["--quick", "proof"]);
        assert!(Wishes::parse(&["--fast"]).is_err());
    }
}
