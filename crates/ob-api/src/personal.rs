//! Personal data that prints nothing.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Data about a person: read and written as it is, never printed.
///
/// `Debug` shows `[personal]` and there is no `Display`, so that a value of this crate can be
/// logged as a whole (standards L5).
///
/// ```
/// use ob_api::Personal;
/// let name = Personal::from("Erika Mustermann");
/// assert_eq!(format!("{name:?}"), "[personal]");
/// assert_eq!(name.expose(), "Erika Mustermann");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T = String>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. From here on it is yours to keep out of logs.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Personal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<serde_json::Value> for Personal<serde_json::Value> {
    fn from(value: serde_json::Value) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}
