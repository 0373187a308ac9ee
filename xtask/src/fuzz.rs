//! `cargo xtask fuzz`: mutated inputs for the properties of the parsers.
//!
//! Needs a nightly compiler, so it is no step of the gate; the inputs that it found are, through
//! the tests of the package `properties`.

mod session;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use crate::console::{note, result};
use crate::process::{Call, Log};
use crate::project::Project;
use crate::setup;
use session::Session;
pub(crate) use words::Wishes;

/// The package of the targets, in a workspace of its own.
const FOLDER: &str = "tests/fuzz";

/// Builds, seeds, and runs the targets one after the other; whether nothing was found.
pub(crate) fn run(project: &Project, wishes: &Wishes) -> Result<bool, String> {
    let targets = wishes.chosen(&targets(project)?)?;
    let nightly = Nightly::find(project)?;
    setup::fuzzer(project)?;
    let place = Place::of(project);
    nightly.build(project, &place)?;
    seed(project, &place)?;
    let mut sessions = Vec::new();
    for target in &targets {
        note(&format!("fuzz: {target} for {} s", wishes.seconds));
        sessions.push(session(project, &place, &nightly, target, wishes.seconds)?);
    }
    result(&session::table(&sessions));
    for path in sessions.iter().flat_map(|session| &session.finds) {
        note(&format!("found: {}", path.display()));
    }
    Ok(sessions.iter().all(Session::is_clean))
}

/// Where everything is kept; git knows nothing of it.
#[derive(Debug)]
struct Place {
    build: PathBuf,
    corpus: PathBuf,
    finds: PathBuf,
    logs: PathBuf,
}

impl Place {
    fn of(project: &Project) -> Self {
        let inside = |name: &str| project.target.join("fuzz").join(name);
        Self {
            build: inside("build"),
            corpus: inside("corpus"),
            finds: inside("finds"),
            logs: project.target.join("xtask"),
        }
    }
}

/// The nightly toolchain.
#[derive(Debug)]
struct Nightly {
    cargo: String,
    /// For example `x86_64-unknown-linux-gnu`.
    host: String,
}

impl Nightly {
    fn find(project: &Project) -> Result<Self, String> {
        let ask = |arguments: &[&str]| Call::new("rustup", arguments).quietly(&project.root);
        let missing = "fuzzing needs a nightly compiler: run `rustup toolchain install nightly`";
        let cargo = ask(&["which", "--toolchain", "nightly", "cargo"]).ok_or(missing)?;
        let about = ask(&["run", "nightly", "rustc", "-vV"]).ok_or(missing)?;
        let host = about.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(Self {
            cargo: cargo.trim().to_owned(),
            host: host.ok_or(missing)?.trim().to_owned(),
        })
    }

    /// Without a sanitizer: the house forbids unsafe code, so it would only cost half the speed.
    /// Overflows and debug assertions are on.
    fn build(&self, project: &Project, place: &Place) -> Result<(), String> {
        let build = place.build.to_string_lossy();
        let call = Call::new(
            "rustup",
            &[
                "run",
                "nightly",
                "cargo",
                "fuzz",
                "build",
                "--fuzz-dir",
                ".",
                "--sanitizer",
                "none",
                "--target",
                &self.host,
                "--target-dir",
                &build,
            ],
        );
        // Else cargo-fuzz would call the stable cargo that runs this program.
        let call = call.with("CARGO", &self.cargo);
        match call.in_front(&project.root.join(FOLDER))? {
            true => Ok(()),
            false => Err(format!("the fuzz targets do not build: `{}`", call.shown())),
        }
    }
}

/// The names of the targets: one file each.
fn targets(project: &Project) -> Result<Vec<String>, String> {
    let folder = project.root.join(FOLDER).join("fuzz_targets");
    let files = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
    let mut names: Vec<String> = files
        .filter_map(|file| {
            Some(
                file.ok()?
                    .path()
                    .file_stem()?
                    .to_string_lossy()
                    .into_owned(),
            )
        })
        .collect();
    names.sort();
    Ok(names)
}

/// Puts the seeds and the regressions beside what earlier runs left.
fn seed(project: &Project, place: &Place) -> Result<(), String> {
    let corpus = place.corpus.to_string_lossy();
    let call = Call::cargo(&["run", "--quiet", "--package", "properties", "--", &corpus]);
    match call.in_front(&project.root)? {
        true => Ok(()),
        false => Err("the seeds cannot be written".to_owned()),
    }
}

fn session(
    project: &Project,
    place: &Place,
    nightly: &Nightly,
    target: &str,
    seconds: u64,
) -> Result<Session, String> {
    let finds = place.finds.join(target);
    fs::create_dir_all(&finds).map_err(|error| unreadable(&finds, &error))?;
    let before = session::files(&finds);
    let binary = place.build.join(&nightly.host).join("release").join(target);
    let dictionary = project
        .root
        .join(FOLDER)
        .join("dictionaries")
        .join(words::dictionary(target));
    let call = Call::new(binary, &[]).and([
        place.corpus.join(target).to_string_lossy().into_owned(),
        format!("-max_total_time={seconds}"),
        format!("-dict={}", dictionary.display()),
        // With the separator: it is a prefix of the file's whole path.
        format!("-artifact_prefix={}/", finds.display()),
        "-max_len=16384".to_owned(),
        "-timeout=20".to_owned(),
        "-rss_limit_mb=2048".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    let mut log = Log::create(&place.logs, &format!("fuzz-{target}"), false)?;
    let answer = call.run(&project.root, &mut log);
    let new = session::files(&finds)
        .into_iter()
        .filter(|path| !before.contains(path));
    Ok(Session::of(target, &answer, new.collect()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
