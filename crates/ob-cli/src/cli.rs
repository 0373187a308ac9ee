//! The words of the command line.

mod cert;
pub(crate) use cert::{CertCommand, InspectArgs};

mod change;
pub(crate) use change::{ChangeArgs, contact};

mod expiring;
pub(crate) use expiring::ExpiringArgs;

mod integrator;
pub(crate) use integrator::{IntegratorCommand, IntegratorSetArgs, PlaceArgs};

mod onboard;
pub(crate) use onboard::{FactArgs, LicenceArg, OnboardArgs};

mod registry;
pub(crate) use registry::{
    Clear, EditArgs, FileFormat, FilterArgs, RegistryCommand, RegistrySource, StepArgs,
    ThirdPartyArgs,
};

use crate::output::Format;
use clap::{Args, Parser, Subcommand, ValueEnum, builder::NonEmptyStringValueParser};
use std::path::PathBuf;

/// Serve many third-parties through one Mastercard Open Finance integration.
///
/// obkit is independent and not affiliated with Mastercard.
#[derive(Debug, Parser)]
#[command(name = "ob", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Result as text, json or jsonl; `ob expiring` also as ics.
    #[arg(
        short,
        long,
        value_enum,
        global = true,
        value_name = "FORMAT",
        default_value_t = Format::Text,
        hide_possible_values = true,
        help_heading = EVERYWHERE
    )]
    pub(crate) output: Format,
    /// Narrate on stderr what happens, without secrets.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) explain: bool,
    /// Never ask anything, also at a terminal.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) no_input: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EVERYWHERE: &str = "Options of every command";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole model in a sandbox of its own, and try to get it wrong.
    Demo,
    /// Run a sandbox: authorization server and API that verify everything.
    Sandbox(SandboxArgs),
    /// Tokens on behalf of a third-party.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Consents of a third-party.
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// Accounts under a consent.
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// The registry of third-parties.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Onboard a third-party: collect, check, hand over, confirm with a real token.
    Onboard(Box<OnboardArgs>),
    /// List what will stop working by itself: certificates, keys, consents.
    Expiring(ExpiringArgs),
    /// Certificates: what a file of them says.
    #[command(subcommand)]
    Cert(CertCommand),
    /// Keys: make one, or see what a file holds.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Explain an error code, or a refusal of the sandbox.
    Explain(ExplainArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The port to listen on, on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// The folder that sandbox.json and the Integrator's key are written to.
    #[arg(long)]
    pub(crate) dir: PathBuf,
    /// one-to-many (Bearer tokens) or fapi2 (bound ones).
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = ProfileArg::OneToMany)]
    pub(crate) profile: ProfileArg,
    /// Whether DPoP proofs must carry a nonce: off or required.
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = NonceArg::Off)]
    pub(crate) nonce: NonceArg,
    /// The algorithm of the Integrator's key: ES256 or PS256.
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = SandboxAlgArg::Es256)]
    pub(crate) alg: SandboxAlgArg,
    /// Its third-parties: those of this registry, instead of three of its own.
    #[arg(long, value_name = "WHERE")]
    pub(crate) registry: Option<PathBuf>,
    /// Serve https, under a certificate authority made for this run (ca.pem).
    #[arg(long)]
    pub(crate) tls: bool,
    /// Decides ids and data; the same seed gives the same ones.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    OneToMany,
    Fapi2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NonceArg {
    Off,
    Required,
}

/// What the platform's profile allows for the Integrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SandboxAlgArg {
    #[value(name = "ES256")]
    Es256,
    #[value(name = "PS256")]
    Ps256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlgArg {
    #[value(name = "ES256")]
    Es256,
    #[value(name = "PS256")]
    Ps256,
    #[value(name = "EdDSA")]
    EdDsa,
}

/// Which platform to speak to.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TargetArgs {
    /// The folder of a running `ob sandbox`.
    #[arg(long, value_name = "DIR")]
    pub(crate) sandbox: Option<PathBuf>,
    /// A configuration file (TOML, schema ob.config/1).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// For whom, and on which platform.
#[derive(Debug, Args)]
pub(crate) struct ForArgs {
    /// The business id of the third-party. There is no default.
    #[arg(long = "for", value_name = "ID")]
    pub(crate) party: String,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Get a token and show what it says, never the token itself.
    Get {
        #[command(flatten)]
        on: ForArgs,
        #[command(flatten)]
        grant: GrantArgs,
    },
    /// Print the token itself.
    Print {
        #[command(flatten)]
        on: ForArgs,
        #[command(flatten)]
        grant: GrantArgs,
        /// Yes, print the token.
        #[arg(long, required = true)]
        yes_print_token: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GrantArgs {
    /// The scopes, separated by spaces; all that it authorised when left out.
    #[arg(long, value_name = "SCOPES")]
    pub(crate) scope: Option<String>,
    /// A consent, for a consent-scoped token.
    #[arg(long, value_name = "OWNER/ID")]
    pub(crate) consent: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConsentCommand {
    /// Create a consent, and the flow in which the end user authorises it.
    Create {
        #[command(flatten)]
        on: ForArgs,
        /// Your stable id of the end user.
        #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
        user_id: String,
        /// The end user's e-mail address.
        #[arg(long, value_name = "ADDRESS", value_parser = NonEmptyStringValueParser::new())]
        email: String,
        /// Do not start a flow.
        #[arg(long)]
        no_flow: bool,
    },
    /// Read a consent.
    Get {
        #[command(flatten)]
        on: ForArgs,
        /// The consent, as `create` printed it: OWNER/ID.
        consent: String,
    },
    /// Revoke a consent.
    Revoke {
        #[command(flatten)]
        on: ForArgs,
        /// The consent, as `create` printed it: OWNER/ID.
        consent: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List the accounts under a consent.
    List {
        #[command(flatten)]
        on: ForArgs,
        /// The consent, as `ob consent create` printed it: OWNER/ID.
        #[arg(long, value_name = "OWNER/ID")]
        consent: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key, write it (mode 0600) and show its public half.
    New {
        /// The algorithm: ES256, PS256 or EdDSA.
        #[arg(long, value_enum, hide_possible_values = true, default_value_t = AlgArg::Es256)]
        alg: AlgArg,
        /// The file to write: .jwk or .json as a JWK, anything else as PKCS#8 PEM.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Overwrite an existing file.
        #[arg(long)]
        force: bool,
    },
    /// Show what a key file holds, never the private half.
    Show {
        /// The key file: PEM, DER or JWK.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// An error code (OB-X001) or the id of a sandbox refusal; all codes when left out.
    pub(crate) what: Option<String>,
    /// The folder of a running `ob sandbox`, for the id of a refusal.
    #[arg(long, value_name = "DIR")]
    pub(crate) sandbox: Option<PathBuf>,
}
