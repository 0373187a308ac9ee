//! Records to test with.

use ob_core::{ActingFor, ApplicationId, Code, Sent};
use ob_journal::{Outcome, Record};
use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

pub(crate) fn acting(n: u32) -> ActingFor {
    ActingFor::third_party(
        format!("party-{n}").parse().unwrap(),
        format!("client-{n}").parse().unwrap(),
        ApplicationId::from_bytes(u128::from(n).to_be_bytes()),
    )
}

/// The record number `n`: every field differs from that of its neighbours.
pub(crate) fn record(n: u32) -> Record {
    let code = Code::A404;
    let outcome = match n % 4 {
        0 => Outcome::Refused { code: Code::R005 },
        1 => Outcome::Failed {
            code,
            status: Some(404),
            sent: Sent::Yes,
        },
        2 => Outcome::Failed {
            code,
            status: None,
            sent: Sent::Maybe,
        },
        _ => Outcome::Ok { status: 200 },
    };
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_000 + u64::from(n));
    let operation = ["accounts.list", "consents.create", "accounts.get"][n as usize % 3];
    Record::new(&acting(n % 5), operation, time, outcome)
        .consent(
            n.is_multiple_of(2)
                .then(|| format!("consent-{n}").parse().unwrap()),
        )
        .correlation(
            n.is_multiple_of(3)
                .then_some("0af7651916cd43dd8448eb211c80319c"),
        )
        .attempt(1 + n % 2)
        .duration(Duration::from_micros(n.into()))
}

pub(crate) fn records(count: u32) -> Vec<Record> {
    (0..count).map(record).collect()
}

pub(crate) fn line(n: u32) -> String {
    serde_json::to_string(&record(n)).unwrap() + "\n"
}

/// A folder that is removed at the end, and a file in it that is not there yet.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = Path::join(folder.path(), "journal.jsonl");
    (folder, path)
}
