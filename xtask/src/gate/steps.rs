//! The gate's table of contents.

use super::{
    Step, demo, deny, examples, features, interop, isolation, rust, standards, suite, tidiness,
};

/// In the order they run: the quick answers first.
pub(crate) const NAMES: &[&str] = &[
    "fmt",
    "tidy",
    "lock",
    "deny",
    "clippy",
    "docs",
    "tests",
    "doctests",
    "features",
    "examples",
    "isolation",
    "interop",
    "standards",
    "demo",
];

pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step {
            name: "fmt",
            about: "the code is formatted",
            run: rust::fmt,
        },
        Step {
            name: "tidy",
            about: "architecture, style and invariants hold",
            run: tidiness::check,
        },
        Step {
            name: "lock",
            about: "Cargo.lock fits the manifests",
            run: rust::lock,
        },
        Step {
            name: "deny",
            about: "dependencies: bans, licences, sources",
            run: deny::check,
        },
        Step {
            name: "clippy",
            about: "no lint fires, on any target with any feature",
            run: rust::clippy,
        },
        Step {
            name: "docs",
            about: "documentation builds without a warning",
            run: rust::docs,
        },
        Step {
            name: "tests",
            about: "every test of the workspace",
            run: suite::tests,
        },
        Step {
            name: "doctests",
            about: "every example in the documentation",
            run: suite::doctests,
        },
        Step {
            name: "features",
            about: "every crate alone, every feature alone",
            run: features::check,
        },
        Step {
            name: "examples",
            about: "obkit's examples build and run",
            run: examples::check,
        },
        Step {
            name: "isolation",
            about: "the isolation proof notices sabotage",
            run: isolation::check,
        },
        Step {
            name: "interop",
            about: "foreign implementations agree, in both roles",
            run: interop::check,
        },
        Step {
            name: "standards",
            about: "each row of the standards has a test that passed",
            run: standards::check,
        },
        Step {
            name: "demo",
            about: "the demo ends with no wrong-party request",
            run: demo::check,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::{NAMES, steps};

    #[test]
    fn the_names_are_those_of_the_steps() {
        let names: Vec<&str> = steps().iter().map(|step| step.name).collect();
        assert_eq!(names, NAMES);
    }
}
