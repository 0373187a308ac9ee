//! The gate and the chores of obkit: what `cargo xtask …` runs.
//!
//! The binary is three lines; everything is here so that tests can call it.
//! [`tidy`] holds the architecture as executable rules:
//!
//! ```
//! use std::path::Path;
//!
//! let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
//! let report = xtask::tidy::check(&root)?;
//! println!("{} files read", report.files());
//! for problem in report.problems() {
//!     println!("{problem}");
//! }
//! # Ok::<(), xtask::tidy::TidyError>(())
//! ```

mod bench;
mod cli;
mod console;
mod demo;
mod fuzz;
mod gate;
mod interop;
mod process;
mod project;
mod setup;
mod standards;
mod tally;

pub use cli::run;

pub mod tidy;
