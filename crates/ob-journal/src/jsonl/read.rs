//! Reading a journal back.

use crate::{JournalError, Record};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// Reads a whole journal.
///
/// # Errors
/// OB-J002 when it cannot be read, or with the number of the first line that is not a record. A
/// line that a crash cut off is not an error: see [`JsonlFile::torn_lines`].
pub fn read_jsonl(path: impl AsRef<Path>) -> Result<JsonlFile, JournalError> {
    let mut reader = JsonlReader::open(path)?;
    let records = reader.by_ref().collect::<Result<_, _>>()?;
    Ok(JsonlFile {
        records,
        torn_lines: reader.torn_lines,
    })
}

/// What a journal file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonlFile {
    records: Vec<Record>,
    torn_lines: Vec<u64>,
}

impl JsonlFile {
    /// The records, in the order they were written.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The records themselves.
    #[must_use]
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// The numbers, from 1, of the lines that were cut off while they were written: the last one,
    /// or one that a reopened journal ended. Each stands for an attempt whose record is lost.
    #[must_use]
    pub fn torn_lines(&self) -> &[u64] {
        &self.torn_lines
    }
}

/// Reads a journal record by record, for files that do not fit into memory. After the first error
/// it ends.
#[derive(Debug)]
pub struct JsonlReader {
    path: PathBuf,
    file: BufReader<File>,
    line: u64,
    torn_lines: Vec<u64>,
    ended: bool,
}

impl JsonlReader {
    /// Opens a journal file.
    ///
    /// # Errors
    /// OB-J002 when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref().to_owned();
        let file = File::open(&path).map_err(|error| JournalError::read_file(&path, error))?;
        Ok(Self {
            path,
            file: BufReader::new(file),
            line: 0,
            torn_lines: Vec::new(),
            ended: false,
        })
    }

    /// The numbers of the cut-off lines met so far; see [`JsonlFile::torn_lines`].
    #[must_use]
    pub fn torn_lines(&self) -> &[u64] {
        &self.torn_lines
    }

    /// The next line without its newline; `None` at the end.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, JournalError> {
        let mut line = Vec::new();
        self.file
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| JournalError::read_file(&self.path, error))?;
        if line.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() as u64 == MAX_LINE {
            return Err(self.bad_line("it is longer than 64 KiB"));
        }
        Ok(Some(line))
    }

    /// The next record, past the torn lines.
    fn next_record(&mut self) -> Result<Option<Record>, JournalError> {
        while let Some(line) = self.next_line()? {
            if is_zeros(&line) {
                self.torn_lines.push(self.line);
                continue;
            }
            // Asked first, because serde would read an array as a record too.
            if line.first() != Some(&b'{') {
                return Err(self.bad_line("it is not a JSON object"));
            }
            match serde_json::from_slice(&line) {
                Ok(record) => return Ok(Some(record)),
                // The beginning of a record and nothing more.
                Err(error) if error.is_eof() => self.torn_lines.push(self.line),
                Err(error) => return Err(self.bad_line(reason(&error))),
            }
        }
        Ok(None)
    }

    fn bad_line(&self, reason: impl Into<String>) -> JournalError {
        JournalError::bad_line(&self.path, self.line, reason)
    }
}

impl Iterator for JsonlReader {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_record().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Some file systems fill with zeros what a loss of power took.
fn is_zeros(line: &[u8]) -> bool {
    !line.is_empty() && line.iter().all(|byte| *byte == 0)
}

/// The parser's reason without its place, which counts from the start of the line, and without
/// a string of the wrong type, which it would quote whole: such a line may hold anything.
fn reason(error: &serde_json::Error) -> String {
    let (column, reason) = (error.column(), error.to_string());
    let place = format!(" at line {} column {column}", error.line());
    let reason = reason.strip_suffix(&place).unwrap_or(&reason);
    let reason = match (reason.split_once(" \""), reason.rsplit_once(", expected ")) {
        (Some((what, _)), Some((_, expected))) if what.starts_with("invalid ") => {
            format!("{what} (not shown), expected {expected}")
        }
        _ => reason.to_owned(),
    };
    let safe = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON);
    format!("{} (column {column})", safe.collect::<String>())
}

/// A record is about 400 bytes.
const MAX_LINE: u64 = 64 * 1024;
const MAX_REASON: usize = 200;
