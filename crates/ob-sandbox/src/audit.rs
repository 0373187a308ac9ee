//! The audit event of each decision (R202).

use crate::{exchange::Exchange, refused::Refused};
use http::StatusCode;

/// What becomes known about who asks, while a request is judged. Names only, no secrets: a
/// token's `jti` and a key's thumbprint identify without giving access.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    pub(crate) client_id: Option<String>,
    pub(crate) sub: Option<String>,
    pub(crate) act_sub: Option<String>,
    pub(crate) jti: Option<String>,
    pub(crate) jkt: Option<String>,
}

/// Writes the one event of an exchange.
pub(crate) fn record(
    exchange: &Exchange,
    trail: &Trail,
    outcome: Result<StatusCode, (&Refused, &str)>,
) {
    let (decision, status, rule, refusal) = match outcome {
        Ok(status) => ("granted", status, "", ""),
        Err((refused, id)) => ("refused", refused.status, refused.reason.rule, id),
    };
    tracing::info!(
        target: "ob_sandbox::audit",
        decision,
        status = status.as_u16(),
        rule,
        refusal,
        method = %exchange.method,
        path = %ob_core::Shown(&exchange.path),
        client_id = trail.client_id.as_deref(),
        sub = trail.sub.as_deref(),
        act_sub = trail.act_sub.as_deref(),
        jti = trail.jti.as_deref(),
        jkt = trail.jkt.as_deref(),
        interaction_id = %exchange.interaction,
        correlation_id = %exchange.correlation,
    );
}
