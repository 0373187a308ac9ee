//! The whole consent story by the tool only, the end user's step apart.

use crate::{
    child::{Sandbox, members, ob, ob_json, string},
    http1,
};

struct Desk {
    sandbox: Sandbox,
    dir: String,
}

impl Desk {
    fn open() -> Self {
        let sandbox = Sandbox::start(&[]);
        let dir = sandbox.dir_text();
        Self { sandbox, dir }
    }

    fn args<'a>(&'a self, of: &'a str, command: &[&'a str]) -> Vec<&'a str> {
        [command, &["--for", of, "--sandbox", &self.dir]].concat()
    }
}

const CREATE: [&str; 6] = [
    "consent",
    "create",
    "--user-id",
    "user-1",
    "--email",
    "user@example.com",
];

#[test]
fn create_authorise_list_revoke() {
    let desk = Desk::open();
    let created = ob_json(&desk.args("acme-budget", &CREATE));
    assert_eq!(
        members(&created),
        [
            "consent",
            "created_at",
            "expires_at",
            "flow_id",
            "flow_url",
            "for",
            "schema",
            "status"
        ]
    );
    assert_eq!(created["schema"], "ob.consent/1");
    assert_eq!(created["for"], "acme-budget");
    assert_eq!(created["status"], "INACTIVE");
    let consent = string(&created["consent"]);
    assert!(consent.starts_with("acme-budget/"), "{consent}");
    let list = ["accounts", "list", "--consent", &consent];
    // Nobody authorised it yet.
    ob(&desk.args("acme-budget", &list), 5);

    http1::complete_flow(&desk.sandbox.api_base(), &string(&created["flow_id"]));
    let got = ob_json(&desk.args("acme-budget", &["consent", "get", &consent]));
    assert_eq!(got["status"], "ACTIVE");
    assert_eq!(got["consent"], consent.as_str());

    let listed = ob_json(&desk.args("acme-budget", &list));
    assert_eq!(
        members(&listed),
        ["accounts", "consent", "for", "schema"],
        "{listed}"
    );
    assert_eq!(listed["schema"], "ob.accounts/1");
    let accounts = listed["accounts"].as_array().unwrap();
    assert!(!accounts.is_empty());
    assert!(accounts.iter().all(|account| account["id"].is_string()));

    let lines = [&desk.args("acme-budget", &list)[..], &["-o", "jsonl"]].concat();
    let lines = ob(&lines, 0).out;
    assert_eq!(lines.lines().count(), accounts.len());
    for (line, account) in lines.lines().zip(accounts) {
        let read: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(&read, account);
    }
    let table = ob(&desk.args("acme-budget", &list), 0).out;
    assert_eq!(table.lines().count(), accounts.len() + 2, "{table}");

    let revoked = ob_json(&desk.args("acme-budget", &["consent", "revoke", &consent]));
    assert_eq!(revoked["status"], "REVOKED");
    let got = ob_json(&desk.args("acme-budget", &["consent", "get", &consent]));
    assert_eq!(got["status"], "REVOKED");
    let done = ob(&desk.args("acme-budget", &list), 5);
    assert!(done.err.contains("[OB-A461]"), "{}", done.err);
}

#[test]
fn a_consent_of_another_is_refused_unsent() {
    let desk = Desk::open();
    let created = ob_json(&desk.args("acme-budget", &CREATE));
    let consent = string(&created["consent"]);
    let counters = || {
        let url = format!("{}/__sandbox/counters", desk.sandbox.api_base());
        http1::send("GET", &url, "").1["api_requests"].clone()
    };
    let before = counters();
    for command in [
        &["consent", "get", &consent][..],
        &["consent", "revoke", &consent],
        &["accounts", "list", "--consent", &consent],
    ] {
        let done = ob(&desk.args("nordlicht-pay", command), 6);
        assert!(done.err.contains("[OB-X003]"), "{}", done.err);
    }
    assert_eq!(counters(), before);
    // Nor does a renamed owner help: the platform knows whose it is.
    let stolen = consent.replace("acme-budget", "nordlicht-pay");
    let done = ob(&desk.args("nordlicht-pay", &["consent", "get", &stolen]), 1);
    assert!(done.err.contains("[OB-A40"), "{}", done.err);
}

#[test]
fn a_flow_is_not_started_when_it_is_not_wanted() {
    let desk = Desk::open();
    let without = [&CREATE[..], &["--no-flow"]].concat();
    let created = ob_json(&desk.args("nordlicht-pay", &without));
    assert!(!members(&created).contains(&"flow_id"), "{created}");
    let text = ob(&desk.args("nordlicht-pay", &CREATE), 0).out;
    assert!(text.contains("\nsend user   http://127.0.0.1:"), "{text}");
}

#[test]
fn what_cannot_be_a_consent_is_usage() {
    let desk = Desk::open();
    for consent in [
        "garbage",
        "",
        "acme-budget/",
        "/x",
        "a b/c",
        "acme-budget/ü",
    ] {
        let done = ob(&desk.args("acme-budget", &["consent", "get", consent]), 2);
        assert!(done.err.contains("[OB-R004]"), "{consent:?}: {}", done.err);
    }
    for (user, email) in [("", "a@example.com"), ("u", "")] {
        let create = ["consent", "create", "--user-id", user, "--email", email];
        ob(&desk.args("acme-budget", &create), 2);
    }
    let create = ["consent", "create", "--user-id", "u", "--email", "no-mail"];
    let done = ob(&desk.args("acme-budget", &create), 1);
    let line = done.err.lines().next().unwrap();
    let said = "the platform did not accept the request";
    assert_eq!(line.matches(said).count(), 1, "{line}");
    assert!(
        done.err.contains("\n  why: ob explain refusal-"),
        "{}",
        done.err
    );
}
