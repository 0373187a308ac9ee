//! The stricter profile, with nonces demanded.

use super::{
    stage::{Stage, UNLICENSED, grant},
    story::{Story, ensure},
};
use crate::exit::Failure;
use ob_sandbox::{NonceMode, Profile};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Seen {
    retries: u32,
}

pub(super) async fn show(story: &mut Story) -> Result<Seen, Failure> {
    story.act("FAPI 2.0: tokens bound to the DPoP key, a nonce demanded");
    let stage = Stage::start(Profile::Fapi2, NonceMode::Required, 0).await?;
    let party = stage.party(UNLICENSED)?;
    let lease = party.token(&grant("ob_providers")?).await?;
    let retries = lease.attempts.saturating_sub(1);
    ensure(
        retries == 1,
        format_args!("one retry with the nonce, not {retries}"),
    )?;
    ensure(lease.token.jkt().is_some(), "the token is bound to the key")?;
    let providers = party.providers().list().send().await?;
    ensure(
        !providers.items.is_empty(),
        "the API accepted the bound token",
    )?;
    story.tell(format_args!(
        "nonce demanded, answered with a fresh assertion and proof: {}",
        count_retries(retries)
    ));
    story.tell("the API took the bound token with a proof of its own");
    stage.strike().await;
    Ok(Seen { retries })
}

fn count_retries(retries: u32) -> String {
    let noun = if retries == 1 { "retry" } else { "retries" };
    format!("{retries} {noun}")
}
