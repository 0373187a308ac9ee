//! Why the end user's step did not work.

/// The end user's step in a managed flow was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the end user's step was refused: expected {expected}, found {found}")]
pub struct EndUserError {
    pub(crate) kind: EndUserErrorKind,
    pub(crate) expected: &'static str,
    pub(crate) found: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndUserErrorKind {
    NotFound,
    Credentials,
    State,
    Input,
}

impl EndUserError {
    /// There is no such flow, consent, user, provider or account.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind == EndUserErrorKind::NotFound
    }

    /// The password or the one-time password was wrong. The third time the flow has failed.
    #[must_use]
    pub fn is_wrong_credentials(&self) -> bool {
        self.kind == EndUserErrorKind::Credentials
    }

    /// The flow or its consent is in a state that does not allow the step.
    #[must_use]
    pub fn is_illegal_step(&self) -> bool {
        self.kind == EndUserErrorKind::State
    }
}
