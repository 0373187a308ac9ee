//! The token of a call: one, in the header (R020, R029, R030).

use super::refusals;
use crate::{
    exchange::Exchange,
    form::Form,
    refused::{Refused, because},
};

/// How a token was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Bearer,
    Dpop,
}

/// A presented token. No `Debug`: it is a secret.
#[derive(Clone, Copy)]
pub(super) struct Credentials<'a> {
    pub(super) scheme: Scheme,
    pub(super) token: &'a str,
}

/// Reads the one `Authorization` of a call. `bearer` says whether that scheme is taken here.
pub(super) fn read(exchange: &Exchange, bearer: bool) -> Result<Credentials<'_>, Refused> {
    if query_has_token(exchange) {
        let reason = because("R030", "query").expected("no access token in the URI");
        return Err(refusals::invalid_request(reason.found("access_token")));
    }
    let header = exchange
        .single("authorization", "R111")
        .map_err(refusals::invalid_request)?;
    let wanted =
        || because("R204", "Authorization").expected("Bearer or DPoP, and an access token");
    let Some(header) = header else {
        return Err(refusals::no_credentials(bearer, wanted()));
    };
    split(header).ok_or_else(|| refusals::no_credentials(bearer, wanted().found("another scheme")))
}

/// The token of a call as far as it can be seen, for counting.
pub(super) fn glimpse(exchange: &Exchange) -> Option<&str> {
    split(exchange.first("authorization")?).map(|credentials| credentials.token)
}

/// R112: the scheme is compared without case.
fn split(header: &str) -> Option<Credentials<'_>> {
    let (scheme, token) = header.split_once(' ')?;
    let scheme = if scheme.eq_ignore_ascii_case("bearer") {
        Scheme::Bearer
    } else if scheme.eq_ignore_ascii_case("dpop") {
        Scheme::Dpop
    } else {
        return None;
    };
    Some(Credentials {
        scheme,
        token: token.trim_matches(' '),
    })
}

fn query_has_token(exchange: &Exchange) -> bool {
    let query = exchange.query.as_deref().unwrap_or_default();
    Form::parse(query.as_bytes()).map_or_else(
        |_| query.contains("access_token"),
        |query| query.has("access_token"),
    )
}
