//! `/consents` (MUST), `/consents/{consentId}` (INT).

use super::{ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation, required_scopes};
use crate::{Answer, ApiError, Consent, EndUser, NewConsent};
use ob_core::{ConsentId, Scopes};

/// `POST /consents` (MUST): asks for a consent in the third-party's name.
///
/// ```
/// use ob_api::{CreateConsent, EndUser, NewConsent, Operation};
/// let create = CreateConsent(NewConsent::new(
///     "5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10".parse()?,
///     EndUser::new("user-1", "user@example.com"),
/// ));
/// assert_eq!(create.request()?.target(), "/consents");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateConsent(pub NewConsent);

impl Operation for CreateConsent {
    type Output = Consent;

    fn name(&self) -> &'static str {
        "consents.create"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::consents()
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Consents
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        if self.0.end_users.is_empty() {
            return Err(ApiRequestError::new("endUsers", "an end user"));
        }
        self.0.end_users.iter().try_for_each(check_end_user)?;
        ApiRequest::post(&["consents"], &self.0)
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Key
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Consent, ApiError> {
        answer.written()
    }
}

/// `GET /consents/{consentId}` (INT): reads a consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetConsent(pub ConsentId);

impl Operation for GetConsent {
    type Output = Consent;

    fn name(&self) -> &'static str {
        "consents.get"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::consents()
    }

    fn touched_consent(&self) -> Option<&ConsentId> {
        Some(&self.0)
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Consents
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        Ok(ApiRequest::get(&["consents", self.0.as_str()]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Consent, ApiError> {
        answer.read_one(self.0.as_str(), |consent: &Consent| {
            Some(consent.consent_id.as_str())
        })
    }
}

/// `DELETE /consents/{consentId}` (INT): revokes a consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteConsent(pub ConsentId);

impl Operation for DeleteConsent {
    type Output = ();

    fn name(&self) -> &'static str {
        "consents.delete"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::consents()
    }

    fn touched_consent(&self) -> Option<&ConsentId> {
        Some(&self.0)
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Consents
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        Ok(ApiRequest::delete(&["consents", self.0.as_str()]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<(), ApiError> {
        answer.done()
    }
}

/// A missing e-mail address gives 400 (INT live).
fn check_end_user(end_user: &EndUser) -> Result<(), ApiRequestError> {
    super::flows::check_identifier(end_user)?;
    match &end_user.email {
        Some(email) if !email.expose().is_empty() => Ok(()),
        _ => Err(ApiRequestError::new(
            "email",
            "the end user's e-mail address",
        )),
    }
}
