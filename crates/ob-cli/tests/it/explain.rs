//! `ob explain`.

use crate::child::{Sandbox, members, ob, ob_json, string};

#[test]
fn every_code() {
    let all = ob_json(&["explain"]);
    assert_eq!(all["schema"], "ob.codes/1");
    let codes = all["codes"].as_array().unwrap();
    assert!(codes.len() >= 50);
    for listed in codes {
        let code = string(&listed["code"]);
        let one = ob_json(&["explain", &code]);
        assert_eq!(&one, listed);
        assert_eq!(
            members(&one),
            ["code", "fix", "owners", "schema", "summary", "why"]
        );
        assert_eq!(one["schema"], "ob.code/1");
        assert!(!one["owners"].as_array().unwrap().is_empty(), "{code}");
        let text = ob(&["explain", &code.to_lowercase()], 0).out;
        for said in ["summary", "why", "fix"] {
            assert!(text.contains(&string(&one[said])), "{text}");
        }
    }
    let lines = ob(&["explain", "-o", "jsonl"], 0).out;
    assert_eq!(lines.lines().count(), codes.len());
    let table = ob(&["explain"], 0).out;
    assert_eq!(table.lines().count(), codes.len() + 2);
    assert!(table.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn what_is_no_code_is_usage() {
    for (what, words) in [
        ("OB-X999", "lists them all"),
        ("X", "lists them all"),
        ("", "lists them all"),
        ("refusal-000001", "--sandbox DIR"),
        ("\u{1b}[31mred", "\\u{1b}"),
    ] {
        let done = ob(&["explain", what], 2);
        assert!(done.err.contains(words), "{what}: {}", done.err);
    }
}

#[test]
fn a_refusal_of_the_sandbox() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.changed("kid", |d| d["integrator"]["kid"] = "other".into());
    ob(
        &["token", "get", "--for", "acme-budget", "--sandbox", &dir],
        4,
    );
    let why = ob_json(&["explain", "refusal-000001", "--sandbox", &dir]);
    assert_eq!(why["id"], "refusal-000001");
    for field in ["rule", "what", "expected", "found", "path"] {
        assert_ne!(string(&why[field]), "", "{field}");
    }
    for (id, status) in [
        ("refusal-999999", 2),
        ("../counters", 2),
        ("a b", 2),
        ("OB-X001", 0),
    ] {
        ob(&["explain", id, "--sandbox", &dir], status);
    }
}
