//! Why a text is not a value.

use ob_core::Shown;
use std::fmt;

/// A text was refused as a value of this crate.
///
/// The message names the kind of value, what was found (escaped and shortened; never an IBAN)
/// and what is needed.
///
/// ```
/// use ob_api::Amount;
/// let refused = "1e3".parse::<Amount>().unwrap_err();
/// assert_eq!(refused.kind(), "amount");
/// assert!(refused.to_string().starts_with(r#""1e3" is not an amount: needs "#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ValueError {
    kind: &'static str,
    found: String,
    needed: &'static str,
}

impl ValueError {
    pub(crate) fn new(kind: &'static str, found: &str, needed: &'static str) -> Self {
        Self::described(kind, Shown(found).to_string(), needed)
    }

    /// For texts that must not be repeated: `found` is already a description.
    pub(crate) fn described(kind: &'static str, found: String, needed: &'static str) -> Self {
        Self {
            kind,
            found,
            needed,
        }
    }

    /// The kind of value that was wanted, for example `amount`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What was found, safe to log.
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

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            found,
            needed,
        } = self;
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u', 'I']) {
            "an"
        } else {
            "a"
        };
        write!(f, "{found} is not {article} {kind}: needs {needed}")
    }
}
