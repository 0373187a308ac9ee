//! Why an integrator could not be built.

use ob_core::{Code, Shown};
use std::{error::Error as StdError, fmt};

/// A setting is missing or unusable: for the programmer, at start-up.
#[derive(Debug)]
pub struct BuildError {
    code: Code,
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildError {
    pub(crate) fn setting(name: &str, found: &str, needed: &str) -> Self {
        let what = format!("{name} is {}, needs {needed}", Shown(found));
        Self {
            code: Code::K010,
            what,
            source: None,
        }
    }

    pub(crate) fn authorization(source: ob_auth::BuildError) -> Self {
        Self {
            code: source.code(),
            what: source.reason().to_owned(),
            source: Some(source.into()),
        }
    }

    pub(crate) fn transport(source: ob_transport::BuildError) -> Self {
        Self {
            code: Code::K010,
            what: source.to_string(),
            source: Some(source.into()),
        }
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {} · {}", self.code, self.code.summary(), self.what)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
