//! The history of a registry file: one event per line, only ever appended to.

use super::atomic::{followed, with_suffix};
use crate::{Event, RegistryError, Revision};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

pub(super) struct History {
    path: PathBuf,
    orphans: PathBuf,
}

impl History {
    /// The history of a registry file.
    pub(super) fn of(registry: &Path) -> Self {
        let registry = followed(registry);
        Self {
            path: with_suffix(&registry, ".history.jsonl"),
            orphans: with_suffix(&registry, ".orphans.jsonl"),
        }
    }

    /// The events up to a revision.
    pub(super) fn read(&self, last: Revision) -> io::Result<Result<Vec<Event>, RegistryError>> {
        let text = self.text()?;
        let (events, _, _) = split(&text, last);
        Ok(events)
    }

    /// Appends events to those up to `base`, and brings them to the disk.
    ///
    /// Lines beyond `base` come from a write that never came to its end, or from a registry file
    /// that was put back to an older state: they are set aside, not thrown away.
    ///
    /// Gives the length afterwards. A history that still has the length that the last append of
    /// the same base left is not read again.
    pub(super) fn append(
        &self,
        (base, known): (Revision, Option<u64>),
        events: &[Event],
    ) -> io::Result<Result<u64, RegistryError>> {
        let mut lines = String::new();
        for event in events {
            match event.to_json() {
                Ok(json) => lines = lines + &json + "\n",
                Err(error) => return Ok(Err(error)),
            }
        }
        let mut file = appending(&self.path)?;
        if known != Some(file.metadata()?.len()) {
            self.set_orphans_aside(&file, base)?;
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        Ok(Ok(file.metadata()?.len()))
    }

    fn set_orphans_aside(&self, file: &File, base: Revision) -> io::Result<()> {
        let text = self.text()?;
        let (_, kept, orphans) = split(&text, base);
        if !orphans.trim().is_empty() {
            let mut aside = appending(&self.orphans)?;
            aside.write_all(orphans.as_bytes())?;
            aside.write_all(b"\n")?;
            aside.sync_all()?;
        }
        if !orphans.is_empty() {
            file.set_len(kept)?;
        }
        Ok(())
    }

    fn text(&self) -> io::Result<String> {
        match fs::read(&self.path) {
            // A torn line may end in the middle of a character.
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error),
        }
    }
}

/// The events up to a revision, how many bytes they take, and the rest.
fn split(text: &str, last: Revision) -> (Result<Vec<Event>, RegistryError>, u64, &str) {
    let mut events = Vec::new();
    let mut kept = 0;
    for line in text.split_inclusive('\n') {
        let whole = line.ends_with('\n');
        match Event::from_json(line) {
            Ok(event) if whole && event.revision() <= last => events.push(event),
            // The first line that is not known to be true, and all that follow.
            Err(error) if whole && events.last().map(Event::revision) < Some(last) => {
                return (
                    Err(error),
                    kept as u64,
                    text.get(kept..).unwrap_or_default(),
                );
            }
            _ => break,
        }
        kept += line.len();
    }
    (
        Ok(events),
        kept as u64,
        text.get(kept..).unwrap_or_default(),
    )
}

fn appending(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
