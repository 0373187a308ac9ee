//! `GET /accounts` (MUST) and `GET /accounts/{id}` (DOC).

use super::{
    Caller, data,
    paging::{self, Window},
    payload::{self, Shown},
    refusals,
};
use crate::{
    answer::Answer,
    bank::{self, Account},
    exchange::Exchange,
    form::Form,
    refused::{Refused, because},
    world::World,
};

pub(super) fn list(world: &World, exchange: &Exchange, caller: &Caller) -> Result<Answer, Refused> {
    let query = paging::query(exchange)?;
    let (window, shown) = (Window::read(&query)?, included(&query)?);
    let connected = data::accounts(world, exchange, caller)?;
    let page = window.page(&connected, |account| {
        show(world, exchange, (account, shown))
    });
    let total = page.total.unwrap_or_default();
    let items = page.items.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(&ob_api::Page::of(total, items)))
}

/// One account, with everything: the call has no `include`.
pub(super) fn get(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Answer, Refused> {
    let account = data::account(world, exchange, (caller, id))?;
    let all = Shown {
        balances: true,
        holders: true,
        identifiers: true,
        additional: true,
    };
    Ok(Answer::ok(&show(world, exchange, (&account, all))?))
}

fn show(
    world: &World,
    exchange: &Exchange,
    (account, shown): (&Account, Shown),
) -> Result<ob_api::Account, Refused> {
    let today = exchange.today();
    // The balance is the sum of the whole statement; it is added up only when asked for.
    let booked = if shown.balances {
        bank::balance(world.seed, account, today)
    } else {
        0
    };
    payload::account(
        account,
        (&account.provider.id(world.seed), booked, today),
        shown,
    )
}

/// `include=balances,holders,identifiers,additionalInformation` (INT).
fn included(query: &Form) -> Result<Shown, Refused> {
    let mut shown = Shown::default();
    for part in query
        .get("include")
        .unwrap_or_default()
        .split(',')
        .filter(|part| !part.is_empty())
    {
        match part {
            "balances" => shown.balances = true,
            "holders" => shown.holders = true,
            "identifiers" => shown.identifiers = true,
            "additionalInformation" => shown.additional = true,
            other => {
                let reason = because("platform 6", "include")
                    .expected("balances, holders, identifiers, additionalInformation");
                return Err(refusals::bad_request(reason.shown(other)));
            }
        }
    }
    Ok(shown)
}
