//! The words of `ob onboard`.

use super::{ChangeArgs, contact};
use clap::{Args, ValueEnum};
use obkit::{
    ApplicationId, ClientId, Scopes,
    registry::{Contact, Country, HttpsUrl, KeyName, KeyVersion, UseCase},
};
use std::path::PathBuf;

/// Onboard a third-party: collect and check its facts, write what to send, confirm later.
///
/// The third-party goes from draft to onboarding, and a folder says what to send to the platform
/// and who does what next. At a terminal, what no flag says is asked for.
///
/// `--confirm` asks the platform, with the ids that it gave, for a token on behalf of the
/// third-party; only when that token is right, the ids are written down and it becomes active.
#[derive(Debug, Args)]
pub(crate) struct OnboardArgs {
    /// Your own business id for the third-party.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) facts: FactArgs,
    /// The folder to write; onboarding-ID when left out.
    #[arg(long, help_heading = PLACES, value_name = "DIR")]
    pub(crate) packet: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    /// The registry to change; the one of --config, or registry.db, when left out.
    #[arg(long, help_heading = PLACES, value_name = "WHERE")]
    pub(crate) registry: Option<PathBuf>,
    /// A configuration file (TOML, schema ob.config/1).
    #[arg(long, help_heading = PLACES, value_name = "FILE", conflicts_with = "sandbox")]
    pub(crate) config: Option<PathBuf>,
    /// The folder of a running `ob sandbox`.
    #[arg(long, help_heading = PLACES, value_name = "DIR")]
    pub(crate) sandbox: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

const PLACES: &str = "Files and places";

/// What the platform asks for.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Facts")]
pub(crate) struct FactArgs {
    /// The name in law.
    #[arg(long, value_name = "NAME")]
    pub(crate) legal_name: Option<String>,
    /// licensed (a licence of its own) or unlicensed (works under yours).
    #[arg(long, value_enum, value_name = "TYPE", hide_possible_values = true)]
    pub(crate) licence: Option<LicenceArg>,
    /// A country of operation, as in DE; again for each.
    #[arg(long = "country", value_name = "CODE")]
    pub(crate) countries: Vec<Country>,
    /// A product or use case; again for each.
    #[arg(long = "use-case", value_name = "NAME")]
    pub(crate) use_cases: Vec<UseCase>,
    /// The scopes it authorised, separated by spaces.
    #[arg(long, value_name = "SCOPES")]
    pub(crate) scope: Option<Scopes>,
    /// primary or technical, with name, e-mail and phone; again for each.
    #[arg(long = "contact", value_name = "ROLE:NAME:EMAIL[:PHONE]", value_parser = contact)]
    pub(crate) contacts: Vec<Contact>,
    /// A file with certificates, its chain too; again for each.
    #[arg(long = "certificate", value_name = "FILE")]
    pub(crate) certificates: Vec<PathBuf>,
    /// Its own signing service, where its certificates' keys are used.
    #[arg(long, value_name = "URL", conflicts_with = "key_vault")]
    pub(crate) signing_service: Option<HttpsUrl>,
    /// Or its Azure Key Vault.
    #[arg(long, value_name = "URL", requires_all = ["key", "key_version"])]
    pub(crate) key_vault: Option<HttpsUrl>,
    /// The key's name in the vault.
    #[arg(long, value_name = "NAME", requires = "key_vault")]
    pub(crate) key: Option<KeyName>,
    /// The key's version in the vault.
    #[arg(long, value_name = "VERSION", requires = "key_vault")]
    pub(crate) key_version: Option<KeyVersion>,
    /// A note for yourselves; it is not sent.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

impl FactArgs {
    /// Whether a flag tells a fact.
    pub(crate) fn is_any_given(&self) -> bool {
        *self != Self::default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LicenceArg {
    Licensed,
    Unlicensed,
}

/// What the platform answered.
#[derive(Debug, Args)]
#[command(next_help_heading = "When the platform has answered")]
pub(crate) struct ConfirmArgs {
    /// Try the ids with a real token, then set the third-party active.
    #[arg(long)]
    pub(crate) confirm: bool,
    /// The Client ID that the platform gave.
    #[arg(long, value_name = "ID", requires = "confirm")]
    pub(crate) client_id: Option<ClientId>,
    /// The Application ID that the platform gave.
    #[arg(long, value_name = "UUID", requires = "confirm")]
    pub(crate) application_id: Option<ApplicationId>,
}
