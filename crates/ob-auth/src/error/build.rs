//! Why an authorizer cannot be built.

use ob_core::{Code, Owner};
use std::{error::Error, fmt};

/// An [`Authorizer`](crate::Authorizer) or a setting of it cannot be made: for the programmer,
/// at start-up. Nothing was sent.
#[derive(Debug)]
pub struct BuildError {
    code: Code,
    reason: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl BuildError {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            source: None,
        }
    }

    pub(crate) fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, without the code.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whose turn it is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        super::owner(self.code)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.reason)
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
