//! A consent as it came from the platform, with its owner.

use crate::{ConsentRef, Integrator};
use ob_api::{Answer, ApiError, ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation};
use ob_core::{BusinessId, ConsentId, Scopes};

/// A consent and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedConsent {
    reference: ConsentRef,
    consent: ob_api::Consent,
}

impl OwnedConsent {
    /// The id together with the owner: what every further call takes, and what to store.
    #[must_use]
    pub fn reference(&self) -> &ConsentRef {
        &self.reference
    }

    /// The consent as the platform describes it.
    #[must_use]
    pub fn consent(&self) -> &ob_api::Consent {
        &self.consent
    }
}

/// An operation that answers a consent, which is remembered as its owner's.
#[derive(Clone, Debug)]
pub struct Owning<O> {
    operation: O,
    owner: BusinessId,
    integrator: Integrator,
}

impl<O> Owning<O> {
    pub(super) fn new(operation: O, owner: &BusinessId, integrator: &Integrator) -> Self {
        Self {
            operation,
            owner: owner.clone(),
            integrator: integrator.clone(),
        }
    }
}

impl<O: Operation<Output = ob_api::Consent>> Operation for Owning<O> {
    type Output = OwnedConsent;

    fn name(&self) -> &'static str {
        self.operation.name()
    }

    fn family(&self) -> ApiFamily {
        self.operation.family()
    }

    fn scopes(&self) -> Scopes {
        self.operation.scopes()
    }

    fn consent(&self) -> Option<&ConsentId> {
        self.operation.consent()
    }

    fn touched_consent(&self) -> Option<&ConsentId> {
        self.operation.touched_consent()
    }

    fn idempotency(&self) -> Idempotency {
        self.operation.idempotency()
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        self.operation.request()
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<OwnedConsent, ApiError> {
        let consent = self.operation.parse(answer)?;
        self.integrator
            .parts
            .ledger
            .claim(&consent.consent_id, &self.owner);
        let reference = ConsentRef::new(self.owner.clone(), consent.consent_id.clone());
        Ok(OwnedConsent { reference, consent })
    }
}
