//! A writing process that is killed, for real and again and again: the registry opens, and no
//! acknowledged change is missing.

use crate::{
    history::replayed,
    sample::{edit, party},
};
use ob_registry::{FileStore, HistoryQuery, Registry, Status};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

const PATH: &str = "OB_TEST_REGISTRY";
/// Enough that a write takes several system calls.
const ROWS: u32 = 40;
/// Of each format.
const KILLS: u32 = 100;

async fn open(path: &Path) -> Registry {
    let store = FileStore::open_or_create(path).unwrap();
    Registry::open(store).await.unwrap()
}

/// The process that gets killed: started by the test below, alone it does nothing.
#[tokio::test]
#[ignore = "the other test starts it as a process of its own"]
async fn endless_writer() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else {
        return;
    };
    let registry = open(&path).await;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nready").unwrap();
    for n in (0..ROWS).cycle() {
        let id = format!("party-{n}").parse().unwrap();
        let revision = registry.revision().next();
        let change = edit(&registry);
        let name = format!("Acme {revision}");
        change.update(&id, |it| it.legal_name(&name)).await.unwrap();
        // Only now is it acknowledged. Nobody listens any more: the end.
        if writeln!(out, "{revision}")
            .and_then(|()| out.flush())
            .is_err()
        {
            return;
        }
    }
}

struct Writer {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Writer {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "killed::endless_writer",
            ])
            .env(PATH, path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut writer = Self { child, said };
        while writer.line().is_some_and(|line| line != "ready") {}
        writer
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.said.read_line(&mut line).unwrap();
        (read > 0).then(|| line.trim().to_owned())
    }

    /// Kills it after so many acknowledgements, wherever it is in the next change, and gives the
    /// last revision that it acknowledged.
    fn kill_after(mut self, changes: u32) -> u64 {
        let mut acknowledged = 0;
        for _ in 0..changes {
            acknowledged = self.line().unwrap().parse().unwrap();
        }
        // A little later, which is another place of the write each time.
        for _ in 0..changes * 2_000 {
            std::hint::spin_loop();
        }
        self.child.kill().unwrap();
        while let Some(line) = self.line() {
            // The last line may be cut, as everything may.
            acknowledged = line.parse().unwrap_or(acknowledged);
        }
        self.child.wait().unwrap();
        acknowledged
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["registry.toml", "registry.json"] {
        let path = folder.path().join(name);
        let all = (0..ROWS).map(|n| party(n, Status::Active));
        edit(&open(&path).await)
            .put_all(all.collect())
            .await
            .unwrap();
        for kill in 0..KILLS {
            let acknowledged = Writer::start(&path).kill_after(1 + kill % 3);
            let registry = open(&path).await;
            let revision = registry.revision().get();
            assert!(revision >= acknowledged, "{revision} < {acknowledged}");
            assert!(
                revision <= acknowledged + 1,
                "one change was on its way at most"
            );
            assert_eq!(registry.len(), ROWS as usize);
        }
        let registry = open(&path).await;
        let events = registry.history(&HistoryQuery::default()).await.unwrap();
        let numbers = events.iter().map(|it| it.revision().get());
        assert!(
            numbers.eq(1..=registry.revision().get()),
            "an event for each revision"
        );
        let replayed: Vec<_> = replayed(&events).into_values().collect();
        assert_eq!(replayed, registry.records());
        // A change that never came to its end left nothing behind but, at most, itself.
        edit(&registry)
            .put(party(ROWS, Status::Draft))
            .await
            .unwrap();
        let leftovers = fs::read_dir(folder.path()).unwrap().flatten();
        let leftovers = leftovers.filter(|it| it.file_name().to_string_lossy().ends_with(".tmp"));
        assert_eq!(leftovers.count(), 0);
    }
}
