//! No key, token or assertion in anything that is printed, however much is narrated.

use crate::{
    child::{Sandbox, holds_jwt, json_file, ob, string},
    http1,
};

/// Happy and failing commands, explained in full: no token, assertion, proof or key.
///
/// Rows: L5.1, L5.2
#[test]
fn a_whole_run_that_explains_itself_prints_no_secret() {
    for args in [&[][..], &["--profile", "fapi2", "--nonce", "required"]] {
        let sandbox = Sandbox::start(&[args, &["--explain"]].concat());
        let d = string(&json_file(&sandbox.dir().join("integrator.jwk.json"))["d"]);
        let dir = sandbox.dir_text();
        let run = |command: &[&str], status| {
            let rest = ["--sandbox", &dir, "--explain", "--for", "acme-budget"];
            let done = ob(&[command, &rest].concat(), status);
            // Everything that is signed here is a JWT: token, assertion, proof.
            for text in [&done.out, &done.err] {
                assert!(!holds_jwt(text), "{text}");
                assert!(!text.contains(&d), "{text}");
            }
            assert!(!done.err.contains("mail@example.com"), "{}", done.err);
            (done.out, done.err)
        };
        let (_, story) = run(&["token", "get"], 0);
        assert!(story.contains("token answer"), "{story}");
        assert!(!story.contains("frame="), "foreign crates: {story}");
        let create = [
            "--user-id",
            "u",
            "--email",
            "mail@example.com",
            "-o",
            "json",
        ];
        let (created, _) = run(&[&["consent", "create"], &create[..]].concat(), 0);
        let created: serde_json::Value = serde_json::from_str(&created).unwrap();
        let consent = string(&created["consent"]);
        http1::complete_flow(&sandbox.api_base(), &string(&created["flow_id"]));
        run(&["accounts", "list", "--consent", &consent], 0);
        run(&["consent", "revoke", &consent], 0);
        run(&["accounts", "list", "--consent", &consent], 5);
        run(&["token", "get", "--scope", "payments:create"], 5);
        let (_, heard) = sandbox.signal("TERM");
        assert!(!holds_jwt(&heard) && !heard.contains(&d), "{heard}");
    }
}

/// Rows: L5.1
#[test]
fn a_key_is_made_and_shown_without_its_private_half() {
    let dir = tempfile::TempDir::new().unwrap();
    for alg in ["ES256", "PS256", "EdDSA"] {
        let file = dir.path().join(format!("{alg}.jwk"));
        let path = file.to_str().unwrap();
        let made = ob(
            &["keys", "new", "--alg", alg, "--out", path, "--explain"],
            0,
        );
        let key = json_file(&file);
        let shown = ob(&["keys", "show", path, "--explain", "-o", "json"], 0);
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            let Some(secret) = key[member].as_str() else {
                continue;
            };
            for text in [&made.out, &made.err, &shown.out, &shown.err] {
                assert!(!text.contains(secret), "{member} of {alg}");
            }
        }
    }
}
