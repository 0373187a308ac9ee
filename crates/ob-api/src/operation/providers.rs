//! `/providers` (INT).

use super::{
    ApiFamily, ApiRequest, ApiRequestError, Idempotency, Operation, request::check_limit,
    required_scopes,
};
use crate::{Answer, ApiError, CountryCode, Page, Provider};
use ob_core::Scopes;

/// `GET /providers?country=&limit=` (INT): lists the banks that can be connected.
///
/// ```
/// use ob_api::{ListProviders, Operation};
/// let list = ListProviders::new().country("DE".parse()?).limit(10);
/// assert_eq!(list.request()?.target(), "/providers?country=DE&limit=10");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListProviders {
    country: Option<CountryCode>,
    limit: Option<u32>,
}

impl ListProviders {
    /// Lists the banks of every country, as many as the platform gives.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of this country only.
    #[must_use]
    pub fn country(self, country: CountryCode) -> Self {
        Self {
            country: Some(country),
            ..self
        }
    }

    /// At most so many banks.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

impl Operation for ListProviders {
    type Output = Page<Provider>;

    fn name(&self) -> &'static str {
        "providers.list"
    }

    fn scopes(&self) -> Scopes {
        required_scopes::providers()
    }

    fn family(&self) -> ApiFamily {
        ApiFamily::Providers
    }

    fn request(&self) -> Result<ApiRequest, ApiRequestError> {
        check_limit(self.limit)?;
        Ok(ApiRequest::get(&["providers"]).query(&[
            ("country", self.country.map(String::from)),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ]))
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Safe
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page<Provider>, ApiError> {
        answer.read()
    }
}
