//! The commands.

mod accounts;
pub(crate) mod cert;
mod change;
mod consent;
mod expiring;
mod explain;
pub(crate) mod keys;
pub(crate) mod onboard;
mod registry;
mod sandbox;
mod token;

use crate::{
    cli::{Cli, Command},
    demo,
    exit::Failure,
    output::{self, Format},
};
use std::process::ExitCode;

pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let format = cli.output;
    if format == Format::Ics && !matches!(cli.command, Command::Expiring(_)) {
        return Err(output::no_calendar());
    }
    match cli.command {
        Command::Demo => Box::pin(demo::run(format)).await?,
        Command::Sandbox(args) => sandbox::run(format, &args).await?,
        Command::Token(command) => Box::pin(token::run(format, command)).await?,
        Command::Consent(command) => Box::pin(consent::run(format, command)).await?,
        Command::Accounts(command) => Box::pin(accounts::run(format, command)).await?,
        Command::Registry(command) => {
            return Box::pin(registry::run(format, cli.no_input, command)).await;
        }
        Command::Onboard(args) => Box::pin(onboard::run(format, *args, cli.no_input)).await?,
        Command::Expiring(args) => return expiring::run(format, &args).await,
        Command::Cert(command) => return cert::run(format, &command),
        Command::Keys(command) => keys::run(format, command)?,
        Command::Explain(args) => explain::run(format, &args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
