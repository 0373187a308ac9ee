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
}

impl Withheld {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Refused(error) => error.code(),
            Self::NobodysToken => Code::R009,
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
        }
    }
}

impl Error for Withheld {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::NobodysToken => None,
        }
    }
}

impl From<RegistryError> for Withheld {
    fn from(error: RegistryError) -> Self {
        Self::Refused(error)
    }
}
