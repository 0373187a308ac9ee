//! `ob keys new|show`.

use crate::child::{Sandbox, json_file, members, mode, ob, ob_json, ob_under, string, text};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

fn home() -> (TempDir, impl Fn(&str) -> PathBuf) {
    let dir = TempDir::new().unwrap();
    let root = dir.path().to_owned();
    (dir, move |name: &str| root.join(name))
}

/// Files that hold no usable private key.
pub(crate) fn unusable() -> Vec<(&'static str, Vec<u8>)> {
    let (_dir, file) = home();
    let key = file("key.jwk");
    ob(&["keys", "new", "--out", &text(&key)], 0);
    let mut public = json_file(&key);
    public.as_object_mut().unwrap().remove("d");
    let mut p384 = json_file(&key);
    p384["crv"] = "P-384".into();
    let mut symmetric = json_file(&key);
    symmetric["kty"] = "oct".into();
    let whole = fs::read(&key).unwrap();
    vec![
        ("nothing", Vec::new()),
        ("garbage", b"garbage".to_vec()),
        ("bytes", vec![0x30, 0x82, 0xff, 0xff, 0x00]),
        ("a public key", public.to_string().into_bytes()),
        ("another curve", p384.to_string().into_bytes()),
        ("another type", symmetric.to_string().into_bytes()),
        ("half a key", whole[..whole.len() / 2].to_vec()),
        (
            "an empty block",
            b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n".to_vec(),
        ),
    ]
}

#[test]
fn makes_every_algorithm_in_both_forms() {
    let (_dir, file) = home();
    for alg in ["ES256", "PS256", "EdDSA"] {
        for name in ["key.jwk", "key.json", "key.pem", "key"] {
            let path = text(&file(&format!("{alg}-{name}")));
            let made = ob_json(&["keys", "new", "--alg", alg, "--out", &path]);
            assert_eq!(
                members(&made),
                ["alg", "file", "public_jwk", "schema", "thumbprint"]
            );
            assert_eq!(made["schema"], "ob.key/1");
            assert_eq!(made["alg"], alg);
            assert_eq!(string(&made["thumbprint"]).len(), 43);
            assert!(made["public_jwk"].get("d").is_none());
            let begins = if name.contains(".j") {
                "{"
            } else {
                "-----BEGIN PRIVATE KEY"
            };
            let content = fs::read_to_string(&path).unwrap();
            assert!(content.starts_with(begins), "{name}");
            let shown = ob_json(&["keys", "show", &path]);
            assert_eq!(shown["thumbprint"], made["thumbprint"], "{path}");
        }
    }
}

/// Written keys have mode 0600, whatever the umask and whether they replace one.
///
/// Rows: L5.5
#[test]
fn the_file_is_its_owners_under_every_umask() {
    let (_dir, file) = home();
    for umask in ["000", "022", "077", "777"] {
        let path = file(umask);
        ob_under(umask, &["keys", "new", "--out", &text(&path)], 0);
        assert_eq!(mode(&path), 0o600, "umask {umask}");
        let again = ["keys", "new", "--force", "--out", &text(&path)];
        ob_under(umask, &again, 0);
        assert_eq!(mode(&path), 0o600, "umask {umask}, --force");
    }
}

#[test]
fn overwrites_only_when_told_so() {
    let (dir, file) = home();
    let path = text(&file("key.jwk"));
    ob(&["keys", "new", "--out", &path], 0);
    let first = fs::read(&path).unwrap();
    let done = ob(&["keys", "new", "--out", &path], 2);
    assert!(done.err.contains("--force"), "{}", done.err);
    assert_eq!(fs::read(&path).unwrap(), first);
    ob(&["keys", "new", "--force", "--out", &path], 0);
    assert_ne!(fs::read(&path).unwrap(), first);
    // A link to nowhere is something, too.
    let link = file("link");
    std::os::unix::fs::symlink("/nowhere/at/all", &link).unwrap();
    ob(&["keys", "new", "--out", &text(&link)], 2);
    for force in [&[][..], &["--force"]] {
        let folder = text(dir.path());
        let args = [&["keys", "new", "--out", &folder], force].concat();
        let done = ob(&args, 2);
        assert!(done.err.contains("is a folder"), "{}", done.err);
        let missing = text(&file("no/such/key"));
        ob(&[&["keys", "new", "--out", &missing], force].concat(), 3);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn shows_der_and_flattened_pem() {
    let (_dir, file) = home();
    let pem = text(&file("key.pem"));
    let made = ob_json(&["keys", "new", "--out", &pem]);
    let flat = file("flat.pem");
    let content = fs::read_to_string(&pem).unwrap();
    fs::write(&flat, content.replace('\n', "\\n")).unwrap();
    let done = ob(&["keys", "show", &text(&flat)], 0);
    assert!(done.err.contains("OB-K003"), "{}", done.err);
    assert!(
        done.err.contains("a private key needs 0600"),
        "{}",
        done.err
    );
    assert!(done.out.contains(&string(&made["thumbprint"])));
    let der = text(&file("key.der"));
    let openssl = Command::new("openssl")
        .args(["pkey", "-in", &pem, "-outform", "DER", "-out", &der])
        .status()
        .unwrap_or_else(|error| panic!("needs openssl: install the package openssl: {error}"));
    assert!(openssl.success());
    let shown = ob_json(&["keys", "show", &der]);
    assert_eq!(shown["thumbprint"], made["thumbprint"]);
}

/// A key that others may read is read, and reported by every command that reads it.
///
/// Rows: L5.5
#[test]
fn a_wider_key_is_reported_wherever_it_is_read() {
    let sandbox = Sandbox::start(&[]);
    let key = sandbox.dir().join("integrator.jwk.json");
    let (dir, config) = (sandbox.dir_text(), text(&sandbox.config("ob.toml")));
    let get = |target: [&str; 2]| {
        let args = ["token", "get", "--for", "acme-budget"];
        ob(&[&args[..], &target].concat(), 0).err
    };
    for target in [["--sandbox", &dir], ["--config", &config]] {
        chmod(&key, 0o600);
        assert!(!get(target).contains("needs 0600"));
        for wider in [0o640, 0o604, 0o644, 0o620] {
            chmod(&key, wider);
            let err = get(target);
            let expected = format!("has mode {wider:04o}; a private key needs 0600");
            assert!(err.contains(&expected), "{err}");
        }
    }
}

/// A key that cannot be read is not shown by the error that says so, however much is explained.
///
/// Rows: L5.1, L5.5
#[test]
fn a_damaged_key_is_never_echoed() {
    let (_dir, file) = home();
    for (alg, name) in [("ES256", "k.jwk"), ("PS256", "k.jwk"), ("ES256", "k.pem")] {
        let whole = file(name);
        ob(
            &[
                "keys",
                "new",
                "--force",
                "--alg",
                alg,
                "--out",
                &text(&whole),
            ],
            0,
        );
        let content = fs::read_to_string(&whole).unwrap();
        let middle = &content[content.len() / 2..content.len() / 2 + 24];
        let damaged = [
            content[..content.len() - 30].to_owned(),
            content.replacen(middle, &format!("{middle}*"), 1),
            content.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            content.replace("\"kty\"", "\"kty\":1,\"kty\""),
        ];
        for text_of_key in damaged.iter().filter(|damaged| **damaged != content) {
            let path = text(&file("damaged"));
            fs::write(&path, text_of_key).unwrap();
            let done = ob(&["keys", "show", &path, "--explain"], 3);
            let said = done.out + &done.err;
            for part in content.as_bytes().windows(24).step_by(4) {
                let part = String::from_utf8_lossy(part);
                let is_secret = !part.contains(['-', ' ', '"', '\n']);
                assert!(
                    !(is_secret && said.contains(&*part)),
                    "{alg} {name}: {said}"
                );
            }
        }
    }
}

fn chmod(path: &Path, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(path, mode).unwrap();
}

#[test]
fn says_what_a_file_holds_instead_of_a_key() {
    let (_dir, file) = home();
    for (name, content) in unusable() {
        let path = text(&file(name));
        fs::write(&path, content).unwrap();
        let done = ob(&["keys", "show", &path], 3);
        assert!(done.err.contains(": found "), "{name}: {}", done.err);
        assert!(!done.err.contains("needs 0600"), "{name} is no secret");
    }
    let public = unusable()
        .into_iter()
        .find(|(name, _)| *name == "a public key");
    let path = text(&file("public"));
    fs::write(&path, public.unwrap().1).unwrap();
    let done = ob(&["keys", "show", &path], 3);
    assert!(done.err.contains("[OB-K002]"), "{}", done.err);
}

#[test]
fn odd_files_are_no_hang_and_no_panic() {
    let (dir, file) = home();
    let done = ob(&["keys", "show", "/dev/zero"], 3);
    assert!(done.err.contains("larger than"), "{}", done.err);
    ob(&["keys", "show", &text(dir.path())], 3);
    ob(&["keys", "show", &text(&file("missing"))], 3);
    ob(&["keys", "show", "/dev/null"], 3);
    ob(&["keys", "show", ""], 2);
    ob(&["keys", "new", "--out", ""], 2);
    let huge = file("huge");
    fs::write(&huge, vec![b'{'; 2 << 20]).unwrap();
    ob(&["keys", "show", &text(&huge)], 3);
    let deep = file("deep");
    fs::write(&deep, vec![b'['; 1 << 20]).unwrap();
    ob(&["keys", "show", &text(&deep)], 3);
    let closed = file("closed");
    fs::write(&closed, "x").unwrap();
    let none = std::os::unix::fs::PermissionsExt::from_mode(0o000);
    fs::set_permissions(&closed, none).unwrap();
    ob(&["keys", "show", &text(&closed)], 3);
}
