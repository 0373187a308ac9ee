//! Text that must not be printed.

use std::fmt;

use zeroize::Zeroizing;

/// Secret text: overwritten when dropped, and silent in `Debug`.
///
/// There is no `Display` and no `Serialize`; reading it takes the word [`expose`](Self::expose).
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    pub(crate) const fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}
