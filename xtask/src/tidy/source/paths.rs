//! Which names a file brings in, and which paths it then names.

use std::collections::{HashMap, HashSet};

use syn::visit::{self, Visit};

use super::{Kind, Place, Word};

/// Local name → full path, from every `use` of the file.
#[derive(Clone, Debug, Default)]
pub(in crate::tidy) struct Names {
    imports: HashMap<String, Vec<String>>,
    /// Modules the file declares: each shadows the crate of its name.
    modules: HashSet<String>,
}

/// A path in code, with its first segment resolved.
#[derive(Clone, Debug)]
pub(in crate::tidy) struct PathUse {
    pub(in crate::tidy) segments: Vec<String>,
    /// As it stands in the file.
    pub(in crate::tidy) written: String,
    pub(in crate::tidy) place: Place,
    /// `name!`
    pub(in crate::tidy) is_macro: bool,
    /// `name(`
    pub(in crate::tidy) is_call: bool,
}

/// One name brought in by a `use`.
#[derive(Clone, Debug)]
pub(in crate::tidy) struct Import {
    pub(in crate::tidy) local: String,
    pub(in crate::tidy) path: Vec<String>,
}

impl Names {
    pub(super) fn of(file: &syn::File) -> Self {
        let mut names = Self::default();
        names.visit_file(file);
        names
    }

    /// The full path behind `segments`, as far as this file tells.
    pub(in crate::tidy) fn resolve(&self, segments: &[String]) -> Vec<String> {
        let Some((first, rest)) = segments.split_first() else {
            return Vec::new();
        };
        let mut full: Vec<String> = match self.imports.get(first) {
            // `use url::Url as url` must not turn into a circle: one step is enough.
            Some(path) => path.iter().chain(rest).cloned().collect(),
            None => segments.to_vec(),
        };
        if full.first().is_some_and(|root| self.modules.contains(root)) {
            full.insert(0, "self".to_owned());
        }
        full
    }

    /// Every name one `use` brings in; a glob brings in `*`.
    pub(in crate::tidy) fn imports(tree: &syn::UseTree) -> Vec<Import> {
        let mut found = Vec::new();
        spread(tree, &mut Vec::new(), &mut found);
        found
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for import in Self::imports(&item.tree) {
            if import.path.len() > 1 || import.path.first() != Some(&import.local) {
                self.imports.insert(import.local, import.path);
            }
        }
        visit::visit_item_use(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.modules.insert(item.ident.to_string());
        visit::visit_item_mod(self, item);
    }
}

fn spread(tree: &syn::UseTree, before: &mut Vec<String>, found: &mut Vec<Import>) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            spread(&path.tree, before, found);
            before.pop();
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                spread(tree, before, found);
            }
        }
        syn::UseTree::Name(name) => found.push(import(before, &name.ident, &name.ident)),
        syn::UseTree::Rename(rename) => found.push(import(before, &rename.ident, &rename.rename)),
        syn::UseTree::Glob(_) => {
            let local = "*".to_owned();
            found.push(Import {
                local,
                path: before.clone(),
            });
        }
    }
}

fn import(before: &[String], name: &syn::Ident, local: &syn::Ident) -> Import {
    let mut path = before.to_vec();
    let mut local = local.to_string();
    if name == "self" {
        if local == "self" {
            local = path.last().cloned().unwrap_or_default();
        }
    } else {
        path.push(name.to_string());
    }
    Import { local, path }
}

/// Every path in the row of words. A method (`.name`) is no path.
pub(super) fn named(words: &[Word], names: &Names) -> Vec<PathUse> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let length = path_length(words, at);
        if length == 0 {
            at += 1;
            continue;
        }
        let row = words.get(at..at + length).unwrap_or_default();
        let segments: Vec<String> = row
            .iter()
            .filter(|word| word.kind == Kind::Name)
            .map(|word| word.text.clone())
            .collect();
        found.push(PathUse {
            written: segments.join("::"),
            segments: names.resolve(&segments),
            place: word.place,
            is_call: text(words, at + length) == "(",
            is_macro: text(words, at + length) == "!" && text(words, at + length + 1) != "=",
        });
        at += length;
    }
    found
}

/// How many words the path that starts at `at` has; 0 when none starts there.
fn path_length(words: &[Word], at: usize) -> usize {
    let is_name = |at: usize| words.get(at).is_some_and(|word| word.kind == Kind::Name);
    let after_dot = at > 0 && text(words, at - 1) == "." && (at < 2 || text(words, at - 2) != ".");
    if !is_name(at) || after_dot {
        return 0;
    }
    let mut length = 1;
    while text(words, at + length) == "::" && is_name(at + length + 1) {
        length += 2;
    }
    length
}

fn text(words: &[Word], at: usize) -> &str {
    words.get(at).map_or("", |word| &word.text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::words::split;
    use super::{Names, named};

    fn paths(code: &str) -> Vec<String> {
        let names = Names::of(&syn::parse_file(code).unwrap());
        named(&split(code), &names)
            .iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn a_name_is_resolved_through_its_use() {
        let code = "use std::{env as surroundings, time::{self, Instant as Tick}};
            fn f() { surroundings::var; Tick::now(); time::SystemTime::now(); x.now(); }";
        let found = paths(code);
        for expected in [
            "std::env::var",
            "std::time::Instant::now",
            "std::time::SystemTime::now",
        ] {
            assert!(
                found.contains(&expected.to_owned()),
                "{expected} not in {found:?}"
            );
        }
        assert!(!found.contains(&"now".to_owned()), "a method is no path");
    }

    #[test]
    fn a_module_shadows_the_crate_of_its_name() {
        let found =
            paths("mod hyper; pub use hyper::{Client}; fn f() { hyper::go(); Client::new(); }");
        assert!(
            found.iter().all(|path| !path.starts_with("hyper::")),
            "{found:?}"
        );
        assert!(
            found.contains(&"self::hyper::Client::new".to_owned()),
            "{found:?}"
        );
    }

    #[test]
    fn a_range_is_no_method() {
        assert!(
            paths("fn f() { 0..std::env::args().len(); }").contains(&"std::env::args".to_owned())
        );
    }
}
