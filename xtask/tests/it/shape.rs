use crate::house::House;

#[test]
fn a_stranger_at_the_top_is_seen() {
    let lines = House::of(&["ob-core"]).write("NOTES.md", "later\n").lines();
    assert!(
        lines.starts_with("NOTES.md:1: [top-level] found `NOTES.md`"),
        "{lines}"
    );
    assert!(
        lines.contains("needed: nothing there but .cargo, .ci"),
        "{lines}"
    );
}

#[test]
fn a_long_file_is_too_long_and_its_tests_do_not_count() {
    let lines = |count: usize| "const _: u8 = 1;\n".repeat(count);
    let house = House::of(&["ob-core"]);
    house.module("ob-core", "numbers", &lines(801));
    let found = house.lines();
    assert!(
        found.contains("crates/ob-core/src/numbers.rs:801: [sizes] found 801 lines"),
        "{found}"
    );

    let tests = format!(
        "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
        lines(800),
        lines(500)
    );
    house.write("crates/ob-core/src/numbers.rs", &tests);
    assert_eq!(house.lines(), "");
}

#[test]
fn lengths_are_reported() {
    let house = House::of(&["ob-core"]);
    house.module("ob-core", "numbers", "const _: u8 = 1;\n");
    let report = xtask::tidy::check(house.root()).unwrap();
    assert_eq!((report.files(), report.longest_lines()), (2, 7));
}

#[test]
fn the_contents_page_holds_no_code() {
    let docs = "//! A crate.\n//!\n//! ```\n//! assert!(true);\n//! ```\n";
    for (code, found) in [
        ("fn run() {}", "a function"),
        ("struct Key;", "a struct"),
        ("impl Drop for Key {}", "an `impl`"),
        ("const LIMIT: u8 = 1;", "a constant"),
        ("mod inner { }", "a module with its code"),
        ("use std::fmt;", "a private `use`"),
        ("macro_rules! m { () => {} }", "a macro"),
    ] {
        let house = House::of(&["ob-core"]);
        let lines = house
            .write("crates/ob-core/src/lib.rs", &format!("{docs}\n{code}\n"))
            .lines();
        let expected =
            format!("crates/ob-core/src/lib.rs:7: [contents] found {found} on the contents page");
        assert!(lines.contains(&expected), "{code}: {lines}");
    }
}

#[test]
fn the_contents_page_has_a_running_example() {
    let house = House::of(&["ob-core"]);
    for (docs, found) in [
        ("mod a;\n", "no crate documentation"),
        ("//! Words.\n", "without a running example"),
        (
            "//! ```text\n//! words\n//! ```\n",
            "without a running example",
        ),
        (
            "//! ```no_run\n//! go();\n//! ```\n",
            "without a running example",
        ),
    ] {
        let lines = house.write("crates/ob-core/src/lib.rs", docs).lines();
        assert!(lines.contains(found), "{docs}: {lines}");
    }
}

#[test]
fn a_drawer_for_everything_has_no_name_here() {
    let house = House::of(&["ob-core"]);
    house.module("ob-core", "utils", "");
    house.write("crates/ob-core/src/inner/mod.rs", "");
    let lines = house.lines();
    assert!(
        lines.contains("[names] found a file called `utils.rs`"),
        "{lines}"
    );
    assert!(
        lines.contains("[names] found a file called `mod.rs`; needed: `foo.rs` beside"),
        "{lines}"
    );
}

#[test]
fn a_file_that_is_no_rust_is_named() {
    let house = House::of(&["ob-core"]);
    let lines = house.module("ob-core", "broken", "fn f( {\n").lines();
    assert!(
        lines.contains("crates/ob-core/src/broken.rs:1: [syntax]"),
        "{lines}"
    );
}
