//! What is counted of a token request before anything is judged.

use crate::{
    counters::{count, note},
    exchange::{Exchange, MEANT_FOR, ON_BEHALF_OF},
    world::World,
};

/// Counts the request, and whether it came for whom its sender says it was meant.
pub(super) fn request(world: &World, exchange: &Exchange) {
    let named = exchange.first(ON_BEHALF_OF);
    let mut state = world.state();
    let label = state.parties.label(named).to_owned();
    let wrong = exchange.first(MEANT_FOR).map(|meant| {
        let meant = state
            .parties
            .client_id_of(meant)
            .map_or(meant, |id| id.as_str());
        named.unwrap_or(world.integrator.client_id.as_str()) != meant
    });
    let counters = &mut state.counters;
    counters.token_requests += 1;
    count(&mut counters.token_requests_by_party, &label);
    note(&mut counters.last_request_at_by_party, &label, exchange.now);
    counters.meant_checked += u64::from(wrong.is_some());
    counters.wrong_party += u64::from(wrong == Some(true));
}
