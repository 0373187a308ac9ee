//! The consent behind a data call (platform sections 3 and 5).

use super::{Caller, refusals};
use crate::{
    bank::Account,
    consent::ConsentState,
    exchange::{CONSENT_ID, Exchange},
    refused::{Refused, because},
    world::World,
};

/// The accounts the end user connected in the token's consent, and no others.
pub(super) fn accounts(
    world: &World,
    exchange: &Exchange,
    caller: &Caller,
) -> Result<Vec<Account>, Refused> {
    let consent = named(exchange, caller)?;
    let state = world.state();
    let known = state.consents.of(&caller.tenant, consent).ok_or_else(|| {
        refusals::not_found(
            because("R200", "consent").expected("a consent of the token's third-party"),
        )
    })?;
    match known.state(exchange.timestamp()) {
        ConsentState::Active => Ok(known.accounts.clone()),
        ended => Err(refusals::consent_not_active(ended)),
    }
}

/// One of them. An account outside the consent is not there (R200).
pub(super) fn account(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Account, Refused> {
    let connected = accounts(world, exchange, caller)?;
    connected
        .into_iter()
        .find(|account| account.id == id)
        .ok_or_else(|| {
            let reason = because("R200", "account").expected("an account that the consent covers");
            refusals::not_found(reason.shown(id))
        })
}

/// The token says which consent it is for; the header may only repeat it.
fn named<'a>(exchange: &'a Exchange, caller: &'a Caller) -> Result<&'a str, Refused> {
    let wanted = because("platform 3", "consent").expected("the token's own consent");
    let Some(own) = caller.consent.as_deref() else {
        let told = "data calls need a consent-scoped token";
        return Err(refusals::forbidden(
            "FORBIDDEN",
            told,
            wanted.found("a token without one"),
        ));
    };
    match exchange
        .single(CONSENT_ID, "R192")
        .map_err(refusals::bad_request)?
    {
        Some(other) if other != own => {
            let told = "the token is for another consent";
            Err(refusals::forbidden("FORBIDDEN", told, wanted.shown(other)))
        }
        _ => Ok(own),
    }
}
