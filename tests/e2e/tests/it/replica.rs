//! A process that serves from a registry in PostgreSQL and is never idle.

use crate::world::{UNLICENSED, losing_answers, patient, transport};
use obkit::{
    BusinessId, Code, Integrator,
    journal::MemoryJournal,
    registry::{PostgresStore, Registry},
    testing::{Descriptor, MeantTransport, meant_for},
};
use std::{
    env, fs,
    io::{BufRead as _, BufReader, Lines, Write as _, stdin, stdout},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

/// A replica in a process of its own. It ends with the one that started it.
pub(crate) struct Replica {
    name: String,
    child: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// What it served for all third-parties together.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) calls: u64,
    pub(crate) refused: u64,
}

impl Replica {
    /// Starts a process that serves the sandbox of a folder from the registry at a URL.
    pub(crate) fn start(name: &str, registry: &str, sandbox: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "replica::process", "--nocapture"])
            .env(NAME, name)
            .env(REGISTRY, registry)
            .env(SANDBOX, sandbox)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            name: name.to_owned(),
            orders: child.stdin.take().unwrap(),
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Asks it to say when each of these was served so many times more.
    pub(crate) fn order(&mut self, calls: u64, parties: &[&str]) {
        let parties = parties.join(" ");
        writeln!(self.orders, "{calls} {parties}").unwrap();
        self.orders.flush().unwrap();
    }

    /// Waits until it says so.
    pub(crate) fn wait(&mut self) {
        let said = said(&mut self.lines);
        assert_eq!(said.as_deref(), Some("served"), "{}", self.name);
    }

    /// Lets it end by itself.
    pub(crate) fn end(self) -> Served {
        let Self {
            name,
            mut child,
            orders,
            mut lines,
        } = self;
        drop(orders);
        let last = said(&mut lines).unwrap();
        let mut numbers = last.split(' ').map(|number| number.parse().unwrap());
        let mut number = || numbers.next().unwrap();
        let (calls, refused) = (number(), number());
        lines.for_each(drop);
        assert!(child.wait().unwrap().success(), "{name}");
        Served { calls, refused }
    }

    /// Ends it by `SIGKILL`: it can say nothing to anybody any more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Past the test harness, which writes to the same pipe.
fn say(word: &str) {
    let mut out = stdout().lock();
    out.write_all(format!("{SAYS}{word}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// What a process says next; nothing, when it has ended.
fn said(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<String> {
    let mut lines = lines.map(Result::unwrap);
    lines.find_map(|line| Some(line.split_once(SAYS)?.1.to_owned()))
}

/// The process: started by [`Replica::start`], alone it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "other tests start it as a process of its own"]
async fn process() {
    let Ok(name) = env::var(NAME) else { return };
    let name = name.parse().unwrap();
    let store = PostgresStore::connect(&env::var(REGISTRY).unwrap()).await;
    let registry = Registry::open(store.unwrap()).await.unwrap();
    let integrator = integrator(registry).await;
    let following = tokio::spawn(integrator.follow_registry(name));
    let (load, mut callers) = Load::begin(&integrator);

    let mut orders = orders();
    while let Some(order) = orders.recv().await {
        tokio::select! {
            () = load.further(&order) => say("served"),
            ended = callers.join_next() => panic!("a caller ended: {ended:?}"),
        }
    }
    load.ended.send_replace(true);
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    let name = env::var(NAME).unwrap().parse().unwrap();
    integrator.registry().sign_off(&name).await.unwrap();
    following.abort();
    assert!(following.await.unwrap_err().is_cancelled());
    let (mut calls, mut refused) = (0, 0);
    for count in &load.counts {
        calls += *count.served.borrow();
        refused += count.refused.load(Ordering::SeqCst);
    }
    say(&format!("{calls} {refused}"));
}

async fn integrator(registry: Registry) -> Integrator {
    let folder = env::var(SANDBOX).unwrap();
    let described = fs::read_to_string(Path::new(&folder).join("sandbox.json")).unwrap();
    let descriptor = Descriptor::from_json(&described).unwrap();
    let key = fs::read_to_string(&descriptor.integrator.key_file).unwrap();
    let builder = descriptor.integrator(&key).await.unwrap();
    builder
        .registry(registry)
        .transport(MeantTransport::new(losing_answers(transport())))
        .journal(MemoryJournal::default())
        .retry(patient())
        .build()
        .unwrap()
}

/// Calls for every third-party, without a pause. Only one of them may be refused.
struct Load {
    counts: Vec<Arc<Count>>,
    ended: watch::Sender<bool>,
}

struct Count {
    party: BusinessId,
    served: watch::Sender<u64>,
    refused: AtomicU64,
}

impl Load {
    fn begin(integrator: &Integrator) -> (Self, JoinSet<()>) {
        let parties = integrator.registry().list();
        let counts = parties.iter().map(|party| {
            Arc::new(Count {
                party: party.business_id().clone(),
                served: watch::Sender::new(0),
                refused: AtomicU64::new(0),
            })
        });
        let load = Self {
            counts: counts.collect(),
            ended: watch::Sender::new(false),
        };
        let mut callers = JoinSet::new();
        for first in 0..load.counts.len() {
            // One after the other, each caller in an order of its own: a refusal costs nothing,
            // and a caller that met only refusals would take the processor from everybody.
            let mut counts = load.counts.clone();
            counts.rotate_left(first);
            let (integrator, ended) = (integrator.clone(), load.ended.subscribe());
            callers.spawn(async move {
                while !*ended.borrow() {
                    for count in &counts {
                        count.call(&integrator).await;
                    }
                }
            });
        }
        (load, callers)
    }

    /// Waits until everybody in the order was served so many times more.
    async fn further(&self, order: &str) {
        let (calls, parties) = order.split_once(' ').unwrap();
        let calls: u64 = calls.parse().unwrap();
        let ordered = |count: &&Arc<Count>| parties.split(' ').any(|it| it == count.party.as_str());
        let counts: Vec<_> = self.counts.iter().filter(ordered).collect();
        assert_eq!(counts.len(), parties.split(' ').count(), "{order}");
        let until: Vec<u64> = counts
            .iter()
            .map(|count| *count.served.borrow() + calls)
            .collect();
        for (count, until) in counts.iter().zip(until) {
            let mut served = count.served.subscribe();
            drop(served.wait_for(|served| *served >= until).await.unwrap());
        }
    }
}

impl Count {
    /// One call; being out of service is the only refusal that there may be.
    async fn call(&self, integrator: &Integrator) {
        let outcome = match integrator.on_behalf_of(self.party.as_str()) {
            Ok(party) => meant_for(&self.party, party.providers().list().send()).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(_) => {
                self.served.send_modify(|served| *served += 1);
                // Cold every now and then.
                if self.served.borrow().is_multiple_of(5) {
                    integrator.purge(&self.party).unwrap();
                }
            }
            Err(error) => {
                assert_eq!(error.code(), Code::R005, "{error}");
                assert_eq!(error.party(), Some(&self.party), "{error}");
                assert_eq!(self.party.as_str(), UNLICENSED, "{error}");
                self.refused.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

/// The lines that the parent writes; their end is the end of the work.
fn orders() -> mpsc::UnboundedReceiver<String> {
    let (to, orders) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in stdin().lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                return;
            }
        }
    });
    orders
}

const NAME: &str = "OB_TEST_REPLICA";
const REGISTRY: &str = "OB_TEST_REGISTRY";
const SANDBOX: &str = "OB_TEST_SANDBOX";
const SAYS: &str = "said ";
