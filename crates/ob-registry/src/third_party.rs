//! One third-party, as it was given to the platform.

use crate::{
    Application, Contact, Country, Licence, OrganizationIdentifier, RegistryError, Status, UseCase,
    certificate::{CertificateFlaw, CertificateProblem, Coverage, Expected, problems_of},
};
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::SystemTime};

mod builder;
pub use builder::ThirdPartyBuilder;

mod details;
use details::Details;

mod object;
pub(crate) use object::Object;

mod row;
pub(crate) use row::Row;

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
    legal_name: Arc<str>,
    client_id: Option<ClientId>,
    application_id: Option<ApplicationId>,
    status: Status,
    scopes: Scopes,
    countries: Arc<[Country]>,
    use_cases: Arc<[UseCase]>,
    /// What few of them have: it costs the others a null pointer.
    details: Option<Arc<Details>>,
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
        let ids = (Some(client_id), Some(application_id));
        ThirdPartyBuilder::new(business_id, legal_name.into(), ids)
    }

    /// A draft that the platform gave no ids to yet.
    ///
    /// ```
    /// use ob_registry::{Status, ThirdParty};
    /// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").build()?;
    /// assert_eq!(acme.client_id(), None);
    /// assert!(acme.to_builder().status(Status::Active).build().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn draft(business_id: BusinessId, legal_name: impl Into<String>) -> ThirdPartyBuilder {
        ThirdPartyBuilder::new(business_id, legal_name.into(), (None, None))
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

    /// Its client id at the platform: the `sub` of its tokens. The platform gives it at the
    /// onboarding; whoever is active has one.
    #[must_use]
    pub fn client_id(&self) -> Option<&ClientId> {
        self.client_id.as_ref()
    }

    /// The id of its main application: what `X-Application-Id` says unless a call is made for a
    /// use case that has an application of its own.
    #[must_use]
    pub fn application_id(&self) -> Option<&ApplicationId> {
        self.application_id.as_ref()
    }

    /// Its further applications, by use case.
    #[must_use]
    pub fn applications(&self) -> &[Application] {
        self.details
            .as_ref()
            .map_or(&[], |details| &details.applications)
    }

    /// The application that calls for a use case present: the default of that use case, else the
    /// main one.
    #[must_use]
    pub fn application_for(&self, use_case: &UseCase) -> Option<&ApplicationId> {
        let own = self.applications().iter();
        let mut own = own.filter(|it| it.default && it.use_case == *use_case);
        own.next().map(|it| &it.id).or(self.application_id())
    }

    /// Every application id it has, each once.
    pub(crate) fn application_ids(&self) -> impl Iterator<Item = &ApplicationId> {
        let further = self.applications();
        let main = self.application_id();
        let further = further.iter().enumerate().filter_map(move |(place, it)| {
            let known = further.iter().take(place).any(|other| other.id == it.id);
            (!known && Some(&it.id) != main).then_some(&it.id)
        });
        main.into_iter().chain(further)
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Under whose licence it works.
    #[must_use]
    pub fn licence(&self) -> &Licence {
        self.details
            .as_ref()
            .map_or(&Licence::Unlicensed, |details| &details.licence)
    }

    /// Its identifier as an organisation, if it was written down: what its certificates must
    /// say then.
    #[must_use]
    pub fn organization_identifier(&self) -> Option<&OrganizationIdentifier> {
        self.details.as_ref()?.organization_identifier.as_ref()
    }

    /// Whom to ask.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        self.details
            .as_ref()
            .map_or(&[], |details| &details.contacts)
    }

    /// What else is worth knowing, in your own words; empty if nothing is.
    #[must_use]
    pub fn notes(&self) -> &str {
        self.details.as_ref().map_or("", |details| &details.notes)
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
    pub(crate) fn acting_for(&self, application_id: Option<&ApplicationId>) -> Option<ActingFor> {
        let client_id = self.client_id.clone()?;
        let business_id = self.business_id.clone();
        Some(ActingFor::third_party(
            business_id,
            client_id,
            *application_id?,
        ))
    }

    /// What is wrong with its certificates at a moment; empty if they are fit, or if it is
    /// unlicensed and has none. An old certificate may stay beside its successor.
    #[must_use]
    pub fn certificate_problems(&self, now: SystemTime) -> Vec<CertificateProblem> {
        if !self.licence().is_licensed() {
            return Vec::new();
        }
        let expected = Expected {
            legal_name: self.legal_name(),
            organization_identifier: self.organization_identifier(),
            account_data: true,
        };
        let certificates = self.licence().certificates();
        let mut problems = problems_of(certificates, &expected, now);
        if Coverage::of(certificates).covers(now) {
            problems.retain(|problem| {
                use CertificateFlaw::{Expired, NotYetValid};
                !matches!(problem.flaw(), Expired { .. } | NotYetValid { .. })
            });
        }
        problems
    }

    /// When its certificates lapse, from `now` on; nothing for an unlicensed one.
    #[must_use]
    pub fn certificates_lapse_at(&self, now: SystemTime) -> Option<SystemTime> {
        let licensed = self.licence().is_licensed();
        let coverage = licensed.then(|| Coverage::of(self.licence().certificates()));
        coverage?.lapses_at(now)
    }

    /// Shares what many third-parties have in common, so that a million of them fit.
    pub(crate) fn share(&mut self, pool: &mut crate::pool::Pool) {
        self.scopes = pool.scopes(&self.scopes);
        self.countries = pool.countries(&self.countries);
        self.use_cases = pool.use_cases(&self.use_cases);
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
