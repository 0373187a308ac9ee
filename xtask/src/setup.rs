//! What `cargo xtask test` sets up before the gate: tools, and the folder of test vectors.

use std::path::PathBuf;

use throwaway::Programs;

use crate::console::note;
use crate::process::Call;
use crate::project::Project;

/// A cargo subcommand the gate or the fuzzer uses.
#[derive(Debug)]
struct Tool {
    /// As in `cargo deny`.
    command: &'static str,
    package: &'static str,
    /// Pinned, so that the gate judges the same on every machine.
    version: &'static str,
}

const DENY: Tool = Tool {
    command: "deny",
    package: "cargo-deny",
    version: "0.20.2",
};
const NEXTEST: Tool = Tool {
    command: "nextest",
    package: "cargo-nextest",
    version: "0.9.143",
};

const FUZZ: Tool = Tool {
    command: "fuzz",
    package: "cargo-fuzz",
    version: "0.13.2",
};

/// Makes ready what `cargo xtask fuzz` needs beside a nightly compiler.
pub(crate) fn fuzzer(project: &Project) -> Result<(), String> {
    vectors(project)?;
    FUZZ.ensure(project)
}

/// Makes ready what the gate needs. The error is a sentence that says what to do.
pub(crate) fn prepare(project: &Project) -> Result<(), String> {
    component(project, "fmt", "rustfmt")?;
    component(project, "clippy", "clippy")?;
    vectors(project)?;
    postgresql(project)?;
    DENY.ensure(project)?;
    if let Err(sentence) = NEXTEST.ensure(project) {
        note(&format!(
            "{sentence}\n        The tests run with `cargo test` instead: the same tests, only slower."
        ));
    }
    Ok(())
}

/// The programs that the tests start a throw-away server from. Debian's package is installed where
/// they are absent and that is possible; its own server is not started.
fn postgresql(project: &Project) -> Result<(), String> {
    if Programs::find().is_ok() {
        note("set-up: PostgreSQL is there");
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        Call::new("apt-get", arguments)
            .with("DEBIAN_FRONTEND", "noninteractive")
            .with("RUNLEVEL", "1")
    };
    if apt(&["--version"]).succeeds(&project.root) {
        note("set-up: installing PostgreSQL with apt-get");
        let install = apt(&["install", "--yes", "--no-install-recommends", "postgresql"]);
        let done = install.in_front(&project.root)?;
        if !done && apt(&["update"]).in_front(&project.root)? {
            install.in_front(&project.root)?;
        }
    }
    Programs::find().map(drop)
}

fn component(project: &Project, command: &str, component: &str) -> Result<(), String> {
    let there = Call::cargo(&[command, "--version"]).succeeds(&project.root);
    let missing =
        || format!("`cargo {command}` is missing: run `rustup component add {component}`");
    there.then_some(()).ok_or_else(missing)
}

impl Tool {
    /// Installs it where it is absent; another version that is there already is taken as it is.
    fn ensure(&self, project: &Project) -> Result<(), String> {
        let Self {
            command,
            package,
            version,
        } = self;
        let call = Call::cargo(&[command, "--version"]);
        if let Some(answer) = call.quietly(&project.root) {
            let found = answer.lines().next().unwrap_or_default().to_owned();
            note(&format!(
                "set-up: {found}{}",
                other_version(&found, version)
            ));
            return Ok(());
        }
        note(&format!(
            "set-up: installing {package} {version}, which takes some minutes once"
        ));
        let install = Call::cargo(&["install", "--locked", package, "--version", version]);
        match install.in_front(&project.root)? {
            true => Ok(()),
            false => Err(format!(
                "{package} {version} cannot be installed: `{}` failed",
                install.shown()
            )),
        }
    }
}

fn other_version(found: &str, pinned: &str) -> String {
    match found.split_whitespace().any(|word| word == pinned) {
        true => String::new(),
        false => format!(" (the gate is tested with {pinned})"),
    }
}

/// The folder with the published test vectors: `OB_VECTORS`, or beside the repository.
fn vectors(project: &Project) -> Result<(), String> {
    let folder = match std::env::var_os("OB_VECTORS") {
        Some(folder) => PathBuf::from(folder),
        None => project.root.join("..").join("shared").join("vectors"),
    };
    if folder.is_dir() {
        note(&format!("set-up: vectors at {}", folder.display()));
        return Ok(());
    }
    Err(format!(
        "the test vectors are not at {}: put the folder there, or set OB_VECTORS to where it is",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::other_version;

    #[test]
    fn a_different_version_is_named() {
        assert_eq!(other_version("cargo-deny 0.20.2", "0.20.2"), "");
        assert!(
            other_version("cargo-nextest 0.9.100 (abc 2025-01-01)", "0.9.143").contains("0.9.143")
        );
    }
}
