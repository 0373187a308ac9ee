//! The rules of `tidy`, each on a throw-away workspace that breaks it.

#![expect(clippy::unwrap_used, reason = "tests")]

mod house;

mod code;
mod gate_line;
mod layers;
mod manifests;
mod shape;
mod signatures;
