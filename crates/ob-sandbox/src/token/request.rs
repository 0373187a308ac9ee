//! Reading a token request: everything that can be judged without a key.

use super::{
    INVALID_CLIENT, INVALID_PROOF, INVALID_REQUEST, INVALID_SCOPE, INVALID_TARGET, SCOPES,
    UNSUPPORTED_GRANT,
};
use crate::{
    exchange::{DPOP, Exchange, ON_BEHALF_OF},
    form::Form,
    refused::{Reason, Refused, because},
    world::World,
};
use http::{StatusCode, header};
use ob_core::{ClientId, Scopes};

/// A well-formed token request. No `Debug`: it holds an assertion.
pub(super) struct TokenRequest {
    pub(super) assertion: String,
    pub(super) client_id: Option<String>,
    pub(super) on_behalf_of: Option<ClientId>,
    pub(super) scopes: Scopes,
    pub(super) consent: Option<String>,
}

impl TokenRequest {
    pub(super) fn read(world: &World, exchange: &Exchange) -> Result<Self, Refused> {
        check_envelope(exchange)?;
        let form = Form::parse(&exchange.body).map_err(|error| {
            let rule = if matches!(error, crate::form::FormError::Repeated(_)) {
                "R150"
            } else {
                "R149"
            };
            malformed(
                because(rule, "body")
                    .expected("a form with each parameter once")
                    .found(error.found()),
            )
        })?;
        check_grant_type(&form)?;
        let on_behalf_of = read_on_behalf_of(exchange)?;
        let scopes = read_scopes(&form)?;
        let assertion = read_assertion(exchange, &form)?;
        check_resource(world, &form)?;
        check_proof_is_single(exchange)?;
        Ok(Self {
            assertion,
            client_id: form.get("client_id").map(str::to_owned),
            on_behalf_of,
            scopes,
            consent: form.get("consent_id").map(str::to_owned),
        })
    }
}

/// R149, R151: a form, in the body, and no credentials anywhere else.
fn check_envelope(exchange: &Exchange) -> Result<(), Refused> {
    let kind = exchange
        .single("content-type", "R149")
        .map_err(malformed)?
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(FORM) {
        return Err(malformed(
            because("R149", "Content-Type")
                .expected(FORM)
                .shown(essence),
        ));
    }
    let query = Form::parse(exchange.query.as_deref().unwrap_or_default().as_bytes());
    let in_query = query.map_or(true, |query| CREDENTIALS.iter().any(|name| query.has(name)));
    if in_query {
        let reason = because("R151", "query").expected("no credentials in the URI");
        return Err(malformed(
            reason.found("credentials, or an unreadable query"),
        ));
    }
    Ok(())
}

/// R008: client credentials, nothing else.
fn check_grant_type(form: &Form) -> Result<(), Refused> {
    let wanted = because("R008", "grant_type").expected("client_credentials");
    match form.get("grant_type") {
        Some("client_credentials") => Ok(()),
        None => Err(malformed(wanted)),
        Some(other) => Err(bad(UNSUPPORTED_GRANT, wanted.shown(other))),
    }
}

/// R192, R190: one line, one id.
fn read_on_behalf_of(exchange: &Exchange) -> Result<Option<ClientId>, Refused> {
    let Some(text) = exchange.single(ON_BEHALF_OF, "R192").map_err(malformed)? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        let rule = if text.contains(',') { "R192" } else { "R190" };
        malformed(
            because(rule, "X-On-Behalf-Of")
                .expected("one client id")
                .shown(text),
        )
    })
}

/// R167, R018: the caller names the scopes it needs.
fn read_scopes(form: &Form) -> Result<Scopes, Refused> {
    let wanted = because("R167", "scope").expected(format!("some of: {}", SCOPES.join(" ")));
    let Some(text) = form.get("scope") else {
        return Err(bad(INVALID_SCOPE, wanted));
    };
    let scopes: Scopes = text
        .parse()
        .map_err(|_| bad(INVALID_SCOPE, wanted.clone().shown(text)))?;
    let unknown = scopes
        .iter()
        .find(|scope| !SCOPES.contains(&scope.as_str()))
        .cloned();
    match unknown {
        Some(unknown) => Err(bad(INVALID_SCOPE, wanted.shown(unknown.as_str()))),
        None => Ok(scopes),
    }
}

/// R009, R012, R048, R152: exactly one way to authenticate, and it is `private_key_jwt`.
fn read_assertion(exchange: &Exchange, form: &Form) -> Result<String, Refused> {
    let assertion = form.get("client_assertion");
    let basic = exchange.headers.contains_key(header::AUTHORIZATION);
    let wanted = because("R012", "client authentication").expected("private_key_jwt, once");
    if (basic || form.has("client_secret")) && assertion.is_some() {
        return Err(malformed(
            Reason {
                rule: "R151",
                ..wanted
            }
            .found("two methods at once"),
        ));
    }
    let Some(assertion) = assertion else {
        let found = if basic || form.has("client_secret") {
            "a shared secret"
        } else {
            "nothing"
        };
        return Err(unauthenticated(wanted.found(found)));
    };
    match form.get("client_assertion_type") {
        Some(ASSERTION_TYPE) => Ok(assertion.to_owned()),
        other => {
            let reason = because("R048", "client_assertion_type").expected(ASSERTION_TYPE);
            Err(unauthenticated(
                other.map_or(reason.clone(), |other| reason.shown(other)),
            ))
        }
    }
}

/// R177: there is one resource.
fn check_resource(world: &World, form: &Form) -> Result<(), Refused> {
    match form.get("resource") {
        Some(other) if other != world.base.origin() => {
            let reason = because("R177", "resource").expected(world.base.origin().to_owned());
            Err(bad(INVALID_TARGET, reason.shown(other)))
        }
        _ => Ok(()),
    }
}

/// R010, R088, before anything expensive.
fn check_proof_is_single(exchange: &Exchange) -> Result<(), Refused> {
    let proof = exchange
        .single(DPOP, "R088")
        .map_err(|reason| bad(INVALID_PROOF, reason))?;
    if proof.is_none() {
        return Err(bad(
            INVALID_PROOF,
            because("R010", "DPoP").expected("one proof"),
        ));
    }
    Ok(())
}

fn malformed(reason: Reason) -> Refused {
    bad(INVALID_REQUEST, reason)
}

fn bad(told: (&'static str, &'static str), reason: Reason) -> Refused {
    Refused::oauth(StatusCode::BAD_REQUEST, told, reason)
}

fn unauthenticated(reason: Reason) -> Refused {
    Refused::oauth(StatusCode::UNAUTHORIZED, INVALID_CLIENT, reason)
}

const FORM: &str = "application/x-www-form-urlencoded";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CREDENTIALS: [&str; 4] = [
    "client_assertion",
    "client_secret",
    "access_token",
    "client_assertion_type",
];
