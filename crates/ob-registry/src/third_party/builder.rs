//! Making a third-party, and refusing one that contradicts itself.

use super::{Details, ThirdParty};
use crate::{
    Application, Contact, Country, Licence, OrganizationIdentifier, RegistryError, Status, UseCase,
    certificate::private_key_at,
    line::{is_invisible, is_printable_line},
};
use ob_core::{ApplicationId, BusinessId, ClientId, Scopes};
use std::{collections::HashSet, sync::Arc};

/// Makes a [`ThirdParty`]; see [`ThirdParty::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ThirdPartyBuilder {
    business_id: BusinessId,
    legal_name: String,
    client_id: Option<ClientId>,
    application_id: Option<ApplicationId>,
    status: Status,
    scopes: Scopes,
    countries: Vec<Country>,
    use_cases: Vec<UseCase>,
    details: Details,
}

impl ThirdPartyBuilder {
    pub(super) fn new(
        business_id: BusinessId,
        legal_name: String,
        (client_id, application_id): (Option<ClientId>, Option<ApplicationId>),
    ) -> Self {
        Self {
            business_id,
            legal_name,
            client_id,
            application_id,
            status: Status::Draft,
            scopes: Scopes::none(),
            countries: Vec::new(),
            use_cases: Vec::new(),
            details: Details::default(),
        }
    }

    /// Replaces the legal name.
    pub fn legal_name(mut self, legal_name: impl Into<String>) -> Self {
        self.legal_name = legal_name.into();
        self
    }

    /// Replaces the client id. Tokens of the old one are of no use any more.
    pub fn client_id(mut self, client_id: ClientId) -> Self {
        self.client_id = Some(client_id);
        self
    }

    /// Replaces the id of the main application.
    pub fn application_id(mut self, application_id: ApplicationId) -> Self {
        self.application_id = Some(application_id);
        self
    }

    /// Takes the client id away: the platform gives another one.
    pub fn without_client_id(mut self) -> Self {
        self.client_id = None;
        self
    }

    /// Takes the id of the main application away.
    pub fn without_application_id(mut self) -> Self {
        self.application_id = None;
        self
    }

    /// Replaces both ids, or takes them away: the platform gave none yet.
    pub(super) fn ids(mut self, ids: (Option<ClientId>, Option<ApplicationId>)) -> Self {
        (self.client_id, self.application_id) = ids;
        self
    }

    /// Adds an application for one of the use cases.
    pub fn application(mut self, application: Application) -> Self {
        self.details.applications.push(application);
        self
    }

    /// Replaces the further applications.
    pub fn applications(mut self, all: impl IntoIterator<Item = Application>) -> Self {
        self.details.applications = all.into_iter().collect();
        self
    }

    /// Replaces the status (default: draft). The registry checks that the change is legal.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Replaces the licence (default: unlicensed).
    pub fn licence(mut self, licence: Licence) -> Self {
        self.details.licence = licence;
        self
    }

    /// Replaces its identifier as an organisation (default: none known).
    pub fn organization_identifier(
        mut self,
        identifier: impl Into<Option<OrganizationIdentifier>>,
    ) -> Self {
        self.details.organization_identifier = identifier.into();
        self
    }

    /// Adds a country of operation.
    pub fn country(mut self, country: Country) -> Self {
        self.countries.push(country);
        self
    }

    /// Replaces the countries of operation.
    pub fn countries(mut self, countries: impl IntoIterator<Item = Country>) -> Self {
        self.countries = countries.into_iter().collect();
        self
    }

    /// Adds a product or use case.
    pub fn use_case(mut self, use_case: UseCase) -> Self {
        self.use_cases.push(use_case);
        self
    }

    /// Replaces the products or use cases.
    pub fn use_cases(mut self, use_cases: impl IntoIterator<Item = UseCase>) -> Self {
        self.use_cases = use_cases.into_iter().collect();
        self
    }

    /// Replaces the scopes it authorised (default: none).
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Adds a contact.
    pub fn contact(mut self, contact: Contact) -> Self {
        self.details.contacts.push(contact);
        self
    }

    /// Replaces the contacts.
    pub fn contacts(mut self, contacts: impl IntoIterator<Item = Contact>) -> Self {
        self.details.contacts = contacts.into_iter().collect();
        self
    }

    /// Replaces the notes: up to 4,000 characters, several lines if need be.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.details.notes = notes.into();
        self
    }

    /// The third-party.
    ///
    /// # Errors
    /// OB-R009 when the legal name is empty or not one printable line; when a certificate stands
    /// twice; when an active one has no client id or application id, or is licensed without
    /// certificate or custody; when its client id and an application id are one text; when an
    /// application is of a use case that it does not have, or a use case has applications and
    /// not exactly one default; when the notes are too long or hold control characters.
    pub fn build(mut self) -> Result<ThirdParty, RegistryError> {
        self.countries.sort_unstable();
        self.countries.dedup();
        self.use_cases.sort_unstable();
        self.use_cases.dedup();
        if let Some(needed) = self.contradiction() {
            return Err(RegistryError::field(&self.business_id, needed));
        }
        Ok(ThirdParty {
            business_id: self.business_id,
            legal_name: self.legal_name.into(),
            client_id: self.client_id,
            application_id: self.application_id,
            status: self.status,
            scopes: self.scopes,
            countries: self.countries.into(),
            use_cases: self.use_cases.into(),
            details: (!self.details.is_empty()).then(|| Arc::new(self.details)),
        })
    }

    fn contradiction(&self) -> Option<&'static str> {
        if !is_printable_line(&self.legal_name, MAX_NAME) {
            return Some(LEGAL_NAME);
        }
        if !is_note(&self.details.notes) {
            return Some(NOTES);
        }
        self.crossed_ids()
            .or_else(|| self.applications_of_no_use())
            .or_else(|| self.repeated_certificate())
            .or_else(|| self.missing())
    }

    fn crossed_ids(&self) -> Option<&'static str> {
        let crossed: ApplicationId = self.client_id.as_ref()?.as_str().parse().ok()?;
        let further = self.details.applications.iter().map(|it| it.id);
        let mut all = further.chain(self.application_id);
        all.any(|id| id == crossed)
            .then_some("a client id that is not its application id")
    }

    fn applications_of_no_use(&self) -> Option<&'static str> {
        let applications = &self.details.applications;
        let defaults_of = |use_case: &UseCase| {
            let all = applications.iter().filter(|it| it.use_case == *use_case);
            all.filter(|it| it.default).count()
        };
        let twice = |place: usize, one: &Application| {
            let mut before = applications.iter().take(place);
            before.any(|it| it.id == one.id && it.use_case == one.use_case)
        };
        for (place, application) in applications.iter().enumerate() {
            if !self.use_cases.contains(&application.use_case) {
                return Some("every application to be for one of its use cases");
            }
            if twice(place, application) {
                return Some("each application once per use case");
            }
            if defaults_of(&application.use_case) != 1 {
                return Some("exactly one default application per use case that has applications");
            }
        }
        (!applications.is_empty() && self.application_id.is_none())
            .then_some("a main application id, having further applications")
    }

    fn repeated_certificate(&self) -> Option<&'static str> {
        let mut seen = HashSet::new();
        let mut all = self.details.licence.certificates().iter();
        (!all.all(|one| seen.insert(one))).then_some("each certificate once")
    }

    /// What an active one must have. A suspended one may lack it: that may be the reason.
    fn missing(&self) -> Option<&'static str> {
        if self.status != Status::Active {
            return None;
        }
        if self.client_id.is_none() {
            return Some("a client id, being active");
        }
        if self.application_id.is_none() {
            return Some("an application id, being active");
        }
        let licence = &self.details.licence;
        if !licence.is_licensed() {
            return None;
        }
        if licence.certificates().is_empty() {
            return Some("a certificate, being licensed and active");
        }
        licence
            .custody()
            .is_none()
            .then_some("a custody (signing service or key vault), being licensed and active")
    }
}

impl From<ThirdParty> for ThirdPartyBuilder {
    fn from(it: ThirdParty) -> Self {
        Self {
            details: it.details.as_deref().cloned().unwrap_or_default(),
            business_id: it.business_id,
            legal_name: it.legal_name.as_ref().to_owned(),
            client_id: it.client_id,
            application_id: it.application_id,
            status: it.status,
            scopes: it.scopes,
            countries: it.countries.to_vec(),
            use_cases: it.use_cases.to_vec(),
        }
    }
}

fn is_note(text: &str) -> bool {
    let harmless = |c: char| c == '\n' || !(c.is_control() || is_invisible(c));
    text.chars().count() <= MAX_NOTES
        && text.chars().all(harmless)
        && private_key_at(text).is_none()
}

/// Longer than the longest registered company names in use.
const MAX_NAME: usize = 200;
/// A page of text.
const MAX_NOTES: usize = 4_000;
const LEGAL_NAME: &str = "a legal name of 1 to 200 characters on one line, without control \
                          characters, surrounding spaces or a private key";
const NOTES: &str = "notes of at most 4,000 characters, without control characters but line ends \
                     and without a private key";
