//! The foreign judges: where they are installed, and what they said.

mod install;
mod matrix;

pub(crate) use install::{Judges, install};
pub(crate) use matrix::Matrix;

use std::process::ExitCode;

use crate::console::result;
use crate::gate::{self, Wishes};
use crate::project::Project;

/// The package whose tests ask the judges.
pub(crate) const PACKAGE: &str = "interop";

/// Runs the step alone, and shows who judged what.
pub(crate) fn run(project: &Project) -> Result<ExitCode, String> {
    let wishes = Wishes {
        only: vec![PACKAGE.to_owned()],
        ..Wishes::default()
    };
    let code = gate::run(project, &wishes)?.tell();
    for line in Matrix::read(&Judges::folder(&project.target)).lines() {
        result(&line);
    }
    Ok(code)
}
