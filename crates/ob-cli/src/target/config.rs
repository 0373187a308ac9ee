//! The configuration file: schema `ob.config/1`.

use super::place::Place;
use crate::{
    exit::{Chain, Failure},
    file::{self, SMALL},
    path_text,
};
use obkit::{
    ApplicationId, BusinessId, ClientId, Code, Environment, Identity, Integrator,
    IntegratorBuilder, Profile, Ready, UseCaseConfigurationId,
    jose::SigningKey,
    journal::{JsonlJournal, MemoryJournal},
    registry::Registry,
    transport::HyperTransport,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What `ob` needs to know to speak to a platform. Relative paths start at the file's folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    schema: String,
    environment: EnvironmentConfig,
    integrator: IntegratorConfig,
    registry: PathBuf,
    journal: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    #[serde(skip)]
    folder: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvironmentConfig {
    preset: Option<Preset>,
    issuer: Option<String>,
    token_url: Option<String>,
    api_base: Option<String>,
    #[serde(default)]
    profile: ProfileName,
    #[serde(default)]
    allow_http_on_loopback: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Preset {
    Production,
    PlatformSandbox,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ProfileName {
    #[default]
    OneToMany,
    Fapi2,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IntegratorConfig {
    business_id: BusinessId,
    client_id: ClientId,
    application_id: ApplicationId,
    use_case_configuration_id: UseCaseConfigurationId,
    key_file: PathBuf,
    kid: Option<String>,
}

impl Config {
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = file::read_text(file, SMALL)?;
        // No parser's message may quote it.
        if text.contains("PRIVATE KEY-----") {
            let file = path_text::shown(file);
            let what = format!("{file}: has a private key in it (not shown): needs key_file");
            return Err(Failure::coded(Code::K010, what));
        }
        let mut config: Self =
            toml::from_str(&text).map_err(|error| malformed(file, &text, &error))?;
        if config.schema != SCHEMA {
            let found = obkit::core::Shown(&config.schema);
            let what = format!(
                "{}: schema is {found}, needs {SCHEMA}",
                path_text::shown(file)
            );
            return Err(Failure::coded(Code::K010, what));
        }
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
        config.folder = folder.unwrap_or(Path::new(".")).to_owned();
        Ok(config)
    }

    pub(crate) fn registry_place(&self) -> Result<Place, Failure> {
        Place::of(&self.registry, &self.folder)
    }

    /// The Integrator of this platform, acting for the third-parties of this registry: the one
    /// that the file names, or another one that a command names.
    pub(crate) async fn integrator(
        &self,
        registry: Registry,
    ) -> Result<IntegratorBuilder<Ready>, Failure> {
        let settings = &self.integrator;
        let identity = Identity {
            business_id: settings.business_id.clone(),
            client_id: settings.client_id.clone(),
            application_id: settings.application_id,
            use_case_configuration_id: settings.use_case_configuration_id,
        };
        let mut builder = Integrator::builder(self.environment()?)
            .identity(identity)
            .key(self.key()?)
            .registry(registry)
            .transport(self.transport()?);
        if let Some(kid) = &settings.kid {
            builder = builder.kid(kid);
        }
        Ok(match &self.journal {
            Some(journal) => {
                let journal = JsonlJournal::open(self.folder.join(journal)).await;
                builder.journal(journal.map_err(|error| Failure::coded(error.code(), error))?)
            }
            // A command makes one call and reports it; whoever wants it kept names a file.
            None => builder.journal(MemoryJournal::default()),
        })
    }

    fn environment(&self) -> Result<Environment, Failure> {
        let settings = &self.environment;
        let explicit = (&settings.issuer, &settings.token_url, &settings.api_base);
        let environment = match (&settings.preset, explicit) {
            (Some(Preset::Production), (None, None, None)) => Environment::production(),
            (Some(Preset::PlatformSandbox), (None, None, None)) => Environment::platform_sandbox(),
            (None, (Some(issuer), Some(token_url), Some(api_base))) => {
                Environment::new(issuer, token_url, api_base)
            }
            _ => return Err(Failure::coded(Code::K010, NEEDED_ENVIRONMENT)),
        };
        let environment = match settings.profile {
            ProfileName::OneToMany => environment,
            ProfileName::Fapi2 => environment.profile(Profile::Fapi2),
        };
        Ok(if settings.allow_http_on_loopback {
            environment.allow_http_on_loopback()
        } else {
            environment
        })
    }

    fn key(&self) -> Result<SigningKey, Failure> {
        crate::command::keys::read(&self.folder.join(&self.integrator.key_file))
    }

    fn transport(&self) -> Result<HyperTransport, Failure> {
        let mut builder = HyperTransport::builder();
        if self.environment.allow_http_on_loopback {
            builder = builder.allow_http_on_loopback();
        }
        if let Some(ca) = &self.ca_file {
            let file = self.folder.join(ca);
            builder = builder.roots_pem(&file::read(&file, SMALL)?);
        }
        // Nothing else in here can be unusable, so the file is named.
        builder.build().map_err(|error| match &self.ca_file {
            Some(ca) => Failure::file(&self.folder.join(ca), &error),
            None => Failure::coded(Code::K010, Chain(&error)),
        })
    }
}

/// Where the file is malformed and why, without quoting it.
fn malformed(file: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map(|before| {
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        format!(", line {line}, column {column}")
    });
    let (file, place) = (path_text::shown(file), place.unwrap_or_default());
    Failure::coded(Code::K010, format!("{file}{place}: {}", error.message()))
}

const SCHEMA: &str = "ob.config/1";
const NEEDED_ENVIRONMENT: &str = "environment needs either preset (production or \
    platform-sandbox), or issuer, token_url and api_base";
