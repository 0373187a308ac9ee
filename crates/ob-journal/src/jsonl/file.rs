//! The file that lines are appended to.

use super::{Durability, append::Target};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    durability: Durability,
}

impl LogFile {
    pub(super) fn open(path: &Path, durability: Durability) -> io::Result<Self> {
        let mut options = File::options();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        // A file system that has no locks is found out now and not at the first record.
        file.lock()?;
        file.unlock()?;
        if durability == Durability::Sync {
            sync_folder(path)?;
        }
        Ok(Self { file, durability })
    }

    /// Does something while no other process may write.
    pub(super) fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        self.file.lock()?;
        let done = work(self);
        // It cannot fail on a lock that is held; closing the file would drop it too.
        drop(self.file.unlock());
        done
    }
}

impl Target for LogFile {
    fn len(&mut self) -> io::Result<u64> {
        self.file.metadata().map(|it| it.len())
    }

    fn byte_at(&mut self, at: u64) -> io::Result<u8> {
        let mut byte = [0];
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }

    /// The file is open for appending: wherever it was read, it is written at its end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn settle(&mut self) -> io::Result<()> {
        match self.durability {
            Durability::Flush => self.file.flush(),
            Durability::Sync => self.file.sync_data(),
        }
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}

/// A new file is safe only when its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
