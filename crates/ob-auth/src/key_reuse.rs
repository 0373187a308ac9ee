//! One client key at two authorization servers: legal, and a risk that is said aloud.

use ob_jose::Thumbprint;
use std::sync::{Mutex, PoisonError};

/// Warns when this process already uses the client key at another issuer (R065).
///
/// An assertion is addressed to one issuer alone, so none can be used at the other; but a key of
/// its own for each server keeps one server's mistake from being the other's (RFC 10070
/// section 7).
pub(crate) fn check(key: Thumbprint, issuer: &str) {
    if let Some(other) = note(key, issuer) {
        tracing::warn!(
            issuer,
            other,
            "one client key is used at two authorization servers: give each its own"
        );
    }
}

/// Remembers where a key is used. Returns the first other issuer, if there is one.
fn note(key: Thumbprint, issuer: &str) -> Option<String> {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = |(k, i): &&(Thumbprint, String)| *k == key && i != issuer;
    let other = seen.iter().find(known).map(|(_, issuer)| issuer.clone());
    let entry = (key, issuer.to_owned());
    if !seen.contains(&entry) && seen.len() < MAX_SEEN {
        seen.push(entry);
    }
    other
}

static SEEN: Mutex<Vec<(Thumbprint, String)>> = Mutex::new(Vec::new());
/// A process speaks to a handful of servers; the bound keeps a mistake from growing.
const MAX_SEEN: usize = 64;
