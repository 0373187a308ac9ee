//! What the toolchain checks by itself.

use super::{Desk, Outcome};
use crate::process::Call;

pub(super) fn fmt(desk: &mut Desk<'_>) -> Outcome {
    desk.single(&Call::cargo(&[
        "fmt",
        "--all",
        "--check",
        "--",
        "--color=never",
    ]))
}

/// Listing the tree needs the lock file whole, and no crate of another platform.
pub(super) fn lock(desk: &mut Desk<'_>) -> Outcome {
    desk.single(&Call::cargo(&[
        "tree",
        "--workspace",
        "--locked",
        "--depth",
        "0",
    ]))
}

/// Benches are targets too, so this also proves that they compile.
pub(super) fn clippy(desk: &mut Desk<'_>) -> Outcome {
    let call = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    desk.single(&Call::cargo(&call))
}

pub(super) fn docs(desk: &mut Desk<'_>) -> Outcome {
    let call = Call::cargo(&["doc", "--workspace", "--no-deps"]);
    desk.single(&call.with("RUSTDOCFLAGS", "-D warnings"))
}
