use crate::house::House;

fn with_manifest(text: &str) -> String {
    House::of(&["ob-core"])
        .write("crates/ob-core/Cargo.toml", text)
        .lines()
}

const GOOD: &str = "[package]\nname = \"ob-core\"\nversion.workspace = true\nedition.workspace = true\n\
    rust-version.workspace = true\nlicense.workspace = true\nrepository.workspace = true\n\
    publish.workspace = true\n\n[lints]\nworkspace = true\n";

#[test]
fn what_the_house_shares_is_inherited() {
    assert_eq!(with_manifest(GOOD), "");
    // Without a version cargo itself refuses to publish.
    for key in [
        "edition",
        "rust-version",
        "license",
        "repository",
        "publish",
    ] {
        let line = format!("{key}.workspace = true\n");
        let lines = with_manifest(&GOOD.replacen(&line, "", 1));
        let expected = format!("[manifests] found no `{key}`; needed: `{key}.workspace = true`");
        assert!(lines.contains(&expected), "{key}: {lines}");
    }
    let lines = with_manifest(&GOOD.replacen("version.workspace = true", "version = \"0.2.0\"", 1));
    let expected =
        "crates/ob-core/Cargo.toml:3: [manifests] found `version = \"0.2.0\"` of its own";
    assert!(lines.contains(expected), "{lines}");
}

#[test]
fn only_tools_and_tests_may_stay_unpublished() {
    let private = GOOD.replacen("publish.workspace = true", "publish = false", 1);
    assert!(with_manifest(&private).contains("`publish = false` of its own"));

    let house = House::of(&["ob-core"]);
    let root = std::fs::read_to_string(house.root().join("Cargo.toml")).unwrap();
    house.write(
        "Cargo.toml",
        &root.replacen("\"crates/*\"", "\"crates/*\", \"tests/e2e\"", 1),
    );
    house.write(
        "tests/e2e/Cargo.toml",
        &private.replacen("ob-core", "e2e", 1),
    );
    house.write("tests/e2e/src/lib.rs", "//! Tests.\n");
    assert_eq!(house.lines(), "");
}

#[test]
fn a_workspace_of_its_own_is_read_too() {
    const ANNEX: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
        license = \"MIT\"\npublish = false\n\n[dependencies]\n\n[workspace]\n";
    let with = |manifest: &str, code: &str| {
        let house = House::of(&["ob-core"]);
        let root = std::fs::read_to_string(house.root().join("Cargo.toml")).unwrap();
        let root = root.replacen("resolver", "exclude = [\"tests/fuzz\"]\nresolver", 1);
        house.write("Cargo.toml", &root);
        house.write("tests/fuzz/Cargo.toml", manifest);
        house.write("tests/fuzz/src/main.rs", code);
        house.lines()
    };
    let code = "fn main() {}\n";
    assert_eq!(with(ANNEX, code), "");
    let lines = with(&ANNEX.replacen("publish = false\n", "", 1), code);
    assert!(
        lines.contains("tests/fuzz/Cargo.toml:1: [manifests] found no `publish`"),
        "{lines}"
    );
    let lines = with(&ANNEX.replacen("2024", "2021", 1), code);
    assert!(lines.contains("found `edition = \"2021\"`"), "{lines}");
    let lines = with(ANNEX, "fn main() {\n    todo!()\n}\n");
    assert!(
        lines.contains("tests/fuzz/src/main.rs:2: [leftovers]"),
        "{lines}"
    );
}

#[test]
fn lints_are_the_houses() {
    let lines = with_manifest(GOOD.trim_end_matches("[lints]\nworkspace = true\n"));
    assert!(
        lines.contains("needed: `[lints]` with `workspace = true`"),
        "{lines}"
    );
}

#[test]
fn versions_stand_in_one_place() {
    let house = House::of(&["ob-core"]);
    let lines = house.depends("ob-core", "serde = \"1\"\n").lines();
    let expected = "crates/ob-core/Cargo.toml:11: [manifests] found `serde = \"1\"`; \
        needed: `serde.workspace = true`, the version in the root manifest";
    assert_eq!(lines, expected);
    let own = "[dev-dependencies]\nserde = { version = \"1\", features = [\"rc\"] }\n";
    assert!(
        house
            .depends("ob-core", own)
            .lines()
            .contains("needed: `serde.workspace = true`")
    );
}

#[test]
fn dependencies_are_sorted() {
    let house = House::of(&["ob-core"]);
    let lines = house.depends(
        "ob-core",
        "zeroize.workspace = true\nuuid.workspace = true\n",
    );
    // `zeroize` is not in this house's root: cargo would stop before any rule is asked.
    assert!(xtask::tidy::check(lines.root()).is_err());

    let lines = house
        .depends("ob-core", "uuid.workspace = true\nserde.workspace = true\n")
        .lines();
    let expected = "crates/ob-core/Cargo.toml:12: [manifests] found `serde` after `uuid` in \
        [dependencies]; needed: alphabetical order";
    assert_eq!(lines, expected);
}

#[test]
fn the_roots_blocks_are_sorted_one_by_one() {
    let house = House::of(&["ob-core"]);
    let root = std::fs::read_to_string(house.root().join("Cargo.toml")).unwrap();
    house.write(
        "Cargo.toml",
        &root.replacen("hyper = \"1\"\njiff", "uuid-x = \"1\"\njiff", 1),
    );
    let lines = house.lines();
    assert!(
        lines.contains("found `jiff` after `uuid-x` in [workspace.dependencies]"),
        "{lines}"
    );
}
