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

/// Somebody else's application.
const OTHER: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a99";
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
    let (client, application) = ids_of(&sandbox, "acme-budget");
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
    // What did not stand the test is written down nowhere.
    let get = ["registry", "get", "acme", "--registry", &desk.registry()];
    assert!(ob_json(&get).get("client_id").is_none());
    assert!(confirm(&[], 2).err.contains("--client-id"));
    // Nor is anybody asked for a token with what is somebody else's, or the Integrator's.
    let other = ["--client-id", "tpp-other", "--application-id", OTHER];
    let add = ["add", "other", "--legal-name", "Other AG", "--registry"];
    ob(
        &[&["registry"], &add[..], &[&desk.registry()], &other].concat(),
        0,
    );
    for (client, application) in [
        ("tpp-other", application.as_str()),
        ("TPP-OTHER", &application),
        (&client, OTHER),
        ("integrator-1", &application),
    ] {
        let taken = ["--client-id", client, "--application-id", application];
        let refused = confirm(&taken, 3);
        assert!(refused.err.contains("[OB-R002]"), "{}", refused.err);
    }
    let facts = confirm(&[&ids[..], &["--country", "FI"]].concat(), 2);
    assert!(facts.err.contains("changes no facts"), "{}", facts.err);
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
    let open: Vec<_> = checklist
        .lines()
        .filter(|it| it.contains("- [ ]"))
        .collect();
    assert_eq!(open.len(), 1, "{checklist}");
    assert!(open[0].contains("first call"), "{checklist}");
    // Once is enough.
    assert!(confirm(&ids, 5).err.contains("OB-R006"));
    assert!(desk.onboard("acme", &FACTS, 5).err.contains("OB-R006"));
}

/// The same by a configuration file: its platform, and its registry unless another one is named.
#[test]
fn confirms_with_the_platform_of_a_configuration_file() {
    let sandbox = Sandbox::start(&[]);
    let (client, application) = ids_of(&sandbox, "acme-budget");
    let config = text(&sandbox.config("ob.toml"));
    let own = sandbox.file("registry.toml");
    let desk = Desk::new();
    for id in ["acme", "second"] {
        desk.onboard(id, &FACTS, 0);
        fs::remove_dir_all(desk.path("packet")).unwrap();
    }
    fs::copy(desk.path("registry.toml"), &own).unwrap();
    let confirm = |id: &str, client: &str, more: &[&str], status| {
        let ids = ["--client-id", client, "--application-id", &application];
        let common = [
            "onboard",
            id,
            "--confirm",
            "--by",
            "maria",
            "--config",
            &config,
        ];
        ob(&[&common[..], &ids, more].concat(), status)
    };
    let failed = confirm("acme", "tpp-mistyped", &[], 4);
    assert!(
        failed.err.contains("acme stays in onboarding"),
        "{}",
        failed.err
    );
    let done = confirm("acme", &client, &[], 0);
    assert!(done.out.starts_with("acme is active"), "{}", done.out);
    let get = |registry: &str| {
        let get = ["registry", "get", "acme", "--registry", registry];
        string(&ob_json(&get)["status"])
    };
    assert_eq!(
        (get(&text(&own)), get(&desk.registry())),
        ("active".into(), "onboarding".into())
    );
    // Another registry beside it: the file's own is not asked for.
    fs::remove_file(&own).unwrap();
    confirm("acme", &client, &["--registry", &desk.registry()], 0);
    assert_eq!(get(&desk.registry()), "active");
    let gone = confirm("second", &client, &[], 3);
    assert!(gone.err.contains("registry.toml"), "{}", gone.err);
}

fn ids_of(sandbox: &Sandbox, id: &str) -> (String, String) {
    let parties = sandbox.description()["third_parties"]
        .as_array()
        .unwrap()
        .clone();
    let one = parties.iter().find(|it| it["business_id"] == id).unwrap();
    (string(&one["client_id"]), string(&one["application_id"]))
}

/// A certificate that ends soon is due now, and the authority of its chain is not its business.
#[test]
fn the_checklist_names_what_is_due() {
    let desk = Desk::new();
    let authority = Authority::new("Trust Services");
    let soon = authority.qwac("Acme GmbH", 12);
    let late = authority.qwac("Acme GmbH", 300);
    // Two files, each with the same authority at its end.
    let files = [soon, late].map(|pem| pem + &authority.pem);
    let one = desk.file("one.pem", &files[0]);
    let two = desk.file("two.pem", &files[1]);
    let more = [
        "--licence",
        "licensed",
        "--contact",
        "primary:Ada:ada@acme.example",
        "--contact",
        "technical:Ops:ops@acme.example",
        "--certificate",
        &one,
        "--certificate",
        &two,
        "--signing-service",
        "https://sign.acme.example/v1",
        "--legal-name",
        "Acme GmbH",
    ];
    let done = desk.onboard("acme", &[&more[..], &FACTS[4..10]].concat(), 0);
    assert!(
        done.err.contains("profile lacks a technical contact"),
        "{}",
        done.err
    );
    let checklist = fs::read_to_string(desk.path("packet").join("checklist.md")).unwrap();
    let renew: Vec<_> = checklist
        .lines()
        .filter(|it| it.contains("Renew"))
        .collect();
    assert_eq!(renew.len(), 2, "{checklist}");
    assert!(
        renew.iter().any(|it| it.starts_with("- [ ] now ·")),
        "{checklist}"
    );
    assert!(
        renew.iter().any(|it| it.starts_with("- [ ] by 20")),
        "{checklist}"
    );
    assert!(
        !checklist.contains("Renew certificate-authority"),
        "{checklist}"
    );
    let message = fs::read_to_string(desk.path("packet").join("message.txt")).unwrap();
    assert!(message.contains("certificates are attached"), "{message}");
}

/// The registry has it, the folder could not be written: that is said, and the way on.
#[cfg(unix)]
#[test]
fn a_packet_that_cannot_be_written_is_told_with_what_was_done() {
    let desk = Desk::new();
    fs::write(desk.path("file"), "no folder").unwrap();
    let packet = text(&desk.path("file").join("packet"));
    let registry = desk.registry();
    let common = ["onboard", "acme", "--registry", &registry, "--by", "maria"];
    let at = |packet: &str, status| {
        ob(
            &[&common[..], &["--packet", packet], &FACTS].concat(),
            status,
        )
    };
    let failed = at(&packet, 3);
    assert!(
        failed.err.contains("acme is written down (draft)"),
        "{}",
        failed.err
    );
    assert_eq!(desk.status_of("acme").as_deref(), Some("draft"));
    at(&desk.packet(), 0);
    assert_eq!(desk.status_of("acme").as_deref(), Some("onboarding"));
    let message = fs::read_to_string(desk.path("packet").join("message.txt")).unwrap();
    assert!(!message.contains("attached as PEM"), "{message}");
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
        let mut child = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("needs `script`: install the package bsdutils: {error}")
            });
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(answers.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    // The answers end too early: nothing is written down.
    let (status, seen) = terminal("Acme GmbH\n");
    assert_eq!(status, Some(2), "{seen}");
    assert!(seen.contains("--licence"), "{seen}");
    assert_eq!(desk.status_of("acme"), None);
    let (status, seen) = terminal(answers);
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
