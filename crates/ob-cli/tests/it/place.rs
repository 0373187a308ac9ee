//! Which registry a command speaks to.

use crate::child::{Sandbox, ob, ob_in, ob_json, text};
use std::{fs, path::Path};
use tempfile::TempDir;

const UUID: &str = "00000000-0000-4000-8000-000000000001";
const FACTS: [&str; 11] = [
    "registry",
    "add",
    "acme",
    "--legal-name",
    "Acme GmbH",
    "--client-id",
    "client-1",
    "--application-id",
    UUID,
    "--status",
    "active",
];

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn where_none_is_named_it_is_a_database_in_this_folder() {
    let home = TempDir::new().unwrap();
    for reading in [
        &["registry", "list"][..],
        &["expiring"],
        &["onboard", "acme"],
    ] {
        let refused = ob_in(home.path(), reading, 2).err;
        assert!(refused.contains("there is no registry.db"), "{refused}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    // What would be refused makes nothing.
    ob_in(home.path(), &["registry", "add", "acme"], 2);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);

    let added = ob_in(home.path(), &FACTS, 0);
    assert!(added.err.contains("made registry.db"), "{}", added.err);
    let list = ob_in(home.path(), &["registry", "list"], 0).out;
    assert!(list.contains("acme"), "{list}");
    assert_eq!(mode(&home.path().join("registry.db")), 0o600);
    // Nothing is left in a write-ahead log that a copy of the file would miss.
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);

    let suspend = ["registry", "suspend", "acme", "--reason", "unpaid"];
    let done = ob_in(home.path(), &suspend, 0).out;
    assert!(done.contains("active → suspended"), "{done}");
    let history = ob_in(home.path(), &["registry", "history", "acme"], 0).out;
    assert!(history.contains("unpaid"), "{history}");
}

#[test]
fn a_database_server_serves_every_command() {
    let server = throwaway::Server::start().unwrap();
    let url = server.database().unwrap();
    let place = ["--registry", &url];
    ob(&[&FACTS[..], &place].concat(), 0);
    let list = ob_json(&[&["registry", "list"][..], &place].concat());
    assert_eq!(list["third_parties"][0]["business_id"], "acme");
    let suspend = ["registry", "suspend", "acme", "--reason", "unpaid"];
    let done = ob_json(&[&suspend[..], &place].concat());
    assert_eq!(done["status"], "suspended");

    // A configuration file names it as it is, not as a path.
    let sandbox = Sandbox::start(&[]);
    let config = sandbox.file("ob.toml");
    let registry = format!("registry = \"{url}\"");
    let with = sandbox
        .config_text()
        .replace("registry = \"registry.toml\"", &registry);
    fs::write(&config, with).unwrap();
    let config = text(&config);
    let list = ob_json(&["registry", "list", "--config", &config]);
    assert_eq!(list["third_parties"][0]["status"], "suspended");
}

#[test]
fn a_password_in_a_url_is_never_shown() {
    for (url, status) in [
        ("postgres://maria:geheim@127.0.0.1:1/registry", 3),
        ("postgres://maria:geh#eim@127.0.0.1:1/registry", 3),
        ("mysql://maria:geheim@127.0.0.1/registry", 3),
        ("postgres:/maria:geheim@127.0.0.1/registry", 3),
        ("Postgres:maria:geheim@127.0.0.1/registry.db", 3),
        ("postgres://maria:1/geheim@127.0.0.1/registry", 3),
        ("postgres://maria@127.0.0.1:1/registry?pass=geheim", 3),
    ] {
        let done = ob(&["registry", "list", "--registry", url], status);
        assert!(done.out.is_empty());
        assert!(!done.err.contains("geh"), "{}", done.err);
        let explained = ob(
            &["registry", "list", "--registry", url, "--explain"],
            status,
        );
        assert!(!explained.err.contains("geh"), "{}", explained.err);
    }
}

#[test]
fn what_is_no_registry_is_told_and_left_alone() {
    let home = TempDir::new().unwrap();
    for (name, content, status) in [
        ("parties.csv", "business_id\n", 3),
        ("registry.db", "this is no database at all, by no means", 3),
        ("registry.toml", "schema = \"ob.registry/9\"\n", 3),
    ] {
        let path = home.path().join(name);
        fs::write(&path, content).unwrap();
        let path_text = text(&path);
        let done = ob(&["registry", "list", "--registry", &path_text], status);
        assert!(done.err.contains(name), "{}", done.err);
        ob(&[&FACTS[..], &["--registry", &path_text]].concat(), status);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_sandbox_can_have_the_third_parties_of_a_registry() {
    let home = TempDir::new().unwrap();
    let registry = text(&home.path().join("registry.db"));
    let place = ["--registry", &registry];
    let add = [&FACTS[..], &["--scope", "ob_data ob_providers"], &place].concat();
    ob(&add, 0);
    let draft = ["registry", "add", "idea", "--legal-name", "Idea"];
    ob(&[&draft[..], &place].concat(), 0);

    let sandbox = Sandbox::start(&place);
    let known = ob_json(&["registry", "list", "--sandbox", &sandbox.dir_text()]);
    let known = known["third_parties"].as_array().unwrap();
    assert_eq!(known.len(), 1, "a draft has no ids: {known:?}");
    assert_eq!(known[0]["client_id"], "client-1");
    assert_eq!(known[0]["application_id"], UUID);

    // The registry that it came from serves against it.
    let config = sandbox.file("ob.toml");
    let from = format!("registry = {registry:?}");
    let with = sandbox
        .config_text()
        .replace("registry = \"registry.toml\"", &from);
    fs::write(&config, with).unwrap();
    let config = text(&config);
    let token = ["token", "get", "--for", "acme", "--config", &config];
    assert_eq!(ob_json(&token)["sealed"], true);

    // And the other way round.
    let second = text(&home.path().join("second.db"));
    let import = [
        "registry",
        "import",
        "--sandbox",
        &sandbox.dir_text(),
        "--registry",
        &second,
    ];
    assert_eq!(ob_json(&import)["imported"], 1);
    let list = ob_json(&["registry", "list", "--registry", &second]);
    assert_eq!(list["third_parties"][0]["scopes"], known[0]["scopes"]);
}
