//! The commands.

mod accounts;
mod consent;
mod explain;
pub(crate) mod keys;
mod registry;
mod sandbox;
mod token;

use crate::{
    cli::{Cli, Command},
    demo,
    exit::Failure,
};
use std::process::ExitCode;

pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let format = cli.output;
    match cli.command {
        Command::Demo => Box::pin(demo::run(format)).await?,
        Command::Sandbox(args) => sandbox::run(format, &args).await?,
        Command::Token(command) => Box::pin(token::run(format, command)).await?,
        Command::Consent(command) => Box::pin(consent::run(format, command)).await?,
        Command::Accounts(command) => Box::pin(accounts::run(format, command)).await?,
        Command::Registry(command) => registry::run(format, command).await?,
        Command::Keys(command) => keys::run(format, command)?,
        Command::Explain(args) => explain::run(format, &args).await?,
    }
    Ok(ExitCode::SUCCESS)
}
