//! What a token is asked for.

use ob_core::{ConsentId, Scopes};

/// What a token is asked for: its scopes, and the one consent it is for, if any.
///
/// ```
/// use ob_auth::Grant;
/// let wide = Grant::new("consents:create".parse()?);
/// let narrow = Grant::new("ob_data".parse()?).with_consent("c-1".parse()?);
/// assert!(wide.consent().is_none());
/// assert_eq!(narrow.scopes().to_string(), "ob_data");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    scopes: Scopes,
    consent: Option<ConsentId>,
}

impl Grant {
    /// A grant of these scopes, for no consent in particular.
    #[must_use]
    pub fn new(scopes: Scopes) -> Self {
        Self {
            scopes,
            consent: None,
        }
    }

    /// The same scopes, for one consent only (ASSUMED: asked for as `consent_id`).
    #[must_use]
    pub fn with_consent(mut self, consent: ConsentId) -> Self {
        self.consent = Some(consent);
        self
    }

    /// The scopes asked for.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The consent asked for.
    #[must_use]
    pub fn consent(&self) -> Option<&ConsentId> {
        self.consent.as_ref()
    }
}
