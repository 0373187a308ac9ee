//! Invariants and leftovers.

use crate::house::House;

fn with(code: &str) -> String {
    let house = House::of(&["ob-core"]);
    house.module("ob-core", "work", code).lines()
}

/// The code of a function body, on line 2.
fn inside(statement: &str) -> String {
    with(&format!("fn work() {{\n    {statement};\n}}\n"))
}

#[test]
fn only_few_places_may_do_these_deeds() {
    for (statement, found) in [
        (
            "std::time::SystemTime::now()",
            "`std::time::SystemTime::now`",
        ),
        ("std::time::Instant::now()", "`std::time::Instant::now`"),
        ("jiff::Timestamp::now()", "`jiff::Timestamp::now`"),
        ("getrandom::fill(&mut bytes)", "`getrandom::fill`"),
        ("uuid::Uuid::new_v4()", "`uuid::Uuid::new_v4`"),
        ("std::env::var(\"HOME\")", "`std::env::var`"),
        ("tokio::spawn(future)", "`tokio::spawn`"),
        ("tokio::task::spawn(future)", "`tokio::task::spawn`"),
        ("std::thread::spawn(work)", "`std::thread::spawn`"),
        ("println!(\"{x}\")", "`println!`"),
        ("eprintln!(\"{x}\")", "`eprintln!`"),
        ("dbg!(x)", "`dbg!`"),
        ("x.unwrap()", "`.unwrap(`"),
        ("x.expect(\"always\")", "`.expect(`"),
        // Inside another macro as well.
        ("format!(\"{}\", x.unwrap())", "`.unwrap(`"),
    ] {
        let lines = inside(statement);
        let expected =
            format!("crates/ob-core/src/work.rs:2: [invariants] found {found}; needed: ");
        assert!(lines.contains(&expected), "{statement}: {lines}");
    }
}

#[test]
fn another_name_is_no_way_around() {
    let lines = with("use std::time::SystemTime as Watch;\nfn work() {\n    Watch::now();\n}\n");
    assert!(
        lines.contains("work.rs:3: [invariants] found `Watch::now`"),
        "{lines}"
    );
    let lines = with("use std::env as world;\nfn work() {\n    world::args();\n}\n");
    assert!(
        lines.contains("work.rs:3: [invariants] found `world::args`"),
        "{lines}"
    );
}

#[test]
fn words_are_no_deeds() {
    for code in [
        "// std::env::var and x.unwrap()\nfn work() {}\n",
        "/// `SystemTime::now()`\nfn work() {}\n",
        "fn work() -> &'static str {\n    \"tokio::spawn println! unwrap()\"\n}\n",
        "fn work() {\n    tokio::time::Instant::now();\n}\n",
        "fn work() {\n    clock.now();\n    parser.expect(token);\n    x.unwrap_or(1);\n}\n",
        "#[cfg(test)]\nmod tests {\n    fn f() {\n        x.unwrap();\n        std::env::temp_dir();\n    }\n}\n",
    ] {
        assert_eq!(with(code), "", "{code}");
    }
}

#[test]
fn the_clock_may_ask_for_the_time() {
    let house = House::of(&["ob-core"]);
    house.module(
        "ob-core",
        "clock",
        "fn now() {\n    std::time::SystemTime::now();\n}\n",
    );
    assert_eq!(house.lines(), "");
}

#[test]
fn a_panic_with_a_reason_is_explained() {
    let attribute = "#[expect(clippy::unwrap_used, reason = \"a constant\")]";
    assert_eq!(
        with(&format!(
            "fn work() {{\n    {attribute}\n    let five = five().unwrap();\n}}\n"
        )),
        ""
    );
    assert!(
        with("#[expect(clippy::unwrap_used)]\nfn work() {\n    x.unwrap();\n}\n")
            .contains("work.rs:3")
    );
}

#[test]
fn a_test_module_in_its_own_file_is_a_test() {
    let house = House::of(&["ob-core"]);
    house.module("ob-core", "work", "#[cfg(test)]\nmod cases;\n");
    house.write(
        "crates/ob-core/src/work/cases.rs",
        "fn f() {\n    x.unwrap();\n}\n",
    );
    assert_eq!(house.lines(), "");
}

#[test]
fn leftovers_are_found() {
    let machine = concat!("/ro", "ot/key.pem");
    let note = concat!("// FIX", "ME later");
    for (code, line, found) in [
        ("fn work() {\n    todo!()\n}\n".to_owned(), 2, "`todo!`"),
        (
            "fn work() {\n    unimplemented!()\n}\n".to_owned(),
            2,
            "`unimplemented!`",
        ),
        (
            format!("{note}\nfn work() {{}}\n"),
            1,
            concat!("`FIX", "ME`"),
        ),
        (
            format!("const KEY: &str = \"{machine}\";\n"),
            1,
            concat!("`/ro", "ot/`"),
        ),
        (
            "#[cfg(test)]\nmod tests {\n    #[test]\n    #[ignore]\n    fn f() {}\n}\n".to_owned(),
            4,
            "`#[ignore]`",
        ),
        (
            "#[cfg(test)]\nmod tests {\n    #[ignore = \"slow\"]\n    fn f() {}\n}\n".to_owned(),
            3,
            "`#[ignore]`",
        ),
        (
            "/// ```ignore\n/// x\n/// ```\nfn work() {}\n".to_owned(),
            1,
            "an `ignore`d example",
        ),
    ] {
        let lines = with(&code);
        let expected = format!("crates/ob-core/src/work.rs:{line}: [leftovers] found {found}");
        assert!(lines.contains(&expected), "{code}: {lines}");
    }
}

#[test]
fn a_test_does_not_wait_by_the_clock() {
    let house = House::of(&["ob-core"]);
    let sleep = |attribute: &str, call: &str| {
        format!("use std::thread;\n{attribute}\nasync fn t() {{\n    {call}\n}}\n")
    };
    let file = "crates/ob-core/tests/it/main.rs";
    for call in [
        "thread::sleep(d);",
        "std::thread::sleep(d);",
        "tokio::time::sleep(d).await;",
    ] {
        let lines = house.write(file, &sleep("#[tokio::test]", call)).lines();
        assert!(
            lines.contains("tests/it/main.rs:4: [leftovers] found"),
            "{call}: {lines}"
        );
    }
    let paused = sleep(
        "#[tokio::test(start_paused = true)]",
        "tokio::time::sleep(d).await;",
    );
    assert_eq!(house.write(file, &paused).lines(), "");
}

#[test]
fn a_sleep_is_judged_where_it_is_called() {
    let house = House::of(&["ob-core"]);
    let file = "crates/ob-core/tests/it/main.rs";
    let code = "use tokio::time::sleep;\n#[tokio::test(start_paused = true)]\nasync fn t() {\n    sleep(d).await;\n}\n";
    assert_eq!(house.write(file, code).lines(), "");
    let lines = house
        .write(file, &code.replace("(start_paused = true)", ""))
        .lines();
    assert!(
        lines.contains("main.rs:4: [leftovers] found `sleep` in a test"),
        "{lines}"
    );
}

#[test]
fn a_script_with_a_path_of_one_machine_is_found() {
    let house = House::of(&["ob-core"]);
    house.write(".ci/run", concat!("cd /wo", "rk/house\n"));
    assert!(
        house.lines().starts_with(".ci/run:1: [leftovers]"),
        "{}",
        house.lines()
    );
}
