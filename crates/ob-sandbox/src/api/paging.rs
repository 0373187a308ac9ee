//! `limit` and `offset` (INT), and the other query parameters.

use super::refusals;
use crate::{
    exchange::Exchange,
    form::Form,
    refused::{Refused, because},
};
use ob_api::Page;

/// The query of a call.
pub(super) fn query(exchange: &Exchange) -> Result<Form, Refused> {
    Form::parse(exchange.query.as_deref().unwrap_or_default().as_bytes()).map_err(|error| {
        let reason = because("platform 6", "query").expected("each parameter once");
        refusals::bad_request(reason.found(error.found()))
    })
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    limit: usize,
    offset: usize,
}

impl Window {
    pub(super) fn read(query: &Form) -> Result<Self, Refused> {
        let limit = number(query, "limit", DEFAULT_LIMIT)?;
        let offset = number(query, "offset", 0)?;
        if !(1..=MAX_LIMIT).contains(&limit) {
            let reason = because("platform 6", "limit").expected(format!("1 to {MAX_LIMIT}"));
            return Err(refusals::bad_request(reason.found(limit.to_string())));
        }
        Ok(Self { limit, offset })
    }

    pub(super) fn page<T, U>(self, all: &[T], show: impl FnMut(&T) -> U) -> Page<U> {
        let items = all
            .iter()
            .skip(self.offset)
            .take(self.limit)
            .map(show)
            .collect();
        Page::of(all.len() as u64, items)
    }
}

fn number(query: &Form, name: &'static str, default: usize) -> Result<usize, Refused> {
    let Some(text) = query.get(name) else {
        return Ok(default);
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    Some(text)
        .filter(|_| digits)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            refusals::bad_request(
                because("platform 6", name)
                    .expected("a whole number")
                    .shown(text),
            )
        })
}

/// ASSUMED, both.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;
