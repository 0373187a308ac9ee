//! `ob demo`, once: it is the longest.

use crate::child::{BINARY, finish, holds_jwt, members};
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn everything_it_claims_is_in_its_result() {
    let args = ["demo", "-o", "json"];
    let done = finish(Command::new(BINARY).args(args), &args, 0);
    assert_eq!(done.out.lines().count(), 1);
    let seen: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        members(&seen),
        [
            "accounts",
            "cold",
            "consents",
            "elapsed_ms",
            "journal",
            "mixed",
            "nonce",
            "refusals",
            "schema",
            "tokens",
            "transactions",
            "usage"
        ]
    );
    assert_eq!(seen["schema"], "ob.demo/1");
    tokens(&seen["tokens"]);
    refusals(&seen["refusals"]);
    assert_eq!(seen["consents"], 2);
    assert!(seen["accounts"].as_u64().unwrap() >= 2);
    // One of the end users has more of them than a page holds.
    assert!(seen["transactions"].as_u64().unwrap() > 500);
    assert_eq!(
        seen["cold"],
        json!({"callers": 200, "third_parties": 2, "token_requests": 2})
    );
    assert_eq!(
        seen["mixed"],
        json!({"requests": 10_000, "tasks": 64, "wrong_party": 0})
    );
    assert_eq!(seen["nonce"], json!({"retries": 1}));
    assert!(seen["elapsed_ms"].as_u64().unwrap() > 0);
    let usage = seen["usage"].as_object().unwrap();
    let calls: u64 = usage.values().map(|calls| calls.as_u64().unwrap()).sum();
    assert!(calls >= 10_200, "{usage:?}");
    assert!(seen["journal"]["records"].as_u64().unwrap() >= calls);
    assert!(usage.contains_key("acme-budget") && !usage.contains_key("oldtown-loans"));
    story(&done.err);
}

fn tokens(tokens: &Value) {
    let tokens = tokens.as_array().unwrap();
    assert_eq!(tokens.len(), 2);
    for token in tokens {
        assert_eq!(
            members(token),
            ["act", "expires_in", "for", "scope", "sealed", "sub"]
        );
        assert_eq!(token["sealed"], true);
        assert!(token["scope"].is_array());
        assert!(token["expires_in"].as_u64().unwrap() > 0);
        assert_ne!(token["sub"], token["act"]);
    }
    assert_ne!(tokens[0]["sub"], tokens[1]["sub"]);
    assert_eq!(tokens[0]["act"], tokens[1]["act"], "one Integrator");
}

fn refusals(refusals: &Value) {
    let told: Vec<_> = refusals
        .as_array()
        .unwrap()
        .iter()
        .map(|refusal| {
            assert_eq!(refusal["sent"], false, "{refusal}");
            assert_eq!(members(refusal), ["case", "code", "sent"]);
            (
                refusal["case"].as_str().unwrap(),
                refusal["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("token_of_another", "OB-X001"),
            ("consent_of_another", "OB-X003"),
            ("suspended_third_party", "OB-R005"),
            ("unknown_third_party", "OB-R001"),
            ("scope_not_authorised", "OB-R007"),
            ("clock_five_minutes_off", "OB-C101"),
        ]
    );
}

/// It is the first screen of the documentation: it fits, counts well and holds no secret.
fn story(err: &str) {
    for line in err.lines() {
        assert!(line.chars().count() <= 80, "too wide: {line}");
        assert!(!format!("{line} ").contains(" 1 accounts "), "{line}");
    }
    assert!(err.contains("   0 requests for the wrong party"), "{err}");
    assert!(err.contains("the closest is acme-budget"), "{err}");
    assert!(!holds_jwt(err), "{err}");
    assert!(
        err.contains("All of this happened and was checked"),
        "{err}"
    );
}
