//! Where the platform is: issuer, token URL, API base, path prefixes, profile.

pub(crate) mod header;

use crate::BuildError;
use ob_api::ApiFamily;
use ob_auth::{AuthorizationServer, Profile};
use ob_transport::names_loopback;
use std::{collections::HashMap, fmt};

/// Where the platform is, and by which profile it is spoken to.
///
/// Every value is a setting of its own; none is derived from another, because the platform's own
/// pages name hosts that do not follow from each other. The presets carry the published values
/// with their trust (MUST: the one-to-many page; DOC: another official page; INT: seen live by an
/// integrator; ASSUMED: decided here):
///
/// | preset | issuer | token URL | API base |
/// |---|---|---|---|
/// | [`Environment::production`] | `https://auth.openbanking.mastercard.eu` (ASSUMED) | `https://auth.openbanking.mastercard.eu/oauth2/tokens` (MUST) | `https://api.openbanking.mastercard.com` (MUST) |
/// | [`Environment::platform_sandbox`] | `https://mtf.auth.openbanking.mastercard.eu` (ASSUMED) | `https://mtf.auth.openbanking.mastercard.eu/oauth2/tokens` (host INT, path MUST) | `https://mtf.api.openbanking.mastercard.eu` (DOC) |
///
/// ```
/// use obkit::{Environment, Profile};
/// let environment = Environment::production().profile(Profile::Fapi2);
/// assert_eq!(environment.api_base(), "https://api.openbanking.mastercard.com");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) token_url: String,
    pub(crate) api_base: String,
    pub(crate) prefixes: HashMap<ApiFamily, String>,
    pub(crate) profile: Profile,
    pub(crate) idempotency_key: IdempotencyKeyForm,
    pub(crate) http_on_loopback: bool,
    /// Found by its issuer; then issuer and token URL are its own.
    discovered: Option<AuthorizationServer>,
}

/// How an `Idempotency-Key` is written (platform section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdempotencyKeyForm {
    /// The bare UUID, as integrators send it (INT).
    #[default]
    Bare,
    /// A quoted structured-field string, as the IETF draft has it (R213).
    Quoted,
}

impl Environment {
    /// The platform in production.
    #[must_use]
    pub fn production() -> Self {
        Self::new(
            "https://auth.openbanking.mastercard.eu",
            "https://auth.openbanking.mastercard.eu/oauth2/tokens",
            "https://api.openbanking.mastercard.com",
        )
        .named("production")
    }

    /// The platform's own sandbox (not `ob sandbox`, which runs on your machine).
    #[must_use]
    pub fn platform_sandbox() -> Self {
        Self::new(
            "https://mtf.auth.openbanking.mastercard.eu",
            "https://mtf.auth.openbanking.mastercard.eu/oauth2/tokens",
            "https://mtf.api.openbanking.mastercard.eu",
        )
        .named("platform sandbox")
    }

    /// An environment of your own: the issuer identifier (the assertion's `aud`, byte for byte),
    /// the token URL, and the base of the API.
    #[must_use]
    pub fn new(
        issuer: impl Into<String>,
        token_url: impl Into<String>,
        api_base: impl Into<String>,
    ) -> Self {
        Self {
            name: "custom".into(),
            issuer: issuer.into(),
            token_url: token_url.into(),
            api_base: api_base.into(),
            prefixes: HashMap::new(),
            profile: Profile::default(),
            idempotency_key: IdempotencyKeyForm::default(),
            http_on_loopback: false,
            discovered: None,
        }
    }

    /// An environment whose authorization server was found by its issuer alone, with the base of
    /// the API. Issuer and token URL are the server's, and nothing can be set beside them (R024);
    /// the keys are compared with the algorithms it accepts (R084).
    ///
    /// ```
    /// use obkit::{Environment, auth::Discovery, transport::{HyperTransport, SharedTransport}};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = ob_sandbox::Sandbox::builder().start().await?;
    /// # let descriptor = sandbox.sandbox().descriptor();
    /// # let (issuer, api_base) = (descriptor.issuer, descriptor.api_base);
    /// let transport: SharedTransport = HyperTransport::builder()
    ///     .allow_http_on_loopback() // a sandbox on this machine; never in production
    ///     .build()?
    ///     .into();
    /// let discovery = Discovery::new(issuer)?.allow_http_on_loopback();
    /// let server = discovery.server(&transport).await?;
    /// let environment = Environment::discovered(server, api_base).allow_http_on_loopback();
    /// assert!(environment.token_url().ends_with("/oauth2/tokens"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn discovered(server: AuthorizationServer, api_base: impl Into<String>) -> Self {
        let (issuer, token_url) = (server.issuer(), server.token_url().to_string());
        let mut environment = Self::new(issuer, token_url, api_base).named("discovered");
        environment.discovered = Some(server);
        environment
    }

    /// Names the environment, for logs.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the issuer identifier: the `aud` of client assertions (R021).
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Sets the profile: how the answer's token type is treated.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets the path prefix of one API family, for example `/data` for accounts (INT).
    /// There is none by default (MUST).
    #[must_use]
    pub fn prefix(mut self, family: ApiFamily, prefix: impl Into<String>) -> Self {
        self.prefixes.insert(family, prefix.into());
        self
    }

    /// Sets how an `Idempotency-Key` is written.
    #[must_use]
    pub fn idempotency_key(mut self, form: IdempotencyKeyForm) -> Self {
        self.idempotency_key = form;
        self
    }

    /// Allows plain http to loopback addresses, for a sandbox on this machine. Any other plain
    /// http stays refused (R001).
    #[must_use]
    pub fn allow_http_on_loopback(mut self) -> Self {
        self.http_on_loopback = true;
        self
    }

    /// The base of the API.
    #[must_use]
    pub fn api_base(&self) -> &str {
        &self.api_base
    }

    /// The URL that tokens are asked from.
    #[must_use]
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    pub(crate) fn authorization_server(&self) -> Result<AuthorizationServer, BuildError> {
        if let Some(server) = &self.discovered {
            if server.issuer() == self.issuer {
                return Ok(server.clone());
            }
            let needed = "the one that was discovered, or no discovery";
            return Err(BuildError::setting("issuer", &self.issuer, needed));
        }
        let server = AuthorizationServer::new(&self.issuer, &self.token_url)
            .map_err(BuildError::authorization)?;
        if server.token_url().scheme_str() == Some("http") && !self.http_on_loopback {
            return Err(unusable("token URL", &self.token_url));
        }
        Ok(server)
    }

    pub(crate) fn api(&self) -> Result<ApiBase, BuildError> {
        ApiBase::new(self)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.api_base)
    }
}

/// The checked base of the API: every URL of a call begins with it.
#[derive(Clone, Debug)]
pub(crate) struct ApiBase {
    base: String,
    prefixes: HashMap<ApiFamily, String>,
}

impl ApiBase {
    fn new(environment: &Environment) -> Result<Self, BuildError> {
        let base = environment.api_base.trim_end_matches('/').to_owned();
        let uri: http::Uri = base
            .parse()
            .map_err(|_| unusable("api base", &environment.api_base))?;
        let plain = uri.scheme_str() == Some("http")
            && environment.http_on_loopback
            && uri.host().is_some_and(names_loopback);
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if !(uri.scheme_str() == Some("https") || plain)
            || authority.is_empty()
            || authority.contains('@')
            || uri.query().is_some()
            // `Uri` drops a fragment without a word, and with it every path put behind it.
            || base.contains('#')
            // What no proof can name (a port that is no port, say) is refused here and not after
            // a token was asked for (R071).
            || ob_jose::Htu::from_uri(&base).is_err()
        {
            return Err(unusable("api base", &environment.api_base));
        }
        for prefix in environment.prefixes.values() {
            if !is_plain_path(prefix) {
                return Err(BuildError::setting("path prefix", prefix, NEEDED_PREFIX));
            }
        }
        Ok(Self {
            base,
            prefixes: environment.prefixes.clone(),
        })
    }

    /// The URL of a path and query (made and checked by `ob-api`) of one API family.
    pub(crate) fn url(&self, family: ApiFamily, target: &str) -> String {
        let prefix = self
            .prefixes
            .get(&family)
            .map_or("", |prefix| prefix.trim_end_matches('/'));
        format!("{}{prefix}{target}", self.base)
    }
}

/// Says so without what may be a password.
fn unusable(setting: &str, url: &str) -> BuildError {
    match url.rsplit_once('@') {
        Some((_, rest)) => BuildError::setting(setting, &format!("[cut]@{rest}"), NEEDED_BASE),
        None => BuildError::setting(setting, url, NEEDED_BASE),
    }
}

/// Whether a prefix is a plain path: one leading slash, segments of unreserved characters.
fn is_plain_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    path.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-._~/".contains(&b))
        && rest
            .trim_end_matches('/')
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."))
}

const NEEDED_BASE: &str = "an https URL without user information, query or fragment \
    (plain http only to loopback, after allow_http_on_loopback)";
const NEEDED_PREFIX: &str = "a path like /data, without dot segments, query or fragment";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Rows: L4.2
    #[test]
    fn a_prefix_is_a_plain_path() {
        for path in [
            "",
            "data",
            "//evil.example",
            "/\\evil",
            "/a/../b",
            "/a?b",
            "/a%2Fb",
            "/a b",
        ] {
            assert!(
                Environment::production()
                    .prefix(ApiFamily::Data, path)
                    .api()
                    .is_err(),
                "{path:?}"
            );
        }
        assert!(
            Environment::production()
                .prefix(ApiFamily::Data, "/v1/data")
                .api()
                .is_ok()
        );
    }

    /// Rows: R001
    #[test]
    fn a_base_must_be_https_or_explicitly_loopback() {
        let base = |url: &str| Environment::new("https://i", "https://i/t", url).api();
        for url in [
            "",
            "ftp://x",
            "http://127.0.0.1:1",
            "https://u:p@x",
            "https://",
            "https://x?q",
            "https://x#f",
            "https://x:99999",
        ] {
            assert!(base(url).is_err(), "{url:?}");
        }
        let told = |url: &str| {
            let environment = Environment::new("https://i", "https://i/t", url);
            environment.allow_http_on_loopback().api()
        };
        for url in [
            "http://192.0.2.1",
            "http://api.example",
            "http://127.0.0.1.example",
            "http://127.1",
            "http://2130706433",
            "http://[::ffff:127.0.0.1]",
            "http://localhost.",
            "http://u:p@127.0.0.1",
        ] {
            let refused = told(url).unwrap_err();
            assert!(!refused.to_string().contains("u:p"), "{refused}");
        }
        for url in ["http://127.0.0.1:1", "http://[::1]:1", "http://LOCALHOST"] {
            assert!(told(url).is_ok(), "{url:?}");
        }
        let api = base("https://api.example/v1/").unwrap();
        let url = api.url(ApiFamily::Data, "/accounts?limit=1");
        assert_eq!(url, "https://api.example/v1/accounts?limit=1");
    }

    #[test]
    fn a_prefix_belongs_to_one_family() {
        let api = Environment::production()
            .prefix(ApiFamily::Data, "/data")
            .api()
            .unwrap();
        let host = "https://api.openbanking.mastercard.com";
        assert_eq!(
            api.url(ApiFamily::Data, "/accounts"),
            format!("{host}/data/accounts")
        );
        assert_eq!(
            api.url(ApiFamily::Consents, "/consents"),
            format!("{host}/consents")
        );
    }
}
