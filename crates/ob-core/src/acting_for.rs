//! For whom a call is made.

use crate::{ApplicationId, BusinessId, ClientId};
use std::{fmt, sync::Arc};

/// For whom a call is made: one immutable value, from the handle to the header.
///
/// It is made once per handle and has no setter, so the token (`sub`), the `X-On-Behalf-Of` of
/// the token request and the `X-Application-Id` of the call cannot come from different
/// third-parties (R198). Cloning copies a pointer.
///
/// The Integrator's own context is the one exception to "on behalf of", and it has to be asked
/// for by name: [`ActingFor::integrator`].
///
/// ```
/// use ob_core::ActingFor;
/// let acme = ActingFor::third_party(
///     "acme".parse()?,
///     "tpp-acme".parse()?,
///     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
/// );
/// assert!(!acme.is_integrator());
/// assert_eq!(acme.to_string(), "acme");
/// # Ok::<(), ob_core::IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActingFor(Arc<Ids>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Ids {
    business_id: BusinessId,
    client_id: ClientId,
    application_id: ApplicationId,
    integrator: bool,
}

impl ActingFor {
    /// A third-party: your name for it, its client id (the token's `sub`) and its application id.
    #[must_use]
    pub fn third_party(
        business_id: BusinessId,
        client_id: ClientId,
        application_id: ApplicationId,
    ) -> Self {
        Self(Arc::new(Ids {
            business_id,
            client_id,
            application_id,
            integrator: false,
        }))
    }

    /// The Integrator itself: no `X-On-Behalf-Of`, and a token without `act` (R188).
    #[must_use]
    pub fn integrator(
        business_id: BusinessId,
        client_id: ClientId,
        application_id: ApplicationId,
    ) -> Self {
        Self(Arc::new(Ids {
            business_id,
            client_id,
            application_id,
            integrator: true,
        }))
    }

    /// Your own name for the party.
    #[must_use]
    pub fn business_id(&self) -> &BusinessId {
        &self.0.business_id
    }

    /// The party's client id at the platform: what the token's `sub` must say.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.0.client_id
    }

    /// The party's application id: what `X-Application-Id` says.
    #[must_use]
    pub fn application_id(&self) -> &ApplicationId {
        &self.0.application_id
    }

    /// Whether this is the Integrator's own context.
    #[must_use]
    pub fn is_integrator(&self) -> bool {
        self.0.integrator
    }
}

impl fmt::Display for ActingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.business_id().fmt(f)
    }
}

impl fmt::Debug for ActingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActingFor")
            .field("business_id", self.business_id())
            .field("client_id", self.client_id())
            .field("application_id", self.application_id())
            .field("integrator", &self.is_integrator())
            .finish()
    }
}
