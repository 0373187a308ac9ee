//! What a lookup costs, beside a plain `HashMap` snapshot with the same keys in the same run, and
//! what a million third-parties weigh.
//!
//! Aims: at most 150 ns at 10 000; at most 1.3 times the plain map at 1 000 000; a held handle
//! asks one number.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may stop and prints"
)]

use arc_swap::ArcSwap;
use criterion::{Criterion, criterion_group, criterion_main};
use ob_core::{ActingFor, ApplicationId, BusinessId, Scopes};
use ob_registry::{MemoryStore, Registry, Status, ThirdParty};
use std::{collections::HashMap, hint::black_box, time::Instant};
use tokio::runtime::Builder;

/// A registry, the plain map beside it, and ids to ask for in an order that no cache knows.
struct Fleet {
    registry: Registry,
    plain: ArcSwap<HashMap<BusinessId, ActingFor>>,
    asked: Vec<BusinessId>,
    scopes: Scopes,
}

impl Fleet {
    fn of(size: u32) -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let parties = (0..size).map(party);
        let registry = runtime
            .block_on(Registry::open(MemoryStore::with(parties)))
            .unwrap();
        let scopes: Scopes = "ob_data".parse().unwrap();
        let acting_for = |n| registry.act_for(&id(n), &scopes).unwrap();
        let plain: HashMap<_, _> = (0..size).map(|n| (id(n), acting_for(n))).collect();
        // An odd step through a power of two meets each place once.
        let place = |n: u32| id(n.wrapping_mul(2_654_435_761) % size);
        let asked = (0..size.min(1 << 18)).map(place).collect();
        Self {
            plain: ArcSwap::from_pointee(plain),
            registry,
            asked,
            scopes,
        }
    }

    fn ask_registry(&self, id: &BusinessId) -> ActingFor {
        self.registry.act_for(id, &self.scopes).unwrap()
    }

    fn ask_plain(&self, id: &BusinessId) -> ActingFor {
        self.plain.load().get(id).unwrap().clone()
    }

    /// Nanoseconds per question, over all ids.
    fn time(&self, ask: impl Fn(&BusinessId) -> ActingFor) -> f64 {
        let begin = Instant::now();
        for id in &self.asked {
            black_box(ask(black_box(id)));
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(u32::try_from(self.asked.len()).unwrap())
    }

    /// Rounds that alternate between the two see the same machine.
    fn print_ratio(&self, what: &str) {
        let mut ratios: Vec<_> = (0..15)
            .map(|_| {
                let plain = self.time(|id| self.ask_plain(id));
                let ours = self.time(|id| self.ask_registry(id));
                (ours / plain, ours, plain)
            })
            .collect();
        ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (ratio, ours, plain) = ratios.swap_remove(7);
        println!("{what}: registry {ours:.0} ns, plain map {plain:.0} ns, ratio {ratio:.2}");
    }
}

fn id(n: u32) -> BusinessId {
    format!("third-party-{n:07}").parse().unwrap()
}

fn party(n: u32) -> ThirdParty {
    let client_id = format!("tpp-client-{n:07}").parse().unwrap();
    let application_id = ApplicationId::from_bytes(u128::from(n).to_be_bytes());
    ThirdParty::builder(
        id(n),
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

fn benchmarks(c: &mut Criterion) {
    for (size, name) in [(10_000, "10 k"), (1_000_000, "1 M")] {
        let mut group = c.benchmark_group(format!("registry of {name}"));
        let fleet = Fleet::of(size);
        let mut asked = fleet.asked.iter().cycle();
        group.bench_function("raw plain map", |b| {
            b.iter(|| fleet.ask_plain(asked.next().unwrap()));
        });
        group.bench_function("act_for", |b| {
            b.iter(|| fleet.ask_registry(asked.next().unwrap()));
        });
        let admission = fleet.registry.admit(&id(7)).unwrap();
        group.bench_function("held handle", |b| {
            b.iter(|| admission.check(black_box(&fleet.scopes)));
        });
        group.finish();
        fleet.print_ratio(name);
    }
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
