//! Making an access token (standards I).

use super::{Proof, grant::Grant};
use crate::{
    answer::Answer,
    counters::count,
    exchange::Exchange,
    issued::IssuedToken,
    refused::{Refused, because},
    world::World,
};
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A token on its way out.
pub(super) struct Minted {
    pub(super) answer: Answer,
    pub(super) jti: String,
}

pub(super) async fn token(
    world: &World,
    exchange: &Exchange,
    (grant, proof): (&Grant, &Proof),
) -> Result<Minted, Refused> {
    let jti = ob_jose::base64url::encode(&world.entropy.bytes::<16>()?);
    let life = world.settings.token_lifetime.as_secs();
    let iat = seconds(exchange.now);
    let mut claims = claims(world, grant);
    claims.extend([
        ("iat".into(), iat.into()),
        ("exp".into(), iat.saturating_add(life).into()),
        ("jti".into(), jti.as_str().into()),
    ]);
    let bound = world.settings.binds();
    if bound {
        claims.insert("cnf".into(), json!({"jkt": proof.thumbprint().as_str()}));
    }
    let text = sign(world, claims).await?;
    note(world, exchange, (grant, &jti));
    let answer = Answer::ok(&json!({
        "access_token": text,
        "token_type": if bound { "DPoP" } else { "Bearer" },
        "expires_in": life,
        "scope": grant.scopes.to_string(),
    }));
    Ok(Minted { answer, jti })
}

/// R175, R182, R189: ids only, nobody's personal data.
///
/// The platform's table prints the indirect id beside `act.sub`; its text and its example say the
/// Integrator, and so does RFC 8693: the actor is who asked (MUST).
fn claims(world: &World, grant: &Grant) -> Map<String, Value> {
    let mut claims = Map::from_iter([
        ("iss".to_owned(), Value::from(world.base.origin())),
        ("aud".to_owned(), world.base.origin().into()),
        ("sub".to_owned(), grant.subject.as_str().into()),
        (
            "client_id".to_owned(),
            world.integrator.client_id.as_str().into(),
        ),
        ("scope".to_owned(), grant.scopes.to_string().into()),
    ]);
    if let Some(actor) = &grant.actor {
        claims.insert("act".into(), json!({"sub": actor}));
    }
    if let Some(consent) = &grant.consent {
        claims.insert("consent_id".into(), consent.as_str().into());
    }
    claims
}

async fn sign(world: &World, claims: Map<String, Value>) -> Result<String, Refused> {
    let header = json!({"typ": "at+jwt", "kid": world.token_key.public_jwk().kid()});
    ob_jose::sign_compact(&world.token_key, &header, &claims)
        .await
        .map_err(|error| {
            let reason = because("R174", "access token")
                .expected("a signature")
                .found(error.to_string());
            Refused::oauth(
                StatusCode::INTERNAL_SERVER_ERROR,
                ("server_error", "internal error"),
                reason,
            )
        })
}

fn note(world: &World, exchange: &Exchange, (grant, jti): (&Grant, &str)) {
    let token = IssuedToken {
        subject: grant.subject.clone(),
        consent: grant.consent.clone(),
        expires: exchange.now + Duration::from_secs(world.settings.token_lifetime.as_secs()),
        revoked: false,
    };
    let mut state = world.state();
    // Suspended while the token was being signed: it must not outlive the suspension (R196).
    let revoked = !state.parties.is_in_good_standing(&grant.subject);
    state.issued.add(
        jti.to_owned(),
        IssuedToken { revoked, ..token },
        exchange.now,
    );
    let label = state.parties.label(Some(&grant.subject)).to_owned();
    state.counters.tokens_issued += 1;
    count(&mut state.counters.tokens_issued_by_party, &label);
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
