//! `ob`: the command-line tool of obkit.
//!
//! People's text goes to stderr, the result to stdout; `-o json` prints one object with a
//! versioned schema. Nothing it prints is a token or a key, but for the one command that says so.

mod cli;
mod command;
mod demo;
mod exit;
mod file;
mod moment;
mod narrate;
mod output;
mod pages;
mod path_text;
mod span;
mod target;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    if cli.explain {
        narrate::start();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(async {
            let outcome = command::run(cli).await;
            target::close().await;
            outcome
        }),
        Err(error) => Err(exit::Failure::unexpected(format!("no runtime: {error}"))),
    };
    outcome.unwrap_or_else(exit::Failure::report)
}

/// The parser quotes the argument that it refuses: not one that announces a private key.
fn refuse(error: &clap::Error) -> ExitCode {
    if error.to_string().contains("PRIVATE KEY-----") {
        let what = "an argument has a private key in it (not shown): it is known to your shell's \
                    history now, replace the key";
        return exit::Failure::usage(what).report();
    }
    error.exit()
}
