//! The words of `ob registry`.

use super::{ChangeArgs, IntegratorCommand, LicenceArg, PlaceArgs};
use clap::{Args, Subcommand, ValueEnum};
use obkit::registry::{
    Application, Contact, Country, HttpsUrl, KeyName, KeyVersion, OrganizationIdentifier,
    ReplicaName, Revision, Status, UseCase, Version,
};
use obkit::{ApplicationId, BusinessId, ClientId};
use std::{path::PathBuf, time::Duration};

#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Add a third-party.
    Add {
        /// Your own name for it: the business id.
        id: BusinessId,
        #[command(flatten)]
        facts: Box<ThirdPartyArgs>,
        #[command(flatten)]
        change: EditArgs,
    },
    /// Change what is named of a third-party; the rest stays.
    Set {
        /// The business id.
        id: BusinessId,
        #[command(flatten)]
        facts: Box<ThirdPartyArgs>,
        /// A fact to take away; may be repeated.
        #[arg(long, value_enum, value_name = "FIELD", hide_possible_values = true)]
        clear: Vec<Clear>,
        #[command(flatten)]
        expect: ExpectArgs,
        #[command(flatten)]
        change: EditArgs,
    },
    /// Show everything about a third-party.
    Get {
        /// The business id.
        id: BusinessId,
        #[command(flatten)]
        source: RegistrySource,
    },
    /// List the third-parties.
    List {
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        source: RegistrySource,
    },
    /// Take a third-party out of service, and show from when on nothing is sent for it.
    Suspend {
        /// The business id.
        id: BusinessId,
        /// How long to wait until every replica obeys.
        #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
        wait: Duration,
        #[command(flatten)]
        step: StepArgs,
    },
    /// Put a suspended third-party back into service.
    Resume {
        /// The business id.
        id: BusinessId,
        #[command(flatten)]
        step: StepArgs,
    },
    /// Begin to offboard a third-party, or finish it.
    Offboard {
        /// The business id.
        id: BusinessId,
        /// Its consents and tokens are withdrawn: it is offboarded.
        #[arg(long)]
        finish: bool,
        /// How long to wait until every replica obeys.
        #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
        wait: Duration,
        #[command(flatten)]
        step: StepArgs,
    },
    /// Show what happened, newest last.
    History {
        /// Only to this third-party.
        id: Option<BusinessId>,
        /// Only after this revision.
        #[arg(long, value_name = "REVISION", value_parser = revision, default_value = "0")]
        since: Revision,
        /// Only the newest so many.
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        #[command(flatten)]
        source: RegistrySource,
    },
    /// Show the processes that serve from this registry.
    Replicas {
        /// Take one off the list that was killed and does not come back.
        #[arg(long, value_name = "NAME")]
        sign_off: Option<ReplicaName>,
        #[command(flatten)]
        source: RegistrySource,
    },
    /// Add or replace the third-parties of a file; all of them, or none.
    Import {
        /// The file to read (.toml, .json or .csv).
        #[arg(required_unless_present = "sandbox", conflicts_with = "sandbox")]
        file: Option<PathBuf>,
        /// Read the third-parties of a running `ob sandbox` instead.
        #[arg(long, value_name = "DIR")]
        sandbox: Option<PathBuf>,
        /// What the file is, whatever its name: toml, json or csv.
        #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
        format: Option<FileFormat>,
        /// Check everything and change nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        change: EditArgs,
    },
    /// Write a registry to a file, or to stdout.
    Export {
        #[command(flatten)]
        source: RegistrySource,
        /// The file to write (.toml, .json or .csv); stdout when left out.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// toml, json or csv, whatever the file's name.
        #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
        format: Option<FileFormat>,
    },
    /// Show what would have to be done to bring the registry to what a file says.
    Plan {
        /// The file with all third-parties that are wanted (.toml, .json or .csv).
        file: PathBuf,
        /// Write the plan to this file, for `ob registry apply`.
        #[arg(long, value_name = "PLAN")]
        out: Option<PathBuf>,
        #[command(flatten)]
        source: RegistrySource,
    },
    /// Do what a plan, or a file with all wanted third-parties, says; all of it, or nothing.
    Apply {
        /// A plan that `ob registry plan --out` wrote, or a file as for `ob registry plan`.
        file: PathBuf,
        /// Allow that third-parties are offboarded.
        #[arg(long)]
        allow_offboard: bool,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        change: EditArgs,
    },
    /// The Integrator's own profile: what the platform knows it by.
    #[command(subcommand)]
    Integrator(IntegratorCommand),
}

/// Which registry.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct RegistrySource {
    /// A .db, .toml or .json file or postgres://…; else registry.db.
    #[arg(long, value_name = "WHERE")]
    pub(crate) registry: Option<PathBuf>,
    /// The folder of a running `ob sandbox`.
    #[arg(long, value_name = "DIR")]
    pub(crate) sandbox: Option<PathBuf>,
    /// A configuration file (TOML, schema ob.config/1).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Which registry is changed, by whom and why.
#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

/// The heading of [`ChangeArgs`].
const CHANGE: &str = "The change";

/// A step in the life of a third-party: it must be told why.
#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT", help_heading = CHANGE)]
    pub(crate) reason: String,
    /// Who you are, in the history; your login name when left out.
    #[arg(long, value_name = "NAME", help_heading = CHANGE)]
    pub(crate) by: Option<String>,
    #[command(flatten)]
    pub(crate) expect: ExpectArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExpectArgs {
    /// Refuse unless it is at this version, as `get` shows it.
    #[arg(long, value_name = "N", value_parser = version)]
    pub(crate) expect_version: Option<Version>,
}

/// The facts of a third-party.
#[derive(Debug, Args)]
pub(crate) struct ThirdPartyArgs {
    /// Its name in law.
    #[arg(long, value_name = "NAME")]
    pub(crate) legal_name: Option<String>,
    /// Its client id at the platform.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<ClientId>,
    /// The id of its main application.
    #[arg(long, value_name = "UUID")]
    pub(crate) application_id: Option<ApplicationId>,
    /// Its organizationIdentifier, as PSDFI-FINFSA-1234567.
    #[arg(long, value_name = "ID")]
    pub(crate) organization_id: Option<OrganizationIdentifier>,
    /// licensed or unlicensed.
    #[arg(long, value_enum, value_name = "LICENCE", hide_possible_values = true)]
    pub(crate) licence: Option<LicenceArg>,
    /// draft, onboarding, active, suspended, offboarding or offboarded.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<Status>,
    /// A country of operation, as DE; may be repeated.
    #[arg(long, value_name = "CODE")]
    pub(crate) country: Vec<Country>,
    /// A product or use case; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) use_case: Vec<UseCase>,
    /// The scopes that it authorised, between spaces; may be repeated.
    #[arg(long, value_name = "SCOPES")]
    pub(crate) scope: Vec<String>,
    /// Take scopes that the platform is not known to have.
    #[arg(long)]
    pub(crate) allow_unknown_scope: bool,
    /// A file with its certificates as PEM; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Vec<PathBuf>,
    /// Where its keys are used: the address of its signing service.
    #[arg(long, value_name = "URL", conflicts_with = "key_vault")]
    pub(crate) signing_service: Option<HttpsUrl>,
    /// Where its keys are used: the address of an Azure Key Vault.
    #[arg(long, value_name = "URL", requires_all = ["key", "key_version"])]
    pub(crate) key_vault: Option<HttpsUrl>,
    /// The key's name in the vault.
    #[arg(long, value_name = "NAME", requires = "key_vault")]
    pub(crate) key: Option<KeyName>,
    /// The key's version in the vault.
    #[arg(long, value_name = "VERSION", requires = "key_vault")]
    pub(crate) key_version: Option<KeyVersion>,
    #[arg(
        long,
        value_name = "CONTACT",
        help = "role:name:email[:phone], primary or technical; may be repeated"
    )]
    pub(crate) contact: Vec<Contact>,
    #[arg(
        long,
        value_name = "APPLICATION",
        help = "A further application: UUID=use case[:default]; may be repeated"
    )]
    pub(crate) application: Vec<Application>,
    /// What else is worth knowing.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Only with this status; may be repeated.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Vec<Status>,
    /// Only licensed or unlicensed ones.
    #[arg(long, value_enum, value_name = "LICENCE", hide_possible_values = true)]
    pub(crate) licence: Option<LicenceArg>,
    /// Only those that operate there; may be repeated.
    #[arg(long, value_name = "CODE")]
    pub(crate) country: Vec<Country>,
    /// Only those with this text in a name or an id, whatever the case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Write a long table to the terminal as it is, without a pager.
    #[arg(long)]
    pub(crate) no_pager: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    Toml,
    Json,
    Csv,
}

/// What can be taken away, by the name of its flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clear {
    ClientId,
    ApplicationId,
    OrganizationId,
    Country,
    UseCase,
    Scope,
    Certificate,
    Custody,
    Contact,
    Application,
    Note,
}

fn version(text: &str) -> Result<Version, String> {
    let number: u64 = text.parse().map_err(|_| "needs a number".to_owned())?;
    Ok(Version::from(number))
}

fn revision(text: &str) -> Result<Revision, String> {
    let number: u64 = text.parse().map_err(|_| "needs a number".to_owned())?;
    Ok(Revision::from(number))
}

/// `500ms`, `10s`, `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let refused = || "needs a time as in 10s, 500ms or 2m, at most 60m".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| refused())?;
    let unit = match text.get(digits.len()..) {
        Some("ms") => 1,
        Some("s") => 1_000,
        Some("m") => 60_000,
        _ => return Err(refused()),
    };
    let millis = number.checked_mul(unit).filter(|it| *it <= 3_600_000);
    millis.map(Duration::from_millis).ok_or_else(refused)
}
