use std::fmt;

/// A transport that cannot be built, for the programmer at start-up: what was found and
/// what is needed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use ob_transport::HyperTransport;
///
/// let error = HyperTransport::builder()
///     .connect_timeout(Duration::ZERO)
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "connect timeout: found zero; needed a duration above zero",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BuildError {
    setting: &'static str,
    found: String,
    needed: &'static str,
}

impl BuildError {
    pub(crate) fn new(
        setting: &'static str,
        found: impl Into<String>,
        needed: &'static str,
    ) -> Self {
        let found = found.into();
        Self {
            setting,
            found,
            needed,
        }
    }

    /// Which setting cannot be used, in words.
    #[must_use]
    pub fn setting(&self) -> &str {
        self.setting
    }

    /// What was found; never key material.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What would be right.
    #[must_use]
    pub fn needed(&self) -> &str {
        self.needed
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            found,
            needed,
        } = self;
        write!(f, "{setting}: found {found}; needed {needed}")
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildError({self})")
    }
}

impl std::error::Error for BuildError {}
