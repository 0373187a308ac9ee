//! One copy of what many third-parties have in common.

use crate::{Country, Standing, UseCase};
use ob_core::Scopes;
use std::{collections::HashSet, hash::Hash, sync::Arc};

/// Gives equal values one allocation. A million third-parties have a handful of different sets
/// of scopes, countries and use cases.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    scopes: HashSet<Scopes>,
    countries: HashSet<Arc<[Country]>>,
    use_cases: HashSet<Arc<[UseCase]>>,
    standings: HashSet<Arc<Standing>>,
}

impl Pool {
    pub(crate) fn scopes(&mut self, value: &Scopes) -> Scopes {
        shared(&mut self.scopes, value)
    }

    pub(crate) fn countries(&mut self, value: &Arc<[Country]>) -> Arc<[Country]> {
        shared(&mut self.countries, value)
    }

    pub(crate) fn use_cases(&mut self, value: &Arc<[UseCase]>) -> Arc<[UseCase]> {
        shared(&mut self.use_cases, value)
    }

    pub(crate) fn standing(&mut self, value: &Arc<Standing>) -> Arc<Standing> {
        shared(&mut self.standings, value)
    }
}

fn shared<T: Clone + Eq + Hash>(known: &mut HashSet<T>, value: &T) -> T {
    if let Some(known) = known.get(value) {
        return known.clone();
    }
    if known.len() < MOST {
        known.insert(value.clone());
    }
    value.clone()
}

/// Values that all differ are not worth remembering.
const MOST: usize = 10_000;
