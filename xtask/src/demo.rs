//! `cargo xtask demo`: the product's first screen.

use crate::process::Call;
use crate::project::Project;

/// `cargo ob demo` with more arguments.
pub(crate) fn command(arguments: &[&str]) -> Call {
    let call = Call::cargo(&[
        "run",
        "--quiet",
        "--package",
        "ob-cli",
        "--bin",
        "ob",
        "--",
        "demo",
    ]);
    call.and(arguments.iter().copied())
}

/// Runs it on the terminal; whether it ended well.
pub(crate) fn run(project: &Project, arguments: &[&str]) -> Result<bool, String> {
    command(arguments).in_front(&project.root)
}
