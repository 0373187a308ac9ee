//! The token endpoint (platform section 1; standards B, D, G, I, J).

mod client;
mod count;
mod grant;
mod mint;
mod request;

use crate::{
    answer::Answer,
    audit::Trail,
    exchange::Exchange,
    proof::{self, ProofRefusal},
    refused::{Refused, RefusedKind},
    world::{Role, World},
};
use http::StatusCode;
use ob_jose::VerifiedProof;
use request::TokenRequest;

/// Every scope the platform has (DOC, INT).
pub(crate) const SCOPES: [&str; 3] = ["consents:create", "ob_data", "ob_providers"];

/// Answers one token request. Cheap checks come first: syntax and sizes, then signatures, then
/// the books (R117).
pub(crate) async fn issue(
    world: &World,
    exchange: &Exchange,
    trail: &mut Trail,
) -> Result<Answer, Refused> {
    count::request(world, exchange);
    let request = TokenRequest::read(world, exchange)?;
    let client = client::authenticate(world, exchange, &request)?;
    trail.client_id = Some(client.client_id().to_owned());
    let checked = proof::check(world, exchange, (Role::AuthorizationServer, None));
    let proof = checked.map_err(|refusal| refused_proof(world, (refusal, &client)))?;
    trail.jkt = Some(proof.thumbprint().to_string());
    let grant = grant::decide(world, exchange, &request)?;
    trail.sub = Some(grant.subject.clone());
    trail.act_sub = grant.actor.clone();
    let minted = mint::token(world, exchange, (&grant, &proof)).await?;
    trail.jti = Some(minted.jti);
    Ok(minted.answer)
}

fn refused_proof(
    world: &World,
    (refusal, client): (ProofRefusal, &ob_jose::VerifiedAssertion),
) -> Refused {
    let bad = StatusCode::BAD_REQUEST;
    match refusal {
        ProofRefusal::Invalid(reason) => Refused::oauth(bad, INVALID_PROOF, reason),
        ProofRefusal::Replayed(reason) => {
            Refused::oauth(bad, INVALID_PROOF, reason).kind(RefusedKind::Replay)
        }
        ProofRefusal::NeedsNonce(reason) => {
            if !world.settings.strict_assertions {
                client::release(world, client);
            }
            Refused::oauth(bad, USE_NONCE, reason).kind(RefusedKind::NonceChallenge)
        }
        ProofRefusal::Overloaded(reason) => {
            Refused::oauth(StatusCode::SERVICE_UNAVAILABLE, OVERLOADED, reason)
        }
    }
}

/// A proof that was checked, for the minting of a token.
type Proof = VerifiedProof;

type Told = (&'static str, &'static str);
const INVALID_REQUEST: Told = ("invalid_request", "the token request is malformed");
const INVALID_CLIENT: Told = ("invalid_client", "client authentication failed");
const INVALID_PROOF: Told = (
    "invalid_dpop_proof",
    "the DPoP proof is missing or not valid",
);
const INVALID_SCOPE: Told = (
    "invalid_scope",
    "a scope is missing, unknown or not authorised",
);
const INVALID_GRANT: Told = ("invalid_grant", "the consent cannot be used");
const INVALID_TARGET: Told = ("invalid_target", "the resource is unknown");
const UNSUPPORTED_GRANT: Told = (
    "unsupported_grant_type",
    "only client_credentials is supported",
);
const UNAUTHORIZED_CLIENT: Told = (
    "unauthorized_client",
    "the client may not act for this third-party",
);
const USE_NONCE: Told = (
    "use_dpop_nonce",
    "the DPoP proof needs a nonce of this server",
);
const OVERLOADED: Told = (
    "temporarily_unavailable",
    "too many requests are remembered, try later",
);
