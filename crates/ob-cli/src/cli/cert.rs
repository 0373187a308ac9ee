//! The words of `ob cert`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// Show what the certificates of a file say, and what is wrong with them.
    ///
    /// Ends with 9 when something is wrong, with 3 when the file holds no certificate.
    Inspect(InspectArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The file: one or more PEM certificates, or one in DER.
    pub(crate) file: PathBuf,
    /// The legal name of the third-party that it must be of.
    #[arg(long, value_name = "NAME")]
    pub(crate) legal_name: Option<String>,
    /// The organizationIdentifier it must have: PSDFI-FINFSA-1234567.
    #[arg(long, value_name = "ID")]
    pub(crate) organization_id: Option<String>,
    /// It must allow reading account data: the role PSP_AI.
    #[arg(long)]
    pub(crate) account_data: bool,
}
