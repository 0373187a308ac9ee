//! `GET /accounts/{id}/transactions` and `/transactions/{id}` (paths DOC, query ASSUMED).

use super::{
    Caller, data,
    paging::{self, Window},
    payload, refusals,
};
use crate::{
    answer::Answer,
    bank,
    exchange::Exchange,
    form::Form,
    refused::{Refused, because},
    world::World,
};
use jiff::civil::Date;

pub(super) fn list(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Answer, Refused> {
    let query = paging::query(exchange)?;
    let window = Window::read(&query)?;
    let (from, to) = (day(&query, "from")?, day(&query, "to")?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        let reason = because("platform 6", "from")
            .expected("a day not after `to`")
            .found(from.to_string());
        return Err(refusals::bad_request(reason));
    }
    let account = data::account(world, exchange, (caller, id))?;
    let all = bank::entries(world.seed, &account, (exchange.today(), from, to));
    let page = window.page(&all, |entry| payload::transaction(&account, entry));
    let total = page.total.unwrap_or_default();
    let items = page.items.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::ok(&ob_api::Page::of(total, items)))
}

/// Looked for among the accounts of the consent only: anybody else's is not there (R200).
pub(super) fn get(
    world: &World,
    exchange: &Exchange,
    (caller, id): (&Caller, &str),
) -> Result<Answer, Refused> {
    for account in data::accounts(world, exchange, caller)? {
        let all = bank::entries(world.seed, &account, (exchange.today(), None, None));
        if let Some(found) = all.iter().find(|known| known.id == id) {
            return Ok(Answer::ok(&payload::transaction(&account, found)?));
        }
    }
    let reason = because("R200", "transaction").expected("one of an account the consent covers");
    Err(refusals::not_found(reason.shown(id)))
}

fn day(query: &Form, name: &'static str) -> Result<Option<Date>, Refused> {
    let Some(text) = query.get(name) else {
        return Ok(None);
    };
    let read: Option<ob_api::Date> = text.parse().ok();
    let date = read.and_then(|date| Date::new(date.year(), date.month(), date.day()).ok());
    date.map(Some).ok_or_else(|| {
        refusals::bad_request(
            because("platform 6", name)
                .expected("a date YYYY-MM-DD")
                .shown(text),
        )
    })
}
