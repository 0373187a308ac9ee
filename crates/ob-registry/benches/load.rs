//! What opening a registry of a million third-parties takes: seconds, and memory at its highest.
//!
//! Aims on a machine with two cores: at most 15 s and 600 MB. Each opening is a process of its
//! own, so that its memory is its alone.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may stop and prints"
)]

use ob_core::ApplicationId;
use ob_registry::{PostgresStore, Registry, SqliteStore, Status, ThirdParty};
use std::{
    env, fs,
    process::{Command, Stdio},
    time::Instant,
};
use tokio::runtime::Runtime;

const PARTIES: u32 = 1_000_000;
const AT_ONCE: u32 = 50_000;
/// Where the registry is, for the process that opens it.
const PLACE: &str = "OB_BENCH_REGISTRY";

fn main() {
    let runtime = Runtime::new().unwrap();
    match env::var(PLACE) {
        Ok(place) => runtime.block_on(measure(&place)),
        Err(_) => runtime.block_on(compare()),
    }
}

async fn compare() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.db");
    let file = file.to_str().unwrap();
    let server = throwaway::Server::start().unwrap();
    let url = server.database().unwrap();
    for (name, place) in [("SQLite", file), ("PostgreSQL", &url)] {
        let registry = open(place).await;
        fill(&registry).await;
        registry.close().await;
        for _ in 0..3 {
            let mut child = Command::new(env::current_exe().unwrap());
            let said = child.env(PLACE, place).stderr(Stdio::inherit()).output();
            let said = String::from_utf8(said.unwrap().stdout).unwrap();
            println!("{name}, {PARTIES} third-parties: {}", said.trim());
        }
    }
}

async fn open(place: &str) -> Registry {
    if place.starts_with("postgres://") {
        let store = PostgresStore::connect(place).await.unwrap();
        return Registry::open(store).await.unwrap();
    }
    let store = SqliteStore::open_or_create(place).await.unwrap();
    Registry::open(store).await.unwrap()
}

async fn fill(registry: &Registry) {
    for begin in (0..PARTIES).step_by(AT_ONCE as usize) {
        let parties = (begin..begin + AT_ONCE).map(party).collect();
        let edit = registry.edit("bench", "a million").unwrap();
        edit.put_all(parties).await.unwrap();
    }
}

async fn measure(place: &str) {
    let begin = Instant::now();
    let registry = open(place).await;
    let seconds = begin.elapsed().as_secs_f64();
    assert_eq!(registry.len(), PARTIES as usize);
    println!("{seconds:.1} s, {}", highest_memory());
}

/// As Linux tells it.
fn highest_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or_else(
        || "memory is not told here".to_owned(),
        |kilobytes| format!("{} MB at most", kilobytes * 1_024 / 1_000_000),
    )
}

fn party(n: u32) -> ThirdParty {
    let client_id = format!("tpp-client-{n:07}").parse().unwrap();
    let application_id = ApplicationId::from_bytes(u128::from(n).to_be_bytes());
    let id = format!("third-party-{n:07}").parse().unwrap();
    ThirdParty::builder(
        id,
        format!("Third-Party {n} GmbH"),
        client_id,
        application_id,
    )
    .country("DE".parse().unwrap())
    .use_case("account information".parse().unwrap())
    .scopes("consents:create ob_data".parse().unwrap())
    .status(Status::Active)
    .build()
    .unwrap()
}
