//! The permanent error codes.

mod catalogue;
pub use catalogue::Code;

use crate::Shown;
use std::{fmt, str::FromStr};

/// Whose turn it is when something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Owner {
    /// You, the Integrator that runs obkit.
    You,
    /// The third-party you act for.
    ThirdParty,
    /// The person whose account it is.
    EndUser,
    /// The platform.
    Platform,
}

impl Owner {
    /// `you`, `third-party`, `end user` or `platform`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::ThirdParty => "third-party",
            Self::EndUser => "end user",
            Self::Platform => "platform",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads `OB-X001`, `ob-x001` or `X001`.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let upper = text.trim().to_ascii_uppercase();
        let short = upper.strip_prefix("OB-").unwrap_or(&upper);
        Self::ALL
            .iter()
            .find(|code| code.as_str().strip_prefix("OB-") == Some(short))
            .copied()
            .ok_or_else(|| UnknownCode(Shown(text).to_string()))
    }
}

/// A text is not one of the codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an error code of obkit: needs the form OB-X001")]
pub struct UnknownCode(String);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_complete() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert_eq!(code.as_str().parse::<Code>().unwrap(), *code);
            assert_eq!(code.as_str().to_lowercase().parse::<Code>().unwrap(), *code);
            assert!(!code.owners().is_empty(), "{code}");
            assert!(
                code.why().ends_with('.') && code.fix().ends_with('.'),
                "{code}"
            );
            assert!(!code.summary().ends_with('.'), "{code}");
        }
    }

    #[test]
    fn the_list_is_sorted_by_letter_and_number() {
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(codes.windows(2).all(|pair| {
            let place = |code: &'static str| ("KTDCRXANSJG".find(&code[3..4]), &code[4..]);
            place(pair[0]) < place(pair[1])
        }));
    }

    #[test]
    fn an_unknown_code_is_named() {
        assert!(
            "OB-Z999"
                .parse::<Code>()
                .unwrap_err()
                .to_string()
                .contains("OB-Z999")
        );
        assert!("".parse::<Code>().is_err());
    }
}
