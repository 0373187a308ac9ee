//! `ob onboard`, and the Integrator's profile that it needs.

use crate::{
    authority::Authority,
    child::{BINARY, Done, Sandbox, json_file, ob, ob_in, ob_json, string, text},
};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

struct Desk {
    dir: TempDir,
}

impl Desk {
    /// A desk with a registry that has the Integrator's profile.
    fn new() -> Self {
        let desk = Self::bare();
        let set = [
            "registry",
            "integrator",
            "set",
            "--registry",
            &desk.registry(),
            "--by",
            "maria",
            "--legal-name",
            "Integrator AG",
            "--client-id",
            "integrator-1",
            "--application-id",
            "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11",
            "--use-case-configuration",
            "1b3f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a22",
            "--country",
            "DE",
            "--contact",
            "primary:Maria Muster:maria@integrator.example:+49 30 1",
        ];
        ob(&set, 0);
        desk
    }

    fn bare() -> Self {
        let dir = TempDir::new().unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn registry(&self) -> String {
        text(&self.path("registry.toml"))
    }

    fn packet(&self) -> String {
        text(&self.path("packet"))
    }

    fn file(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).unwrap();
        text(&self.path(name))
    }

    #[track_caller]
    fn onboard(&self, id: &str, args: &[&str], status: i32) -> Done {
        let (registry, packet) = (self.registry(), self.packet());
        let common = [
            "onboard",
            id,
            "--registry",
            &registry,
            "--packet",
            &packet,
            "--by",
            "maria",
        ];
        ob(&[&common[..], args].concat(), status)
    }

    fn status_of(&self, id: &str) -> Option<String> {
        let list = ob_json(&["registry", "list", "--registry", &self.registry()]);
        let all = list["third_parties"].as_array().unwrap().clone();
        let row = all.iter().find(|it| it["business_id"] == id)?.clone();
        Some(string(&row["status"]))
    }
}

/// What an unlicensed one needs.
const FACTS: [&str; 12] = [
    "--legal-name",
    "Acme *Budget* GmbH",
    "--licence",
    "unlicensed",
    "--country",
    "DE",
    "--use-case",
    "budgeting",
    "--scope",
    "consents:create ob_data",
    "--contact",
    "primary:Ada Lovelace:ada@acme.example",
];

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn writes_a_packet_and_moves_on_to_onboarding() {
    let desk = Desk::new();
    let done = desk.onboard(
        "acme",
        &[&FACTS[..], &["--note", "secret discount"]].concat(),
        0,
    );
    assert!(
        done.out.starts_with("acme is in onboarding\n"),
        "{}",
        done.out
    );
    assert_eq!(desk.status_of("acme").as_deref(), Some("onboarding"));
    let packet = desk.path("packet");
    assert_eq!(
        names(&packet),
        ["attachments", "checklist.md", "message.md", "message.txt"]
    );
    assert_eq!(names(&packet.join("attachments")), ["onboarding.json"]);
    let read = |name: &str| fs::read_to_string(packet.join(name)).unwrap();
    let (markdown, plain) = (read("message.md"), read("message.txt"));
    assert!(markdown.contains(r"Acme \*Budget\* GmbH"), "{markdown}");
    for words in [
        "Integrator AG",
        "integrator-1",
        "ada@acme.example",
        "consents:create ob_data",
    ] {
        assert!(plain.contains(words), "{words}: {plain}");
    }
    let facts = json_file(&packet.join("attachments/onboarding.json"));
    assert_eq!(facts["schema"], "ob.onboarding/1");
    insta::assert_snapshot!(facts["third_party"], @r#"{"certificates":[],"contacts":[{"email":"ada@acme.example","name":"Ada Lovelace","role":"primary"}],"countries":["DE"],"custody":null,"legal_name":"Acme *Budget* GmbH","licence":"unlicensed","scopes":["consents:create","ob_data"],"use_cases":["budgeting"]}"#);
    for text in [&markdown, &plain, &facts.to_string(), &read("checklist.md")] {
        assert!(!text.contains("discount"), "notes stay here: {text}");
    }
    let checklist = read("checklist.md");
    for words in [
        "- [x] 20",
        "· maria ·",
        "· Platform ·",
        "ob onboard acme --confirm",
    ] {
        assert!(checklist.contains(words), "{words}: {checklist}");
    }
}

/// Again: flags change what is known, and the packet follows; what a person put there stays.
#[test]
fn a_licensed_one_brings_certificates_and_may_change_them() {
    let desk = Desk::new();
    let authority = Authority::new("Trust Services");
    let first = desk.file(
        "first.pem",
        &(authority.qwac("Acme GmbH", 100) + &authority.pem),
    );
    let second = desk.file("second.pem", &authority.qwac("Acme GmbH", 300));
    let facts = [
        "--legal-name",
        "Acme GmbH",
        "--country",
        "DE",
        "--country",
        "FI",
        "--use-case",
        "budgeting",
        "--scope",
        "ob_data",
        "--contact",
        "primary:Ada:ada@acme.example",
        "--contact",
        "technical:Ops:ops@acme.example",
        "--certificate",
        &first,
        "--signing-service",
        "https://sign.acme.example/v1",
    ];
    desk.onboard("acme", &facts, 0);
    let attachments = desk.path("packet").join("attachments");
    let before = names(&attachments);
    assert_eq!(before.len(), 3, "{before:?}");
    assert!(
        before[0].starts_with("certificate-authority-"),
        "{before:?}"
    );
    assert!(before[1].starts_with("certificate-qwac-"), "{before:?}");
    fs::write(attachments.join("contract.pdf"), "signed").unwrap();
    let json = desk
        .onboard("acme", &["--certificate", &second, "-o", "json"], 0)
        .out;
    let done: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&done["schema"], &done["status"]),
        (&"ob.onboard/1".into(), &"onboarding".into())
    );
    let after = names(&attachments);
    assert_eq!(after.len(), 3, "{after:?}");
    assert!(after.contains(&"contract.pdf".to_owned()), "{after:?}");
    assert_ne!(after[0], before[1], "the old one is gone");
    let message = fs::read_to_string(desk.path("packet").join("message.txt")).unwrap();
    for words in [
        &after[0],
        "https://sign.acme.example/v1",
        "PSDDE-BAFIN-123456",
        "DE, FI",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let checklist = fs::read_to_string(desk.path("packet").join("checklist.md")).unwrap();
    assert!(
        checklist.contains("Third-party · Renew certificate-qwac-"),
        "{checklist}"
    );
}

#[test]
fn what_is_missing_is_listed_at_once() {
    let desk = Desk::new();
    let done = desk.onboard("acme", &["--licence", "licensed", "--country", "DE"], 2);
    for flag in [
        "--legal-name",
        "--use-case",
        "--scope",
        "--contact primary:",
        "--contact technical:",
        "--certificate",
        "--signing-service",
    ] {
        assert!(done.err.contains(flag), "{flag}: {}", done.err);
    }
    assert!(!done.err.contains("--country"), "{}", done.err);
    assert_eq!(desk.status_of("acme"), None);
    assert!(!desk.path("packet").exists());
    // Without the Integrator's own profile there is nothing to introduce.
    let bare = Desk::bare();
    let absent = bare.onboard("acme", &FACTS, 3).err;
    let registry = text(&bare.path("registry.toml"));
    let add = ["registry", "add", "idea", "--legal-name", "Idea"];
    ob(&[&add[..], &["--registry", &registry]].concat(), 0);
    let without = bare.onboard("acme", &FACTS, 2).err;
    for told in [absent, without] {
        assert!(told.contains("ob registry integrator set"), "{told}");
    }
}

#[test]
fn certificates_that_do_not_fit_are_refused() {
    let desk = Desk::new();
    let authority = Authority::new("Trust Services");
    let (pem, key) = authority.qwac_with_key("Acme GmbH", 1_000_000);
    let lapsed = desk.file("lapsed.pem", &authority.qwac("Acme GmbH", -3));
    let other = desk.file("other.pem", &authority.qwac("Other AG", 100));
    let with_key = desk.file("key.pem", &(pem + &key));
    for (file, status, code) in [
        (&lapsed, 5, "OB-C201"),
        (&other, 3, "OB-C202"),
        (&with_key, 3, "OB-R009"),
    ] {
        let facts = [
            "--legal-name",
            "Acme GmbH",
            "--country",
            "DE",
            "--use-case",
            "budgeting",
            "--scope",
            "ob_data",
            "--contact",
            "primary:Ada:ada@acme.example",
            "--contact",
            "technical:Ops:ops@acme.example",
            "--certificate",
            file,
            "--signing-service",
            "https://sign.acme.example/v1",
        ];
        let done = desk.onboard("acme", &facts, status);
        assert!(done.err.contains(code), "{code}: {}", done.err);
        assert!(
            !done.err.contains(key.lines().nth(1).unwrap()),
            "{}",
            done.err
        );
        assert_eq!(desk.status_of("acme"), None);
        assert!(!desk.path("packet").exists());
    }
    let mixed = [&FACTS[..], &["--certificate", &other]].concat();
    assert!(desk.onboard("acme", &mixed, 2).err.contains("unlicensed"));
}

/// A folder that is not this third-party's packet is left alone, and nothing is written down.
#[test]
fn a_foreign_folder_is_left_alone() {
    let desk = Desk::new();
    let packet = desk.path("packet");
    fs::create_dir(&packet).unwrap();
    fs::write(packet.join("message.md"), "mine").unwrap();
    let done = desk.onboard("acme", &FACTS, 2);
    assert!(done.err.contains("--packet"), "{}", done.err);
    assert_eq!(
        fs::read_to_string(packet.join("message.md")).unwrap(),
        "mine"
    );
    assert_eq!(desk.status_of("acme"), None);
    // Another third-party's packet is foreign, too; an empty folder is not.
    fs::remove_file(packet.join("message.md")).unwrap();
    desk.onboard("acme", &FACTS, 0);
    let other = [&["--legal-name", "Other AG"], &FACTS[2..]].concat();
    desk.onboard("other", &other, 2);
    assert_eq!(desk.status_of("other"), None);
    // A file in the place of the folder.
    fs::remove_dir_all(&packet).unwrap();
    fs::write(&packet, "a file").unwrap();
    desk.onboard("acme", &[], 2);
}

/// The ids are tried with a real token; only a good one makes it active.
#[test]
fn confirms_with_a_real_token() {
    let sandbox = Sandbox::start(&[]);
    let parties = sandbox.description()["third_parties"]
        .as_array()
        .unwrap()
        .clone();
    let acme = parties
        .iter()
        .find(|it| it["business_id"] == "acme-budget")
        .unwrap();
    let (client, application) = (string(&acme["client_id"]), string(&acme["application_id"]));
    let desk = Desk::new();
    let dir = sandbox.dir_text();
    let confirm = |args: &[&str], status| {
        let confirm = ["--confirm", "--sandbox", &dir];
        desk.onboard("acme", &[&confirm[..], args].concat(), status)
    };
    let ids = ["--client-id", &client, "--application-id", &application];
    let unknown = confirm(&ids, 5);
    assert!(unknown.err.contains("OB-R001"), "{}", unknown.err);
    desk.onboard("acme", &FACTS, 0);
    assert!(confirm(&[], 2).err.contains("--client-id"));
    // A client id that the platform does not know.
    let wrong = [
        "--client-id",
        "tpp-mistyped",
        "--application-id",
        &application,
    ];
    let failed = confirm(&wrong, 4);
    assert!(
        failed.err.contains("acme stays in onboarding"),
        "{}",
        failed.err
    );
    assert!(failed.err.contains("[OB-T"), "{}", failed.err);
    assert_eq!(desk.status_of("acme").as_deref(), Some("onboarding"));
    let done = confirm(&[&ids[..], &["-o", "json"]].concat(), 0);
    let done: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (&done["schema"], &done["status"]),
        (&"ob.onboard/1".into(), &"active".into())
    );
    assert_eq!(done["probe"]["client_id"], client.as_str());
    assert_eq!(done["probe"]["attempts"], 1);
    assert_eq!(desk.status_of("acme").as_deref(), Some("active"));
    let checklist = fs::read_to_string(desk.path("packet").join("checklist.md")).unwrap();
    assert!(checklist.contains("it is active"), "{checklist}");
    // Once is enough.
    assert!(confirm(&ids, 5).err.contains("OB-R006"));
    assert!(desk.onboard("acme", &FACTS, 5).err.contains("OB-R006"));
}

/// A platform that cannot be reached says nothing about the ids: it stays in onboarding.
#[test]
fn a_platform_out_of_reach_is_8() {
    let sandbox = Sandbox::start(&[]);
    let gone = sandbox.changed("gone", |description| {
        for url in ["issuer", "token_endpoint", "api_base"] {
            description[url] = "http://127.0.0.1:1/x".into();
        }
    });
    let desk = Desk::new();
    desk.onboard("acme", &FACTS, 0);
    let ids = [
        "--client-id",
        "tpp-x",
        "--application-id",
        "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a12",
    ];
    desk.onboard(
        "acme",
        &[&["--confirm", "--sandbox", &gone], &ids[..]].concat(),
        8,
    );
    assert_eq!(desk.status_of("acme").as_deref(), Some("onboarding"));
}

#[test]
fn mistakes_in_the_words_are_2() {
    let desk = Desk::new();
    ob_in(desk.dir.path(), &["onboard", "acme"], 2);
    ob(&["onboard"], 2);
    for args in [
        &["--contact", "nobody"][..],
        &["--contact", "boss:Ada:ada@acme.example"],
        &["--contact", "primary:Ada:no-address"],
        &["--country", "Atlantis"],
        &["--client-id", "x"],
        &["--confirm"],
        &["--key-vault", "https://acme.vault.azure.net"],
        &["--key", "k"],
        &["--signing-service", "http://plain.example"],
        &["-o", "ics"],
    ] {
        let done = desk.onboard("acme", args, 2);
        assert_eq!(done.out, "", "{args:?}");
    }
    desk.onboard("a b", &FACTS, 2);
}

#[test]
fn the_profile_is_shown_and_changed() {
    let desk = Desk::new();
    let registry = desk.registry();
    let get = ["registry", "integrator", "get", "--registry", &registry];
    let profile = ob_json(&get);
    insta::assert_snapshot!(profile, @r#"{"application_id":"0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11","client_id":"integrator-1","contacts":[{"email":"maria@integrator.example","name":"Maria Muster","phone":"+49 30 1","role":"primary"}],"countries":["DE"],"legal_name":"Integrator AG","missing":["a technical contact","a TLS certificate"],"schema":"ob.registry-integrator/1","tls_certificates":[],"use_case_configuration_ids":["1b3f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a22"]}"#);
    let set = [
        "registry",
        "integrator",
        "set",
        "--registry",
        &registry,
        "--by",
        "maria",
    ];
    let tls = desk.file("tls.pem", &Authority::new("Root").qwac("Integrator AG", 20));
    ob(&[&set[..], &["--tls-certificate", &tls]].concat(), 0);
    let text = ob(&get, 0).out;
    assert!(text.contains("TLS certificate    "), "{text}");
    assert!(
        text.contains("Maria Muster <maria@integrator.example>, +49 30 1"),
        "{text}"
    );
    assert!(text.contains("missing            "), "{text}");
    // Its certificate ends, too.
    let ending = ob(&["expiring", "--registry", &registry], 9).out;
    assert!(ending.contains("the Integrator"), "{ending}");
    let bare = Desk::bare();
    ob(
        &[
            "registry",
            "integrator",
            "set",
            "--registry",
            &bare.registry(),
            "--by",
            "maria",
        ],
        2,
    );
    ob(
        &[
            "registry",
            "integrator",
            "get",
            "--registry",
            &registry,
            "--config",
            "x",
        ],
        2,
    );
}

/// At a terminal, what no flag says is asked for, and a wrong answer is asked for again.
#[test]
fn asks_at_a_terminal() {
    let desk = Desk::new();
    let command = format!(
        "{BINARY} onboard acme --registry {} --packet {} --by maria --country DE",
        desk.registry(),
        desk.packet()
    );
    let answers = "Acme GmbH\nmaybe\nunlicensed\nbudgeting; lending\nob_data\nAda:nope\n\
                   Ada:ada@acme.example\n";
    let terminal = |answers: &str| {
        let spawned = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = spawned else {
            eprintln!("SKIPPED: no `script` to pretend a terminal");
            return None;
        };
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(answers.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        Some((
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        ))
    };
    // The answers end too early: nothing is written down.
    let Some((status, seen)) = terminal("Acme GmbH\n") else {
        return;
    };
    assert_eq!(status, Some(2), "{seen}");
    assert!(seen.contains("--licence"), "{seen}");
    assert_eq!(desk.status_of("acme"), None);
    let (status, seen) = terminal(answers).unwrap();
    assert_eq!(status, Some(0), "{seen}");
    for words in [
        "legal name: ",
        "needs licensed or unlicensed",
        "acme is in onboarding",
    ] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    assert!(
        !seen.contains("countries of operation"),
        "told by a flag: {seen}"
    );
    let message = fs::read_to_string(desk.path("packet").join("message.txt")).unwrap();
    assert!(message.contains("budgeting; lending"), "{message}");
}
