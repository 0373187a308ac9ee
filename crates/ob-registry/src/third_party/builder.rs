//! How a third-party is made, and which contradictions are refused.

use super::ThirdParty;
use crate::{Country, Licence, RegistryError, Status, UseCase, use_case::is_printable_line};
use ob_core::{ApplicationId, BusinessId, ClientId, Scopes};
use std::collections::HashSet;

/// Makes a [`ThirdParty`]; see [`ThirdParty::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ThirdPartyBuilder(ThirdParty);

impl ThirdPartyBuilder {
    pub(super) fn new(
        business_id: BusinessId,
        legal_name: String,
        client_id: ClientId,
        application_id: ApplicationId,
    ) -> Self {
        Self(ThirdParty {
            business_id,
            legal_name,
            client_id,
            application_id,
            status: Status::Draft,
            licence: Licence::Unlicensed,
            countries: Vec::new(),
            use_cases: Vec::new(),
            scopes: Scopes::none(),
        })
    }

    /// Its name in law.
    pub fn legal_name(mut self, name: impl Into<String>) -> Self {
        self.0.legal_name = name.into();
        self
    }

    /// Its client id at the platform.
    pub fn client_id(mut self, id: ClientId) -> Self {
        self.0.client_id = id;
        self
    }

    /// Its application id at the platform.
    pub fn application_id(mut self, id: ApplicationId) -> Self {
        self.0.application_id = id;
        self
    }

    /// Where it stands (default: draft). A change of a third-party that is in a registry must be
    /// a legal transition; the registry checks that.
    pub fn status(mut self, status: Status) -> Self {
        self.0.status = status;
        self
    }

    /// Under whose licence it works (default: the Integrator's).
    pub fn licence(mut self, licence: Licence) -> Self {
        self.0.licence = licence;
        self
    }

    /// Adds a country of operation.
    pub fn country(mut self, country: Country) -> Self {
        self.0.countries.push(country);
        self
    }

    /// Replaces the countries of operation.
    pub fn countries(mut self, countries: impl IntoIterator<Item = Country>) -> Self {
        self.0.countries = countries.into_iter().collect();
        self
    }

    /// Adds a product or use case.
    pub fn use_case(mut self, use_case: UseCase) -> Self {
        self.0.use_cases.push(use_case);
        self
    }

    /// Replaces the products or use cases.
    pub fn use_cases(mut self, use_cases: impl IntoIterator<Item = UseCase>) -> Self {
        self.0.use_cases = use_cases.into_iter().collect();
        self
    }

    /// Replaces the scopes it authorised (default: none).
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.0.scopes = scopes;
        self
    }

    /// The third-party.
    ///
    /// # Errors
    /// OB-R009 when the legal name is empty or not one printable line, when a certificate stands
    /// twice, when a licensed third-party is active without certificate or custody, when its client
    /// id and its application id are one text.
    pub fn build(self) -> Result<ThirdParty, RegistryError> {
        let mut it = self.0;
        it.countries.sort_unstable();
        it.countries.dedup();
        it.use_cases.sort_unstable();
        it.use_cases.dedup();
        match contradiction(&it) {
            Some(needed) => Err(RegistryError::field(&it.business_id, needed)),
            None => Ok(it),
        }
    }
}

impl From<ThirdParty> for ThirdPartyBuilder {
    fn from(it: ThirdParty) -> Self {
        Self(it)
    }
}

fn contradiction(it: &ThirdParty) -> Option<&'static str> {
    if !is_printable_line(&it.legal_name, MAX_NAME) {
        return Some(LEGAL_NAME);
    }
    if it.client_id.as_str().parse() == Ok(it.application_id) {
        return Some("a client id that is not its application id");
    }
    let certificates = it.licence.certificates();
    let mut seen = HashSet::new();
    if !certificates.iter().all(|one| seen.insert(one)) {
        return Some("each certificate once");
    }
    if !it.licence.is_licensed() || it.status != Status::Active {
        return None;
    }
    if certificates.is_empty() {
        return Some("a certificate, being licensed and active");
    }
    let custody = it.licence.custody();
    custody
        .is_none()
        .then_some("a custody (signing service or key vault), being licensed and active")
}

/// Longer than the longest registered company names in use.
const MAX_NAME: usize = 200;
const LEGAL_NAME: &str = "a legal name of 1 to 200 characters on one line, without control characters or surrounding spaces";
