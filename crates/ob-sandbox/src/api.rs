//! The API (platform sections 4 to 8).

mod accounts;
mod challenge;
mod consents;
mod credentials;
mod data;
mod flows;
mod gate;
mod paging;
mod payload;
mod providers;
mod refusals;
mod transactions;
mod watch;

use crate::{
    answer::Answer, audit::Trail, exchange::Exchange, refused::Refused, route::Call, world::World,
};
use ob_core::ClientId;

/// Who calls, after every check of the gate.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The token's `sub`: it alone decides whose data is read (R195, R200).
    pub(crate) tenant: ClientId,
    /// The client that acts: for the scope of idempotency keys (R201).
    pub(crate) client: String,
    /// The consent the token is for.
    pub(crate) consent: Option<String>,
}

/// Answers one call: what is counted first, then the gate, then the handler.
pub(crate) fn call(
    world: &World,
    exchange: &Exchange,
    (call, trail): (Call<'_>, &mut Trail),
) -> Result<Answer, Refused> {
    watch::request(world, exchange);
    let caller = gate::admit(world, exchange, (call, trail))?;
    world.state().counters.api_requests_admitted += 1;
    match call {
        Call::CreateConsent => consents::create(world, exchange, &caller),
        Call::GetConsent(id) => consents::get(world, exchange, (&caller, id)),
        Call::DeleteConsent(id) => consents::delete(world, exchange, (&caller, id)),
        Call::CreateFlow(id) => flows::create(world, exchange, (&caller, id)),
        Call::GetFlow(id, flow) => flows::get(world, exchange, (&caller, id, flow)),
        Call::Accounts => accounts::list(world, exchange, &caller),
        Call::Account(id) => accounts::get(world, exchange, (&caller, id)),
        Call::Transactions(id) => transactions::list(world, exchange, (&caller, id)),
        Call::Transaction(id) => transactions::get(world, exchange, (&caller, id)),
        Call::Providers => providers::list(world, exchange),
    }
}
