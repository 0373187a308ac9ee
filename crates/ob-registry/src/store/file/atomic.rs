//! Replacing a file so that a crash leaves the old one or the new one, whole.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// The text of a file, bounded.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(MAX_LEN + 1)
        .read_to_string(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|len| len <= MAX_LEN) {
        Ok(text)
    } else {
        Err(too_large())
    }
}

fn too_large() -> io::Error {
    let what = "more than 256 MiB: a database holds so many";
    io::Error::new(io::ErrorKind::FileTooLarge, what)
}

/// Writes a new file in the same folder (a rename cannot cross file systems), brings its content
/// to the disk, renames it over the old one, and brings the folder to the disk, without which a
/// crash could undo the rename.
///
/// Who may read the old one may read the new one. What could not be read again is not written.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    if u64::try_from(text.len()).is_ok_and(|len| len > MAX_LEN) {
        return Err(too_large());
    }
    let path = followed(path);
    let folder = folder(&path);
    remove_leftovers(&path, folder);
    let mut new = tempfile::Builder::new()
        .prefix(&temporary_prefix(&path))
        .suffix(TEMPORARY_SUFFIX)
        .tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    keep_access(&path, new.as_file())?;
    new.as_file().sync_all()?;
    new.persist(&path).map_err(|failed| failed.error)?;
    sync_folder(folder)
}

/// Gives the new file the owner, the group and the mode of the one that it replaces. A writer
/// that may not give it away keeps it, but gives nobody else more than there was.
#[cfg(unix)]
fn keep_access(old: &Path, new: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (Ok(old), mine) = (fs::metadata(old), new.metadata()?) else {
        return Ok(());
    };
    let same = (old.uid(), old.gid()) == (mine.uid(), mine.gid());
    if same || fchown(new, Some(old.uid()), Some(old.gid())).is_ok() {
        return new.set_permissions(old.permissions());
    }
    Ok(())
}

/// Other systems give a file what its folder says.
#[cfg(not(unix))]
fn keep_access(_old: &Path, _new: &File) -> io::Result<()> {
    Ok(())
}

/// The right to write a file: an exclusive lock on `<name>.lock` beside it. Not on the file
/// itself, which every write replaces by another one. The operating system drops it with the
/// process, so a crash leaves nothing to clean up; the empty lock file stays.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// The lock, or `None` while somebody else has it.
    pub(super) fn on(path: &Path) -> io::Result<Option<Self>> {
        let path = followed(path);
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(with_suffix(&path, ".lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file unlocks it too; this is the explicit way.
        drop(self.0.unlock());
    }
}

/// The file behind a symbolic link: a rename would replace the link.
pub(super) fn followed(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What a writer left that was killed before its rename. Only the holder of the lock makes such
/// files, so nobody is using them. That they cannot be removed is no reason not to write.
fn remove_leftovers(path: &Path, folder: &Path) {
    let prefix = temporary_prefix(path);
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(TEMPORARY_SUFFIX) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

fn temporary_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.new-")
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems cannot open a folder as a file; their rename is written through.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

const TEMPORARY_SUFFIX: &str = ".tmp";
/// 50 000 third-parties with two certificates each; a bound so that a wrong path cannot fill the
/// memory.
const MAX_LEN: u64 = 256 * 1024 * 1024;
