//! Why the door held a request back.

use ob_core::Code;
use ob_registry::RegistryError;
use std::{error::Error, fmt};

/// The registry's refusal, on its way through the transport's error to the call's.
#[derive(Debug)]
pub(crate) enum Withheld {
    /// The registry refuses the third-party.
    Refused(RegistryError),
    /// A token was to be asked for under ids that no third-party has any more.
    NobodysToken,
    /// This replica could not tell the registry's store that it serves.
    NotAnnounced,
}

impl Withheld {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Refused(error) => error.code(),
            Self::NobodysToken => Code::R009,
            Self::NotAnnounced => Code::R012,
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => f.write_str(&error.reason()),
            Self::NobodysToken => f.write_str(
                "a token was to be asked for with a client id that no third-party of the \
                 registry has: needs a new handle",
            ),
            Self::NotAnnounced => f.write_str(
                "this replica follows the registry and could not tell its store so: a receipt \
                 would forget it, so nothing is sent",
            ),
        }
    }
}

impl Error for Withheld {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::NobodysToken | Self::NotAnnounced => None,
        }
    }
}

impl From<RegistryError> for Withheld {
    fn from(error: RegistryError) -> Self {
        Self::Refused(error)
    }
}
