//! Laws: whatever is done in whatever order, no illegal path, and every view agrees.

use crate::history::replayed;
use crate::sample::{
    Fragile, application, certificate, client, edit, key_vault, party, signing_service, stored,
};
use ob_registry::{
    HistoryQuery, Licence, Registry, Status, ThirdParty, from_json, from_toml, to_json, to_toml,
};
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

#[derive(Clone, Debug)]
enum Step {
    Put(u32, Status),
    Set(u32, Status),
    Remove(u32),
    Broken(bool),
    Reload,
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u32, status()).prop_map(|(n, status)| Step::Put(n, status)),
        8 => (0..4u32, status()).prop_map(|(n, status)| Step::Set(n, status)),
        1 => (0..4u32).prop_map(Step::Remove),
        1 => any::<bool>().prop_map(Step::Broken),
        1 => Just(Step::Reload),
    ]
}

/// What the registry must do, in a few lines: the law without the machinery.
#[derive(Default)]
struct Model {
    statuses: BTreeMap<u32, Status>,
    broken: bool,
}

impl Model {
    /// Whether the step succeeds; if so, it is done.
    fn step(&mut self, step: &Step) -> bool {
        let old = self.statuses.clone();
        let legal = match *step {
            Step::Put(n, to) => {
                let from = self.statuses.insert(n, to);
                from.is_none_or(|from| from == to || from.next().contains(&to))
            }
            Step::Set(n, to) => {
                let from = self.statuses.get(&n).copied();
                self.statuses.entry(n).and_modify(|status| *status = to);
                from.is_some_and(|from| from == to || from.next().contains(&to))
            }
            Step::Remove(n) => self.statuses.remove(&n) == Some(Status::Draft),
            Step::Broken(broken) => {
                self.broken = broken;
                true
            }
            Step::Reload => !self.broken,
        };
        // That nothing is to be done cannot be said either while the store is out of reach.
        let fine = legal && (!self.broken || matches!(step, Step::Broken(_)));
        if !fine {
            self.statuses = old;
        }
        fine
    }
}

async fn apply(registry: &Registry, store: &Fragile, step: &Step) -> bool {
    let id = |n: u32| format!("party-{n}").parse().unwrap();
    match *step {
        Step::Put(n, status) => edit(registry).put(party(n, status)).await.is_ok(),
        Step::Set(n, status) => edit(registry).set_status(&id(n), status).await.is_ok(),
        Step::Remove(n) => edit(registry).remove(&id(n)).await.is_ok(),
        Step::Broken(broken) => {
            store.broken.store(broken, Ordering::SeqCst);
            true
        }
        Step::Reload => registry.reload().await.is_ok(),
    }
}

/// Every map shows the model's third-parties and no other.
fn agrees(registry: &Registry, model: &Model) {
    let expected: Vec<_> = model
        .statuses
        .iter()
        .map(|(n, status)| Arc::new(party(*n, *status)))
        .collect();
    assert_eq!(registry.list(), expected);
    for n in 0..4 {
        let status = model.statuses.get(&n).copied();
        let of = |it: Option<Arc<ThirdParty>>| it.map(|it| it.status());
        let id = format!("party-{n}").parse().unwrap();
        assert_eq!(of(registry.get(&id)), status);
        assert_eq!(of(registry.by_client_id(&client(n))), status);
        assert_eq!(of(registry.by_application_id(&application(n))), status);
        let acted_for = registry.act_for(&id, &"a".parse().unwrap()).is_ok();
        assert_eq!(acted_for, status == Some(Status::Active));
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

fn licence() -> impl Strategy<Value = Licence> {
    let custody = prop::sample::select(vec![key_vault(), signing_service()]);
    let licensed = (1..=3u8, custody)
        .prop_map(|(n, custody)| Licence::licensed((0..n).map(certificate).collect(), custody));
    prop_oneof![Just(Licence::Unlicensed), licensed]
}

fn any_party() -> impl Strategy<Value = ThirdParty> {
    let words = prop::collection::vec("[!#-\\[\\]-~]{1,12}", 0..4);
    let names = prop::collection::vec("[A-Za-z\"'\\\\=#é\\[\\]{}]{1,20}", 0..3);
    let countries = prop::sample::subsequence(vec!["AT", "DE", "FR", "GB"], 0..4);
    // Characters that TOML and JSON must escape.
    let legal_name = "[A-Za-zäöü\"'\\\\#=\\[\\]{}$&.,株]{1,60}";
    (
        any::<u32>(),
        legal_name,
        status(),
        licence(),
        words,
        names,
        countries,
    )
        .prop_map(
            |(n, legal_name, status, licence, words, names, countries)| {
                party(n, status)
                    .to_builder()
                    .legal_name(legal_name)
                    .licence(licence)
                    .scopes(words.iter().map(|word| word.parse().unwrap()).collect())
                    .use_cases(names.iter().map(|name| name.parse().unwrap()))
                    .countries(countries.iter().map(|code| code.parse().unwrap()))
                    .build()
                    .unwrap()
            },
        )
}

proptest! {
    #[test]
    fn no_illegal_path_and_every_view_agrees(steps in prop::collection::vec(step(), 1..40)) {
        block_on(async {
            let store = Arc::new(Fragile::default());
            let registry = Registry::open(Arc::clone(&store)).await.unwrap();
            let mut model = Model::default();
            for step in &steps {
                let expected = model.step(step);
                assert_eq!(apply(&registry, &store, step).await, expected, "{step:?}");
                agrees(&registry, &model);
            }
            store.broken.store(false, Ordering::SeqCst);
            let stored: Vec<_> = stored(&store).await.into_iter().map(Arc::new).collect();
            assert_eq!(registry.list(), stored);
            // The history, played from its beginning, is the present state.
            let events = registry.history(&HistoryQuery::default()).await.unwrap();
            let replayed: Vec<_> = replayed(&events).into_values().collect();
            assert_eq!(replayed, registry.records());
        });
    }

    #[test]
    fn what_is_written_reads_back(all in prop::collection::vec(any_party(), 0..5)) {
        let by_id: BTreeMap<_, _> = all.into_iter().map(|it| (it.business_id().clone(), it)).collect();
        // The sample has certificates for one: two may not share them.
        let mut licensed = 0;
        let all: Vec<_> = by_id.into_values().filter(|it| {
            licensed += u32::from(it.licence().is_licensed());
            !it.licence().is_licensed() || licensed == 1
        }).collect();
        prop_assert_eq!(&from_toml(&to_toml(&all).unwrap()).unwrap(), &all);
        prop_assert_eq!(&from_json(&to_json(&all).unwrap()).unwrap(), &all);
    }

    #[test]
    fn a_cut_text_is_refused_or_whole(at in 0usize..2000) {
        let all = [party(1, Status::Active), party(2, Status::Draft)];
        // A TOML text has no end mark: cut between two rows it is a shorter registry. Never may
        // it be one with a row that is not in the original.
        let toml = to_toml(&all).unwrap();
        if let Ok(read) = from_toml(&toml[..at.min(toml.len())]) {
            prop_assert!(all.starts_with(&read));
        }
        let json = to_json(&all).unwrap();
        let cut = &json[..at.min(json.len())];
        prop_assert_eq!(from_json(cut).is_ok(), cut.trim_end() == json.trim_end());
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in "\\PC{0,200}") {
        prop_assert!(from_toml(&text).is_err());
        prop_assert!(from_json(&text).is_err());
    }
}
