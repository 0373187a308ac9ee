//! `GET /providers` (INT).

use super::{
    paging::{self, Window},
    payload, refusals,
};
use crate::{
    answer::Answer,
    bank::PROVIDERS,
    exchange::Exchange,
    refused::{Refused, because},
    world::World,
};
use ob_api::{CountryCode, Page, Provider};

pub(super) fn list(world: &World, exchange: &Exchange) -> Result<Answer, Refused> {
    let query = paging::query(exchange)?;
    let window = Window::read(&query)?;
    let country = query.get("country").map(country).transpose()?;
    let all: &[_] = if country.is_none_or(|country| country.as_str() == GERMANY) {
        &PROVIDERS
    } else {
        &[]
    };
    let page = window.page(all, |bank| {
        let mut shown = Provider::new(payload::made(
            "provider id",
            bank.id(world.seed).parse().ok(),
        )?);
        shown.display_name = Some(bank.name.to_owned());
        shown.country_code = Some(GERMANY.to_owned());
        Ok(shown)
    });
    let total = page.total.unwrap_or_default();
    let items = page
        .items
        .into_iter()
        .collect::<Result<Vec<_>, Refused>>()?;
    Ok(Answer::ok(&Page::of(total, items)))
}

fn country(text: &str) -> Result<CountryCode, Refused> {
    text.parse().map_err(|_| {
        let reason = because("platform 7", "country").expected("two upper-case letters");
        refusals::bad_request(reason.shown(text))
    })
}

/// All test banks are German (DOC).
const GERMANY: &str = "DE";
