//! The story, told on stderr.

use crate::{
    exit::{self, Failure},
    output,
};
use std::fmt::Display;

/// Tells what happened, act by act.
#[derive(Debug, Default)]
pub(super) struct Story {
    acts: u32,
}

impl Story {
    /// Begins the next act.
    pub(super) fn act(&mut self, title: &str) {
        self.acts += 1;
        output::say(format_args!("\n{}. {title}", self.acts));
    }

    /// Tells something that happened and was checked.
    pub(super) fn tell(&self, line: impl Display) {
        output::say(format_args!("   {line}"));
    }

    /// Tells a refusal: what was tried, and what stopped it.
    pub(super) fn refused(&self, tried: &str, by: impl Display) {
        output::say(format_args!("   {tried:<44} refused  {by}"));
    }

    pub(super) fn end(&self, elapsed_ms: u128) {
        output::say(format_args!(
            "\nEverything above happened, in {elapsed_ms} ms."
        ));
    }
}

/// Ends the demo when a claim does not hold.
pub(super) fn ensure(holds: bool, claim: impl Display) -> Result<(), Failure> {
    if holds {
        return Ok(());
    }
    Err(Failure::new(
        exit::PROBLEMS,
        format!("the demo's claim does not hold: {claim}"),
    ))
}
