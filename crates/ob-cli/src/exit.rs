//! How a command ends: the exit codes, and one line that says why.

use crate::{output, path_text, target::refusals};
use obkit::{BuildError, Code, Error};
use std::{error::Error as StdError, fmt, path::Path, process::ExitCode};

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u8,
    message: String,
    fix: Option<&'static str>,
    /// The sandbox's own explanation, as a command to run.
    why: Option<String>,
}

pub(crate) const UNEXPECTED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const CONFIGURATION: u8 = 3;
pub(crate) const REFUSED: u8 = 4;
pub(crate) const PARTY: u8 = 5;
pub(crate) const ISOLATION: u8 = 6;
pub(crate) const RATE_LIMITED: u8 = 7;
pub(crate) const NETWORK: u8 = 8;
pub(crate) const PROBLEMS: u8 = 9;

impl Failure {
    pub(crate) fn new(status: u8, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            fix: None,
            why: None,
        }
    }

    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self::new(UNEXPECTED, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, message)
    }

    pub(crate) fn coded(code: Code, message: impl fmt::Display) -> Self {
        let message = format!("[{code}] {} · {message}", code.summary());
        Self {
            status: status(code),
            message,
            fix: Some(code.fix()),
            why: None,
        }
    }

    pub(crate) fn file(path: &Path, error: &dyn StdError) -> Self {
        Self::coded(
            Code::K010,
            format!("{}: {}", path_text::shown(path), Chain(error)),
        )
    }

    /// What happened, on one line.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn report(self) -> ExitCode {
        output::say(format_args!("error: {}", self.message));
        if let Some(fix) = self.fix {
            output::say(format_args!("  fix: {fix}"));
        }
        if let Some(why) = self.why {
            output::say(format_args!("  why: {why}"));
        }
        ExitCode::from(self.status)
    }
}

/// An error and its causes on one line; a cause that its effect already names is left out.
#[derive(Debug)]
pub(crate) struct Chain<'a>(pub(crate) &'a dyn StdError);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let words = error.to_string();
            if !said.contains(&words) {
                write!(f, ": {words}")?;
            }
            said = words;
            cause = error.source();
        }
        Ok(())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = error.code();
        Self {
            status: status(code),
            message: error.to_string(),
            fix: Some(code.fix()),
            why: refusals::how_to_explain(),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        let code = error.code();
        Self {
            status: status(code),
            message: error.to_string(),
            fix: Some(code.fix()),
            why: None,
        }
    }
}

/// The exit code of an error code: first the areas, then the codes that belong elsewhere.
fn status(code: Code) -> u8 {
    match code {
        Code::R004 | Code::A100 => USAGE,
        Code::C201 => PARTY,
        Code::R002
        | Code::R008
        | Code::R009
        | Code::R010
        | Code::R011
        | Code::R013
        | Code::N102 => CONFIGURATION,
        Code::R012 => NETWORK,
        Code::T210 | Code::T211 => NETWORK,
        Code::A429 => RATE_LIMITED,
        Code::A461 => PARTY,
        Code::J002 => PROBLEMS,
        _ => match code.as_str().as_bytes().get(3) {
            Some(b'K' | b'C' | b'J') => CONFIGURATION,
            Some(b'T' | b'D') => REFUSED,
            Some(b'R') => PARTY,
            Some(b'X') => ISOLATION,
            Some(b'N') => NETWORK,
            _ => UNEXPECTED,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_the_exit_code_of_its_area() {
        for (code, expected) in [
            (Code::K002, 3),
            (Code::C101, 3),
            (Code::T203, 4),
            (Code::D301, 4),
            (Code::R005, 5),
            (Code::R004, 2),
            (Code::A100, 2),
            (Code::X001, 6),
            (Code::A429, 7),
            (Code::N103, 8),
            (Code::T210, 8),
            (Code::A404, 1),
        ] {
            assert_eq!(status(code), expected, "{code}");
        }
    }
}
