//! `/consents/{consentId}/managed-flows` (INT) and `.../{flowId}` (ASSUMED).

use super::{ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation, required_scopes};
use crate::{Answer, ApiError, EndUser, FlowId, ManagedFlow, NewManagedFlow};
use ob_core::{ConsentId, Scopes};

/// `POST /consents/{consentId}/managed-flows` (INT live): starts a flow for the end user.
///
/// The flow it returns always has a [`flow_url`](ManagedFlow::flow_url).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateManagedFlow {
    /// The consent to authorise.
    pub consent: ConsentId,
    /// What for and for whom.
    pub flow: NewManagedFlow,
}

impl CreateManagedFlow {
    /// Starts `flow` for `consent`.
    #[must_use]
    pub const fn new(consent: ConsentId, flow: NewManagedFlow) -> Self {
        Self { consent, flow }
    }
}

impl Operation for CreateManagedFlow {
    type Output = ManagedFlow;

    fn name(&self) -> &'static str {
        "flows.create"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::consents()
    }

    fn touched_consent(&self) -> Option<&ConsentId> {
        Some(&self.consent)
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Consents
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        check_identifier(&self.flow.end_user)?;
        let segments = ["consents", self.consent.as_str(), "managed-flows"];
        ApiRequest::post(&segments, &self.flow)
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::None
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<ManagedFlow, ApiError> {
        let flow: ManagedFlow = answer.written()?;
        match flow.flow_url {
            Some(_) => Ok(flow),
            None => Err(answer.not_understood("missing field `flowUrl`")),
        }
    }
}

/// `GET /consents/{consentId}/managed-flows/{flowId}` (ASSUMED): reads how far a flow is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetManagedFlow {
    /// The consent it is for.
    pub consent: ConsentId,
    /// The flow.
    pub flow: FlowId,
}

impl GetManagedFlow {
    /// Reads `flow` of `consent`.
    #[must_use]
    pub const fn new(consent: ConsentId, flow: FlowId) -> Self {
        Self { consent, flow }
    }
}

impl Operation for GetManagedFlow {
    type Output = ManagedFlow;

    fn name(&self) -> &'static str {
        "flows.get"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::consents()
    }

    fn touched_consent(&self) -> Option<&ConsentId> {
        Some(&self.consent)
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Consents
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        Ok(ApiRequest::get(&[
            "consents",
            self.consent.as_str(),
            "managed-flows",
            self.flow.as_str(),
        ]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<ManagedFlow, ApiError> {
        answer.read_one(self.flow.as_str(), |flow: &ManagedFlow| {
            flow.flow_id.as_ref().map(FlowId::as_str)
        })
    }
}

/// An end user is known by identifier.
pub(super) fn check_identifier(end_user: &EndUser) -> Result<(), ApiRequestError> {
    if end_user.identifier.expose().is_empty() {
        return Err(ApiRequestError::new(
            "identifier",
            "your id of the end user",
        ));
    }
    Ok(())
}
