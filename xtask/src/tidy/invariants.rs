//! What only few places may do: ask for the time, for randomness, for the surroundings;
//! print; spawn; panic.

use super::problem::Problem;
use super::source::{Kind, Part, PathUse, Source};
use super::tree::{Member, Tree};

/// A deed and where it may be done.
#[derive(Debug)]
struct Deed {
    /// These segments, next to each other in a full path.
    path: &'static [&'static str],
    /// Not when the path starts like this.
    unless: &'static [&'static str],
    is_macro: bool,
    /// Folders or files from the root.
    allowed: &'static [&'static str],
    needed: &'static str,
}

/// The programs: they own a terminal, an environment and a clock of their own.
const CLOCK: &str =
    "time comes from the injected clock; only crates/ob-core/src/clock.rs asks for it";
const CLOCK_PLACES: &[&str] = &["crates/ob-core/src/clock", "crates/ob-cli/", "xtask/"];
const RANDOM: &str = "random bytes come from ob_core's one source, injected";
const SURROUNDINGS: &str = "a library reads no environment: hand the value in";
const SPAWN: &str =
    "a library spawns nothing detached: use the injected spawner or the caller's future";
const SPAWN_PLACES: &[&str] = &[
    "crates/ob-sandbox/",
    "crates/ob-gateway/",
    "crates/ob-cli/",
    "crates/ob-transport/src/hyper",
    "xtask/",
];
const PRINT: &str = "a library returns or traces; only the tools print";
const PRINT_PLACES: &[&str] = &["crates/ob-cli/", "xtask/"];
const PROGRAMS: &[&str] = &["crates/ob-cli/", "crates/ob-gateway/", "xtask/"];

const fn call(
    path: &'static [&'static str],
    allowed: &'static [&'static str],
    needed: &'static str,
) -> Deed {
    Deed {
        path,
        unless: &[],
        is_macro: false,
        allowed,
        needed,
    }
}

const fn print(path: &'static [&'static str]) -> Deed {
    Deed {
        path,
        unless: &[],
        is_macro: true,
        allowed: PRINT_PLACES,
        needed: PRINT,
    }
}

const DEEDS: &[Deed] = &[
    call(&["SystemTime", "now"], CLOCK_PLACES, CLOCK),
    // tokio's clock stands still when a test pauses it.
    Deed {
        unless: &["tokio"],
        ..call(&["Instant", "now"], CLOCK_PLACES, CLOCK)
    },
    call(&["Timestamp", "now"], CLOCK_PLACES, CLOCK),
    call(&["Zoned", "now"], CLOCK_PLACES, CLOCK),
    call(&["getrandom"], &["crates/ob-core/src/entropy"], RANDOM),
    call(&["Uuid", "new_v4"], &["crates/ob-core/src/entropy"], RANDOM),
    call(&["Uuid", "now_v7"], &["crates/ob-core/src/entropy"], RANDOM),
    call(&["std", "env"], PROGRAMS, SURROUNDINGS),
    call(&["tokio", "spawn"], SPAWN_PLACES, SPAWN),
    call(&["task", "spawn"], SPAWN_PLACES, SPAWN),
    call(&["thread", "spawn"], SPAWN_PLACES, SPAWN),
    call(&["Runtime", "new"], PROGRAMS, "a library owns no runtime"),
    print(&["println"]),
    print(&["eprintln"]),
    print(&["print"]),
    print(&["eprint"]),
    print(&["dbg"]),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let members = tree
        .members
        .iter()
        .filter(|member| member.is_crate() || member.name() == "xtask");
    let sources = members.flat_map(|member: &Member| &member.sources);
    let shipped = sources.filter(|source| source.part == Part::Library);
    shipped
        .flat_map(|source| {
            let mut problems = deeds(source);
            problems.extend(panics(source));
            problems
        })
        .collect()
}

fn deeds(source: &Source) -> Vec<Problem> {
    let paths = source.paths();
    let shipped = paths.iter().filter(|path| !source.is_test(path.place));
    shipped.filter_map(|path| judged(source, path)).collect()
}

fn judged(source: &Source, path: &PathUse) -> Option<Problem> {
    let deed = DEEDS.iter().find(|deed| deed.is(path))?;
    let allowed = deed
        .allowed
        .iter()
        .any(|place| source.file.starts_with(place));
    let sign = if path.is_macro { "!" } else { "" };
    (!allowed).then(|| {
        let found = format!("`{}{sign}`", path.written);
        source.problem("invariants", path.place.line, found, deed.needed)
    })
}

impl Deed {
    fn is(&self, path: &PathUse) -> bool {
        let elsewhere = path
            .segments
            .first()
            .is_some_and(|first| self.unless.contains(&first.as_str()));
        self.is_macro == path.is_macro
            && !elsewhere
            && path
                .segments
                .windows(self.path.len())
                .any(|window| window == self.path)
    }
}

/// `.unwrap()` and `.expect("…")` that no `#[expect(…, reason = "…")]` explains.
fn panics(source: &Source) -> Vec<Problem> {
    let rows = source.words.windows(4);
    rows.filter_map(|row| {
        let [dot, name, open, next] = row else { return None };
        let call = dot.text == "." && open.text == "(";
        let panics = match name.text.as_str() {
            "unwrap" => next.text == ")",
            "expect" => next.kind == Kind::Literal,
            _ => false,
        };
        let explained = source.is_test(name.place) || source.regions.excuses_panic(name.place);
        (call && panics && !explained).then(|| {
            let needed = "an error, or `#[expect(clippy::…_used, reason = \"…\")]` that says why it cannot fail";
            source.problem("invariants", name.place.line, format!("`.{}(`", name.text), needed)
        })
    })
    .collect()
}
