use crate::house::House;

/// What the fence says about this code in ob-api, which depends on jiff, hyper-free.
fn fence(code: &str) -> Vec<String> {
    let house = House::of(&["ob-api", "ob-core"]);
    house.depends(
        "ob-api",
        "jiff.workspace = true\nserde.workspace = true\nuuid.workspace = true\n",
    );
    house.module("ob-api", "date", code);
    let problems = house.problems();
    assert!(
        problems.iter().all(|problem| problem.rule() == "fence"),
        "{problems:?}"
    );
    problems
        .iter()
        .map(|problem| format!("{} {}", problem.line(), problem.found()))
        .collect()
}

fn leaks(code: &str, found: &str) {
    let all = fence(code);
    assert!(
        all.iter().any(|line| line.contains(found)),
        "`{found}` not in {all:?} of {code}"
    );
}

#[test]
fn every_public_place_is_seen() {
    let leak = "`jiff::Timestamp` in the public signature of";
    for (code, owner) in [
        ("pub fn at(t: jiff::Timestamp) {}", "`at`"),
        ("pub fn at() -> Option<jiff::Timestamp> { None }", "`at`"),
        ("pub fn at<T: Into<jiff::Timestamp>>(t: T) {}", "`at`"),
        (
            "pub fn at<T>(t: T) where T: Into<jiff::Timestamp> {}",
            "`at`",
        ),
        (
            "pub fn at() -> impl Iterator<Item = jiff::Timestamp> { None.into_iter() }",
            "`at`",
        ),
        ("pub struct At(pub jiff::Timestamp);", "`At`"),
        ("pub struct At { pub time: jiff::Timestamp }", "`At`"),
        ("pub enum At { Time(jiff::Timestamp) }", "`At`"),
        ("pub type At = jiff::Timestamp;", "`At`"),
        ("pub const AT: Option<jiff::Timestamp> = None;", "`AT`"),
        ("pub trait At { fn at(&self) -> jiff::Timestamp; }", "`At`"),
        ("pub trait At: Into<jiff::Timestamp> {}", "`At`"),
        (
            "pub struct At; impl At { pub fn at(&self) -> jiff::Timestamp { todo() } }",
            "`At`",
        ),
        (
            "pub struct At; impl From<jiff::Timestamp> for At { }",
            "`At`",
        ),
        (
            "pub struct At; impl TryFrom<u8> for At { type Error = jiff::Timestamp; }",
            "`At`",
        ),
        ("pub struct At(#[from] jiff::Timestamp);", "`At`"),
        ("pub use jiff::Timestamp;", "the export `Timestamp`"),
    ] {
        leaks(code, &format!("{leak} {owner}"));
    }
    leaks(
        "pub struct At; impl From<At> for jiff::Timestamp { }",
        "`jiff::Timestamp`",
    );
}

#[test]
fn a_name_is_followed_to_its_crate() {
    leaks(
        "use jiff::civil::Date as Day;\n\npub fn day() -> Day { todo() }",
        "3 `jiff::civil::Date`",
    );
    leaks(
        "use jiff::{civil, Span};\npub fn day() -> civil::Date { todo() }",
        "2 `jiff::civil::Date`",
    );
    leaks(
        "type Day = jiff::civil::Date;\npub fn day() -> Day { todo() }",
        "2 `jiff::civil::Date`",
    );
}

#[test]
fn a_name_lent_by_another_file_is_followed() {
    let house = House::of(&["ob-api"]);
    house.depends("ob-api", "jiff.workspace = true\n");
    house.module(
        "ob-api",
        "inner",
        "pub(crate) type Day = jiff::civil::Date;\n",
    );
    house.module(
        "ob-api",
        "outer",
        "use crate::inner::Day;\npub fn day() -> Day { todo() }\n",
    );
    let expected = "crates/ob-api/src/outer.rs:2: [fence] found `jiff::civil::Date` in the public \
        signature of `day`; needed: a type of ours: foreign types stop at the adapter's door";
    assert_eq!(house.lines(), expected);
}

#[test]
fn what_stays_inside_is_free() {
    for code in [
        "pub struct At(jiff::Timestamp);",
        "pub struct At { time: jiff::Timestamp }",
        "pub(crate) fn at() -> jiff::Timestamp { todo() }",
        "fn at() -> jiff::Timestamp { todo() }",
        "struct At; impl From<jiff::Timestamp> for At { }",
        "pub struct At; impl At { fn at(&self) -> jiff::Timestamp { todo() } }",
        "pub fn at() { let _: jiff::Timestamp = todo(); }",
        "pub fn at(time: std::time::SystemTime, value: &serde::Value) {}",
        "use jiff::Timestamp as Foreign; pub struct Timestamp(Foreign); pub fn at() -> Timestamp { todo() }",
        "#[cfg(test)]\nmod tests { pub fn at() -> jiff::Timestamp { todo() } }",
    ] {
        assert_eq!(fence(code), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn an_adapter_may_speak_the_foreign_language() {
    let house = House::of(&["ob-transport"]);
    house.depends("ob-transport", "hyper.workspace = true\n");
    let code = "pub fn wrap(request: hyper::Request<()>) {}\n";
    house.module("ob-transport", "hyper", code);
    assert_eq!(house.lines(), "");

    let lines = house.module("ob-transport", "other", code).lines();
    assert!(lines.contains("other.rs:1: [doors] found `hyper` outside its door; needed: hyper only behind crates/ob-transport/src/hyper"), "{lines}");
    assert!(
        lines.contains("other.rs:1: [fence] found `hyper::Request`"),
        "{lines}"
    );
}
