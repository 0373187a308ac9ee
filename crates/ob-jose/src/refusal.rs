//! Why a verifier said no.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::echo::echo;
use crate::json;

/// A verifier's refusal: the violated requirement, what was expected and what was found.
///
/// Everything in it may be logged: key material, signatures, nonces and tokens are never part of
/// it, and foreign text is escaped and cut. It is meant for the verifier's own log; tell the peer
/// one uniform error (R059, R148).
///
/// ```
/// let refusal = ob_jose::read_claims_unverified("not a token", 8192).unwrap_err();
/// assert_eq!(refusal.rule(), "R123");
/// assert_eq!(
///     refusal.to_string(),
///     "R123 compact serialisation: expected three parts divided by dots, found 1 part"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    rule: &'static str,
    what: &'static str,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn new(
        rule: &'static str,
        what: &'static str,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            rule,
            what,
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// Refuses a text by showing it; only for text that is no secret.
    pub(crate) fn text(
        rule: &'static str,
        what: &'static str,
        expected: impl Into<Cow<'static, str>>,
        found: &str,
    ) -> Self {
        Self::new(rule, what, expected, echo(found))
    }

    /// Refuses a member by its JSON type.
    pub(crate) fn kind(
        rule: &'static str,
        what: &'static str,
        expected: &'static str,
        found: Option<&Value>,
    ) -> Self {
        Self::new(
            rule,
            what,
            expected,
            found.map_or("nothing", json::type_name),
        )
    }

    /// The row of the requirements list that was violated, e.g. `R093`.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// What was being checked, e.g. `htm`.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// What would have been accepted.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What was there instead, safe to log.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            what,
            expected,
            found,
        } = self;
        write!(f, "{rule} {what}: expected {expected}, found {found}")
    }
}

impl std::error::Error for Refusal {}
