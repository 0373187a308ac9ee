//! The Integrator's own context.

use super::Providers;
use crate::{Call, Error, Integrator, door::Acting};
use ob_api::Raw;
use ob_auth::{Grant, TokenLease};

/// The Integrator acting as itself: tokens without `act`, its own application id.
///
/// Consents and data belong to third-parties, so there is no way to them from here.
#[derive(Clone, Debug)]
pub struct Itself {
    integrator: Integrator,
}

impl Itself {
    pub(crate) fn new(integrator: Integrator) -> Self {
        Self { integrator }
    }

    fn acting(&self) -> &Acting {
        &self.integrator.parts.itself
    }

    /// The banks that can be connected.
    #[must_use]
    pub fn providers(&self) -> Providers<'_> {
        Providers::new(&self.integrator, self.acting())
    }

    /// A call to an endpoint that obkit does not model, in the Integrator's own context.
    pub fn raw(&self, raw: Raw) -> Call<Raw> {
        Call::new(&self.integrator, self.acting(), raw)
    }

    /// A token for the Integrator itself.
    ///
    /// # Errors
    /// Every way a token request can fail.
    pub async fn token(&self, grant: &Grant) -> Result<TokenLease, Error> {
        let lease = self
            .integrator
            .parts
            .authorizer
            .token(self.acting().party(), grant)
            .await;
        lease.map_err(|error| {
            Error::auth(grant, error).about(self.acting().party().business_id(), "token")
        })
    }
}
