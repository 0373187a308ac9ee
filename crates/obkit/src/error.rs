//! The one error of a call.

mod convert;

use ob_core::{BusinessId, Code, IdError, Owner, Retry, Sent};
use std::{error::Error as StdError, fmt};

/// Why a call failed: one error with a permanent [`Code`], whose turn it is, whether the call
/// left this process, and whether calling again can help.
///
/// Its `Display` is one line for a log: `[code] what · for whom · why · correlation`. Neither it
/// nor anything in its source chain carries a secret or personal data.
pub struct Error(Box<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) code: Code,
    pub(crate) party: Option<BusinessId>,
    pub(crate) operation: Option<&'static str>,
    pub(crate) why: String,
    pub(crate) status: Option<u16>,
    pub(crate) sent: Sent,
    pub(crate) retry: Retry,
    pub(crate) correlation: Option<String>,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(code: Code, why: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            party: None,
            operation: None,
            why: why.into(),
            status: None,
            sent: Sent::No,
            retry: Retry::Never,
            correlation: None,
            source: None,
        }))
    }

    pub(crate) fn with(mut self, set: impl FnOnce(&mut Parts)) -> Self {
        set(&mut self.0);
        self
    }

    pub(crate) fn about(self, party: &BusinessId, operation: &'static str) -> Self {
        self.with(|parts| {
            parts.party = Some(party.clone());
            parts.operation = Some(operation);
        })
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Whose turn it is, the likeliest.
    #[must_use]
    pub fn owner(&self) -> Owner {
        self.0.code.owners().first().copied().unwrap_or(Owner::You)
    }

    /// The third-party the call was for.
    #[must_use]
    pub fn party(&self) -> Option<&BusinessId> {
        self.0.party.as_ref()
    }

    /// The operation that failed, for example `accounts.list`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The HTTP status of the answer, when there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Whether the call itself left this process. (A token request may have left even when the
    /// call did not: a call never goes out without its token.)
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// Whether calling again can help, and when.
    #[must_use]
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// Whether calling again without a change can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retry.is_retryable()
    }

    /// The id under which the platform knows the call, or else the one that was sent.
    #[must_use]
    pub fn correlation(&self) -> Option<&str> {
        self.0.correlation.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.0;
        write!(f, "[{}] {}", parts.code, parts.code.summary())?;
        if let Some(operation) = parts.operation {
            write!(f, " · {operation}")?;
        }
        if let Some(party) = &parts.party {
            write!(f, " · for {party}")?;
        }
        write!(f, " · {}", parts.why)?;
        if let Some(correlation) = &parts.correlation {
            write!(f, " · {correlation}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<IdError> for Error {
    fn from(error: IdError) -> Self {
        Self::new(Code::R004, error.to_string())
    }
}
