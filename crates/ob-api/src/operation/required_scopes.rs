//! Which scopes each operation needs, in one place.
//!
//! | operations | scope | trust |
//! |---|---|---|
//! | create a consent | `consents:create` | MUST |
//! | read and delete a consent, managed flows | `consents:create` | ASSUMED: the only consent scope known |
//! | accounts, transactions | `ob_data` | MUST names it, the calls it opens ASSUMED |
//! | providers | `ob_providers` | INT |

use ob_core::{Scope, Scopes};

/// Create, read and delete consents; create and read managed flows.
pub(super) fn consents() -> Scopes {
    scope("consents:create")
}

/// Read accounts and transactions.
pub(super) fn data() -> Scopes {
    scope("ob_data")
}

/// Read providers.
pub(super) fn providers() -> Scopes {
    scope("ob_providers")
}

#[expect(clippy::expect_used, reason = "the three constants above are scopes")]
fn scope(text: &'static str) -> Scopes {
    text.parse::<Scope>().expect("a scope").into()
}
