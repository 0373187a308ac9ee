//! The inputs that once broke a property, kept in `tests/fuzz/regressions/<target>/`.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder with one folder per target.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions")
}

/// The regressions of one target, by name; none where there is no folder.
///
/// # Errors
/// A file or the folder cannot be read.
pub fn of(target: &str) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let folder = folder().join(target);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        found.push((name, fs::read(path)?));
    }
    found.sort();
    Ok(found)
}
