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

    /// Tells something of somebody.
    pub(super) fn tell_of(&self, who: &str, line: impl Display) {
        self.tell(format_args!("{who:<15} {line}"));
    }

    /// Tells a refusal: what was tried, and what stopped it.
    pub(super) fn refused(&self, tried: &str, by: impl Display) {
        self.tell(format_args!("{tried:<27} {by}"));
    }

    pub(super) fn end(&self, elapsed_ms: u128) {
        let (seconds, tenths) = (elapsed_ms / 1000, elapsed_ms % 1000 / 100);
        output::say(format_args!(
            "\nAll of this happened and was checked, in {seconds}.{tenths} s.\n\
             Next: `ob sandbox --dir sandbox` keeps one running for your own calls."
        ));
    }
}

/// A number and its noun: `1 account`, `10,000 calls`.
pub(super) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// With a comma at the thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_with_their_noun() {
        for (number, told) in [
            (0, "0 calls"),
            (1, "1 call"),
            (999, "999 calls"),
            (1_000, "1,000 calls"),
            (10_000, "10,000 calls"),
            (1_234_567, "1,234,567 calls"),
        ] {
            assert_eq!(count(number, "call"), told);
        }
    }

    #[test]
    fn a_claim_that_does_not_hold_ends_the_demo_with_problems() {
        assert!(ensure(true, "water is wet").is_ok());
        let failure = ensure(false, "water is dry");
        assert!(format!("{failure:?}").contains("water is dry"));
    }
}
