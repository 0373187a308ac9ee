//! One third-party, as it was given to the platform.

use crate::{Country, Licence, RegistryError, Status, UseCase};
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes};
use serde::{Deserialize, Serialize};

mod builder;
pub use builder::ThirdPartyBuilder;

mod object;
use object::Object;

mod row;
use row::Row;

/// One third-party: who it is, under whose licence it works, what it authorised, where it stands.
///
/// Made by [`ThirdParty::builder`] or read from a registry; either way it was checked. Changed by
/// making another one: [`ThirdParty::to_builder`].
///
/// ```
/// use ob_registry::{Status, ThirdParty};
/// let acme = ThirdParty::builder(
///     "acme".parse()?,
///     "Acme GmbH",
///     "tpp-acme".parse()?,
///     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
/// )
/// .build()?;
/// assert_eq!(acme.status(), Status::Draft);
/// assert!(acme.scopes().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<Row>", into = "Row")]
pub struct ThirdParty {
    business_id: BusinessId,
    legal_name: String,
    client_id: ClientId,
    application_id: ApplicationId,
    status: Status,
    licence: Licence,
    countries: Vec<Country>,
    use_cases: Vec<UseCase>,
    scopes: Scopes,
}

impl ThirdParty {
    /// A draft without a licence of its own that authorised nothing: what must not be forgotten
    /// is asked for here, the rest by the builder's setters.
    pub fn builder(
        business_id: BusinessId,
        legal_name: impl Into<String>,
        client_id: ClientId,
        application_id: ApplicationId,
    ) -> ThirdPartyBuilder {
        ThirdPartyBuilder::new(business_id, legal_name.into(), client_id, application_id)
    }

    /// A builder that starts from this third-party.
    pub fn to_builder(&self) -> ThirdPartyBuilder {
        ThirdPartyBuilder::from(self.clone())
    }

    /// Your own name for it.
    #[must_use]
    pub fn business_id(&self) -> &BusinessId {
        &self.business_id
    }

    /// Its name in law.
    #[must_use]
    pub fn legal_name(&self) -> &str {
        &self.legal_name
    }

    /// Its client id at the platform: the `sub` of its tokens.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Its application id: what `X-Application-Id` says.
    #[must_use]
    pub fn application_id(&self) -> &ApplicationId {
        &self.application_id
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Under whose licence it works.
    #[must_use]
    pub fn licence(&self) -> &Licence {
        &self.licence
    }

    /// The countries it operates in, sorted, each once.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// The products or use cases it was onboarded for, sorted, each once.
    #[must_use]
    pub fn use_cases(&self) -> &[UseCase] {
        &self.use_cases
    }

    /// The scopes it authorised.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The ids that travel with a call. The registry is the only door to them, because it checks
    /// the status and the scopes first.
    pub(crate) fn acting_for(&self) -> ActingFor {
        ActingFor::third_party(
            self.business_id.clone(),
            self.client_id.clone(),
            self.application_id,
        )
    }

    /// The same third-party in another status.
    ///
    /// # Errors
    /// OB-R006 for an illegal transition, OB-R009 where something is missing for it.
    pub(crate) fn becoming(&self, status: Status) -> Result<Self, RegistryError> {
        if self.status.may_become(status) {
            self.to_builder().status(status).build()
        } else {
            Err(RegistryError::transition(
                &self.business_id,
                self.status,
                status,
            ))
        }
    }
}
