//! The words of `ob registry integrator`.

use super::{ChangeArgs, contact};
use clap::{Args, Subcommand};
use obkit::{
    ApplicationId, ClientId, UseCaseConfigurationId,
    registry::{Contact, Country},
};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum IntegratorCommand {
    /// Show the Integrator's profile, and what is missing in it.
    Get {
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Write down the Integrator's profile, or change what is named.
    Set(Box<IntegratorSetArgs>),
}

/// Which registry.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PlaceArgs {
    /// A .db, .toml or .json file or postgres://…; else registry.db.
    #[arg(long, value_name = "WHERE")]
    pub(crate) registry: Option<PathBuf>,
    /// A configuration file (TOML, schema ob.config/1).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct IntegratorSetArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// The name in law.
    #[arg(long, value_name = "NAME")]
    pub(crate) legal_name: Option<String>,
    /// The Client ID that the platform gave.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<ClientId>,
    /// The Application ID that the platform gave.
    #[arg(long, value_name = "UUID")]
    pub(crate) application_id: Option<ApplicationId>,
    /// A Use Case Configuration ID that the platform gave; again for each.
    #[arg(long = "use-case-configuration", value_name = "UUID")]
    pub(crate) use_case_configurations: Vec<UseCaseConfigurationId>,
    /// A country of operation, as in DE; again for each.
    #[arg(long = "country", value_name = "CODE")]
    pub(crate) countries: Vec<Country>,
    /// A file with the TLS certificate, its chain too; again for each.
    #[arg(long = "tls-certificate", value_name = "FILE")]
    pub(crate) tls_certificates: Vec<PathBuf>,
    /// primary or technical, with name, e-mail and phone; again for each.
    #[arg(long = "contact", value_name = "ROLE:NAME:EMAIL[:PHONE]", value_parser = contact)]
    pub(crate) contacts: Vec<Contact>,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}
