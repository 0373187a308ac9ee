//! Every crate compiles alone, and with each optional feature alone.

use super::{Desk, Outcome};
use crate::process::Call;
use crate::project::Project;

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    let combinations = combinations(desk.project);
    let mut broken = Vec::new();
    for combination in &combinations {
        let call = Call::cargo(&["check", "--quiet", "--package"]).and(combination.arguments());
        if !desk.run(&call).succeeded {
            desk.log.note(&format!("`{}` failed", call.shown()));
            broken.push(combination.shown());
        }
    }
    let note = format!("{} combinations", combinations.len());
    Outcome::of(broken.is_empty(), note, || {
        format!("does not compile alone: {}", broken.join(", "))
    })
}

/// One crate with its default features, with one more, or with none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Combination {
    package: String,
    feature: Option<String>,
    bare: bool,
}

impl Combination {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![self.package.clone()];
        if self.bare {
            arguments.push("--no-default-features".to_owned());
        }
        if let Some(feature) = &self.feature {
            arguments.extend(["--features".to_owned(), feature.clone()]);
        }
        arguments
    }

    fn shown(&self) -> String {
        self.arguments().join(" ")
    }
}

/// Tests are compiled with the features they want by the other steps.
fn combinations(project: &Project) -> Vec<Combination> {
    let crates = project
        .packages()
        .iter()
        .filter(|package| package.publish.is_none());
    crates
        .flat_map(|package| {
            let defaults = package
                .features
                .get("default")
                .map(Vec::as_slice)
                .unwrap_or_default();
            of_package(
                &package.name,
                defaults,
                package.features.keys().map(String::as_str),
            )
        })
        .collect()
}

/// Without defaults of their own, "none" and "default" are one and the same: it is built once.
fn of_package<'a>(
    package: &str,
    defaults: &[String],
    features: impl Iterator<Item = &'a str>,
) -> Vec<Combination> {
    let one = |feature: Option<&str>, bare| Combination {
        package: package.to_owned(),
        feature: feature.map(str::to_owned),
        bare,
    };
    let bare = !defaults.is_empty();
    let mut all = vec![one(None, false)];
    all.extend(bare.then(|| one(None, true)));
    all.extend(
        features
            .filter(|name| *name != "default")
            .map(|name| one(Some(name), bare)),
    );
    all
}

#[cfg(test)]
mod tests {
    use super::of_package;

    #[test]
    fn each_feature_is_built_alone() {
        let shown = |defaults: &[&str]| -> Vec<String> {
            let defaults: Vec<String> = defaults.iter().map(|&name| name.to_owned()).collect();
            let features = ["default", "memory", "postgres"].into_iter();
            of_package("ob-x", &defaults, features)
                .iter()
                .map(super::Combination::shown)
                .collect()
        };
        assert_eq!(
            shown(&[]),
            ["ob-x", "ob-x --features memory", "ob-x --features postgres"]
        );
        assert_eq!(
            shown(&["memory"]),
            [
                "ob-x",
                "ob-x --no-default-features",
                "ob-x --no-default-features --features memory",
                "ob-x --no-default-features --features postgres",
            ]
        );
    }
}
