//! `ob sandbox`: ready, described, stopped.

use crate::{
    child::{Sandbox, json_file, mode, ob, ob_json, string, text},
    http1,
};
use serde_json::Value;
use std::{
    fs,
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

#[test]
fn describes_itself_completely() {
    let sandbox = Sandbox::start(&[]);
    let described = sandbox.description();
    assert_eq!(described["schema"], "ob.sandbox/1");
    for url in [
        "issuer",
        "token_endpoint",
        "api_base",
        "jwks_uri",
        "explain_url",
    ] {
        let url = string(&described[url]);
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    }
    let integrator = &described["integrator"];
    for field in [
        "client_id",
        "application_id",
        "use_case_configuration_id",
        "kid",
        "key_file",
    ] {
        assert_ne!(string(&integrator[field]), "", "{field}");
    }
    let (status, keys) = http1::send("GET", &string(&described["jwks_uri"]), "");
    assert_eq!(status, 200);
    assert!(keys["keys"].is_array(), "{keys}");
}

#[test]
fn describes_its_third_parties() {
    let sandbox = Sandbox::start(&[]);
    let described = sandbox.description();
    let parties = described["third_parties"].as_array().unwrap();
    let of = |id: &str| parties.iter().find(|p| p["business_id"] == id).unwrap();
    for (id, licence, status) in [
        ("acme-budget", "unlicensed", "active"),
        ("nordlicht-pay", "licensed", "active"),
        ("oldtown-loans", "unlicensed", "suspended"),
    ] {
        let party = of(id);
        assert_eq!(party["licence"], licence, "{id}");
        assert_eq!(party["status"], status, "{id}");
        assert!(party["scopes"].as_array().unwrap().len() > 1, "{id}");
        assert_ne!(string(&party["client_id"]), "");
        assert_ne!(string(&party["application_id"]), "");
    }
}

#[test]
fn the_private_key_is_its_owners_under_every_umask() {
    for umask in ["000", "077"] {
        let sandbox = Sandbox::start_under(umask, &[]);
        let key_file = string(&sandbox.description()["integrator"]["key_file"]);
        assert_eq!(mode(Path::new(&key_file)), 0o600, "umask {umask}");
        let key = json_file(Path::new(&key_file));
        assert_eq!(key["kty"], "EC");
        assert_eq!(key["crv"], "P-256");
        assert!(key["d"].is_string());
        let left: Vec<_> = fs::read_dir(sandbox.dir()).unwrap().collect();
        assert_eq!(left.len(), 2, "no temporary file stays: {left:?}");
    }
}

#[test]
fn both_signals_end_it_well_and_soon() {
    for signal in ["TERM", "INT"] {
        let sandbox = Sandbox::start(&[]);
        let (base, since) = (sandbox.api_base(), Instant::now());
        let (status, _) = sandbox.signal(signal);
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(since.elapsed() < Duration::from_secs(30), "{signal}");
        let address = base.strip_prefix("http://").unwrap();
        assert!(std::net::TcpStream::connect(address).is_err(), "{signal}");
    }
}

#[test]
fn one_sandbox_per_folder_and_nothing_left_of_it() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir().to_owned();
    let done = ob(&["sandbox", "--dir", &text(&dir)], 3);
    assert!(done.err.contains("runs from this folder"), "{}", done.err);
    assert!(
        dir.join("sandbox.json").exists(),
        "the running one keeps its description"
    );
    // A description that a killed one left behind is no obstacle, and is gone at once.
    let stale = sandbox.changed("stale", |description| {
        description["api_base"] = "http://127.0.0.1:1".into();
    });
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    ob(&["sandbox", "--port", &port, "--dir", &stale], 3);
    assert!(!Path::new(&stale).join("sandbox.json").exists());
}

#[test]
fn a_port_in_use_is_a_sentence_and_3() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let dir = tempfile::TempDir::new().unwrap();
    let home = text(dir.path());
    let done = ob(&["sandbox", "--port", &port, "--dir", &home], 3);
    assert!(done.err.contains(&format!("port {port}: ")), "{}", done.err);
    assert!(done.err.to_lowercase().contains("in use"), "{}", done.err);
    assert!(!dir.path().join("sandbox.json").exists());
}

#[test]
fn a_folder_that_is_a_file_is_3() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let done = ob(&["sandbox", "--dir", &text(&file)], 3);
    assert!(done.err.contains("is not a folder"), "{}", done.err);
    ob(&["sandbox", "--dir", &text(&file.join("below"))], 3);
}

#[test]
fn with_tls_its_authority_is_beside_it() {
    let sandbox = Sandbox::start(&["--tls", "--profile", "fapi2", "--nonce", "required"]);
    let described = sandbox.description();
    for url in ["issuer", "token_endpoint", "api_base", "jwks_uri"] {
        assert!(string(&described[url]).starts_with("https://"), "{url}");
    }
    let pem = fs::read_to_string(sandbox.dir().join("ca.pem")).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    let dir = sandbox.dir_text();
    let token = ob_json(&["token", "get", "--for", "nordlicht-pay", "--sandbox", &dir]);
    assert_eq!(token["attempts"], 2, "the nonce was demanded: {token}");
    assert!(token["jkt"].is_string(), "bound: {token}");
    // Without the authority nobody trusts it.
    fs::remove_file(sandbox.dir().join("ca.pem")).unwrap();
    let get = ["token", "get", "--for", "nordlicht-pay", "--sandbox", &dir];
    let done = ob(&get, 8);
    assert!(done.err.contains("[OB-N104] TLS failed"), "{}", done.err);
}

#[test]
fn takes_the_other_algorithm() {
    let sandbox = Sandbox::start(&["--alg", "PS256"]);
    let dir = sandbox.dir_text();
    let key = ob_json(&["keys", "show", &format!("{dir}/integrator.jwk.json")]);
    assert_eq!(key["alg"], "PS256");
    ob(
        &["token", "get", "--for", "acme-budget", "--sandbox", &dir],
        0,
    );
    ob(&["sandbox", "--dir", &dir, "--alg", "EdDSA"], 2);
}

#[test]
fn unreadable_descriptions_are_3_and_named() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("sandbox.json");
    let home = text(dir.path());
    let get = ["token", "get", "--for", "acme-budget", "--sandbox", &home];
    let done = ob(&get, 3);
    assert!(done.err.contains("has no sandbox.json"), "{}", done.err);
    for content in [
        "",
        "{",
        "[]",
        "null",
        r#"{"schema":"ob.sandbox/1"}"#,
        r#"{"schema":"ob.sandbox/9","issuer":"x"}"#,
        "\u{0}\u{1}",
    ] {
        fs::write(&file, content).unwrap();
        let done = ob(&get, 3);
        assert!(done.err.contains("sandbox.json"), "{content}: {}", done.err);
    }
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert!(ob(&get, 3).err.contains("not UTF-8"));
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    ob(&get, 3);
    let zero = ["token", "get", "--for", "a", "--sandbox", "/dev/zero"];
    ob(&zero, 3);
}

#[test]
fn a_damaged_description_is_told_by_field() {
    let sandbox = Sandbox::start(&[]);
    let broken = |name: &str, change: fn(&mut Value)| {
        let dir = sandbox.changed(name, change);
        let get = ["token", "get", "--for", "acme-budget", "--sandbox", &dir];
        ob(&get, 3).err
    };
    let err = broken("no-key", |d| {
        d["integrator"]["key_file"] = "missing.jwk".into();
    });
    assert!(err.contains("missing.jwk"), "{err}");
    let err = broken("folder-key", |d| d["integrator"]["key_file"] = ".".into());
    assert!(err.contains("directory"), "{err}");
    broken("bad-id", |d| {
        d["third_parties"][0]["business_id"] = "a b".into();
    });
    broken("bad-url", |d| d["token_endpoint"] = "not a url".into());
    broken("twice", |d| {
        d["third_parties"][1] = d["third_parties"][0].clone();
    });
}
