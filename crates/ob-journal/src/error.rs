//! Why the journal could not be written or read.

use ob_core::Code;
use std::{error::Error, fmt, io, path::Path};

/// The journal could not be written (OB-J001) or read (OB-J002).
///
/// ```
/// use ob_journal::JournalError;
/// let failed = JournalError::cannot_write("the audit database is down");
/// assert_eq!(failed.code().as_str(), "OB-J001");
/// ```
#[derive(Debug)]
pub struct JournalError(Box<Kind>);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{what}")]
    Write {
        what: String,
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    #[error("{what}")]
    Read {
        what: String,
        source: Option<io::Error>,
    },
    #[error("{path}line {line} is not a record: {reason}")]
    Line {
        path: String,
        line: u64,
        reason: String,
    },
}

impl JournalError {
    /// A failure to write, for journals of your own (OB-J001). `what` must be fit for a log.
    pub fn cannot_write(what: impl Into<String>) -> Self {
        Kind::Write {
            what: what.into(),
            source: None,
        }
        .into()
    }

    /// A failure to write, for journals of your own (OB-J001), with the error that caused it.
    pub fn cannot_write_caused(
        what: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Kind::Write {
            what: what.into(),
            source: Some(source.into()),
        }
        .into()
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        match &*self.0 {
            Kind::Write { .. } => Code::J001,
            Kind::Read { .. } | Kind::Line { .. } => Code::J002,
        }
    }

    /// For a line that is not a record: its number, from 1.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        match &*self.0 {
            Kind::Line { line, .. } => Some(*line),
            _ => None,
        }
    }

    pub(crate) fn write_file(path: &Path, what: &str, error: io::Error) -> Self {
        Self::cannot_write_caused(format!("{} {what}: {error}", path.display()), error)
    }

    pub(crate) fn read_file(path: &Path, error: io::Error) -> Self {
        Kind::Read {
            what: format!("{} cannot be read: {error}", path.display()),
            source: Some(error),
        }
        .into()
    }

    pub(crate) fn bad_line(path: &Path, line: u64, reason: impl Into<String>) -> Self {
        Kind::Line {
            path: format!("{}, ", path.display()),
            line,
            reason: reason.into(),
        }
        .into()
    }
}

impl From<Kind> for JournalError {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
