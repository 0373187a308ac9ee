//! The words of `ob expiring`.

use crate::span::Span;
use clap::Args;
use std::path::PathBuf;

/// List what will stop working by itself: certificates, keys, consents.
///
/// Certificates come from a registry, with the Integrator's own. The platform lists no consents:
/// `--consents` reads what `ob consent create` and `ob consent get` printed with `-o jsonl`.
/// With `-o ics` the result is a calendar (RFC 5545) that warns seven days before.
///
/// Ends with 9 when something ends, or has ended, that nothing takes over from.
#[derive(Debug, Args)]
pub(crate) struct ExpiringArgs {
    /// How far to look: a number and h, d or w, as in 12h, 30d, 4w.
    #[arg(long, value_name = "SPAN", default_value = "30d")]
    pub(crate) within: Span,
    /// The registry (registry.db when nothing is named), as for `ob registry`.
    #[arg(long, value_name = "WHERE", conflicts_with_all = ["sandbox", "config"])]
    pub(crate) registry: Option<PathBuf>,
    /// The folder of a running `ob sandbox`.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) sandbox: Option<PathBuf>,
    /// A configuration file (TOML, schema ob.config/1).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A key: a JWK with exp or x5c, a key vault's answer, or its certificate.
    #[arg(long = "key", value_name = "FILE")]
    pub(crate) keys: Vec<PathBuf>,
    /// Consents: a file of ob.consent/1 objects, one per line.
    #[arg(long, value_name = "FILE")]
    pub(crate) consents: Vec<PathBuf>,
}
