//! What the sandbox counted.

use crate::exchange::timestamp;
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, time::SystemTime};

/// What a sandbox has seen since it was made. Read it by [`Sandbox::counters`](crate::Sandbox::counters)
/// or at `GET /__sandbox/counters`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counters {
    /// Requests to the token endpoint, refused ones included.
    pub token_requests: u64,
    /// The same by the third-party named in `X-On-Behalf-Of` (its business id; `integrator` for
    /// none; `unknown` for every other value).
    pub token_requests_by_party: BTreeMap<String, u64>,
    /// Tokens issued.
    pub tokens_issued: u64,
    /// The same by third-party.
    pub tokens_issued_by_party: BTreeMap<String, u64>,
    /// Requests to the API, refused ones included.
    pub api_requests: u64,
    /// The same by the third-party in the token's `sub`, whether or not the token was accepted.
    pub api_requests_by_party: BTreeMap<String, u64>,
    /// When the last request for each third-party arrived, by the sandbox's clock: to the API with
    /// a token of it, or to the token endpoint in its name; refused ones included.
    #[serde(serialize_with = "moments")]
    pub last_request_at_by_party: BTreeMap<String, SystemTime>,
    /// API requests that passed every check of the gate and reached their handler.
    pub api_requests_admitted: u64,
    /// Requests that said by `X-Sandbox-Meant-For` for whom they were meant.
    pub meant_checked: u64,
    /// Of those, the ones that arrived for somebody else. Anything but 0 is a broken tenant
    /// boundary on the client's side, even if the request was then refused.
    pub wrong_party: u64,
    /// Uses of a token outside its own third-party, application or consent.
    pub token_reuse_violations: u64,
    /// Answers that demanded a nonce.
    pub nonce_challenges: u64,
    /// Requests refused, for whatever reason; nonce challenges included.
    pub refusals: u64,
    /// The same by rule.
    pub refusals_by_rule: BTreeMap<String, u64>,
    /// Proofs and assertions refused because they had been used before.
    pub replays_refused: u64,
    /// Consents created.
    pub consents_created: u64,
}

/// Adds one to a named counter.
pub(crate) fn count(map: &mut BTreeMap<String, u64>, name: &str) {
    if let Some(known) = map.get_mut(name) {
        *known += 1;
    } else {
        map.insert(name.to_owned(), 1);
    }
}

/// Notes when something last happened to a name. Requests on several connections may be counted
/// in another order than they arrived in.
pub(crate) fn note(map: &mut BTreeMap<String, SystemTime>, name: &str, at: SystemTime) {
    if let Some(known) = map.get_mut(name) {
        *known = at.max(*known);
    } else {
        map.insert(name.to_owned(), at);
    }
}

/// RFC 3339 in UTC, to the nanosecond: what is compared with another clock's reading is not cut.
fn moments<S: Serializer>(map: &BTreeMap<String, SystemTime>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(
        map.iter()
            .map(|(name, at)| (name, format!("{:.9}", timestamp(*at)))),
    )
}
