//! A writing process that is killed, for real: every record is whole, and the next process
//! continues on a line of its own.

use crate::sample::{line, place, record};
use ob_journal::{Journal, JsonlJournal, read_jsonl};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

const PATH: &str = "OB_TEST_JOURNAL";

/// The process that gets killed: started by the test below, alone it does nothing.
#[tokio::test]
#[ignore = "the other test starts it as a process of its own"]
async fn endless_writer() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else {
        return;
    };
    let journal = JsonlJournal::open(path).await.unwrap();
    loop {
        journal.append(&record(3)).await.unwrap();
    }
}

fn start_writer(path: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "killed::endless_writer"])
        .env(PATH, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Two processes write at once and are killed; what is left reads as whole records.
#[tokio::test]
async fn killed_processes_leave_whole_records() {
    let (_folder, path) = place();
    fs::write(&path, "").unwrap();
    for _ in 0..4 {
        let before = fs::metadata(&path).unwrap().len();
        let mut writers = [start_writer(&path), start_writer(&path)];
        while fs::metadata(&path).unwrap().len() < before + 100 * line(3).len() as u64 {
            for writer in &mut writers {
                assert!(
                    writer.try_wait().unwrap().is_none(),
                    "a writer ended by itself"
                );
            }
            thread::yield_now();
        }
        for writer in &mut writers {
            writer.kill().unwrap();
            writer.wait().unwrap();
        }
    }
    let journal = JsonlJournal::open(&path).await.unwrap();
    journal.append(&record(7)).await.unwrap();
    let read = read_jsonl(&path).unwrap();
    let (last, others) = read.records().split_last().unwrap();
    assert_eq!(*last, record(7));
    assert!(others.len() >= 400 && others.iter().all(|it| *it == record(3)));
    // The kernel may honour a kill between two pages of one write: a torn line per kill at most.
    assert!(read.torn_lines().len() <= 8);
}
