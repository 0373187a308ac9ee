//! Suspended means suspended, in four processes under load that share a registry in PostgreSQL.

use crate::{
    replica::Replica,
    world::{LICENSED, UNLICENSED},
};
use ob_sandbox::{Counters, RunningSandbox, Sandbox};
use obkit::{
    BusinessId,
    registry::{PostgresStore, Receipt, ReceiptState, Registry, ReplicaName, Status, Store as _},
    testing::Descriptor,
};
use std::{
    fs,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;
use throwaway::Server;

/// What the processes share, and how they are looked at from outside.
struct Stage {
    _server: Server,
    url: String,
    folder: TempDir,
    sandbox: RunningSandbox,
    registry: Registry,
    /// Beside the registry: which replicas have reported.
    store: PostgresStore,
    replicas: Vec<Replica>,
}

impl Stage {
    async fn set() -> Self {
        let server = Server::start().unwrap();
        let url = server.database().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::builder().third_parties(1).start().await.unwrap();
        let described = sandbox.write_descriptor(folder.path()).unwrap();
        let described = fs::read_to_string(described).unwrap();
        let parties = Descriptor::from_json(&described).unwrap().registry().await;
        let store = PostgresStore::connect(&url).await.unwrap();
        let registry = Registry::open(store).await.unwrap();
        for party in parties.unwrap().list() {
            if party.status() == Status::Active {
                let edit = registry.edit("maria", "contract signed").unwrap();
                edit.put(party.as_ref().clone()).await.unwrap();
            }
        }
        assert_eq!(registry.len(), 3);
        let mut stage = Self {
            _server: server,
            store: PostgresStore::connect(&url).await.unwrap(),
            url,
            folder,
            sandbox,
            registry,
            replicas: Vec::new(),
        };
        for name in NAMES {
            stage.start(name);
        }
        stage.known(&NAMES).await;
        stage
    }

    fn start(&mut self, name: &str) {
        let replica = Replica::start(name, &self.url, self.folder.path());
        self.replicas.push(replica);
    }

    fn kill(&mut self, name: &str) {
        let found = self.replicas.iter().position(|it| it.name() == name);
        self.replicas.remove(found.unwrap()).kill();
    }

    /// Waits until these have reported, so that a receipt asks for them.
    async fn known(&self, names: &[&str]) {
        loop {
            let replicas = self.store.replicas().await.unwrap();
            let reported = replicas.iter().map(|(report, _)| report.replica.as_str());
            let reported: Vec<_> = reported.collect();
            if names.iter().all(|name| reported.contains(name)) {
                return;
            }
        }
    }

    /// Waits until every process served each of these so many times more.
    fn further(&mut self, calls: u64, parties: &[&str]) {
        for replica in &mut self.replicas {
            replica.order(calls, parties);
        }
        for replica in &mut self.replicas {
            replica.wait();
        }
    }

    /// Every process calls for the third-party, and its calls arrive.
    fn under_load(&mut self) {
        let before = self.seen();
        // Enough for tokens to be forgotten and asked for once more.
        self.further(12, &ALL);
        let now = self.seen();
        assert!(now.calls >= before.calls + 12 * self.replicas.len() as u64);
        assert!(now.tokens > before.tokens, "tokens are asked for, too");
    }

    async fn set_status(&self, status: Status) {
        let edit = self.registry.edit("maria", "invoice unpaid").unwrap();
        edit.set_status(&victim(), status).await.unwrap();
    }

    async fn receipt(&self, patience: Duration) -> Receipt {
        self.registry.receipt(&victim(), patience).await.unwrap()
    }

    fn seen(&self) -> Seen {
        Seen::of(&self.sandbox.sandbox().counters())
    }

    /// Nothing arrives any more, while all others are served; and nothing arrived too late.
    fn assert_quiet(&mut self, receipt: &Receipt) {
        let then = self.seen();
        self.further(8, &[LICENSED, OTHER]);
        assert_eq!(self.seen(), then, "{receipt:?}");
        let (last, quiet_at) = (then.last.unwrap(), receipt.quiet_at().unwrap());
        assert!(last <= quiet_at, "{last:?} {receipt:?}");
    }

    /// The processes end by themselves: each of them served, and was refused.
    async fn clear(mut self) {
        for replica in std::mem::take(&mut self.replicas) {
            let served = replica.end();
            assert!(served.calls > 0 && served.refused > 0, "{served:?}");
        }
        let left = self.store.replicas().await.unwrap();
        assert!(left.is_empty(), "all have signed off: {left:?}");
        let counters = self.sandbox.sandbox().counters();
        assert!(counters.meant_checked > 0);
        assert_eq!(counters.wrong_party, 0);
        assert_eq!(counters.token_reuse_violations, 0);
        let rules = counters.refusals_by_rule;
        assert!(
            rules.is_empty(),
            "the platform had to refuse none: {rules:?}"
        );
    }
}

/// What arrived for the third-party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    calls: u64,
    tokens: u64,
    last: Option<SystemTime>,
}

impl Seen {
    fn of(counters: &Counters) -> Self {
        let count = |by_party: &std::collections::BTreeMap<String, u64>| {
            by_party.get(UNLICENSED).copied().unwrap_or_default()
        };
        Self {
            calls: count(&counters.api_requests_by_party),
            tokens: count(&counters.token_requests_by_party),
            last: counters.last_request_at_by_party.get(UNLICENSED).copied(),
        }
    }
}

/// From the decision to the last replica's effect, and to the end of the last request, by round.
#[derive(Debug, Default)]
struct Figures {
    effect: Vec<Duration>,
    quiet: Vec<Duration>,
}

impl Figures {
    /// Each replica has acknowledged, in an order that makes sense.
    fn note(&mut self, receipt: &Receipt) {
        let lines = receipt
            .replicas
            .iter()
            .filter_map(|line| match &line.state {
                ReceiptState::Quiet(it) => Some(it),
                _ => None,
            });
        assert_eq!(lines.clone().count(), receipt.replicas.len(), "{receipt:?}");
        for line in lines.clone() {
            assert!(line.effective_at <= line.quiet_at, "{receipt:?}");
            let last = line.last_call_at.unwrap();
            assert!(last <= line.quiet_at, "{receipt:?}");
        }
        let since = |at: SystemTime| at.duration_since(receipt.committed_at).unwrap();
        let effect = lines.map(|line| line.effective_at).max();
        self.effect.push(since(effect.unwrap()));
        self.quiet.push(since(receipt.quiet_at().unwrap()));
    }

    #[expect(clippy::print_stderr, reason = "figures for whoever measures")]
    fn tell(&mut self) {
        for (what, times) in [
            ("effect in the last replica", &mut self.effect),
            ("quiet", &mut self.quiet),
        ] {
            times.sort();
            let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
            eprintln!("from the decision to {what}: {median:?} in the median, {most:?} at most");
        }
    }
}

/// Round after round: after the receipt, nothing arrives for the third-party from any process,
/// and the others notice nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_arrives_after_the_receipt_of_four_processes() {
    let mut stage = Stage::set().await;
    let mut figures = Figures::default();
    for _ in 0..ROUNDS {
        stage.under_load();
        stage.set_status(Status::Suspended).await;
        let receipt = stage.receipt(PATIENCE).await;
        assert_eq!(names(&receipt), NAMES);
        figures.note(&receipt);
        stage.assert_quiet(&receipt);
        stage.set_status(Status::Active).await;
    }
    figures.tell();
    stage.clear().await;
}

/// A process that was killed is named, and never counted as quiet; one that starts in its place
/// obeys from its first call on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_is_named_in_the_receipt() {
    let mut stage = Stage::set().await;
    let killed: ReplicaName = NAMES[3].parse().unwrap();
    stage.under_load();
    stage.kill(killed.as_str());
    stage.set_status(Status::Suspended).await;

    let early = stage.receipt(Duration::ZERO).await;
    assert_eq!(early.quiet_at(), None, "{early:?}");
    let receipt = stage.receipt(PATIENCE).await;
    assert_eq!(names(&receipt), NAMES);
    for line in &receipt.replicas {
        let expected = match &line.state {
            ReceiptState::Silent { heard } => {
                assert!(*heard >= Receipt::SILENT_AFTER, "{receipt:?}");
                line.replica == killed
            }
            ReceiptState::Quiet(_) => line.replica != killed,
            _ => false,
        };
        assert!(expected, "{receipt:?}");
    }
    assert_eq!(receipt.quiet_at(), None);

    // Whoever knows that it does not live says so, and the receipt is complete.
    stage.registry.sign_off(&killed).await.unwrap();
    let receipt = stage.receipt(Duration::ZERO).await;
    assert_eq!(names(&receipt), NAMES[..3]);
    Figures::default().note(&receipt);
    stage.assert_quiet(&receipt);

    // In its place, with nothing to withdraw.
    stage.start(killed.as_str());
    stage.known(&NAMES).await;
    let receipt = stage.receipt(PATIENCE).await;
    assert_eq!(names(&receipt), NAMES);
    let state = &receipt.replicas[3].state;
    assert!(
        matches!(state, ReceiptState::StartedAfter { .. }),
        "{receipt:?}"
    );
    stage.assert_quiet(&receipt);

    stage.set_status(Status::Active).await;
    stage.under_load();
    stage.set_status(Status::Suspended).await;
    let receipt = stage.receipt(PATIENCE).await;
    assert_eq!(names(&receipt), NAMES);
    Figures::default().note(&receipt);
    stage.assert_quiet(&receipt);
    stage.clear().await;
}

fn names(receipt: &Receipt) -> Vec<&str> {
    let lines = receipt.replicas.iter();
    lines.map(|line| line.replica.as_str()).collect()
}

fn victim() -> BusinessId {
    UNLICENSED.parse().unwrap()
}

/// The first of the sandbox's further third-parties.
const OTHER: &str = "tp-001";
const ALL: [&str; 3] = [LICENSED, OTHER, UNLICENSED];
const NAMES: [&str; 4] = ["replica-1", "replica-2", "replica-3", "replica-4"];
const ROUNDS: usize = 15;
/// Long enough for a machine that does other things, too; nobody waits for its end.
const PATIENCE: Duration = Duration::from_secs(60);
