//! The facade's examples build, and run to their end.

use std::time::Duration;

use super::{Desk, Outcome};
use crate::process::Call;
use crate::project::Project;

const PACKAGE: &str = "obkit";

/// An example tells its story in seconds; one that waits for somebody is a server.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    let examples = examples(desk.project);
    if examples.is_empty() {
        return Outcome::Skipped(format!("{PACKAGE} has no example"));
    }
    let mut broken = Vec::new();
    for example in &examples {
        desk.log.note(&example.name);
        if !example.builds_and_runs(desk) {
            broken.push(example.name.clone());
        }
    }
    let note = format!("{} ran", examples.len());
    Outcome::of(broken.is_empty(), note, || {
        format!("failed: {}", broken.join(", "))
    })
}

/// An example and the features it wants.
#[derive(Debug)]
struct Example {
    name: String,
    features: Vec<String>,
}

impl Example {
    /// Built by cargo, run by itself: stopping cargo would leave the example behind.
    fn builds_and_runs(&self, desk: &mut Desk<'_>) -> bool {
        let build = Call::cargo(&["build", "--package", PACKAGE, "--example", &self.name])
            .and(["--features".to_owned(), self.features.join(",")]);
        let program = desk
            .project
            .target
            .join("debug")
            .join("examples")
            .join(&self.name);
        desk.run(&build).succeeded && desk.run(&Call::new(program, &[]).within(LIMIT)).succeeded
    }
}

fn examples(project: &Project) -> Vec<Example> {
    let targets = project
        .package(PACKAGE)
        .map(|package| package.targets.as_slice());
    let examples = targets
        .unwrap_or_default()
        .iter()
        .filter(|target| target.is_example());
    examples
        .map(|target| Example {
            name: target.name.clone(),
            features: target.required_features.clone(),
        })
        .collect()
}
