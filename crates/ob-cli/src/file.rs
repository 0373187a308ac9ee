//! Files that a person names: read up to a limit, and replaced whole.

use crate::{exit::Failure, path_text};
use obkit::Code;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

/// More than any key, certificate chain, configuration or sandbox description holds.
pub(crate) const SMALL: u64 = 1 << 20;

/// Room for tens of thousands of third-parties with their certificates, as for CSV.
pub(crate) const LARGE: u64 = 100_000_000;

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner only, whatever the umask.
    Owner,
    /// Whoever the umask leaves.
    Umask,
}

/// Reads at most `limit` bytes; what holds more (a device never ends) is refused.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::file(path, &error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > limit {
        let what = format!("{}: is larger than {limit} bytes", path_text::shown(path));
        return Err(Failure::coded(Code::K010, what));
    }
    Ok(bytes)
}

/// Reads text.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, Failure> {
    String::from_utf8(read(path, limit)?).map_err(|_| {
        let what = format!("{}: is not UTF-8 text", path_text::shown(path));
        Failure::coded(Code::K010, what)
    })
}

/// Makes a new file; an existing one, even a link to nowhere, is left alone.
pub(crate) fn create(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut file = open_new(path, access)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.inspect_err(|_| drop(fs::remove_file(path)))
}

/// Writes beside the file and renames: it is the old one or the new one, never half of it.
pub(crate) fn replace(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    create(&beside, bytes, access)?;
    fs::rename(&beside, path).inspect_err(|_| drop(fs::remove_file(&beside)))
}

#[cfg(unix)]
fn open_new(path: &Path, access: Access) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if access == Access::Umask {
        return options.open(path);
    }
    let file = options.mode(0o600).open(path)?;
    // The umask can only take bits away at creation; say it again, whatever it is.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_new(path: &Path, _: Access) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
