//! A refusal on its way to the answer.

use crate::answer::Answer;
use http::{HeaderName, StatusCode};
use ob_api::ReasonCode;
use ob_core::{EntropyError, Shown};
use serde_json::json;
use std::{borrow::Cow, ops::Deref};

/// A request that was refused: what the peer is told, and what the explanation says.
///
/// The peer gets one fixed description per error (R059, R148, R154): nothing it sent is echoed.
///
/// Boxed: a refusal is rare and large, an answer is neither.
#[derive(Clone, Debug)]
pub(crate) struct Refused(Box<Refusal>);

/// What a [`Refused`] holds.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) voice: Voice,
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
    pub(crate) reason: Reason,
    pub(crate) kind: RefusedKind,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

/// In which envelope the peer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// RFC 6749 section 5.2: the authorization server.
    OAuth,
    /// The platform's gateway envelope (platform section 8): everything else.
    Gateway,
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusedKind {
    Plain,
    Replay,
    NonceChallenge,
}

/// Why, for the explanation.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) rule: &'static str,
    pub(crate) what: &'static str,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: Cow<'static, str>,
}

/// Starts a reason: the rule and what it is about.
pub(crate) const fn because(rule: &'static str, what: &'static str) -> Reason {
    Reason {
        rule,
        what,
        expected: Cow::Borrowed(""),
        found: Cow::Borrowed("nothing"),
    }
}

impl Reason {
    pub(crate) fn expected(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.expected = expected.into();
        self
    }

    pub(crate) fn found(mut self, found: impl Into<Cow<'static, str>>) -> Self {
        self.found = found.into();
        self
    }

    /// Foreign text that should be no secret: escaped and shortened, and cut out altogether
    /// where a token or an assertion was put into the wrong place.
    pub(crate) fn shown(self, found: &str) -> Self {
        if found.contains("eyJ") {
            return self.found(format!("what looks like a token, {} bytes", found.len()));
        }
        self.found(Shown(found).to_string())
    }
}

impl From<ob_jose::Refusal> for Reason {
    fn from(refusal: ob_jose::Refusal) -> Self {
        Self {
            rule: refusal.rule(),
            what: refusal.what(),
            expected: refusal.expected().to_owned().into(),
            found: refusal.found().to_owned().into(),
        }
    }
}

impl Deref for Refused {
    type Target = Refusal;

    fn deref(&self) -> &Refusal {
        &self.0
    }
}

impl Refused {
    fn new(
        voice: Voice,
        status: StatusCode,
        (told, reason): ((&'static str, &'static str), Reason),
    ) -> Self {
        Self(Box::new(Refusal {
            status,
            voice,
            error: told.0,
            description: told.1,
            reason,
            kind: RefusedKind::Plain,
            headers: Vec::new(),
        }))
    }

    /// The authorization server's refusal.
    pub(crate) fn oauth(
        status: StatusCode,
        told: (&'static str, &'static str),
        reason: Reason,
    ) -> Self {
        Self::new(Voice::OAuth, status, (told, reason))
    }

    /// Everybody else's.
    pub(crate) fn gateway(
        status: StatusCode,
        told: (&'static str, &'static str),
        reason: Reason,
    ) -> Self {
        Self::new(Voice::Gateway, status, (told, reason))
    }

    pub(crate) fn kind(mut self, kind: RefusedKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    pub(crate) fn answer(&self) -> Answer {
        let answer = match self.voice {
            Voice::OAuth => {
                let body = json!({"error": self.error, "error_description": self.description});
                Answer::json(self.status, &body)
            }
            Voice::Gateway => {
                let code = ReasonCode::from(self.error);
                Answer::json(
                    self.status,
                    &ob_api::gateway_error(SOURCE, code, self.description),
                )
            }
        };
        self.headers.iter().fold(answer, |answer, (name, value)| {
            answer.header(name.clone(), value)
        })
    }
}

/// Without random bytes nothing may be issued (R039).
impl From<EntropyError> for Refused {
    fn from(error: EntropyError) -> Self {
        Self::gateway(
            StatusCode::INTERNAL_SERVER_ERROR,
            ("SYSTEM_ERROR", "internal error"),
            because("R039", "random bytes")
                .expected("a working source")
                .found(error.to_string()),
        )
    }
}

const SOURCE: &str = "Gateway";
