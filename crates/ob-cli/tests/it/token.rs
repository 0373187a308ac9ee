//! `ob token get|print`, and the exit code of each class of failure.

use crate::child::{Sandbox, holds_jwt, members, ob, ob_json, string, text};
use serde_json::json;

fn get<'a>(of: &'a str, dir: &'a str) -> [&'a str; 6] {
    ["token", "get", "--for", of, "--sandbox", dir]
}

#[test]
fn says_everything_about_the_token_but_the_token() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    let token = ob_json(&get("acme-budget", &dir));
    assert_eq!(
        members(&token),
        [
            "attempts",
            "cache",
            "client_id",
            "correlation_id",
            "expires_at",
            "for",
            "jkt",
            "schema",
            "scope",
            "sealed"
        ]
    );
    let described = sandbox.description();
    assert_eq!(token["schema"], "ob.token/1");
    assert_eq!(token["for"], "acme-budget");
    assert_eq!(
        token["client_id"],
        described["third_parties"][0]["client_id"]
    );
    assert_eq!(token["scope"], described["third_parties"][0]["scopes"]);
    assert_eq!(token["jkt"], json!(null));
    assert_eq!(token["sealed"], true);
    assert_eq!(token["cache"], "fetched");
    assert_eq!(token["attempts"], 1);
    assert!(token["correlation_id"].is_string());
    let until = string(&token["expires_at"]);
    assert_eq!((until.len(), &until[19..]), (20, "Z"), "{until}");
    let text = ob(&get("acme-budget", &dir), 0).out;
    assert!(text.contains("sealed      yes\n"), "{text}");
    assert!(!holds_jwt(&text), "{text}");
}

#[test]
fn a_stricter_sandbox_binds_the_token() {
    let sandbox = Sandbox::start(&["--profile", "fapi2"]);
    let token = ob_json(&get("acme-budget", &sandbox.dir_text()));
    assert_eq!(string(&token["jkt"]).len(), 43, "a SHA-256 thumbprint");
    assert_eq!(token["attempts"], 1);
}

#[test]
fn asks_for_the_scopes_it_is_given() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    let scoped = |scope| [&get("acme-budget", &dir)[..], &["--scope", scope]].concat();
    assert_eq!(
        ob_json(&scoped("ob_providers"))["scope"],
        json!(["ob_providers"])
    );
    let done = ob(&scoped("payments:create"), 5);
    assert!(done.err.contains("[OB-R007]"), "{}", done.err);
    for malformed in ["", "a\"b", "a  b", "ü"] {
        let done = ob(&scoped(malformed), 2);
        assert!(done.err.contains("--scope"), "{}", done.err);
    }
}

#[test]
fn prints_the_token_only_to_who_says_so() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    let print = ["token", "print", "--for", "acme-budget", "--sandbox", &dir];
    let done = ob(&print, 2);
    assert!(done.err.contains("--yes-print-token"), "{}", done.err);
    let sure = [&print[..], &["--yes-print-token"]].concat();
    let done = ob(&sure, 0);
    assert!(holds_jwt(&done.out), "this one is meant to");
    assert_eq!(done.out.trim().split('.').count(), 3, "a JWT and no more");
    assert!(!holds_jwt(&done.err), "{}", done.err);
    let token = ob_json(&sure);
    assert_eq!(members(&token), ["for", "schema", "token"]);
    assert_eq!(token["schema"], "ob.token-print/1");
}

#[test]
fn there_is_no_default_third_party() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    for (name, value) in [("OB_FOR", "acme-budget"), ("FOR", "acme-budget")] {
        let args = ["token", "get", "--sandbox", &dir];
        let mut command = std::process::Command::new(crate::child::BINARY);
        let done = crate::child::finish(command.args(args).env(name, value), &args, 2);
        assert!(done.err.contains("--for <ID>"), "{}", done.err);
    }
    ob(&["token", "get", "--for", "acme-budget"], 2);
    let both = [&get("acme-budget", &dir)[..], &["--config", "x.toml"]].concat();
    ob(&both, 2);
}

#[test]
fn each_class_of_failure_has_its_exit_code() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    for (id, status, words) in [
        (
            "acme-budgett",
            5,
            "[OB-R001] unknown third-party · for acme-budgett · \
             no third-party acme-budgett in the registry: the closest is acme-budget",
        ),
        (
            "oldtown-loans",
            5,
            "[OB-R005] third-party is suspended or offboarded · for oldtown-loans · is suspended",
        ),
        ("", 2, "[OB-R004]"),
        ("a b", 2, "[OB-R004]"),
        ("../acme", 2, "[OB-R004]"),
        ("acme-budget\n", 2, "[OB-R004]"),
        ("ACME-BUDGET", 5, "[OB-R001]"),
        ("аcme-budget", 2, "[OB-R004]"),
        ("integrator", 5, "[OB-R001]"),
    ] {
        let done = ob(&get(id, &dir), status);
        assert!(done.err.contains(words), "{id:?}: {}", done.err);
        assert_eq!(done.out, "");
    }
    let long = "x".repeat(100_000);
    let err = ob(&get(&long, &dir), 2).err;
    assert!(err.len() < 1_000, "what came in is cut: {}", err.len());
}

#[test]
fn a_refusal_of_the_server_is_4_and_says_how_to_have_it_explained() {
    let sandbox = Sandbox::start(&[]);
    let other_kid = sandbox.changed("kid", |d| d["integrator"]["kid"] = "other".into());
    let other_key = sandbox.changed("key", |d| {
        d["integrator"]["key_file"] = "other.jwk".into();
    });
    let key = format!("{other_key}/other.jwk");
    ob(&["keys", "new", "--out", &key], 0);
    for dir in [other_kid, other_key] {
        let done = ob(&get("acme-budget", &dir), 4);
        let mut lines = done.err.lines();
        let line = lines.next().unwrap();
        assert!(line.starts_with("error: [OB-T203] invalid_client · "));
        assert_eq!(line.matches("OB-T203").count(), 1, "{line}");
        assert_eq!(line.matches("for acme-budget").count(), 1, "{line}");
        assert!(lines.next().unwrap().starts_with("  fix: "));
        let why = lines.next().unwrap().strip_prefix("  why: ob ").unwrap();
        let explained = ob(&why.split(' ').collect::<Vec<_>>(), 0).out;
        assert!(explained.contains("status    401"), "{explained}");
        assert!(explained.contains("expected  "), "{explained}");
    }
}

#[test]
fn a_key_of_the_wrong_type_is_3() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.changed("wrong", |d| d["integrator"]["key_file"] = "k".into());
    for (name, content) in crate::keys::unusable() {
        std::fs::write(format!("{dir}/k"), content).unwrap();
        let done = ob(&get("acme-budget", &dir), 3);
        assert!(done.err.contains("error: [OB-K0"), "{name}: {}", done.err);
    }
}

#[test]
fn a_consent_of_another_is_6() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    let consent = "nordlicht-pay/00000000-0000-4000-8000-000000000000";
    let scoped = [&get("acme-budget", &dir)[..], &["--consent", consent]].concat();
    assert!(ob(&scoped, 6).err.contains("[OB-X003]"));
    for malformed in ["", "/", "x", "acme-budget/", "acme-budget/../x", "a/b/c"] {
        let args = [&get("acme-budget", &dir)[..], &["--consent", malformed]].concat();
        let done = ob(&args, 2);
        assert!(
            done.err.contains("[OB-R004]"),
            "{malformed:?}: {}",
            done.err
        );
    }
}

#[test]
fn paths_may_be_relative_and_unicode() {
    let sandbox = Sandbox::start(&[]);
    let odd = sandbox.file("mit Leerzeichen und ü");
    std::os::unix::fs::symlink(sandbox.dir(), &odd).unwrap();
    ob(&get("acme-budget", &text(&odd)), 0);
    let revoked = "acme-budget/00000000-0000-4000-8000-000000000000";
    let odd_text = text(&odd);
    let scoped = [&get("acme-budget", &odd_text)[..], &["--consent", revoked]].concat();
    let why = format!(" --sandbox '{odd_text}'\n");
    let done = ob(&scoped, 5);
    assert!(done.err.ends_with(&why), "{}", done.err);
    let args = get("acme-budget", "sandbox");
    let mut command = std::process::Command::new(crate::child::BINARY);
    command.args(args).current_dir(sandbox.file(""));
    crate::child::finish(&mut command, &args, 0);
}
