//! A heavy dependency is named behind one door only: its adapter's files.

use super::problem::Problem;
use super::source::{Part, Source};
use super::tree::{Member, Tree};

/// The files of a crate that may name heavy crates, in code and in signatures.
#[derive(Debug)]
pub(super) struct Door {
    package: &'static str,
    /// A module inside `src/`: the file `<module>.rs` and everything in `<module>/`.
    module: &'static str,
    opens: &'static [&'static str],
}

const DOORS: &[Door] = &[
    Door {
        package: "ob-jose",
        module: "crypto",
        opens: &["aws_lc_rs", "ed25519_dalek", "elliptic_curve", "p256"],
    },
    Door {
        package: "ob-jose",
        module: "interop",
        opens: &["jsonwebtoken"],
    },
    Door {
        package: "ob-transport",
        module: "hyper",
        opens: &[
            "hyper",
            "hyper_rustls",
            "hyper_util",
            "rustls",
            "rustls_pki_types",
            "rustls_platform_verifier",
        ],
    },
    Door {
        package: "ob-sandbox",
        module: "server",
        opens: &[
            "axum",
            "hyper",
            "hyper_util",
            "rcgen",
            "tokio_rustls",
            "rustls_pki_types",
        ],
    },
    Door {
        package: "ob-gateway",
        module: "server",
        opens: &["axum", "hyper", "hyper_util"],
    },
    Door {
        package: "ob-registry",
        module: "sqlite",
        opens: &["sqlx"],
    },
    Door {
        package: "ob-registry",
        module: "postgres",
        opens: &["sqlx"],
    },
    Door {
        package: "ob-registry",
        module: "certificate",
        opens: &["x509_parser"],
    },
    Door {
        package: "ob-auth",
        module: "shared",
        opens: &["redis"],
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let crates = tree.members.iter().filter(|member| member.is_crate());
    crates.flat_map(of_member).collect()
}

fn of_member(member: &Member) -> Vec<Problem> {
    let shipped = member
        .sources
        .iter()
        .filter(|source| source.part == Part::Library);
    shipped
        .flat_map(|source| of_source(member, source))
        .collect()
}

fn of_source(member: &Member, source: &Source) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for path in source.paths() {
        let Some(first) = path.segments.first() else {
            continue;
        };
        let heavy = DOORS
            .iter()
            .any(|door| door.opens.contains(&first.as_str()));
        // A module of ours may be called like the crate it adapts: `crate::hyper`, `mod hyper`.
        let crate_path = path.segments.len() > 1;
        if !heavy || !crate_path || open(member, source, first) || source.is_test(path.place) {
            continue;
        }
        let repeated = problems
            .iter()
            .any(|problem| problem.line == path.place.line);
        if !repeated {
            problems.push(closed(member, source, path.place.line, first));
        }
    }
    problems
}

fn closed(member: &Member, source: &Source, line: usize, heavy: &str) -> Problem {
    let ours = DOORS.iter().filter(|door| door.package == member.name());
    let doors: Vec<String> = ours
        .filter(|door| door.opens.contains(&heavy))
        .map(|door| format!("{}/src/{}", member.folder, door.module))
        .collect();
    let needed = match doors.as_slice() {
        [] => format!("no {heavy} in {}", member.name()),
        some => format!("{heavy} only behind {}", some.join(", ")),
    };
    source.problem(
        "doors",
        line,
        format!("`{heavy}` outside its door"),
        &needed,
    )
}

fn open(member: &Member, source: &Source, heavy: &str) -> bool {
    let doors = DOORS.iter().filter(|door| door.package == member.name());
    doors
        .filter(|door| door.opens.contains(&heavy))
        .any(|door| door.holds(member, source))
}

/// Whether a file is an adapter: foreign types may stand in its signatures.
pub(super) fn is_adapter(member: &Member, source: &Source) -> bool {
    let doors = DOORS.iter().filter(|door| door.package == member.name());
    doors.into_iter().any(|door| door.holds(member, source))
}

impl Door {
    fn holds(&self, member: &Member, source: &Source) -> bool {
        let base = format!("{}/src/{}", member.folder, self.module);
        source.file == format!("{base}.rs") || source.file.starts_with(&format!("{base}/"))
    }
}
