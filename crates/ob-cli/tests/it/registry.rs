//! `ob registry list|import|export`.

use crate::child::{Sandbox, ob, ob_in, ob_json, text};
use std::fs;
use tempfile::TempDir;

fn party(id: &str, number: u32) -> String {
    format!(
        "\n[[third_party]]\nbusiness_id = \"{id}\"\nlegal_name = \"{id}\"\n\
         client_id = \"client-{number}\"\n\
         application_id = \"00000000-0000-4000-8000-{number:012}\"\n\
         status = \"active\"\nlicence = \"unlicensed\"\nscopes = [\"ob_data\"]\n"
    )
}

const SCHEMA: &str = "schema = \"ob.registry/1\"\n";

#[test]
fn import_takes_all_or_none_and_says_where() {
    let dir = TempDir::new().unwrap();
    let (from, into) = (dir.path().join("from.toml"), dir.path().join("into.toml"));
    let import = |content: &str, status: i32| {
        fs::write(&from, content).unwrap();
        let (from, into) = (text(&from), text(&into));
        ob(&["registry", "import", &from, "--registry", &into], status)
    };
    let good = format!("{SCHEMA}{}", party("one", 1));
    let broken = format!("{good}{}", party("two", 2).replace("\"client-2\"", "5"));
    let done = import(&broken, 3);
    assert!(
        done.err.contains("from.toml: line 15, column 13: "),
        "{}",
        done.err
    );
    assert!(!into.exists(), "nothing was made");
    let done = import(&good, 0);
    assert_eq!(done.out, "imported 1 third-party; the registry holds 1\n");
    let before = fs::read(&into).unwrap();
    for bad in [
        broken,
        // The second has the first one's client id.
        format!("{SCHEMA}{}{}", party("three", 3), party("four", 3)),
        // A client id of one that is in the registry already.
        format!("{SCHEMA}{}{}", party("five", 5), party("six", 1)),
        format!("{SCHEMA}{}", party("a b", 7)),
        party("no-schema", 8),
        format!("{SCHEMA}unknown = 1\n{}", party("nine", 9)),
        String::from("\u{0}"),
        String::new(),
    ] {
        let done = import(&bad, 3);
        assert!(done.err.contains("[OB-R00"), "{}", done.err);
        assert_eq!(fs::read(&into).unwrap(), before, "unchanged by {bad}");
    }
}

#[test]
fn what_is_exported_can_be_imported() {
    let sandbox = Sandbox::start(&[]);
    let dir = sandbox.dir_text();
    let mut exports = Vec::new();
    for kind in ["toml", "json"] {
        let (to, into) = (
            text(&sandbox.file(&format!("to.{kind}"))),
            text(&sandbox.file(&format!("into.{kind}"))),
        );
        let done = ob(&["registry", "export", "--sandbox", &dir, "--to", &to], 0);
        assert!(done.err.contains("wrote 3 third-parties to "));
        assert_eq!(done.out, "");
        let done = ob_json(&["registry", "import", &to, "--registry", &into]);
        assert_eq!(done["schema"], "ob.registry-import/1");
        assert_eq!(done["changed"], true);
        let twice = ob_json(&["registry", "import", &to, "--registry", &into]);
        assert_eq!(twice["changed"], false);
        assert_eq!(
            (&done["imported"], &done["third_parties"]),
            (&3.into(), &3.into())
        );
        let again = ob(&["registry", "export", "--registry", &into], 0).out;
        assert!(again.starts_with(SCHEMA), "{again}");
        exports.push(again);
        let export = ["registry", "export", "--registry", &into, "-o"];
        let json = ob(&[&export[..], &["json"]].concat(), 0).out;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["schema"], "ob.registry/1");
        let line = ob(&[&export[..], &["jsonl"]].concat(), 0).out;
        assert_eq!(line.lines().count(), 1);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&line).unwrap(),
            json
        );
    }
    assert_eq!(exports[0], exports[1]);
    // And it works as the registry of a configuration.
    let config = text(&sandbox.config("config.toml"));
    ob(
        &[
            "token",
            "get",
            "--for",
            "nordlicht-pay",
            "--config",
            &config,
        ],
        0,
    );
}

#[test]
fn lists_from_every_source_in_every_format() {
    let sandbox = Sandbox::start(&[]);
    let config = text(&sandbox.config("config.toml"));
    let (dir, file) = (sandbox.dir_text(), text(&sandbox.file("registry.toml")));
    for source in [
        ["--sandbox", &dir],
        ["--registry", &file],
        ["--config", &config],
    ] {
        let list = [&["registry", "list"], &source[..]].concat();
        let whole = ob_json(&list);
        assert_eq!(whole["schema"], "ob.registry-list/1");
        let parties = whole["third_parties"].as_array().unwrap();
        assert_eq!(parties.len(), 3);
        assert_eq!(parties[2]["status"], "suspended");
        let lines = ob(&[&list[..], &["-o", "jsonl"]].concat(), 0).out;
        let lines: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(&lines, parties);
        let table = ob(&list, 0).out;
        assert_eq!(table.lines().count(), 5, "{table}");
        assert!(table.lines().all(|line| line == line.trim_end()));
    }
    ob_in(&sandbox.file(""), &["registry", "list"], 2);
    ob(
        &["registry", "list", "--sandbox", &dir, "--registry", &file],
        2,
    );
}

#[test]
fn odd_files_are_told_and_left_alone() {
    let sandbox = Sandbox::start(&[]);
    let (dir, home) = (sandbox.dir_text(), text(&sandbox.file("")));
    let export = |to: &str, status| {
        ob(
            &["registry", "export", "--sandbox", &dir, "--to", to],
            status,
        )
    };
    let yaml = text(&sandbox.file("x.yaml"));
    assert!(export(&yaml, 2).err.contains(".toml or .json"));
    let folder = sandbox.file("folder.toml");
    fs::create_dir(&folder).unwrap();
    export(&text(&folder), 3);
    export("/no/such/folder/x.toml", 3);
    export("/dev/full", 2);
    let into = text(&sandbox.file("into.toml"));
    for from in [&home, "/no/such/file", "/dev/zero", "/dev/null"] {
        ob(&["registry", "import", from, "--registry", &into], 3);
    }
    let good = text(&sandbox.file("good.toml"));
    export(&good, 0);
    for into in [&home, "/no/such/folder/x.toml", "x.yaml", &text(&folder)] {
        ob(&["registry", "import", &good, "--registry", into], 3);
    }
    ob(&["registry", "list", "--registry", "missing.toml"], 3);
    let left: Vec<_> = fs::read_dir(sandbox.file(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().contains(".tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
