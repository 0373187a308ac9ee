//! Foreign clients get tokens from `ob sandbox`, the program that users run, and call its API.

use crate::judge::{Lines, Verdict, program};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const SCRIPT: &str = include_str!("../../node/client.mjs");

/// A running `ob sandbox` with the files that it wrote.
struct Ob {
    /// Ends the program before its folder goes.
    _program: Lines,
    folder: TempDir,
    descriptor: Value,
}

impl Ob {
    fn sandbox(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(program());
        command.args(["--output", "json", "sandbox", "--tls", "--dir"]);
        command.arg(folder.path()).args(arguments);
        let mut program = Lines::start(command);
        let ready = program.hear();
        assert_eq!(ready["schema"], "ob.sandbox-ready/1");
        let descriptor = read(&folder.path().join("sandbox.json"));
        assert!(
            descriptor["issuer"]
                .as_str()
                .unwrap()
                .starts_with("https://")
        );
        Self {
            _program: program,
            folder,
            descriptor,
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// How the program is started, and what the client makes its own proofs with.
struct Setting {
    profile: &'static str,
    nonce: &'static str,
    alg: &'static str,
    dpop_alg: &'static str,
}

fn gets_served(library: &'static str, setting: &Setting) {
    let Setting {
        profile,
        nonce,
        alg,
        dpop_alg,
    } = setting;
    let what = format!("as a client of ob sandbox; {profile}, {alg}, proofs {dpop_alg}");
    let verdict = Verdict::of(library, what);
    let ob = Ob::sandbox(&["--profile", profile, "--nonce", nonce, "--alg", alg]);
    let ca = ob.path("ca.pem");
    let mut client = Lines::node(SCRIPT, &[("NODE_EXTRA_CA_CERTS", &ca)]);
    client.tell(&json!({
        "library": library,
        "descriptor": ob.descriptor,
        "key": read(&ob.folder.path().join("integrator.jwk.json")),
        "alg": alg,
        "dpopAlg": dpop_alg,
    }));
    let parties = ob.descriptor["third_parties"].as_array().unwrap();
    let active: Vec<&Value> = parties
        .iter()
        .filter(|one| one["status"] == "active")
        .collect();
    assert!(active.len() > 1);
    for party in &active {
        let told = client.hear();
        assert_eq!(told["error"], Value::Null, "{told}");
        assert_eq!(told["party"], party["business_id"]);
        assert_eq!(told["sub"], party["client_id"]);
        let bound = *profile == "fapi2";
        assert_eq!(told["token_type"], if bound { "dpop" } else { "bearer" });
        assert_eq!(told["providers"]["status"], 200, "{told}");
        assert_eq!(told["created"]["status"], 201, "{told}");
        assert_eq!(told["astray"], 403, "{told}");
    }
    let end = client.hear();
    assert_eq!(end["end"], true, "{end}");
    assert!(
        end["refused"]
            .as_str()
            .unwrap()
            .contains("unauthorized_client"),
        "{end}"
    );
    let challenged = |server: &str| end["challenges"][server].as_u64().unwrap() > 0;
    let required = *nonce == "required";
    assert_eq!(challenged("token"), required, "{end}");
    // Only bound tokens come with a proof that could lack the API's own nonce.
    assert_eq!(challenged("api"), required && *profile == "fapi2", "{end}");
    assert_eq!(end["metadata"]["issuer"], ob.descriptor["issuer"]);
    verdict.is(format!("served for {} third-parties", active.len()));
}

/// As the platform prints it: proofs at the token endpoint, Bearer tokens.
///
/// The library reads the metadata document where RFC 8414 puts it, compares its issuer, asks its
/// token endpoint with `private_key_jwt` and a proof, and takes the answer for well-formed.
///
/// Rows: R007, R155, R168, R169, R193
#[test]
fn oauth4webapi_one_to_many() {
    gets_served(
        "oauth4webapi",
        &Setting {
            profile: "one-to-many",
            nonce: "off",
            alg: "ES256",
            dpop_alg: "ES256",
        },
    );
}

/// Bound tokens: the library handles the nonces of both servers, and the API takes its proofs.
///
/// Rows: R007, R029, R107, R109, R114, R168, R169
#[test]
fn oauth4webapi_fapi2() {
    gets_served(
        "oauth4webapi",
        &Setting {
            profile: "fapi2",
            nonce: "required",
            alg: "PS256",
            dpop_alg: "Ed25519",
        },
    );
}

/// The higher client tries again by itself after a challenge.
///
/// Rows: R007, R107, R155, R168, R169, R193
#[test]
fn openid_client_one_to_many() {
    gets_served(
        "openid-client",
        &Setting {
            profile: "one-to-many",
            nonce: "required",
            alg: "PS256",
            dpop_alg: "PS256",
        },
    );
}

/// Rows: R007, R029, R107, R109, R114, R168, R169
#[test]
fn openid_client_fapi2() {
    gets_served(
        "openid-client",
        &Setting {
            profile: "fapi2",
            nonce: "required",
            alg: "ES256",
            dpop_alg: "ES256",
        },
    );
}
