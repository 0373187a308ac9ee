//! Where PostgreSQL's programs are, and as whom they may run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What to do where there is no PostgreSQL.
pub const WHAT_TO_INSTALL: &str = "the tests need PostgreSQL 15 or newer, initdb and postgres in \
     the PATH or in /usr/lib/postgresql/VERSION/bin: install it, for example with `apt-get install \
     postgresql`";

/// PostgreSQL's programs.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    /// The server refuses to run as root: then it runs as this user.
    user: Option<&'static str>,
}

impl Programs {
    /// Finds them.
    ///
    /// # Errors
    /// A sentence that says what to install.
    pub fn find() -> Result<Self, String> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<_> = env::split_paths(&path).collect();
        folders.extend(packaged());
        let folder = folders.into_iter().find_map(|folder| home_of(&folder));
        let folder = folder.ok_or(WHAT_TO_INSTALL)?;
        let user = is_root().then(|| {
            let known = |user: &&str| succeeds(Command::new("id").arg(user));
            ["postgres", "nobody"].into_iter().find(known)
        });
        match user {
            Some(None) => Err("PostgreSQL does not run as root: needs a user `postgres`".into()),
            user => Ok(Self {
                folder,
                user: user.flatten(),
            }),
        }
    }

    /// Whom its files have to belong to, if not to whoever runs this.
    #[must_use]
    pub fn user(&self) -> Option<&'static str> {
        self.user
    }

    /// A program with the user it may run as, ready for its arguments.
    #[must_use]
    pub fn words(&self, program: &str) -> Vec<String> {
        let program = self.folder.join(program).display().to_string();
        let Some(user) = self.user else {
            return vec![program];
        };
        let switch = ["setpriv", "runuser"].into_iter();
        let switch = switch.into_iter().find(|it| {
            let mut command = Command::new(it);
            succeeds(command.arg("--version"))
        });
        let words: &[&str] = match switch {
            Some("setpriv") => &["setpriv", "--reuid", user, "--regid", user, "--init-groups"],
            Some(_) => &["runuser", "-u", user],
            None => &["su", "-s", "/bin/sh", user, "-c", "exec \"$0\" \"$@\""],
        };
        let words = words.iter().map(ToString::to_string);
        words.chain(["--".to_owned(), program]).collect()
    }
}

/// Debian keeps one folder per version, and only wrappers in the PATH.
fn packaged() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<_> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders
}

/// The folder that has them all; what stands in the PATH may be a link to it.
fn home_of(folder: &Path) -> Option<PathBuf> {
    let initdb = fs::canonicalize(folder.join("initdb")).ok()?;
    let home = initdb.parent()?;
    let all = ["postgres", "createdb"].iter();
    all.into_iter()
        .all(|program| home.join(program).is_file())
        .then(|| home.to_owned())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
