//! `ob cert inspect`.

use crate::{
    authority::Authority,
    child::{Done, members, ob, text},
};
use serde_json::Value;
use std::{fs, path::PathBuf};
use tempfile::TempDir;

struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Self { dir }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path: PathBuf = self.dir.path().join(name);
        fs::write(&path, content).unwrap();
        text(&path)
    }
}

#[track_caller]
fn inspect(args: &[&str], status: i32) -> Done {
    ob(&[&["cert", "inspect"], args].concat(), status)
}

#[track_caller]
fn inspect_json(args: &[&str], status: i32) -> Value {
    let done = inspect(&[args, &["-o", "json"]].concat(), status);
    assert_eq!(done.out.lines().count(), 1, "{}", done.out);
    serde_json::from_str(&done.out).unwrap()
}

/// Everything that a good certificate and its chain say.
#[test]
fn says_everything_about_a_chain() {
    let desk = Desk::new();
    let authority = Authority::new("Trust Services Root");
    let leaf = authority.qwac("Acme GmbH", 100);
    let file = desk.file("acme.pem", format!("{leaf}{}", authority.pem));
    let wanted = [
        &file,
        "--legal-name",
        "ACME GmbH",
        "--organization-id",
        "PSDDE-BAFIN-123456",
        "--account-data",
    ];
    let view = inspect_json(&wanted, 0);
    assert_eq!(view["schema"], "ob.certificate/1");
    assert_eq!(
        (&view["fits"], &view["leaf_first"]),
        (&true.into(), &true.into())
    );
    insta::assert_snapshot!(members(&view).join(" "), @"certificates file fits leaf_first problems schema");
    let one = &view["certificates"][0];
    insta::assert_snapshot!(members(one).join(" "), @"authority days_left extended_key_usage fingerprint in_date issued_by issuer key key_usage kind not_after not_before organization organization_identifier psd2 serial_number signature_algorithm subject");
    assert_eq!(one["kind"], "QWAC");
    assert_eq!(one["days_left"], 100);
    assert_eq!(one["in_date"], true);
    assert_eq!(one["organization"], "Acme GmbH");
    assert_eq!(one["organization_identifier"], "PSDDE-BAFIN-123456");
    insta::assert_snapshot!(one["psd2"], @r#"{"authority_id":"DE-BAFIN","authority_name":"Federal Financial Supervisory Authority","roles":["PSP_AI"]}"#);
    insta::assert_snapshot!(one["issued_by"], @r#"{"number":2,"place":"in_file","verified":true}"#);
    let root = &view["certificates"][1];
    assert_eq!(root["kind"], "authority");
    insta::assert_snapshot!(root["issued_by"], @r#"{"place":"itself","verified":true}"#);

    let shown = inspect(&[&file], 0);
    assert!(shown.err.contains("--legal-name"), "{}", shown.err);
    for line in [
        "no. 1 of 2",
        "issued by     no. 2 of this file, signature verified",
        "PSD2 roles    PSP_AI",
        "identifier    PSDDE-BAFIN-123456",
        "(in 100 days)",
        "nothing is wrong with it",
    ] {
        assert!(shown.out.contains(line), "{line}: {}", shown.out);
    }
}

/// What is wrong ends with 9 and is named with its code.
#[test]
fn says_what_is_wrong() {
    let desk = Desk::new();
    let authority = Authority::new("Trust Services Root");
    let lapsed = desk.file("lapsed.pem", authority.qwac("Acme GmbH", -3));
    let view = inspect_json(&[&lapsed], 9);
    assert_eq!(view["fits"], false);
    assert_eq!(view["problems"][0]["code"], "OB-C201");
    assert_eq!(view["certificates"][0]["days_left"], -3);
    let shown = inspect(&[&lapsed], 9).out;
    assert!(shown.contains("(2 days ago)"), "{shown}");
    assert!(shown.contains("[OB-C201] certificate "), "{shown}");

    let good = desk.file("good.pem", authority.qwac("Acme GmbH", 100));
    inspect(&[&good], 0);
    for wrong in [
        ["--legal-name", "Other AG"],
        ["--organization-id", "PSDDE-BAFIN-654321"],
    ] {
        let view = inspect_json(&[&[good.as_str()], &wrong[..]].concat(), 9);
        assert_eq!(view["problems"].as_array().unwrap().len(), 1);
        assert_eq!(view["problems"][0]["code"], "OB-C202");
    }
    // Signed by another authority of the same name.
    let impostor = Authority::new("Trust Services Root");
    let mixed = authority.qwac("Acme GmbH", 100) + &impostor.pem;
    let mixed = desk.file("mixed.pem", mixed);
    let view = inspect_json(&[&mixed], 9);
    insta::assert_snapshot!(view["certificates"][0]["issued_by"], @r#"{"number":2,"place":"in_file","verified":false}"#);
    assert!(inspect(&[&mixed], 9).out.contains("signature WRONG"));
    // The issuer first is no problem of a certificate, and is said.
    let turned = authority.pem.clone() + &authority.qwac("Acme GmbH", 100);
    let turned = desk.file("turned.pem", turned);
    assert_eq!(inspect_json(&[&turned], 0)["leaf_first"], false);
    assert!(inspect(&[&turned], 0).out.contains("leaf first"));
}

/// A key in the file is refused, whatever is beside it, and no part of it is printed.
#[test]
fn a_private_key_is_refused_unechoed() {
    let desk = Desk::new();
    let (certificate, key) = Authority::new("Root").qwac_with_key("Acme GmbH", 100_000);
    let secret = key.lines().nth(1).unwrap();
    for (name, content) in [
        ("key.pem", key.clone()),
        ("both.pem", format!("{certificate}{key}")),
        ("first.pem", format!("{key}{certificate}")),
    ] {
        let file = desk.file(name, content);
        for format in ["text", "json", "jsonl"] {
            let done = inspect(&[&file, "-o", format], 3);
            assert_eq!(done.out, "");
            assert!(done.err.contains("private key"), "{}", done.err);
            assert!(!done.err.contains(secret), "{}", done.err);
        }
    }
}

/// What is no certificate ends with 3 and names the file.
#[test]
fn what_is_no_certificate_is_3() {
    let desk = Desk::new();
    let good = Authority::new("Root").qwac("Acme GmbH", 100);
    let half = &good[..good.len() / 2];
    for (name, content) in [
        ("empty.pem", &b""[..]),
        ("noise.der", b"\x30\x82\xff\xff\x00\xfe"),
        ("half.pem", half.as_bytes()),
        ("text.pem", b"certificate: yes"),
    ] {
        let file = desk.file(name, content);
        let done = inspect(&[&file], 3);
        assert!(done.err.contains(name), "{}", done.err);
        assert_eq!(done.out, "");
    }
    inspect(&["/no/such/file"], 3);
    inspect(&["/dev/zero"], 3);
    let good = desk.file("good.pem", good);
    inspect(&[&good, "--organization-id", "nonsense"], 2);
    inspect(&[&good, "-o", "ics"], 2);
    inspect(&[], 2);
}
