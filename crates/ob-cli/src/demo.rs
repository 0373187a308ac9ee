//! `ob demo`: the whole one-to-many model over real HTTP on this machine, and every attempt to
//! get it wrong. Each line it prints was checked; the first claim that does not hold ends it.

mod claims;
mod crowd;
mod data;
mod judge;
mod nonce;
mod refusals;
mod stage;
mod story;
mod tokens;

use crate::{
    exit::Failure,
    output::{self, Format},
};
use obkit::core::{Clock, SystemClock};
use serde::Serialize;
use std::collections::BTreeMap;
use story::Story;

/// What the demo saw, schema `ob.demo/1`.
#[derive(Debug, Serialize)]
struct Seen {
    schema: &'static str,
    tokens: Vec<tokens::Seen>,
    consents: usize,
    accounts: usize,
    transactions: usize,
    refusals: Vec<refusals::Seen>,
    cold: crowd::Cold,
    mixed: crowd::Mixed,
    nonce: nonce::Seen,
    journal: JournalSeen,
    usage: BTreeMap<String, u64>,
    elapsed_ms: u128,
}

#[derive(Debug, Serialize)]
struct JournalSeen {
    records: usize,
}

pub(crate) async fn run(format: Format) -> Result<(), Failure> {
    let clock = SystemClock::default();
    let mut story = Story::default();
    let stage = stage::Stage::set(&mut story).await?;
    let tokens = tokens::show(&stage, &mut story).await?;
    let data = data::show(&stage, &mut story).await?;
    let refusals = refusals::show(&stage, &data, &mut story).await?;
    judge::show(&stage, &mut story).await?;
    let nonce = nonce::show(&mut story).await?;
    let cold = crowd::cold(&stage, &mut story).await?;
    let mixed = crowd::mixed(&stage, &mut story).await?;
    let usage = claims::usage(&stage, &mut story).await?;
    let seen = Seen {
        schema: "ob.demo/1",
        tokens,
        consents: data.consents(),
        accounts: data.accounts,
        transactions: data.transactions,
        refusals,
        cold,
        mixed,
        nonce,
        journal: JournalSeen {
            records: stage.journal.records().len(),
        },
        usage,
        elapsed_ms: clock.monotonic().as_millis(),
    };
    stage.strike().await;
    story.end(seen.elapsed_ms);
    match format {
        Format::Text => Ok(()),
        _ => output::result(format, &seen, |_| String::new()),
    }
}
