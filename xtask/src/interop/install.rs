//! Installs the judges into the build folder, never into the source tree.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::Call;

/// The judges use what Node has since this version.
const OLDEST_NODE: (u32, u32) = (20, 19);
const GET_NODE: &str = "install Node.js 20.19 or later, which brings npm, then run this again";
/// What is copied beside the installed packages.
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
/// Holds the lock file that the packages were installed from.
const STAMP: &str = "installed-from.json";

/// Installed packages of npm.
#[derive(Debug)]
pub(crate) struct Judges {
    /// The folder that holds `node_modules`.
    pub(crate) folder: PathBuf,
    /// Whether they had to be installed now.
    pub(crate) fresh: bool,
}

impl Judges {
    pub(crate) fn folder(target: &Path) -> PathBuf {
        target.join("interop")
    }

    /// Where each test says how its judge decided.
    pub(crate) fn results(folder: &Path) -> PathBuf {
        folder.join("results")
    }
}

/// Makes the judges ready below the target folder: once, and again when the lock file below the
/// root changes. `run` runs a command and
/// says whether it succeeded. The error is a sentence that says what to do.
pub(crate) fn install(
    (root, target): (&Path, &Path),
    mut run: impl FnMut(&Call) -> bool,
) -> Result<Judges, String> {
    let node = Call::new("node", &["--version"]).quietly(root);
    let node = node.ok_or_else(|| format!("`node` is missing: {GET_NODE}"))?;
    new_enough(node.trim())?;
    let source = root.join("tests").join("interop");
    let folder = Judges::folder(target);
    let wanted = read(&source.join("package-lock.json"))?;
    let installed = fs::read_to_string(folder.join(STAMP)).unwrap_or_default();
    if installed == wanted && folder.join("node_modules").is_dir() {
        return Ok(Judges {
            folder,
            fresh: false,
        });
    }
    fs::create_dir_all(&folder).map_err(|error| cannot("make", &folder, &error))?;
    for name in FILES {
        let text = read(&source.join(name))?;
        let place = folder.join(name);
        fs::write(&place, text).map_err(|error| cannot("write", &place, &error))?;
    }
    let call = npm(&folder);
    if !run(&call) {
        return Err(format!(
            "the foreign judges cannot be installed: `{}` failed. {GET_NODE}; \
             if npm is there, look whether it reaches its registry (`npm ping`)",
            call.shown()
        ));
    }
    let stamp = folder.join(STAMP);
    fs::write(&stamp, wanted).map_err(|error| cannot("write", &stamp, &error))?;
    Ok(Judges {
        folder,
        fresh: true,
    })
}

/// Exactly what the lock file says, or a failure.
fn npm(folder: &Path) -> Call {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let folder = folder.display().to_string();
    Call::new(program, &["ci", "--prefix"]).and([folder])
}

fn new_enough(version: &str) -> Result<(), String> {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|number| number.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_NODE => Ok(()),
        _ => Err(format!(
            "`node` is {version:?}, which is too old: {GET_NODE}"
        )),
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::{GET_NODE, Judges, install, new_enough};
    use crate::project::Project;

    #[test]
    fn an_old_node_is_refused_with_what_to_do() {
        for good in ["v20.19.0", "v20.20.2", "v22.0.1", "v24.1.0"] {
            new_enough(good).unwrap();
        }
        for old in ["v18.20.4", "v20.18.9", "", "node"] {
            assert!(new_enough(old).unwrap_err().contains(GET_NODE), "{old}");
        }
    }

    #[test]
    fn the_lock_file_names_no_registry_and_pins_every_package() {
        let project = Project::here().unwrap();
        let source = project.root.join("tests").join("interop");
        let read = |name: &str| std::fs::read_to_string(source.join(name)).unwrap();
        for line in read("package-lock.json").lines() {
            assert!(!line.contains("://"), "{line}");
        }
        let manifest: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap();
        for (name, version) in manifest["dependencies"].as_object().unwrap() {
            let version = version.as_str().unwrap();
            assert!(
                version.starts_with(|first: char| first.is_ascii_digit()),
                "{name} {version}"
            );
        }
    }

    #[test]
    fn a_failed_installation_is_no_installation() {
        let project = Project::here().unwrap();
        let root = project.root.as_path();
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path();
        let sentence = install((root, target), |_| false).unwrap_err();
        assert!(
            sentence.contains("npm ci") && sentence.contains(GET_NODE),
            "{sentence}"
        );
        let made = Judges::folder(target).join("node_modules");
        let judges = install((root, target), |_| std::fs::create_dir(&made).is_ok()).unwrap();
        assert!(judges.fresh);
        let again = install((root, target), |_| false).unwrap();
        assert!(!again.fresh, "the lock file has not changed");
    }
}
