//! The files a sandbox leaves for its clients.

use crate::Descriptor;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The name of the descriptor.
const DESCRIPTOR: &str = "sandbox.json";
const KEY: &str = "integrator.jwk.json";
const CA: &str = "ca.pem";

/// What is written.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    pub(crate) descriptor: Descriptor,
    /// The private key as JSON.
    pub(crate) key: &'a ob_jose::SecretText,
    pub(crate) ca: Option<&'a str>,
}

/// Writes the files, the descriptor last: whoever sees it sees everything it names.
pub(crate) fn write(dir: &Path, files: Files<'_>) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let mut descriptor = files.descriptor;
    let key = dir.join(KEY);
    replace(&key, files.key.expose().as_bytes(), Access::Owner)?;
    descriptor.integrator.key_file = Some(absolute(&key)?);
    if let Some(pem) = files.ca {
        let ca = dir.join(CA);
        replace(&ca, pem.as_bytes(), Access::Everybody)?;
        descriptor.ca_file = Some(absolute(&ca)?);
    }
    let path = dir.join(DESCRIPTOR);
    let text = serde_json::to_vec_pretty(&descriptor).map_err(io::Error::other)?;
    replace(&path, &text, Access::Everybody)?;
    Ok(path)
}

fn absolute(path: &Path) -> io::Result<String> {
    let path = fs::canonicalize(path)?;
    path.into_os_string()
        .into_string()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Owner,
    Everybody,
}

/// Writes beside the target and renames: a reader sees the old file or the new one, whole.
fn replace(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    // What a crash left behind may be a link or may have another mode: never write into it.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create(&beside, access)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(unix)]
fn create(path: &Path, access: Access) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let mode = if access == Access::Owner {
        0o600
    } else {
        0o644
    };
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    if access == Access::Owner {
        // The umask can only take bits away at creation; say it again, whatever it is.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn create(path: &Path, _: Access) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
