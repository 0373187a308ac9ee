//! The sandbox, driven as a client would drive it: in process and over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod api_refusals;
mod as_requests;
mod as_tokens;
mod attacks;
mod audit;
mod delegation;
mod descriptor;
mod front_framing;
mod front_headers;
mod front_http2;
mod front_limits;
mod front_target;
mod front_tls;
mod front_wire;
mod harness;
mod isolation;
mod lifecycle;
mod metadata;
mod nonce;
mod onboard;
mod rs_answers;
mod rs_data;
mod rs_hostile_claims;
mod rs_hostile_form;
mod rs_hostile_keys;
mod rs_proofs;
mod rs_stage;
mod rs_tenants;
mod socket;
mod token_refusals;
