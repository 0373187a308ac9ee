//! The configuration file.

use crate::child::{Sandbox, holds_jwt, ob, ob_in, ob_json, text};
use std::fs;

#[test]
fn speaks_to_a_platform_by_a_file_whose_paths_are_relative_to_it() {
    let sandbox = Sandbox::start(&[]);
    let config = text(&sandbox.config("config.toml"));
    let get = ["token", "get", "--for", "acme-budget", "--config", &config];
    assert_eq!(ob_json(&get)["sealed"], true);
}

#[test]
fn keeps_a_journal_where_one_is_named() {
    let sandbox = Sandbox::start(&[]);
    let config = sandbox.config("config.toml");
    let with = sandbox.config_text().replace(
        "\n[environment]",
        "journal = \"journal.jsonl\"\n\n[environment]",
    );
    fs::write(&config, with).unwrap();
    let config = text(&config);
    let of = ["--for", "acme-budget", "--config", &config];
    let create = [
        "consent",
        "create",
        "--user-id",
        "u",
        "--email",
        "u@example.com",
    ];
    ob(&[&create[..], &of].concat(), 0);
    let journal = fs::read_to_string(sandbox.file("journal.jsonl")).unwrap();
    assert!(journal.lines().count() >= 2, "{journal}");
    assert!(journal.contains("acme-budget"));
    assert!(!journal.contains("u@example.com"), "{journal}");
    assert!(!holds_jwt(&journal), "{journal}");
}

#[test]
fn its_mistakes_are_named_with_their_place() {
    let sandbox = Sandbox::start(&[]);
    let config = sandbox.config("config.toml");
    let file = text(&config);
    let good = sandbox.config_text();
    let check = |from: &str, to: &str, words: &str| {
        assert!(good.contains(from), "{from}");
        fs::write(&config, good.replacen(from, to, 1)).unwrap();
        let done = ob(
            &["token", "get", "--for", "acme-budget", "--config", &file],
            3,
        );
        assert!(done.err.contains(words), "{words}: {}", done.err);
        assert_eq!(done.out, "");
    };
    check(
        "issuer",
        "isuer",
        "config.toml, line 5, column 1: unknown field `isuer`",
    );
    check(
        "config/1",
        "config/9",
        "schema is \"ob.config/9\", needs ob.config/1",
    );
    check("schema = \"ob.config/1\"\n", "", "missing field `schema`");
    check("issuer", "preset = \"production\"\nissuer", "either preset");
    check("issuer = ", "#", "either preset");
    check(
        "issuer",
        "preset = \"moon\"\nissuer",
        "line 5, column 10: unknown variant `moon`",
    );
    check("allow_http_on_loopback = true", "", "https");
    check("\"integrator\"", "\"a b\"", "line 11, column 15");
    check("integrator.jwk.json", "missing.jwk", "missing.jwk");
    check("integrator.jwk.json", "", "directory");
    check("registry.toml", "missing.toml", "missing.toml");
    check("registry.toml", "sandbox", "sandbox");
    check("\n[env", "ca_file = \"missing.pem\"\n[env", "missing.pem");
    check(
        "\n[env",
        "ca_file = \"config.toml\"\n[env",
        "config.toml: roots",
    );
    check("\n[env", "journal = \"no/such/journal\"\n[env", "journal");
    check("schema", "= schema", "line 1, column 1");
    for (name, content) in [("not UTF-8", vec![0xff]), ("missing field", Vec::new())] {
        fs::write(&config, content).unwrap();
        let done = ob(
            &["token", "get", "--for", "acme-budget", "--config", &file],
            3,
        );
        assert!(done.err.contains(name), "{name}: {}", done.err);
    }
    for odd in ["/no/such/file", "/dev/zero", "/"] {
        ob(
            &["token", "get", "--for", "acme-budget", "--config", odd],
            3,
        );
    }
}

#[test]
fn a_refused_config_prints_nothing_of_the_key() {
    let sandbox = Sandbox::start(&[]);
    let key = sandbox.dir().join("integrator.jwk.json");
    let d = crate::child::string(&crate::child::json_file(&key)["d"]);
    // The key file given as the configuration, the registry, the authority and the sandbox.
    let file = text(&key);
    let of = ["--for", "acme-budget"];
    for args in [
        [&["token", "get", "--config", &file], &of[..]].concat(),
        vec!["registry", "list", "--registry", &file],
        vec!["registry", "import", &file, "--registry", "none.toml"],
        vec!["registry", "list", "--sandbox", &file],
    ] {
        let done = ob(&args, 3);
        assert!(!done.err.contains(&d), "{args:?}: {}", done.err);
    }
}

/// A key belongs into its own file; one that stands here is not repeated in a message.
#[test]
fn a_private_key_in_it_is_not_shown() {
    let sandbox = Sandbox::start(&[]);
    let config = sandbox.config("config.toml");
    let key = "-----BEGIN PRIVATE KEY-----\\nMIGHCANARY";
    let with = sandbox
        .config_text()
        .replace("kid = ", &format!("key = \"{key}\"\nkid = "));
    fs::write(&config, with).unwrap();
    let get = ["token", "get", "--for", "acme-budget", "--config"];
    let done = ob(&[&get[..], &[&text(&config)]].concat(), 3);
    assert!(done.err.contains("private key"), "{}", done.err);
    assert!(!done.err.contains("CANARY"), "{}", done.err);
}

/// The README's file is taken as it stands; only the platform it names is out of reach here.
#[test]
fn the_readme_shows_one_that_is_taken() {
    let sandbox = Sandbox::start(&[]);
    let readme = include_str!("../../../../README.md");
    let block = readme.split("```toml\n# ob.toml\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let preset = block.lines().find(|it| it.starts_with("preset")).unwrap();
    let spoken = sandbox.config_text();
    let here: Vec<_> = spoken
        .lines()
        .skip_while(|line| *line != "[environment]")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .collect();
    let folder = tempfile::TempDir::new().unwrap();
    let run = |args: &[&str], status| ob_in(folder.path(), args, status);
    fs::write(
        folder.path().join("ob.toml"),
        block.replace(preset, &here.join("\n")),
    )
    .unwrap();
    run(&["keys", "new", "--out", "integrator.pem"], 0);
    let get = [
        "token",
        "get",
        "--for",
        "acme-budget",
        "--config",
        "ob.toml",
    ];
    // Its registry must be there.
    let absent = run(&get, 3).err;
    assert!(absent.contains("registry.db"), "{absent}");
    let dir = sandbox.dir_text();
    let import = ["registry", "import", "--sandbox", &dir, "--by", "maria"];
    run(&import, 0);
    // The sandbox knows no such Integrator, and says so: everything before that was fine.
    let refused = run(&get, 4).err;
    assert!(refused.contains("invalid_client"), "{refused}");
    assert!(fs::exists(folder.path().join("journal.jsonl")).unwrap());
    // And the preset is one that is known: the file is read to its end before anything is asked.
    let preset = block.replace("\"integrator.pem\"", "\"no-such.pem\"");
    fs::write(folder.path().join("ob.toml"), preset).unwrap();
    let missing = run(&get, 3).err;
    assert!(missing.contains("no-such.pem"), "{missing}");
}
