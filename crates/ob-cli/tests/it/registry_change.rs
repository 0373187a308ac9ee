//! `ob registry add|set|get|suspend|resume|offboard|history|plan|apply`, and CSV.

use crate::child::{BINARY, Done, Sandbox, finish, ob, ob_json, text};
use serde_json::{Value, json};
use std::{fs, process::Command};
use tempfile::TempDir;

/// A registry file of its own.
struct Home {
    dir: TempDir,
    registry: String,
}

const UUID: &str = "00000000-0000-4000-8000-000000000001";

impl Home {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let registry = text(&dir.path().join("registry.toml"));
        Self { dir, registry }
    }

    fn file(&self, name: &str) -> String {
        text(&self.dir.path().join(name))
    }

    fn args<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        let place = ["--registry", &self.registry];
        [&["registry"], args, &place].concat()
    }

    #[track_caller]
    fn run(&self, args: &[&str], status: i32) -> Done {
        ob(&self.args(args), status)
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        ob_json(&self.args(args))
    }

    /// An active third-party.
    fn acme(&self) {
        self.add("acme", "client-1", UUID);
    }

    fn add(&self, id: &str, client: &str, application: &str) {
        let ids = ["--client-id", client, "--application-id", application];
        let facts = [
            "--legal-name",
            "Acme GmbH",
            "--status",
            "active",
            "--scope",
            "ob_data",
        ];
        self.run(&[&["add", id][..], &facts, &ids].concat(), 0);
    }
}

#[test]
fn adds_changes_shows_and_remembers() {
    let home = Home::new();
    home.acme();
    let set = [
        "set",
        "acme",
        "--country",
        "DE",
        "--note",
        "=1+1",
        "--contact",
        "technical:Ada Lovelace:ada@acme.example:+44 20",
        "--reason",
        "it moved",
        "--by",
        "maria",
    ];
    let done = home.run(&set, 0);
    assert_eq!(done.out, "changed acme (active), version 2\n");
    // The same again changes nothing.
    assert_eq!(
        home.run(&set, 0).out,
        "unchanged acme (active), version 2\n"
    );
    let mut shown = home.json(&["get", "acme"]);
    shown["standing"]["at"] = "(moment)".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap());
    let page = home.run(&["get", "acme"], 0).out;
    for line in [
        "status           active",
        "scopes           ob_data",
        "notes            =1+1",
    ] {
        assert!(page.contains(line), "{page}");
    }
    home.run(&["set", "acme", "--clear", "country", "--clear", "note"], 0);
    let shown = home.json(&["get", "acme"]);
    assert_eq!((shown.get("countries"), shown.get("notes")), (None, None));
    assert_eq!(shown["contact"][0]["name"], "Ada Lovelace");
    let history = home.json(&["history", "acme"]);
    assert_eq!(history["schema"], "ob.registry-history/1");
    let events = history["events"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|it| format!("{} {} {}", it["schema"], it["actor"], it["reason"]))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "ob.registry-event/1" "tester" "ob registry add"
    "ob.registry-event/1" "maria" "it moved"
    "ob.registry-event/1" "tester" "ob registry set"
    "#);
    let newest = home.json(&["history", "--limit", "1"]);
    assert_eq!(newest["events"].as_array().unwrap(), &events[2..]);
    let later = home.json(&["history", "--since", "1"]);
    assert_eq!(later["events"].as_array().unwrap(), &events[1..]);
}

#[test]
fn a_change_that_cannot_be_is_refused_and_nothing_is_written() {
    let home = Home::new();
    home.acme();
    let before = fs::read(&home.registry).unwrap();
    let other = "00000000-0000-4000-8000-000000000002";
    for (args, status, said) in [
        (&["add", "acme", "--legal-name", "x"][..], 3, "[OB-R002]"),
        (
            &["add", "ACME", "--legal-name", "x"],
            3,
            "cannot share the business id",
        ),
        (&["add", "beta"], 2, "--legal-name"),
        (&["add", "p\u{430}y", "--legal-name", "x"], 2, "business id"),
        (
            &["add", "beta", "--legal-name", "x", "--scope", "ob_dta"],
            3,
            "ob_data",
        ),
        (
            &["add", "beta", "--legal-name", "x", "--country", "UK"],
            2,
            "UK",
        ),
        (
            &["add", "beta", "--legal-name", "x", "--status", "live"],
            2,
            "live",
        ),
        (
            &["add", "beta", "--legal-name", "x", "--client-id", UUID],
            3,
            "[OB-R002]",
        ),
        (
            &["add", "beta", "--legal-name", "x", "--status", "active"],
            3,
            "a client id",
        ),
        (
            &[
                "add",
                "beta",
                "--legal-name",
                "x",
                "--client-id",
                "CLIENT-1",
                "--application-id",
                other,
            ],
            3,
            "acme and beta cannot share the client id",
        ),
        (
            &["add", "beta", "--legal-name", "x", "--key", "k"],
            2,
            "--key-vault",
        ),
        (
            &[
                "add",
                "b",
                "--legal-name",
                "x",
                "--licence",
                "unlicensed",
                "--signing-service",
                "https://a.example",
            ],
            2,
            "unlicensed",
        ),
        (&["set", "acmee", "--note", "x"], 5, "the closest is acme"),
        (&["set", "acme", "--status", "draft"], 5, "[OB-R006]"),
        (
            &["set", "acme", "--note", "x", "--expect-version", "7"],
            3,
            "[OB-R010]",
        ),
        (
            &["set", "acme", "--note", "x", "--reason", ""],
            2,
            "--reason",
        ),
        (&["suspend", "acme"], 2, "--reason"),
        (
            &["suspend", "acme", "--reason", "x", "--expect-version", "2"],
            3,
            "[OB-R010]",
        ),
        (
            &["suspend", "acme", "--reason", "x", "--wait", "soon"],
            2,
            "10s",
        ),
        (
            &["resume", "acmee", "--reason", "x"],
            5,
            "the closest is acme",
        ),
        (
            &["offboard", "acme", "--finish", "--reason", "x"],
            5,
            "offboarding",
        ),
        (&["get", "acmee"], 5, "the closest is acme"),
    ] {
        let done = home.run(args, status);
        assert!(done.err.contains(said), "{args:?}: {}", done.err);
        assert_eq!(done.out, "", "{args:?}");
        assert_eq!(fs::read(&home.registry).unwrap(), before, "{args:?}");
    }
    let args = home.args(&["set", "acme", "--note", "x"]);
    let mut nobody = Command::new("sh");
    nobody.args(["-c", "unset USER LOGNAME; PATH= exec \"$0\" \"$@\"", BINARY]);
    let done = finish(nobody.args(&args), &args, 2);
    assert!(done.err.contains("--by"), "{}", done.err);
    // Without the shell's word for it, the system's.
    let mut somebody = Command::new("sh");
    somebody.args(["-c", "unset USER LOGNAME; exec \"$0\" \"$@\"", BINARY]);
    finish(somebody.args(&args), &args, 0);
    let history = home.json(&["history", "acme"]);
    let actor = history["events"].as_array().unwrap().last().unwrap()["actor"].clone();
    assert_ne!(actor, "tester");
}

#[test]
fn a_private_key_is_never_taken_for_a_certificate() {
    let home = Home::new();
    let key = home.file("key.pem");
    ob(&["keys", "new", "--out", &key], 0);
    let secret = fs::read_to_string(&key).unwrap();
    let add = ["add", "acme", "--legal-name", "x", "--certificate", &key];
    let done = home.run(&add, 3);
    let body = secret.lines().nth(1).unwrap();
    assert!(!done.err.contains(&body[..20]), "{}", done.err);
    assert!(done.err.contains("private key"), "{}", done.err);
    assert!(!fs::exists(&home.registry).unwrap());
}

/// Whatever it is given as: neither the command nor its parser repeats it.
#[test]
fn a_private_key_in_an_argument_is_not_shown() {
    let home = Home::new();
    home.acme();
    let key = "-----BEGIN PRIVATE KEY-----MIIGHCANARY";
    let contact = format!("primary:{key}:ada@acme.example");
    let note = format!("found this: {key}");
    for (args, status) in [
        (&["set", "acme", "--note", key][..], 2),
        (&["set", "acme", key], 2),
        (&["set", "acme", "--contact", &contact], 2),
        (&["set", "acme", "--country", &contact], 2),
        (&["set", "acme", "--note", &note], 3),
        (&["set", "acme", "--legal-name", &note], 3),
        (&["set", "acme", "--country", "DE", "--reason", &note], 2),
        (&["suspend", "acme", "--reason", &note], 2),
    ] {
        let done = home.run(args, status);
        assert!(done.err.contains("private key"), "{args:?}: {}", done.err);
        let shown = format!("{}{}", done.out, done.err);
        assert!(!shown.contains("CANARY"), "{args:?}: {shown}");
    }
    home.run(&["history"], 0);
}

#[test]
fn a_life_from_active_to_gone() {
    let home = Home::new();
    home.acme();
    let reason = ["--reason", "invoice unpaid"];
    let step = |args: &[&str]| home.json(&[args, &reason].concat());
    let suspended = step(&["suspend", "acme"]);
    assert_eq!(suspended["schema"], "ob.registry-status/1");
    assert_eq!(
        (&suspended["from"], &suspended["status"]),
        (&"active".into(), &"suspended".into())
    );
    // Nobody was asked, so nobody promised anything.
    assert!(suspended["receipt"]["committed_at"].is_string());
    assert_eq!(suspended["receipt"]["quiet_at"], Value::Null);
    assert_eq!(suspended["receipt"]["resumed"], Value::Null);
    assert_eq!(suspended["receipt"]["replicas"], json!([]));
    let again = home.run(&["suspend", "acme", "--reason", "again"], 0).out;
    assert!(
        again.contains("suspended already; nothing was changed (version 2)"),
        "{again}"
    );
    assert!(again.contains("No serving process is known"), "{again}");
    assert_eq!(step(&["resume", "acme"])["status"], "active");
    assert_eq!(step(&["offboard", "acme"])["status"], "offboarding");
    let back = home.run(&["resume", "acme", "--reason", "x"], 5);
    assert!(back.err.contains("[OB-R006]"), "{}", back.err);
    assert_eq!(
        step(&["offboard", "acme", "--finish"])["status"],
        "offboarded"
    );
    assert_eq!(step(&["offboard", "acme"])["version"], 5);
    home.run(&["add", "idea", "--legal-name", "Idea"], 0);
    let gone = step(&["offboard", "idea"]);
    assert_eq!(
        (&gone["status"], &gone["receipt"]),
        (&"offboarded".into(), &Value::Null)
    );
    let table = home.run(&["history", "acme"], 0).out;
    assert!(table.contains("acme active → suspended"), "{table}");
    assert!(table.contains("invoice unpaid"), "{table}");
}

#[test]
fn lists_what_is_asked_for() {
    let home = Home::new();
    home.acme();
    home.add("beta", "client-2", "00000000-0000-4000-8000-000000000002");
    home.run(&["suspend", "beta", "--reason", "x"], 0);
    home.run(
        &["set", "beta", "--legal-name", "Beta AG", "--country", "AT"],
        0,
    );
    for (args, expected) in [
        (&[][..], &["acme", "beta"][..]),
        (&["--status", "suspended"], &["beta"]),
        (
            &["--status", "suspended", "--status", "active"],
            &["acme", "beta"],
        ),
        (&["--country", "AT"], &["beta"]),
        (&["--licence", "licensed"], &[]),
        (&["--search", "bETA ag"], &["beta"]),
        (&["--search", "client-1"], &["acme"]),
    ] {
        let listed = home.json(&[&["list"], args].concat());
        let listed = listed["third_parties"].as_array().unwrap();
        let ids: Vec<_> = listed
            .iter()
            .map(|it| it["business_id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{args:?}");
    }
    let none = home.run(&["list", "--licence", "licensed"], 0);
    assert!(
        none.err.contains("no third-party is like that"),
        "{}",
        none.err
    );
}

#[test]
fn a_plan_is_shown_written_applied_once_and_refused_when_stale() {
    let home = Home::new();
    home.acme();
    home.add("beta", "client-2", "00000000-0000-4000-8000-000000000002");
    home.run(&["add", "idea", "--legal-name", "Idea"], 0);
    let (wanted, plan) = (home.file("wanted.csv"), home.file("next.plan"));
    fs::write(
        &wanted,
        format!(
            "business_id,legal_name,client_id,application_id,status,licence,scopes\r\n\
             acme,Acme SE,client-1,{UUID},active,unlicensed,ob_data ob_providers\r\n\
             gamma,Gamma,,,draft,unlicensed,\r\n"
        ),
    )
    .unwrap();
    let before = fs::read(&home.registry).unwrap();
    let shown = home.run(&["plan", &wanted, "--out", &plan], 0);
    insta::assert_snapshot!(shown.out.trim_end());
    assert!(shown.err.contains("ob registry apply"), "{}", shown.err);
    let json = home.json(&["plan", &wanted]);
    assert_eq!(json["schema"], "ob.registry-plan/1");
    let written: Value = serde_json::from_slice(&fs::read(&plan).unwrap()).unwrap();
    assert_eq!(written, json);
    for (args, status, said) in [
        (
            &["apply", &plan][..],
            5,
            "beta: needs to be allowed expressly: --allow-offboard",
        ),
        (&["apply", &plan, "--allow-offboard"], 2, "needs --yes"),
        (
            &["apply", &plan, "--allow-offboard", "--no-input"],
            2,
            "needs --yes",
        ),
        (&["apply", &home.registry, "--yes"], 0, ""),
    ] {
        let done = home.run(args, status);
        assert!(done.err.contains(said), "{args:?}: {}", done.err);
        assert_eq!(fs::read(&home.registry).unwrap(), before, "{args:?}");
    }
    let done = home
        .run(&["apply", &plan, "--allow-offboard", "--yes"], 0)
        .out;
    assert_eq!(
        done,
        "applied: 1 to add, 1 to change, 1 to offboard, 1 to remove; the registry is at revision 7\n"
    );
    let twice = home.run(&["apply", &plan, "--allow-offboard", "--yes"], 3);
    assert!(twice.err.contains("[OB-R013]"), "{}", twice.err);
    let nothing = home.run(&["apply", &wanted, "--yes"], 0).out;
    assert!(nothing.contains("nothing to do"), "{nothing}");
    let listed = home.json(&["list"]);
    let ids = |it: &Value| format!("{} {}", it["business_id"], it["status"]).replace('"', "");
    let listed: Vec<_> = listed["third_parties"]
        .as_array()
        .unwrap()
        .iter()
        .map(ids)
        .collect();
    assert_eq!(listed, ["acme active", "beta offboarding", "gamma draft"]);
}

#[test]
fn a_table_goes_out_and_comes_in() {
    let home = Home::new();
    home.acme();
    home.run(
        &[
            "set",
            "acme",
            "--legal-name",
            "=Acme, \"GmbH\"",
            "--use-case",
            "a; b: c",
        ],
        0,
    );
    let csv = home.file("all.csv");
    home.run(&["export", "--to", &csv], 0);
    assert!(
        fs::read_to_string(&csv)
            .unwrap()
            .contains("\"'=Acme, \"\"GmbH\"\"\"")
    );
    let second = home.file("second.json");
    let import = ["registry", "import", &csv, "--registry", &second];
    let dry = ob(&[&import[..], &["--dry-run"]].concat(), 0).out;
    assert!(dry.contains("1 third-party can be imported"), "{dry}");
    assert!(!fs::exists(&second).unwrap());
    ob(&import, 0);
    let exported = ob(
        &[
            "registry",
            "export",
            "--registry",
            &second,
            "--format",
            "csv",
        ],
        0,
    )
    .out;
    assert_eq!(exported, fs::read_to_string(&csv).unwrap());
    fs::write(&csv, exported.replace("active", "live").replace("'=", "=")).unwrap();
    let bad = ob(&import, 3);
    assert!(
        bad.err
            .contains("all.csv: line 2, column 2: legal_name: begins with ="),
        "{}",
        bad.err
    );
    let huge = fs::File::create(&csv).unwrap();
    huge.set_len(100_000_001).unwrap();
    assert!(ob(&import, 3).err.contains("larger than 100 MB"));
}

#[test]
fn a_registry_is_made_of_a_running_sandbox() {
    let sandbox = Sandbox::start(&[]);
    let home = Home::new();
    let dir = sandbox.dir_text();
    let done = home.run(&["import", "--sandbox", &dir], 0);
    assert_eq!(done.out, "imported 3 third-parties; the registry holds 3\n");
    assert_eq!(
        home.json(&["list"])["third_parties"][0]["business_id"],
        "acme-budget"
    );
}

/// What a command does not speak of stays as it is, down to the last field.
#[test]
fn only_what_is_named_is_changed() {
    let home = Home::new();
    home.acme();
    let facts = [
        "--organization-id",
        "PSDFI-FINFSA-1234567",
        "--country",
        "DE",
        "--use-case",
        "payments",
        "--contact",
        "primary:Ada:ada@acme.example",
        "--application",
        "00000000-0000-4000-8000-000000000009=payments:default",
        "--note",
        "rang twice",
    ];
    home.run(&[&["set", "acme"][..], &facts].concat(), 0);
    let get = || home.json(&["get", "acme"]);
    let before = get();
    assert_eq!(before["organization_identifier"], "PSDFI-FINFSA-1234567");
    home.run(&["set", "acme", "--legal-name", "Acme SE"], 0);
    let mut expected = before.clone();
    expected["legal_name"] = "Acme SE".into();
    expected["version"] = get()["version"].clone();
    assert_eq!(get(), expected);
    // A table with the columns that somebody needed for a change of names.
    let table = home.file("names.csv");
    let columns = "business_id,legal_name,status,licence,scopes";
    fs::write(
        &table,
        format!("{columns}\nacme,Acme AG,active,unlicensed,ob_data\n"),
    )
    .unwrap();
    home.run(&["import", &table], 0);
    expected["legal_name"] = "Acme AG".into();
    expected["version"] = get()["version"].clone();
    assert_eq!(get(), expected);
    home.run(&["set", "acme", "--clear", "organization-id"], 0);
    assert!(get().get("organization_identifier").is_none());
    for (args, said) in [
        (
            &["set", "acme", "--note", "x", "--clear", "note"][..],
            "--clear note",
        ),
        (
            &["set", "acme", "--status", "suspended"],
            "ob registry suspend acme",
        ),
        (
            &["set", "acme", "--status", "offboarding"],
            "ob registry offboard acme",
        ),
    ] {
        let done = home.run(args, 2);
        assert!(done.err.contains(said), "{}", done.err);
    }
    assert_eq!(get()["status"], "active");
}

/// A command that is refused, or only looks, leaves no empty registry behind.
#[test]
fn what_changes_nothing_makes_no_registry() {
    let home = Home::new();
    let table = home.file("all.csv");
    let row = "acme,Acme,draft,unlicensed,\n";
    fs::write(
        &table,
        format!("business_id,legal_name,status,licence,scopes\n{row}"),
    )
    .unwrap();
    let db = home.file("registry.db");
    let plan = home.file("next.plan");
    let other = home.file("other.toml");
    ob(
        &[
            "registry",
            "integrator",
            "set",
            "--registry",
            &other,
            "--legal-name",
            "I",
            "--client-id",
            "int-1",
            "--application-id",
            UUID,
        ],
        0,
    );
    ob(
        &[
            "registry",
            "plan",
            &table,
            "--registry",
            &other,
            "--out",
            &plan,
        ],
        0,
    );
    let add = ["add", "acme", "--legal-name", "Acme"];
    for (args, status) in [
        (&["integrator", "set", "--legal-name", "x"][..], 2),
        (
            &[
                "integrator",
                "set",
                "--legal-name",
                "I",
                "--client-id",
                "int-1",
                "--application-id",
                UUID,
                "--by",
                " ",
            ],
            2,
        ),
        (&[&add[..], &["--by", " "]].concat(), 2),
        (&[&add[..], &["--reason", ""]].concat(), 2),
        (&["import", &table, "--dry-run"], 0),
        (&["import", &table, "--by", ""], 2),
        (&["apply", &table], 2),
        // Made at revision 1 of another one: asked about, and refused when it is said.
        (&["apply", &plan], 2),
    ] {
        let args = [&["registry"], args, &["--registry", &db]].concat();
        ob(&args, status);
        assert!(!fs::exists(&db).unwrap(), "{args:?}");
    }
    ob(&["registry", "apply", &plan, "--yes", "--registry", &db], 3);
    assert!(!fs::exists(&db).unwrap());
    ob(
        &["registry", "apply", &table, "--yes", "--registry", &db],
        0,
    );
    let nobody = ["registry", "history", "acmee", "--registry", &db];
    let done = ob(&nobody, 5);
    assert!(done.err.contains("the closest is acme"), "{}", done.err);
    let nothing = [
        "registry",
        "history",
        "acme",
        "--since",
        "9",
        "--registry",
        &db,
    ];
    assert!(
        ob(&nothing, 0)
            .err
            .contains("nothing happened that was asked for")
    );
}

/// One that was killed holds up every receipt until somebody who knows says that it is gone.
#[test]
fn a_replica_that_was_killed_is_taken_off_the_list() {
    let home = Home::new();
    home.acme();
    let none = home.run(&["replicas"], 0);
    assert!(none.err.contains("no replica follows"), "{}", none.err);
    // What replicas say of themselves beside a registry file.
    let heard = |name: &str, at: &str| json!({"at": at, "report": {"replica": name, "started_at": at, "since": 0, "revision": 1}});
    // Ahead of this clock, so that it lives however long the test takes.
    let live = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let live = live.to_string();
    let said = json!({
        "replicas": [heard("api-0", "2026-01-02T03:04:05Z"), heard("api-1", &live)],
        "acknowledgements": [],
    });
    fs::write(format!("{}.replicas.json", home.registry), said.to_string()).unwrap();
    let states = || {
        let all = home.json(&["replicas"])["replicas"]
            .as_array()
            .unwrap()
            .clone();
        let one = |it: &Value| format!("{} {}", it["replica"], it["state"]).replace('"', "");
        all.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(states(), ["api-0 silent", "api-1 live"]);
    let suspend = ["suspend", "acme", "--reason", "unpaid", "--wait", "1ms"];
    let receipt = home.run(&suspend, 9).out;
    assert!(receipt.contains("replicas --sign-off"), "{receipt}");
    for (name, said) in [("api-1", "lives"), ("api-2", "no replica api-2")] {
        let refused = home.run(&["replicas", "--sign-off", name], 2);
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    let done = home.run(&["replicas", "--sign-off", "api-0"], 0);
    assert!(
        done.out.contains("api-1") && !done.out.contains("api-0"),
        "{}",
        done.out
    );
    assert_eq!(states(), ["api-1 live"]);
}

/// To offboard is for good: a table does not do it, and takes nobody else along.
#[test]
fn a_table_offboards_nobody() {
    let home = Home::new();
    home.acme();
    let before = fs::read(&home.registry).unwrap();
    let table = home.file("all.csv");
    let columns = "business_id,legal_name,status,licence,scopes";
    for status in ["offboarding", "offboarded"] {
        let rows = format!("new,New,draft,unlicensed,\nacme,Acme,{status},unlicensed,\n");
        fs::write(&table, format!("{columns}\n{rows}")).unwrap();
        for args in [&["import", &table][..], &["import", &table, "--dry-run"]] {
            let refused = home.run(args, 5);
            assert!(
                refused.err.contains("ob registry offboard acme"),
                "{}",
                refused.err
            );
        }
        assert_eq!(fs::read(&home.registry).unwrap(), before);
    }
}
