//! Finds foreign types in a piece of syntax.

use std::collections::{HashMap, HashSet};

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::tidy::source::{Names, Source};

/// What is foreign, seen from one file.
#[derive(Debug)]
pub(super) struct Fence<'a> {
    names: &'a Names,
    foreign: &'a HashSet<String>,
    /// Type aliases of this file that stand for a foreign type → that type.
    aliases: HashMap<String, String>,
    /// The same for names that other files of the crate lend.
    lent: &'a HashMap<String, String>,
}

/// One foreign type that shows.
#[derive(Clone, Debug)]
pub(super) struct Leak {
    pub(super) line: usize,
    pub(super) path: String,
    pub(super) owner: String,
}

impl<'a> Fence<'a> {
    pub(super) fn new(
        source: &'a Source,
        foreign: &'a HashSet<String>,
        lent: &'a HashMap<String, String>,
    ) -> Self {
        let mut fence = Self {
            names: &source.names,
            foreign,
            aliases: HashMap::new(),
            lent,
        };
        let aliases: Vec<(String, String)> = private_aliases(source)
            .filter_map(|alias| {
                let found = fence.in_type(&alias.ty).into_iter().next()?;
                Some((alias.ident.to_string(), found.1))
            })
            .collect();
        fence.aliases.extend(aliases);
        fence
    }

    /// Names this file exports within its crate that stand for a foreign type.
    pub(super) fn lent(&self, source: &Source) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for item in &source.syntax.items {
            match item {
                syn::Item::Type(alias) if is_lent(&alias.vis) => {
                    let name = alias.ident.to_string();
                    found.extend(
                        self.aliases
                            .get(&name)
                            .map(|path| (name.clone(), path.clone())),
                    );
                }
                syn::Item::Use(item) if is_lent(&item.vis) => {
                    for import in Names::imports(&item.tree) {
                        if let Some(path) = self.foreign_path(&import.path) {
                            found.push((import.local, path));
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The foreign types inside a type: line and full path.
    pub(super) fn in_type(&self, ty: &syn::Type) -> Vec<(usize, String)> {
        let mut finder = Finder::new(self);
        finder.visit_type(ty);
        finder.found
    }

    pub(super) fn in_signature(&self, signature: &syn::Signature) -> Vec<(usize, String)> {
        let mut finder = Finder::new(self);
        finder.visit_generics(&signature.generics);
        for input in &signature.inputs {
            if let syn::FnArg::Typed(argument) = input {
                finder.visit_type(&argument.ty);
            }
        }
        finder.visit_return_type(&signature.output);
        finder.found
    }

    pub(super) fn in_generics(&self, generics: &syn::Generics) -> Vec<(usize, String)> {
        let mut finder = Finder::new(self);
        finder.visit_generics(generics);
        finder.found
    }

    pub(super) fn in_bounds<'b>(
        &self,
        bounds: impl IntoIterator<Item = &'b syn::TypeParamBound>,
    ) -> Vec<(usize, String)> {
        let mut finder = Finder::new(self);
        for bound in bounds {
            finder.visit_type_param_bound(bound);
        }
        finder.found
    }

    pub(super) fn in_path(&self, path: &syn::Path) -> Vec<(usize, String)> {
        let mut finder = Finder::new(self);
        finder.visit_path(path);
        finder.found
    }

    /// The full foreign path behind a path as written, if it is one.
    pub(super) fn foreign_path(&self, written: &[String]) -> Option<String> {
        let (first, last) = (written.first()?, written.last()?);
        if written.len() == 1
            && let Some(path) = self.aliases.get(first)
        {
            return Some(path.clone());
        }
        let full = self.names.resolve(written);
        let root = full.first()?;
        if self.foreign.contains(root) && full.len() > 1 {
            return Some(full.join("::"));
        }
        let inside = ["crate", "self", "super"].contains(&root.as_str());
        let name = full.last().unwrap_or(last);
        self.lent.get(name).filter(|_| inside).cloned()
    }
}

fn is_lent(vis: &syn::Visibility) -> bool {
    !matches!(vis, syn::Visibility::Inherited)
}

fn private_aliases(source: &Source) -> impl Iterator<Item = &syn::ItemType> {
    source.syntax.items.iter().filter_map(|item| match item {
        syn::Item::Type(alias) => Some(alias),
        _ => None,
    })
}

struct Finder<'a> {
    fence: &'a Fence<'a>,
    found: Vec<(usize, String)>,
}

impl<'a> Finder<'a> {
    fn new(fence: &'a Fence<'a>) -> Self {
        Self {
            fence,
            found: Vec::new(),
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if let Some(foreign) = self.fence.foreign_path(&written) {
            self.found.push((path.span().start().line, foreign));
        }
        visit::visit_path(self, path);
    }

    /// A generated attribute is no signature.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}
