//! Every Rust line that the README shows stands, in that order, in an example that is run.

use std::path::Path;

#[test]
fn the_readme_shows_code_that_runs() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples: Vec<String> = std::fs::read_dir(package.join("examples"))
        .unwrap()
        .map(|entry| lines(&std::fs::read_to_string(entry.unwrap().path()).unwrap()))
        .collect();
    let readme = std::fs::read_to_string(package.join("../../README.md")).unwrap();
    let shown = blocks(&readme);
    assert!(shown.len() >= 3, "{} blocks", shown.len());
    for block in shown {
        let found = examples.iter().any(|example| stands_in(&block, example));
        assert!(found, "in no example:\n{block}");
    }
}

/// The code blocks in Rust.
fn blocks(readme: &str) -> Vec<String> {
    let parts = readme.split("```rust\n").skip(1);
    parts
        .map(|part| lines(part.split("```").next().unwrap()))
        .collect()
}

/// Without what layout and narration change: white space and comments.
fn lines(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap().trim());
    code.filter(|line| !line.is_empty())
        .fold(String::new(), |all, line| all + line + "\n")
}

/// Statement by statement: formatting breaks lines differently in narrower places.
fn stands_in(block: &str, example: &str) -> bool {
    let squeeze = |text: &str| {
        text.split_whitespace()
            .collect::<String>()
            .replace(",)", ")")
    };
    let mut rest = squeeze(example);
    squeeze(block)
        .split_inclusive(';')
        .all(|statement| match rest.find(statement) {
            Some(at) => {
                rest = rest.split_off(at + statement.len());
                true
            }
            None => false,
        })
}

#[test]
fn the_check_itself_notices_a_change() {
    assert!(stands_in(
        "let a = 1;\nlet b = a;",
        "let a = 1;\nuse x;\nlet b =\n    a;"
    ));
    assert!(!stands_in(
        "let b = a;\nlet a = 1;",
        "let a = 1;\nlet b = a;"
    ));
    assert!(!stands_in("let a = 2;", "let a = 1;"));
}
