//! What an error knows about the call that failed.

use std::{fmt, time::Duration};

/// Whether the call that failed left this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// It certainly did not: it is safe to call again.
    No,
    /// It may have: the outcome at the platform is unknown.
    Maybe,
    /// It did, and an answer came.
    Yes,
}

impl Sent {
    /// `no`, `maybe` or `yes`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Maybe => "maybe",
            Self::Yes => "yes",
        }
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether calling again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// The same call fails again until somebody changes something.
    Never,
    /// It may work after a while; wait longer each time.
    Backoff,
    /// The server said how long to wait.
    After(Duration),
}

impl Retry {
    /// Whether calling again without a change can help.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        !matches!(self, Self::Never)
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Backoff => f.write_str("with backoff"),
            Self::After(wait) => write!(f, "after {} s", wait.as_secs_f64().ceil()),
        }
    }
}
