//! Reading: what is not a record is named by its line.

use crate::sample::{line, place, record, records};
use ob_core::Code;
use ob_journal::{JournalError, JsonlFile, JsonlReader, Usage, read_jsonl};
use std::fs;

fn read(text: impl AsRef<[u8]>) -> Result<JsonlFile, JournalError> {
    let (_folder, path) = place();
    fs::write(&path, text).unwrap();
    read_jsonl(&path)
}

fn check_refused(second_line: &str, expected: &str) {
    let error = read(format!("{}{second_line}\n{}", line(0), line(1))).unwrap_err();
    assert_eq!(error.code(), Code::J002);
    assert_eq!(error.line(), Some(2), "{error}");
    let message = error.to_string();
    assert!(
        message.contains("journal.jsonl, line 2 is not a record"),
        "{message}"
    );
    assert!(message.contains(expected), "{message} / {expected}");
    assert!(!message.contains('\n'), "{message}");
}

#[test]
fn a_line_that_is_no_record_is_named() {
    for other in ["", " ", "hello", "null", "[1", "[]", "7", "\u{feff}{}"] {
        check_refused(other, "it is not a JSON object");
    }
    check_refused("{}", "missing field `schema`");
    check_refused(&line(1).replace("journal/1", "journal/2"), "ob.journal/2");
    check_refused(
        &line(1).replace("attempt", "retry"),
        "unknown field `retry`",
    );
    check_refused(
        &line(1).trim_end().replace('}', "}x"),
        "trailing characters",
    );
    check_refused(
        &line(1).trim_end().replace("\"consents.", "7,\"consents."),
        "expected",
    );
    check_refused(
        &format!("{}{}", line(1).trim_end(), line(1)),
        "trailing characters",
    );
    check_refused("{\"schema\":\"ob.journal/1\"x", "expected");
}

/// A line that is not a record may hold anything, even a key.
#[test]
fn no_value_is_quoted() {
    let secret = "MIGHAgEAMBMGByqGSM49CANARY";
    for text in [
        format!("{{\"schema\":\"ob.journal/1\",\"attempt\":\"{secret}\"}}\n"),
        format!("{secret}\n"),
        format!("{{\"schema\":[\"{secret}\"]}}\n"),
    ] {
        let error = read(&text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("CANARY"), "{shown}");
    }
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let error = read([line(0).as_bytes(), b"{\"schema\":\"\xff\"}\n"].concat()).unwrap_err();
    assert_eq!(error.line(), Some(2));
}

#[test]
fn an_endless_line_does_not_fill_the_memory() {
    let error = read(format!("{}{{\"schema\":\"{}", line(0), "x".repeat(1 << 20))).unwrap_err();
    assert_eq!(error.line(), Some(2));
    assert!(error.to_string().contains("64 KiB"), "{error}");
}

#[test]
fn a_torn_last_line_is_told_and_not_an_error() {
    let whole = line(1);
    for cut in 1..whole.len() - 1 {
        let read = read(format!("{}{}", line(0), &whole[..cut])).unwrap();
        assert_eq!(read.records(), records(1));
        assert_eq!(read.torn_lines(), [2], "cut at {cut}");
    }
}

/// What some file systems leave after a loss of power.
#[test]
fn a_tail_of_zeros_is_a_torn_line() {
    let read = read(format!("{}\0\0\0\0\n{}", line(0), line(1))).unwrap();
    assert_eq!(read.records(), records(2));
    assert_eq!(read.torn_lines(), [2]);
}

#[test]
fn an_empty_file_is_an_empty_journal() {
    let read = read("").unwrap();
    assert!(read.records().is_empty() && read.torn_lines().is_empty());
}

#[test]
fn an_absent_file_is_an_error() {
    let (_folder, path) = place();
    let error = read_jsonl(&path).unwrap_err();
    assert_eq!((error.code(), error.line()), (Code::J002, None));
    assert!(
        error.to_string().contains("journal.jsonl cannot be read"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_folder_is_not_a_journal() {
    let (folder, _path) = place();
    assert_eq!(read_jsonl(folder.path()).unwrap_err().code(), Code::J002);
}

#[test]
fn the_reader_goes_record_by_record_and_ends_at_an_error() {
    let (_folder, path) = place();
    let torn = &line(1)[..40];
    fs::write(
        &path,
        format!("{}{torn}\n{}no\n{}", line(0), line(2), line(3)),
    )
    .unwrap();
    let mut reader = JsonlReader::open(&path).unwrap();
    assert_eq!(reader.next().unwrap().unwrap(), record(0));
    assert!(reader.torn_lines().is_empty());
    assert_eq!(reader.next().unwrap().unwrap(), record(2));
    assert_eq!(reader.torn_lines(), [2]);
    assert_eq!(reader.next().unwrap().unwrap_err().line(), Some(4));
    assert!(reader.next().is_none());
}

#[test]
fn usage_is_folded_without_holding_the_file() {
    let (_folder, path) = place();
    fs::write(&path, (0..100).map(line).collect::<String>()).unwrap();
    let mut usage = Usage::default();
    for record in JsonlReader::open(&path).unwrap() {
        usage.add(&record.unwrap());
    }
    assert_eq!(usage, Usage::fold(&records(100)));
}
