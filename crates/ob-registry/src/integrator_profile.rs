//! The Integrator, as it was onboarded.

use crate::{Certificate, Contact, ContactRole, Country, RegistryError, line::is_printable_line};
use ob_core::{ApplicationId, ClientId, Shown, UseCaseConfigurationId};
use serde::{Deserialize, Serialize};

/// What the Integrator told the platform at its onboarding, and what it got (MUST).
///
/// ```
/// use ob_registry::IntegratorProfile;
/// let profile = IntegratorProfile::new(
///     "Integrator AG",
///     "integrator-1".parse()?,
///     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
/// )?;
/// assert_eq!(profile.client_id().as_str(), "integrator-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct IntegratorProfile {
    legal_name: String,
    client_id: ClientId,
    application_id: ApplicationId,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    use_case_configuration_ids: Vec<UseCaseConfigurationId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    countries: Vec<Country>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tls_certificates: Vec<Certificate>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contact: Vec<Contact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    legal_name: String,
    client_id: ClientId,
    application_id: ApplicationId,
    #[serde(default)]
    use_case_configuration_ids: Vec<UseCaseConfigurationId>,
    #[serde(default)]
    countries: Vec<Country>,
    #[serde(default)]
    tls_certificates: Vec<Certificate>,
    #[serde(default)]
    contact: Vec<Contact>,
}

impl IntegratorProfile {
    /// A profile of what nobody may forget; the rest comes by the setters.
    ///
    /// # Errors
    /// OB-R009 when the legal name is not one printable line, or when the client id and the
    /// application id are one text.
    pub fn new(
        legal_name: impl Into<String>,
        client_id: ClientId,
        application_id: ApplicationId,
    ) -> Result<Self, RegistryError> {
        let legal_name = legal_name.into();
        if !is_printable_line(&legal_name, MAX_NAME) {
            return Err(RegistryError::value("legal name", Shown(&legal_name), NAME));
        }
        if client_id.as_str().parse() == Ok(application_id) {
            let needed = "a client id that is not the application id";
            return Err(RegistryError::value("integrator", client_id, needed));
        }
        Ok(Self {
            legal_name,
            client_id,
            application_id,
            use_case_configuration_ids: Vec::new(),
            countries: Vec::new(),
            tls_certificates: Vec::new(),
            contact: Vec::new(),
        })
    }

    /// The same profile with these use case configurations.
    #[must_use]
    pub fn with_use_case_configuration_ids(mut self, ids: Vec<UseCaseConfigurationId>) -> Self {
        self.use_case_configuration_ids = ids;
        self
    }

    /// The same profile with these countries of operation.
    #[must_use]
    pub fn with_countries(mut self, countries: impl IntoIterator<Item = Country>) -> Self {
        self.countries = countries.into_iter().collect();
        self.countries.sort_unstable();
        self.countries.dedup();
        self
    }

    /// The same profile with this TLS certificate of an accepted CA, and its chain.
    #[must_use]
    pub fn with_tls_certificates(mut self, certificates: Vec<Certificate>) -> Self {
        self.tls_certificates = certificates;
        self
    }

    /// The same profile with these contacts.
    #[must_use]
    pub fn with_contacts(mut self, contacts: Vec<Contact>) -> Self {
        self.contact = contacts;
        self
    }

    /// The name in law.
    #[must_use]
    pub fn legal_name(&self) -> &str {
        &self.legal_name
    }

    /// The client id: `act.sub` of every token.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The application id, for calls in the Integrator's own context.
    #[must_use]
    pub fn application_id(&self) -> &ApplicationId {
        &self.application_id
    }

    /// The use case configurations that consents name.
    #[must_use]
    pub fn use_case_configuration_ids(&self) -> &[UseCaseConfigurationId] {
        &self.use_case_configuration_ids
    }

    /// The countries of operation, sorted, each once.
    #[must_use]
    pub fn countries(&self) -> &[Country] {
        &self.countries
    }

    /// The TLS certificate and its chain.
    #[must_use]
    pub fn tls_certificates(&self) -> &[Certificate] {
        &self.tls_certificates
    }

    /// Whom the platform asks.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contact
    }

    /// What the platform asks for at an Integrator's onboarding (MUST) and is not here yet, in
    /// words.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let has = |role| self.contact.iter().any(|contact| contact.role() == role);
        [
            (has(ContactRole::Primary), "a primary contact"),
            (has(ContactRole::Technical), "a technical contact"),
            (!self.countries.is_empty(), "a country of operation"),
            (!self.tls_certificates.is_empty(), "a TLS certificate"),
            (
                !self.use_case_configuration_ids.is_empty(),
                "a use case configuration id",
            ),
        ]
        .into_iter()
        .filter_map(|(is_there, what)| (!is_there).then_some(what))
        .collect()
    }
}

impl TryFrom<Unchecked> for IntegratorProfile {
    type Error = RegistryError;

    fn try_from(it: Unchecked) -> Result<Self, RegistryError> {
        Ok(Self::new(it.legal_name, it.client_id, it.application_id)?
            .with_use_case_configuration_ids(it.use_case_configuration_ids)
            .with_countries(it.countries)
            .with_tls_certificates(it.tls_certificates)
            .with_contacts(it.contact))
    }
}

const MAX_NAME: usize = 200;
const NAME: &str =
    "1 to 200 characters on one line, without control characters or surrounding spaces";
