//! Secrets and personal data in what a server says.

use http::StatusCode;
use ob_api::{Answer, ErrorEnvelope, GetConsent, Operation};
use serde_json::{Value, json};

use crate::signers::{now, run};
use crate::token_answer::World;
use crate::{answer_text, random};

/// A line that stands before, and a text that stands behind, what must not be shown. It never is,
/// not even in part, whatever stands around it.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (before, behind) = text.split_once('\n').unwrap_or((text, ""));
    if SECRETS.iter().any(|secret| text.contains(secret.telling)) {
        return;
    }
    // A letter on either side makes it another word.
    let before = before.trim_end_matches(char::is_alphanumeric);
    let behind = behind.trim_start_matches(char::is_alphanumeric);
    for secret in SECRETS {
        let words = format!("{before}{}{behind}", secret.text);
        for body in bodies(&words) {
            in_api_errors(&body, secret);
            if secret.is_credential {
                in_token_errors(&body, secret);
            }
        }
    }
}

struct Secret {
    text: &'static str,
    /// So much of it is too much.
    telling: &'static str,
    is_credential: bool,
}

const SECRETS: &[Secret] = &[
    Secret {
        text: "DE89370400440532013000",
        telling: "DE893",
        is_credential: false,
    },
    Secret {
        text: "DE89 3704 0044 0532 0130 00",
        telling: "3704",
        is_credential: false,
    },
    Secret {
        text: "erika.mustermann@example.com",
        telling: "mann",
        is_credential: false,
    },
    Secret {
        text: "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln",
        telling: "eyJ",
        is_credential: true,
    },
];

fn bodies(words: &str) -> [Value; 3] {
    [
        json!({"error": "invalid_request", "error_description": words}),
        json!({"Errors": {"Error": [{"ReasonCode": "BAD_REQUEST", "Description": words}]}}),
        json!({"title": words, "detail": words}),
    ]
}

fn in_api_errors(body: &Value, secret: &Secret) {
    let body = body.to_string();
    let answer = answer_text::with_json(StatusCode::BAD_REQUEST, body.as_bytes());
    let get = GetConsent("c-1".parse().expect("a constant id"));
    let error = get.parse(&Answer::from(&answer)).expect_err("a refusal");
    let envelope = ErrorEnvelope::parse(body.as_bytes());
    let description = error.description().unwrap_or_default();
    untold(
        &format!("{error} {error:?} {description} {envelope:?}"),
        secret,
    );
}

fn in_token_errors(body: &Value, secret: &Secret) {
    let answer = answer_text::with_json(StatusCode::BAD_REQUEST, body.to_string().as_bytes());
    let refused = run(World::at(now()).ask(answer))
        .outcome
        .expect_err("a refusal");
    untold(&format!("{refused} {refused:?}"), secret);
}

fn untold(shown: &str, secret: &Secret) {
    assert!(
        !shown.contains(secret.telling),
        "{:?} in {shown:?}",
        secret.text
    );
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = random::seeds([
        "the account \n is closed",
        "iban=\n, closed",
        "'\n'.",
        "a.-_%+\n+%_-.b",
        "token=\n",
    ]);
    let long = "eight888 ".repeat(66);
    for cut in 570..594 {
        seeds.push(long.as_bytes().iter().take(cut).copied().collect());
    }
    let longer = format!("{} ", "x".repeat(80)).repeat(7);
    seeds.extend(
        [
            longer.as_bytes(),
            longer.as_bytes().get(..550).unwrap_or_default(),
        ]
        .map(<[u8]>::to_vec),
    );
    seeds.extend(random::texts(b"ab .,:;'\"=_-%+@/()\n", 30, 64));
    seeds
}
