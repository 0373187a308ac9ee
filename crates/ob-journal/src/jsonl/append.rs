//! One line at the end of a file, whole or not at all.

use std::io;

/// What is needed of a file; a seam so that every failure can be tried.
pub(super) trait Target {
    /// Its length in bytes.
    fn len(&mut self) -> io::Result<u64>;
    /// The byte at a place.
    fn byte_at(&mut self, at: u64) -> io::Result<u8>;
    /// One write to the end; how many bytes were taken.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Brings what was written to where it is safe.
    fn settle(&mut self) -> io::Result<()>;
    /// Cuts the file.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

/// Appends a line that ends in a newline. On failure the file is cut back, so that an error means
/// "not written". Where even that fails, the half line is ended by the next append.
pub(super) fn append_line(file: &mut impl Target, line: &str) -> io::Result<()> {
    let len = file.len()?;
    let torn = len > 0 && file.byte_at(len - 1)? != b'\n';
    let written = if torn {
        write_whole(file, format!("\n{line}").as_bytes())
    } else {
        write_whole(file, line.as_bytes())
    };
    written.and_then(|()| file.settle()).inspect_err(|_| {
        // The first error is the one to tell; see above for what follows from a second one.
        drop(file.cut(len));
    })
}

/// A short write is a failure (a full disk): a second write could mix with another process's
/// line on a file system that does not honour the lock.
fn write_whole(file: &mut impl Target, bytes: &[u8]) -> io::Result<()> {
    loop {
        match file.write(bytes) {
            Ok(taken) if taken == bytes.len() => return Ok(()),
            Ok(_) => return Err(io::ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    /// A disk that takes so many bytes and then is full.
    #[derive(Default)]
    struct Disk {
        bytes: Vec<u8>,
        room: usize,
        cannot_cut: bool,
        cannot_settle: bool,
        interruptions: usize,
    }

    impl Target for Disk {
        fn len(&mut self) -> io::Result<u64> {
            Ok(self.bytes.len() as u64)
        }

        fn byte_at(&mut self, at: u64) -> io::Result<u8> {
            Ok(self.bytes[usize::try_from(at).unwrap()])
        }

        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.interruptions > 0 {
                self.interruptions -= 1;
                return Err(io::ErrorKind::Interrupted.into());
            }
            let free = self.room.saturating_sub(self.bytes.len());
            if free == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = free.min(bytes.len());
            self.bytes.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn settle(&mut self) -> io::Result<()> {
            if self.cannot_settle {
                return Err(io::Error::other("the disk is gone"));
            }
            Ok(())
        }

        fn cut(&mut self, len: u64) -> io::Result<()> {
            if self.cannot_cut {
                return Err(io::Error::other("read-only now"));
            }
            self.bytes.truncate(usize::try_from(len).unwrap());
            Ok(())
        }
    }

    fn text(disk: &Disk) -> &str {
        std::str::from_utf8(&disk.bytes).unwrap()
    }

    #[test]
    fn a_full_disk_leaves_no_half_line() {
        for room in 0..9 {
            let mut disk = Disk {
                room,
                ..Disk::default()
            };
            let first = append_line(&mut disk, "one\n");
            assert_eq!(first.is_ok(), room >= 4);
            let second = append_line(&mut disk, "two\n");
            assert_eq!(second.is_ok(), room >= 8);
            let expected = ["", "one\n", "one\ntwo\n"][room / 4];
            assert_eq!(text(&disk), expected);
        }
    }

    #[test]
    fn a_half_line_that_cannot_be_cut_is_ended_by_the_next() {
        let mut disk = Disk {
            room: 2,
            cannot_cut: true,
            ..Disk::default()
        };
        append_line(&mut disk, "one\n").unwrap_err();
        assert_eq!(text(&disk), "on");
        disk.room = 100;
        append_line(&mut disk, "two\n").unwrap();
        append_line(&mut disk, "three\n").unwrap();
        assert_eq!(text(&disk), "on\ntwo\nthree\n");
    }

    #[test]
    fn what_is_not_safe_is_not_written() {
        let mut disk = Disk {
            room: 100,
            cannot_settle: true,
            ..Disk::default()
        };
        append_line(&mut disk, "one\n").unwrap_err();
        assert_eq!(text(&disk), "");
    }

    #[test]
    fn an_interruption_is_no_failure() {
        let mut disk = Disk {
            room: 100,
            interruptions: 3,
            ..Disk::default()
        };
        append_line(&mut disk, "one\n").unwrap();
        assert_eq!(text(&disk), "one\n");
    }
}
