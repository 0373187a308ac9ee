use std::process::Command;

use crate::house::House;

const HOUSE: &[&str] = &["ob-api", "ob-auth", "ob-core", "ob-jose", "ob-sandbox"];

fn broken(name: &str, dependencies: &str) -> String {
    House::of(HOUSE).depends(name, dependencies).lines()
}

#[test]
fn core_may_not_know_jose_and_cargo_metadata_says_so() {
    let house = House::of(HOUSE);
    house.depends("ob-core", "ob-jose.workspace = true\n");

    // The edge is cargo's own reading of the workspace, not ours of a text.
    let metadata = Command::new("cargo")
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(house.root())
        .output()
        .unwrap();
    assert!(
        metadata.status.success(),
        "{}",
        String::from_utf8_lossy(&metadata.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata.get("packages").unwrap().as_array().unwrap();
    let core = packages
        .iter()
        .find(|package| package.get("name").unwrap() == "ob-core")
        .unwrap();
    assert_eq!(core.pointer("/dependencies/0/name").unwrap(), "ob-jose");

    assert_eq!(
        house.lines(),
        "crates/ob-core/Cargo.toml:11: [layers] found `ob-core` depends on `ob-jose`; \
        needed: ob-core may depend on no crate of the house; the words everyone shares know nobody"
    );
}

#[test]
fn a_row_of_the_table_is_kept() {
    assert_eq!(
        broken(
            "ob-auth",
            "ob-core.workspace = true\nob-jose.workspace = true\n"
        ),
        ""
    );
    let lines = broken("ob-auth", "ob-api.workspace = true\n");
    assert!(
        lines.contains("ob-auth may depend on ob-core, ob-jose, ob-transport"),
        "{lines}"
    );
    // A feature that brings it in brings it in.
    let lines = broken(
        "ob-auth",
        "ob-api = { workspace = true, optional = true }\n",
    );
    assert!(lines.contains("`ob-auth` depends on `ob-api`"), "{lines}");
    // Another name for it, or another platform, is no way around.
    let lines = broken(
        "ob-auth",
        "other = { package = \"ob-api\", path = \"../ob-api\" }\n",
    );
    assert!(lines.contains("`ob-auth` depends on `ob-api`"), "{lines}");
    let lines = broken(
        "ob-auth",
        "[target.'cfg(unix)'.dependencies]\nob-api.workspace = true\n",
    );
    assert!(lines.contains("`ob-auth` depends on `ob-api`"), "{lines}");
    let lines = broken("ob-auth", "[build-dependencies]\nob-api.workspace = true\n");
    assert!(lines.contains("`ob-auth` depends on `ob-api`"), "{lines}");
}

#[test]
fn a_test_may_know_what_the_crate_may_not() {
    assert_eq!(
        broken("ob-auth", "[dev-dependencies]\nob-api.workspace = true\n"),
        ""
    );
}

#[test]
fn the_oracle_shares_no_code_with_what_it_judges() {
    let lines = broken("ob-sandbox", "ob-auth.workspace = true\n");
    assert!(
        lines.contains("an oracle shares no code with what it judges"),
        "{lines}"
    );
    let lines = broken(
        "ob-sandbox",
        "[dev-dependencies]\nob-auth.workspace = true\n",
    );
    assert!(lines.contains("not even in tests"), "{lines}");
}

#[test]
fn a_heavy_dependency_has_one_door() {
    assert_eq!(broken("ob-sandbox", "hyper.workspace = true\n"), "");
    let lines = broken("ob-auth", "hyper.workspace = true\n");
    assert!(
        lines.contains("hyper only in ob-sandbox, ob-transport"),
        "{lines}"
    );
}

#[test]
fn a_pure_crate_knows_no_runtime() {
    let lines = broken("ob-jose", "tokio.workspace = true\n");
    assert!(
        lines.contains("ob-jose must not know tokio: it is pure"),
        "{lines}"
    );
}

#[test]
fn rsa_is_nowhere() {
    let lines = broken("ob-jose", "rsa.workspace = true\n");
    assert!(lines.contains("rsa nowhere: RUSTSEC-2023-0071"), "{lines}");
}

#[test]
fn a_crate_without_a_row_is_a_problem() {
    let lines = House::of(&["ob-new"]).lines();
    assert!(
        lines.contains("crates/ob-new/Cargo.toml:2: [layers]"),
        "{lines}"
    );
    assert!(lines.contains("which has no row"), "{lines}");
}
