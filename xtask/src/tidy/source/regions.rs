//! Which stretches of a file are tests, run under a paused clock, or excuse a panic.

use std::collections::BTreeSet;

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Line (from 1) and column of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tidy) struct Place {
    pub(in crate::tidy) line: usize,
    column: usize,
}

impl From<LineColumn> for Place {
    fn from(at: LineColumn) -> Self {
        Self {
            line: at.line,
            column: at.column,
        }
    }
}

type Stretch = (Place, Place);

/// Attributes spread over what they stand on.
#[derive(Clone, Debug, Default)]
pub(in crate::tidy) struct Regions {
    tests: Vec<Stretch>,
    paused: Vec<Stretch>,
    excused: Vec<Stretch>,
}

impl Regions {
    pub(super) fn of(file: &syn::File) -> Self {
        let mut finder = Finder::default();
        finder.visit_file(file);
        finder.settle()
    }

    pub(in crate::tidy) fn is_test(&self, place: Place) -> bool {
        covers(&self.tests, place)
    }

    /// Inside `#[tokio::test(start_paused = true)]`: sleeping costs no time there.
    pub(in crate::tidy) fn is_paused(&self, place: Place) -> bool {
        covers(&self.paused, place)
    }

    /// Under `#[expect(clippy::unwrap_used, reason = "…")]` or its sibling for `expect`.
    pub(in crate::tidy) fn excuses_panic(&self, place: Place) -> bool {
        covers(&self.excused, place)
    }

    pub(super) fn test_lines(&self) -> usize {
        let lines: BTreeSet<usize> = self
            .tests
            .iter()
            .flat_map(|(from, to)| from.line..=to.line)
            .collect();
        lines.len()
    }
}

fn covers(stretches: &[Stretch], place: Place) -> bool {
    stretches
        .iter()
        .any(|(from, to)| *from <= place && place <= *to)
}

/// Collects nodes and attributes; which attribute belongs to which node is settled by position.
#[derive(Default)]
struct Finder {
    nodes: Vec<Stretch>,
    marks: Vec<(Place, Mark)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Test,
    PausedTest,
    Excuse,
}

impl Finder {
    fn node(&mut self, node: &impl Spanned) {
        let span = node.span();
        self.nodes.push((span.start().into(), span.end().into()));
    }

    fn settle(self) -> Regions {
        let mut regions = Regions::default();
        for (place, mark) in &self.marks {
            let stretch = self.smallest_around(*place);
            match mark {
                Mark::Excuse => regions.excused.push(stretch),
                Mark::Test => regions.tests.push(stretch),
                Mark::PausedTest => {
                    regions.tests.push(stretch);
                    regions.paused.push(stretch);
                }
            }
        }
        regions
    }

    /// An attribute belongs to the smallest node that holds it; the largest is the file.
    fn smallest_around(&self, place: Place) -> Stretch {
        let around = self
            .nodes
            .iter()
            .filter(|(from, to)| *from <= place && place <= *to);
        around
            .min_by_key(|(from, to)| (to.line - from.line, to.column.abs_diff(from.column)))
            .copied()
            .unwrap_or((place, place))
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_file(&mut self, file: &'ast syn::File) {
        self.node(file);
        visit::visit_file(self, file);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let Some(mark) = mark(attribute) {
            self.marks.push((attribute.span().start().into(), mark));
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.node(item);
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        self.node(item);
        visit::visit_impl_item(self, item);
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        self.node(item);
        visit::visit_trait_item(self, item);
    }

    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        self.node(statement);
        visit::visit_stmt(self, statement);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.node(arm);
        visit::visit_arm(self, arm);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.node(field);
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.node(variant);
        visit::visit_variant(self, variant);
    }
}

fn mark(attribute: &syn::Attribute) -> Option<Mark> {
    let last = attribute.path().segments.last()?.ident.to_string();
    let inside = match &attribute.meta {
        syn::Meta::List(list) => squeezed(&list.tokens.to_string()),
        _ => String::new(),
    };
    let is_test_only = inside == "test" || inside.starts_with("all(test,");
    match last.as_str() {
        "test" if inside.contains("start_paused=true") => Some(Mark::PausedTest),
        "test" => Some(Mark::Test),
        "cfg" if is_test_only => Some(Mark::Test),
        "expect" if names_a_panic(&inside) && inside.contains("reason=") => Some(Mark::Excuse),
        _ => None,
    }
}

fn names_a_panic(inside: &str) -> bool {
    inside.contains("clippy::unwrap_used") || inside.contains("clippy::expect_used")
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Place, Regions};

    fn regions(code: &str) -> Regions {
        Regions::of(&syn::parse_file(code).unwrap())
    }

    fn line(line: usize) -> Place {
        Place { line, column: 8 }
    }

    #[test]
    fn a_test_module_is_a_test_and_the_rest_is_not() {
        let regions = regions(
            "fn shipped() {\n        1;\n}\n#[cfg(test)]\nmod tests {\n    fn helper() {}\n}\n",
        );
        assert!(!regions.is_test(line(2)));
        assert!(regions.is_test(line(6)));
        assert_eq!(regions.test_lines(), 4);
    }

    #[test]
    fn a_feature_beside_test_ships() {
        let regions =
            regions("#[cfg(any(test, feature = \"testing\"))]\nmod doubles { fn f() {} }\n");
        assert!(!regions.is_test(line(2)));
    }

    #[test]
    fn an_excuse_needs_its_reason_and_covers_its_statement_only() {
        let code = "fn f() {\n    #[expect(clippy::unwrap_used, reason = \"five is five\")]\n    \
            let a = five().unwrap();\n    let b = five().unwrap();\n}\n\
            #[expect(clippy::unwrap_used)]\nfn g() {\n       five().unwrap();\n}\n";
        let regions = regions(code);
        assert!(regions.excuses_panic(line(3)));
        assert!(!regions.excuses_panic(line(4)));
        assert!(!regions.excuses_panic(line(8)));
    }
}
