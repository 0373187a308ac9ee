//! Why a text is not an identifier.

use crate::Shown;
use std::fmt;

/// A text was refused as an identifier.
///
/// The message names the kind of id, what was found (escaped and shortened) and what is needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct IdError {
    id: &'static str,
    found: String,
    needed: &'static str,
}

impl IdError {
    pub(super) fn new(id: &'static str, found: &str, needed: &'static str) -> Self {
        let found = Shown(found).to_string();
        Self { id, found, needed }
    }

    /// The kind of identifier that was wanted, for example `client id`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What was found: quoted, escaped, at most 64 characters.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What is needed instead.
    #[must_use]
    pub fn needed(&self) -> &'static str {
        self.needed
    }
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, found, needed } = self;
        write!(f, "{found} is not a {id}: needs {needed}")
    }
}
