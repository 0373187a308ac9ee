//! The comparison of a token's claims with what was asked for.

use crate::{AuthError, Grant};
use ob_core::{ActingFor, ClientId, Code, Scopes, Shown};
use ob_jose::Thumbprint;
use serde_json::{Map, Value};

/// What a token has to say.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) integrator: &'a ClientId,
    pub(super) party: &'a ActingFor,
    pub(super) grant: &'a Grant,
    pub(super) jkt: &'a Thumbprint,
    /// Whether the answer called it a DPoP token: then `cnf.jkt` must be there.
    pub(super) bound: bool,
    pub(super) consent_must_be_said: bool,
}

/// What else a matching token said.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) jkt: Option<Thumbprint>,
    pub(super) scopes: Option<Scopes>,
}

type Claims = Map<String, Value>;

impl Expected<'_> {
    /// Compares every claim that says who, for whom, for what and with which key.
    pub(super) fn compare(&self, claims: &Claims) -> Result<Found, AuthError> {
        same("sub", claims.get("sub"), self.party.client_id().as_str())?;
        self.compare_actor(claims.get("act"))?;
        if let Some(client) = claims.get("client_id") {
            same("client_id", Some(client), self.integrator.as_str())?;
        }
        self.compare_consent(claims.get("consent_id"))?;
        let jkt = self.compare_key(claims.get("cnf"))?;
        let scopes = claims.get("scope").map(read_scopes).transpose()?;
        Ok(Found { jkt, scopes })
    }

    /// Delegated: `act.sub` is the Integrator. Own context: no `act` at all, because whoever
    /// finds one would take the token for a delegated one (R185, R188).
    fn compare_actor(&self, act: Option<&Value>) -> Result<(), AuthError> {
        match (act, self.party.is_integrator()) {
            (None, true) => Ok(()),
            (Some(_), true) => Err(refused(
                "act",
                "none in the integrator's own context",
                "one",
            )),
            (None, false) => Err(refused("act", "an object", "nothing")),
            (Some(act), false) => same("act.sub", act.get("sub"), self.integrator.as_str()),
        }
    }

    fn compare_consent(&self, said: Option<&Value>) -> Result<(), AuthError> {
        match (self.grant.consent(), said) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(refused("consent_id", "none, for none was asked", "one")),
            (Some(_), None) if !self.consent_must_be_said => Ok(()),
            (Some(asked), said) => same("consent_id", said, asked.as_str()),
        }
    }

    fn compare_key(&self, cnf: Option<&Value>) -> Result<Option<Thumbprint>, AuthError> {
        if cnf.is_some_and(|cnf| !cnf.is_object()) {
            return Err(refused("cnf", "an object", &shown(cnf)));
        }
        match cnf.and_then(|cnf| cnf.get("jkt")) {
            None if self.bound => Err(refused("cnf.jkt", "our thumbprint", "nothing")),
            None => Ok(None),
            Some(said) if said.as_str() == Some(self.jkt.as_str()) => Ok(Some(self.jkt.clone())),
            Some(said) => {
                let (found, ours) = (shown(Some(said)), self.jkt);
                let reason = format!("the token's cnf.jkt is {found}, our DPoP key is {ours}");
                Err(AuthError::new(Code::D304, reason))
            }
        }
    }
}

/// A token for more than was asked is as wrong as one for somebody else.
pub(super) fn no_wider(said: &Scopes, asked: &Scopes) -> Result<(), AuthError> {
    let extra = said.difference(asked);
    if extra.is_empty() {
        return Ok(());
    }
    let reason = format!("scope: {} was not asked for", Shown(&extra.to_string()));
    Err(AuthError::new(Code::T215, reason))
}

fn same(claim: &str, said: Option<&Value>, expected: &str) -> Result<(), AuthError> {
    if said.and_then(Value::as_str) == Some(expected) {
        return Ok(());
    }
    Err(refused(claim, &Shown(expected).to_string(), &shown(said)))
}

/// `scope` as a string (RFC 9068) or, as some servers write it, as a list.
fn read_scopes(scope: &Value) -> Result<Scopes, AuthError> {
    let odd = || refused("scope", "a scope list", &shown(Some(scope)));
    match scope {
        Value::String(text) if text.is_empty() => Ok(Scopes::none()),
        Value::String(text) => text.parse().map_err(|_| odd()),
        Value::Array(list) => list
            .iter()
            .map(|one| {
                one.as_str()
                    .and_then(|one| one.parse().ok())
                    .ok_or_else(odd)
            })
            .collect(),
        _ => Err(odd()),
    }
}

fn refused(claim: &str, expected: &str, found: &str) -> AuthError {
    let reason = format!("{claim} of the token: expected {expected}, found {found}");
    AuthError::new(Code::T215, reason)
}

/// Ids and thumbprints are no secrets; other types are named only.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => Shown(text).to_string(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(_)) => "a boolean".to_owned(),
        Some(Value::Number(_)) => "a number".to_owned(),
        Some(Value::Array(_)) => "an array".to_owned(),
        Some(Value::Object(_)) => "an object".to_owned(),
    }
}
