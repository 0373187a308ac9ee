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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use ob_core::ApplicationId;
    use proptest::prelude::*;
    use serde_json::json;

    /// A claim that is missing, of another type, or one of a few ids that are easily mixed up.
    fn claim() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            6 => prop::sample::select(vec!["us", "tpp-a", "tpp-b", "c-1", "c-2"])
                .prop_map(|id| Some(json!(id))),
            2 => Just(None),
            1 => prop::sample::select(vec![json!(null), json!(1), json!(["tpp-a"]), json!({})])
                .prop_map(Some),
        ]
    }

    #[derive(Clone, Debug)]
    struct Case {
        own: bool,
        consent: bool,
        strict: bool,
        sub: Option<Value>,
        act: Option<Option<Value>>,
        client: Option<Value>,
        said_consent: Option<Value>,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        let claims = (claim(), prop::option::of(claim()), claim(), claim());
        (flags, claims).prop_map(
            |((own, consent, strict), (sub, act, client, said_consent))| Case {
                own,
                consent,
                strict,
                sub,
                act,
                client,
                said_consent,
            },
        )
    }

    impl Case {
        fn party(&self) -> ActingFor {
            let (make, id): (fn(_, _, _) -> ActingFor, _) = match self.own {
                true => (ActingFor::integrator, "us"),
                false => (ActingFor::third_party, "tpp-a"),
            };
            let application = ApplicationId::from_bytes([1; 16]);
            make("a".parse().unwrap(), id.parse().unwrap(), application)
        }

        fn grant(&self) -> Grant {
            let grant = Grant::new("s".parse().unwrap());
            match self.consent {
                true => grant.with_consent("c-1".parse().unwrap()),
                false => grant,
            }
        }

        fn claims(&self) -> Claims {
            let mut claims = Claims::new();
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    claims.insert(name.to_owned(), value);
                }
            };
            put("sub", self.sub.clone());
            put("client_id", self.client.clone());
            put("consent_id", self.said_consent.clone());
            let actor = |sub| match sub {
                Some(sub) => json!({ "sub": sub }),
                None => json!({}),
            };
            put("act", self.act.clone().map(actor));
            claims
        }

        /// The rules once more, each as one plain sentence.
        fn is_right(&self) -> bool {
            let says = |claim: &Option<Value>, id: &str| *claim == Some(json!(id));
            let sub = says(&self.sub, if self.own { "us" } else { "tpp-a" });
            let act = match &self.act {
                None => self.own,
                Some(actor) => !self.own && says(actor, "us"),
            };
            let client = self.client.is_none() || says(&self.client, "us");
            let consent = match (&self.said_consent, self.consent) {
                (None, asked) => !asked || !self.strict,
                (said, asked) => asked && says(said, "c-1"),
            };
            sub && act && client && consent
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn only_a_token_that_says_what_was_asked_is_accepted(case in cases()) {
            let (integrator, party, grant) = ("us".parse().unwrap(), case.party(), case.grant());
            let jkt = ob_jose::base64url::encode(&[7; 32]).parse().unwrap();
            let expected = Expected {
                integrator: &integrator,
                party: &party,
                grant: &grant,
                jkt: &jkt,
                bound: false,
                consent_must_be_said: case.strict,
            };
            prop_assert_eq!(expected.compare(&case.claims()).is_ok(), case.is_right());
        }
    }
}
