//! Writing: whole lines, whoever writes and whatever fails.

use crate::sample::{line, place, record, records};
use ob_core::Code;
use ob_journal::{Durability, Journal, JsonlJournal, Record, read_jsonl};
use std::{fs, io::Write, path::PathBuf};

#[tokio::test]
async fn a_line_per_record_in_order() {
    let (_folder, path) = place();
    for durability in [Durability::Flush, Durability::Sync] {
        let journal = JsonlJournal::open_with(&path, durability).await.unwrap();
        for n in 0..5 {
            journal.append(&record(n)).await.unwrap();
        }
        assert_eq!(journal.path(), path);
    }
    let once: String = (0..5).map(line).collect();
    assert_eq!(fs::read_to_string(&path).unwrap(), once.repeat(2));
    let read = read_jsonl(&path).unwrap();
    assert_eq!(read.records(), [records(5), records(5)].concat());
    assert!(read.torn_lines().is_empty());
}

#[tokio::test]
async fn a_record_is_there_when_append_returns() {
    let (_folder, path) = place();
    let journal = JsonlJournal::open(&path).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    for n in 0..3 {
        journal.append(&record(n)).await.unwrap();
        assert_eq!(read_jsonl(&path).unwrap().into_records(), records(n + 1));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_a_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    JsonlJournal::open(&path).await.unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Several journals on one file, as several processes would have, each used by many tasks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lines_never_mix() {
    const PER_TASK: u32 = 50;
    let (_folder, path) = place();
    let mut tasks = Vec::new();
    for opened in 0..3 {
        let journal = JsonlJournal::open(&path).await.unwrap();
        for task in 0..8 {
            let journal = journal.clone();
            tasks.push(tokio::spawn(async move {
                let first = (opened * 8 + task) * PER_TASK;
                for n in first..first + PER_TASK {
                    journal.append(&record(n)).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let read = read_jsonl(&path).unwrap();
    assert!(read.torn_lines().is_empty());
    let mut records_read = read.into_records();
    records_read.sort_by_key(Record::took);
    assert_eq!(records_read, records(24 * PER_TASK));
}

/// A reader beside writers sees whole records and at most one torn line, the last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_beside_a_writer_sees_whole_records() {
    let (_folder, path) = place();
    let journal = JsonlJournal::open(&path).await.unwrap();
    let writer = tokio::spawn(async move {
        for n in 0..400 {
            journal.append(&record(n)).await.unwrap();
        }
    });
    while !writer.is_finished() {
        let read = read_jsonl(&path).unwrap();
        let count = read.records().len();
        assert!(
            read.torn_lines()
                .iter()
                .all(|line| *line == count as u64 + 1)
        );
        assert_eq!(read.records(), records(u32::try_from(count).unwrap()));
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
    assert_eq!(read_jsonl(&path).unwrap().records().len(), 400);
}

#[tokio::test]
async fn a_reopened_file_continues_on_a_fresh_line() {
    let (_folder, path) = place();
    let whole = line(1);
    for cut in 1..whole.len() - 1 {
        fs::write(&path, format!("{}{}", line(0), &whole[..cut])).unwrap();
        let journal = JsonlJournal::open(&path).await.unwrap();
        journal.append(&record(2)).await.unwrap();
        journal.append(&record(3)).await.unwrap();
        let read = read_jsonl(&path).unwrap();
        assert_eq!(
            read.records(),
            [record(0), record(2), record(3)],
            "cut at {cut}"
        );
        assert_eq!(read.torn_lines(), [2]);
    }
}

/// Only the newline was lost: the record is whole and counts.
#[tokio::test]
async fn a_record_without_its_newline_is_kept() {
    let (_folder, path) = place();
    fs::write(&path, line(0).trim_end()).unwrap();
    assert_eq!(read_jsonl(&path).unwrap().records(), records(1));
    let journal = JsonlJournal::open(&path).await.unwrap();
    journal.append(&record(1)).await.unwrap();
    let read = read_jsonl(&path).unwrap();
    assert_eq!(read.records(), records(2));
    assert!(read.torn_lines().is_empty());
}

/// Another process may die in the middle of its line while this journal is open.
#[tokio::test]
async fn a_line_that_somebody_else_left_half_is_ended() {
    let (_folder, path) = place();
    let journal = JsonlJournal::open(&path).await.unwrap();
    journal.append(&record(0)).await.unwrap();
    let mut other = fs::File::options().append(true).open(&path).unwrap();
    other.write_all(b"{\"schema\":\"ob.jour").unwrap();
    journal.append(&record(1)).await.unwrap();
    let read = read_jsonl(&path).unwrap();
    assert_eq!(
        (read.records(), read.torn_lines()),
        (&records(2)[..], &[2][..])
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_an_error() {
    let journal = JsonlJournal::open("/dev/full").await.unwrap();
    let error = journal.append(&record(0)).await.unwrap_err();
    assert_eq!(error.code(), Code::J001);
    assert!(
        error.to_string().starts_with("/dev/full cannot be written"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let (folder, path) = place();
    fs::write(folder.path().join("file"), "").unwrap();
    let mut places: Vec<PathBuf> = vec![
        folder.path().join("absent/journal.jsonl"),
        folder.path().join("file/journal.jsonl"),
        folder.path().to_owned(),
    ];
    if cfg!(target_os = "linux") {
        // Not even root can make files here.
        places.push("/proc/journal.jsonl".into());
    }
    for place in places {
        let error = JsonlJournal::open(&place).await.unwrap_err();
        assert_eq!(error.code(), Code::J001);
        assert!(
            error.to_string().contains(place.to_str().unwrap()),
            "{error}"
        );
    }
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
async fn a_read_only_folder_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    if fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("SKIPPED: this user may write everywhere");
        return mode(0o700);
    }
    let opened = JsonlJournal::open(&path).await;
    mode(0o700);
    assert_eq!(opened.unwrap_err().code(), Code::J001);
}
