//! A writing process that is killed, for real: the registry is the old one or the new one, whole.

use crate::sample::{edit, licensed, party};
use ob_registry::{FileStore, Registry, Status};
use std::{
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

const PATH: &str = "OB_TEST_REGISTRY";
/// What the killed process keeps rewriting: enough that a write takes several system calls.
const ROWS: u32 = 200;

/// The process that gets killed: started by the test below, alone it does nothing.
#[tokio::test]
#[ignore = "the other test starts it as a process of its own"]
async fn endless_writer() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else {
        return;
    };
    let registry = Registry::open(FileStore::open_or_create(path).unwrap())
        .await
        .unwrap();
    for round in 0_u32.. {
        let name = format!("Round {round}");
        let all = (0..ROWS).map(|n| {
            let one = party(n, Status::Active).to_builder();
            one.legal_name(&name).licence(licensed()).build().unwrap()
        });
        edit(&registry).put_all(all.collect()).await.unwrap();
    }
}

fn start_writer(path: &PathBuf) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "killed::endless_writer"])
        .env(PATH, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The rows' name. It is one for all of them: they are written together.
async fn round(path: &PathBuf) -> Option<String> {
    let registry = Registry::open(FileStore::open_or_create(path).unwrap())
        .await
        .unwrap();
    let list = registry.list();
    let first = list.first()?.legal_name().to_owned();
    assert_eq!(list.len(), ROWS as usize);
    assert!(list.iter().all(|it| it.legal_name() == first));
    Some(first)
}

#[tokio::test]
async fn a_killed_process_leaves_a_whole_registry() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["registry.toml", "registry.json"] {
        let path = folder.path().join(name);
        for _ in 0..4 {
            let before = round(&path).await;
            let mut writer = start_writer(&path);
            while round(&path).await == before {
                assert!(
                    writer.try_wait().unwrap().is_none(),
                    "the writer ended by itself"
                );
                thread::yield_now();
            }
            writer.kill().unwrap();
            writer.wait().unwrap();
            assert!(round(&path).await.is_some());
        }
    }
}
