//! What a token says, compared with what was asked.

use http::StatusCode;
use ob_jose::{base64url, json};
use serde_json::{Map, Value, json as value};

use crate::signers::{es256, now, run};
use crate::token_answer::{World, accepted, is_about_the_token, refused};
use crate::verifiers::{CLIENT, THIRD_PARTY};
use crate::{answer_text, random};

/// The claims of a token of any server, and a byte for its type. It is attached to a call only if
/// it says: this third-party, this Integrator as actor and client, no consent, our key or none.
pub(crate) fn holds(data: &[u8]) {
    let Some((choice, payload)) = data.split_first() else {
        return;
    };
    let kind = if choice % 2 == 0 { "Bearer" } else { "DPoP" };
    let token = format!("eyJhbGciOiJFUzI1NiJ9.{}.AAAA", base64url::encode(payload));
    let body = value!({"access_token": token, "token_type": kind, "expires_in": 900}).to_string();
    let answer = answer_text::with_json(StatusCode::OK, body.as_bytes());
    let asked = run(World::at(now()).ask(answer));
    match &asked.outcome {
        Ok(authorized) => {
            accepted(authorized, &asked.call);
            assert!(authorized.token.is_sealed());
            let claims = json::parse_object(payload).expect("an accepted token is strict JSON");
            says_what_was_asked(&claims, kind == "DPoP");
        }
        Err(error) => {
            assert!(is_about_the_token(error), "{error}");
            refused(error, &asked.call);
        }
    }
}

fn says_what_was_asked(claims: &Map<String, Value>, bound: bool) {
    assert_eq!(claims.get("sub"), Some(&THIRD_PARTY.into()));
    let actor = claims.get("act").and_then(|act| act.get("sub"));
    assert_eq!(actor, Some(&CLIENT.into()));
    assert!(
        claims
            .get("client_id")
            .is_none_or(|client| client == CLIENT)
    );
    assert!(!claims.contains_key("consent_id"));
    let key = claims.get("cnf").and_then(|cnf| cnf.get("jkt"));
    assert!(!bound || key.is_some());
    assert!(key.is_none_or(|key| key == es256().thumbprint().as_str()));
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let jkt = es256().thumbprint();
    let mut seeds: Vec<Vec<u8>> = [
        format!(r#"{{"sub":"{THIRD_PARTY}","act":{{"sub":"{CLIENT}"}},"client_id":"{CLIENT}","scope":"ob_data","cnf":{{"jkt":"{jkt}"}}}}"#),
        format!(r#"{{"sub":"{THIRD_PARTY}","act":{{"sub":"{CLIENT}"}},"scope":["ob_data","consents:create"]}}"#),
        format!(r#"{{"sub":"{THIRD_PARTY}","act":{{"sub":"other","act":{{"sub":"{CLIENT}"}}}}}}"#),
        format!(r#"{{"sub":"tpp-beta","act":{{"sub":"{CLIENT}"}}}}"#),
        format!(r#"{{"sub":"{THIRD_PARTY}","sub":"x","act":{{"sub":"{CLIENT}"}}}}"#),
        format!(r#"{{"sub":"{THIRD_PARTY}","act":{{"sub":"{CLIENT}"}},"consent_id":"c-1"}}"#),
        format!(r#"{{"sub":"{THIRD_PARTY}","act":{{"sub":"{CLIENT}"}},"scope":"ob_data payments"}}"#),
        format!(r#"{{"sub":"{THIRD_PARTY}","act":{{"sub":"{CLIENT}"}},"cnf":{{"jkt":"x","x5t#S256":"y"}}}}"#),
    ]
    .into_iter()
    .flat_map(|claims| [format!("0{claims}"), format!("1{claims}")])
    .map(String::into_bytes)
    .collect();
    seeds.extend(random::texts(b"01{}[]\":,subactcnfjktscope\n", 60, 32));
    seeds
}
