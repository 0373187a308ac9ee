//! What a workshop leaves behind: paths of one machine, unfinished code, tests that are
//! switched off, waits by the clock.

use std::fs;
use std::path::Path;

use super::problem::Problem;
use super::source::{PathUse, Source};
use super::tree::{Tree, entries};

/// Written apart so that this file does not find itself.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tm", "p/"),
];
const NOTES: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X:")];
const TEXTS: &[&str] = &[
    "rs", "toml", "md", "txt", "json", "yml", "yaml", "sh", "html", "css", "js", "snap",
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = in_texts(tree);
    problems.extend(tree.sources().flat_map(in_code));
    problems
}

fn in_code(source: &Source) -> Vec<Problem> {
    let mut problems = switched_off(source);
    problems.extend(
        source
            .paths()
            .iter()
            .filter_map(|path| unfinished(source, path)),
    );
    problems.extend(
        source
            .paths()
            .iter()
            .filter_map(|path| waiting(source, path)),
    );
    problems.extend(hidden_examples(source));
    problems
}

fn unfinished(source: &Source, path: &PathUse) -> Option<Problem> {
    let last = path.segments.last()?;
    let macros = ["todo", "unimplemented"];
    (path.is_macro && macros.contains(&last.as_str())).then(|| {
        source.problem(
            "leftovers",
            path.place.line,
            format!("`{last}!`"),
            "finished code",
        )
    })
}

/// A test that sleeps is slow where it passes and wrong where it does not.
fn waiting(source: &Source, path: &PathUse) -> Option<Problem> {
    let sleeps = matches!(
        path.segments.as_slice(),
        [.., before, name] if name == "sleep" && (before == "thread" || before == "time")
    );
    let judged = source.is_test(path.place) && !source.regions.is_paused(path.place);
    (path.is_call && sleeps && judged).then(|| {
        let found = format!("`{}` in a test", path.written);
        let needed = "waiting for the event itself, or `#[tokio::test(start_paused = true)]`";
        source.problem("leftovers", path.place.line, found, needed)
    })
}

fn switched_off(source: &Source) -> Vec<Problem> {
    let rows = source.words.windows(3);
    rows.filter_map(|row| {
        let [sign, open, name] = row else { return None };
        (sign.text == "#" && open.text == "[" && name.text == "ignore").then(|| {
            let needed = "a test that runs, or none";
            source.problem(
                "leftovers",
                name.place.line,
                "`#[ignore]`".to_owned(),
                needed,
            )
        })
    })
    .collect()
}

/// An example that does not run is a promise nobody checks.
fn hidden_examples(source: &Source) -> Vec<Problem> {
    let lines = source.text.lines().enumerate();
    lines
        .filter(|(_, line)| {
            let line = line.trim_start();
            let comment = line
                .strip_prefix("///")
                .or_else(|| line.strip_prefix("//!"));
            let fence = comment.and_then(|text| text.trim().strip_prefix("```"));
            fence.is_some_and(|kind| kind.split(',').any(|word| word.trim() == "ignore"))
        })
        .map(|(number, _)| {
            let needed = "an example that runs (`no_run` where it needs a network)";
            source.problem(
                "leftovers",
                number + 1,
                "an `ignore`d example".to_owned(),
                needed,
            )
        })
        .collect()
}

fn in_texts(tree: &Tree) -> Vec<Problem> {
    let root = &tree.project.root;
    let mut problems = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for path in entries(&folder).unwrap_or_default() {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if name != ".git" && !name.starts_with("target") {
                    open.push(path);
                }
            } else if is_text(&path, &name) {
                problems.extend(in_text(&tree.project.relative(&path), &path));
            }
        }
    }
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    problems
}

/// The lock file is cargo's; files without an extension (`.ci/run`) are scripts.
fn is_text(path: &Path, name: &str) -> bool {
    let known = path
        .extension()
        .is_none_or(|end| TEXTS.iter().any(|text| end == *text));
    known && name != "Cargo.lock"
}

/// `part` in the middle of a longer path (`src/…`) or an address is no path of a machine.
fn begins_a_path(line: &str, part: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || "._-~})>".contains(before);
    line.match_indices(part).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(inside)
    })
}

fn in_text(file: &str, path: &Path) -> Vec<Problem> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = |found: &str, needed: &str| Problem {
            rule: "leftovers",
            file: file.to_owned(),
            line: number + 1,
            found: format!("`{found}`"),
            needed: needed.to_owned(),
        };
        let paths = MACHINE_PATHS
            .iter()
            .filter(|part| begins_a_path(line, part));
        problems.extend(paths.map(|part| place(part, "a path that is true on every machine")));
        let notes = NOTES.iter().filter(|note| line.contains(**note));
        problems.extend(notes.map(|note| place(note, "the work done, or an issue elsewhere")));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::{MACHINE_PATHS, begins_a_path};

    #[test]
    fn only_an_absolute_path_is_one_of_a_machine() {
        for part in MACHINE_PATHS {
            assert!(begins_a_path(&format!("cd {part}x"), part));
            assert!(begins_a_path(&format!("\"{part}x\""), part));
            assert!(!begins_a_path(&format!("src{part}x.rs"), part));
        }
    }
}
