//! `lib.rs` is the contents page: documentation, modules, exports, and nothing that runs.

use syn::spanned::Spanned as _;

use super::problem::Problem;
use super::source::{Place, Source};
use super::tree::{Member, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.members.iter().flat_map(of_member).collect()
}

fn of_member(member: &Member) -> Vec<Problem> {
    let page = format!("{}/src/lib.rs", member.folder);
    let Some(source) = member.sources.iter().find(|source| source.file == page) else {
        return Vec::new();
    };
    let mut problems = strangers(source);
    if member.is_crate() {
        problems.extend(undocumented(source));
    }
    problems
}

fn strangers(source: &Source) -> Vec<Problem> {
    let items = source.syntax.items.iter();
    items
        .filter(|item| !belongs(item) && !source.is_test(Place::from(item.span().end())))
        .map(|item| {
            let needed = "only docs, attributes, `mod`, `pub mod` and `pub use` in lib.rs";
            source.problem("contents", start_line(item), described(item), needed)
        })
        .collect()
}

fn belongs(item: &syn::Item) -> bool {
    match item {
        syn::Item::Mod(module) => module.content.is_none(),
        syn::Item::Use(export) => matches!(export.vis, syn::Visibility::Public(_)),
        other => only_for_docs(other),
    }
}

/// `#[cfg(doctest)] struct Readme;` runs the examples of a text file.
fn only_for_docs(item: &syn::Item) -> bool {
    let syn::Item::Struct(item) = item else {
        return false;
    };
    item.attrs.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|name| name == "doctest")
    })
}

fn undocumented(source: &Source) -> Option<Problem> {
    let docs = crate_docs(&source.syntax);
    let found = match docs.trim() {
        "" => "no crate documentation",
        text if !has_running_example(text) => "crate documentation without a running example",
        _ => return None,
    };
    let needed = "`//!` docs with a code block that runs (no `ignore`, no `no_run`)";
    Some(source.problem("contents", 1, found.to_owned(), needed))
}

fn crate_docs(file: &syn::File) -> String {
    let lines = file
        .attrs
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
            _ => None,
        });
    lines
        .map(|value| match value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => text.value(),
            // `include_str!` of a text: its examples run as well.
            _ => "```".to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether one of the code blocks is Rust that rustdoc runs.
fn has_running_example(docs: &str) -> bool {
    let mut inside = false;
    for line in docs.lines() {
        let Some(kind) = line.trim().strip_prefix("```") else {
            continue;
        };
        let opens = !inside;
        inside = opens;
        if opens && kind.split(',').all(|word| RUNNING.contains(&word.trim())) {
            return true;
        }
    }
    false
}

const RUNNING: &[&str] = &["", "rust", "should_panic", "edition2024"];

fn start_line(item: &syn::Item) -> usize {
    item.span().start().line
}

fn described(item: &syn::Item) -> String {
    let kind = match item {
        syn::Item::Fn(_) => "a function",
        syn::Item::Struct(_) => "a struct",
        syn::Item::Enum(_) => "an enum",
        syn::Item::Impl(_) => "an `impl`",
        syn::Item::Const(_) | syn::Item::Static(_) => "a constant",
        syn::Item::Trait(_) => "a trait",
        syn::Item::Type(_) => "a type alias",
        syn::Item::Macro(_) => "a macro",
        syn::Item::Mod(_) => "a module with its code",
        syn::Item::Use(_) => "a private `use`",
        _ => "an item",
    };
    format!("{kind} on the contents page")
}

#[cfg(test)]
mod tests {
    use super::has_running_example;

    #[test]
    fn a_text_block_is_no_example() {
        assert!(!has_running_example("```text\nx\n```"));
        assert!(!has_running_example("```no_run\nx\n```"));
        assert!(has_running_example(
            "```text\nx\n```\nthen\n```\nrun();\n```"
        ));
    }
}
