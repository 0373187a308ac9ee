//! One key's place in the cache: the token that serves, and the one fetch under way.

use crate::{AuthError, SealedToken, engine::Fetched, moment::Moment};
use arc_swap::ArcSwapOption;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What one fetch came to; everyone who waited gets a copy.
pub(crate) type Outcome = Result<Fetched, AuthError>;

/// A fetch that owns everything it needs.
pub(crate) type Fetch = BoxFuture<'static, Outcome>;

/// A fetch under way. Whoever polls it drives it, so a cancelled caller strands nobody; when
/// the last one lets go it is dropped, and the next caller starts afresh.
pub(crate) type Flight = Shared<Fetch>;

/// The token of one key, and how the next one is coming.
///
/// The token is read without a lock. The lock below guards who starts a fetch; it is never
/// held while anything is polled.
#[derive(Default)]
pub(crate) struct Slot {
    token: ArcSwapOption<SealedToken>,
    coming: Mutex<Coming>,
}

#[derive(Default)]
struct Coming {
    /// Weak, so that a fetch lives exactly as long as somebody wants it.
    flight: Option<WeakShared<Fetch>>,
    /// A permanent failure, remembered briefly.
    refusal: Option<(AuthError, Moment)>,
    /// How often in a row a fetch failed while the old token served.
    failures: u32,
    /// No refresh starts before this.
    rest_until: Option<Moment>,
}

/// What a slot has for a caller right now.
#[derive(Debug)]
pub(crate) enum Look {
    /// A token that serves for a while.
    Fresh(Arc<SealedToken>),
    /// A token that serves, and that should be replaced.
    Due(Arc<SealedToken>),
    /// None, or one that is known to be expired.
    Gone { expired: bool },
}

/// What a caller without a token does.
#[derive(Debug)]
pub(crate) enum Joined {
    /// Somebody else was faster.
    Token(Arc<SealedToken>),
    /// A moment ago the server said no in a way that does not pass by itself.
    Refused(AuthError),
    /// Drive this fetch.
    Flight { flight: Flight, started: bool },
}

impl Slot {
    pub(crate) fn look(&self, now: Moment) -> Look {
        match self.token.load_full() {
            Some(token) if !token.is_live(now) => Look::Gone { expired: true },
            Some(token) if token.is_due(now) => Look::Due(token),
            Some(token) => Look::Fresh(token),
            None => Look::Gone { expired: false },
        }
    }

    /// Joins the fetch under way or starts one. Exactly one runs at a time (R165).
    pub(crate) fn join(&self, now: Moment, start: impl FnOnce() -> Fetch) -> Joined {
        let mut coming = self.coming();
        if let Look::Fresh(token) | Look::Due(token) = self.look(now) {
            return Joined::Token(token);
        }
        if let Some(flight) = coming.under_way() {
            let started = false;
            return Joined::Flight { flight, started };
        }
        if let Some(refusal) = coming.remembered(now) {
            return Joined::Refused(refusal);
        }
        Joined::Flight {
            flight: coming.start(start()),
            started: true,
        }
    }

    /// The fetch of a refresh, for the one caller who is elected to see to it.
    pub(crate) fn elect(&self, now: Moment, start: impl FnOnce() -> Fetch) -> Option<Flight> {
        let mut coming = self.coming();
        let resting = coming.rest_until.is_some_and(|until| !until.has_come(now));
        let replaced = !matches!(self.look(now), Look::Due(_));
        if resting || replaced || coming.under_way().is_some() {
            return None;
        }
        // A caller that is cancelled, or a spawner that drops its tasks, is not asked again at
        // once either.
        coming.rest_until = Some(now.after(FIRST_REST));
        Some(coming.start(start()))
    }

    /// Notes what a fetch came to.
    pub(crate) fn settle(&self, outcome: &Outcome, now: Moment) {
        let mut coming = self.coming();
        match outcome {
            Ok(fetched) => {
                self.token.store(Some(Arc::clone(&fetched.token)));
                *coming = Coming {
                    flight: coming.flight.take(),
                    ..Coming::default()
                };
            }
            Err(error) => {
                let rest = FIRST_REST * 2_u32.saturating_pow(coming.failures.min(MAX_DOUBLINGS));
                coming.rest_until = Some(now.after(rest.min(LONGEST_REST)));
                coming.failures = coming.failures.saturating_add(1);
                coming.refusal = error
                    .is_permanent()
                    .then(|| (error.clone(), now.after(REFUSAL_REMEMBERED)));
            }
        }
    }

    /// Removes `token` if it is the very one that serves; a newer one stays.
    pub(crate) fn evict(&self, token: &SealedToken) -> bool {
        let held = self.token.load();
        let is_it = held
            .as_ref()
            .is_some_and(|held| std::ptr::eq(&**held, token));
        is_it && {
            let before = self.token.compare_and_swap(&held, None);
            before
                .as_ref()
                .is_some_and(|held| std::ptr::eq(&**held, token))
        }
    }

    /// Whether `token` is still the one that serves.
    pub(crate) fn holds(&self, token: &Arc<SealedToken>) -> bool {
        let held = self.token.load();
        held.as_ref().is_some_and(|held| Arc::ptr_eq(held, token))
    }

    /// Nothing is called while it is held but code of this file and `start`, which only boxes a
    /// future; a poisoned lock would still hold a usable value.
    fn coming(&self) -> MutexGuard<'_, Coming> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Coming {
    fn under_way(&self) -> Option<Flight> {
        let flight = self.flight.as_ref()?.upgrade()?;
        // One that has ended is history: its token was looked for, its failure is not cached.
        flight.peek().is_none().then_some(flight)
    }

    fn remembered(&mut self, now: Moment) -> Option<AuthError> {
        let (_, until) = self.refusal.as_ref()?;
        if until.has_come(now) {
            self.refusal = None;
        }
        self.refusal.as_ref().map(|(error, _)| error.clone())
    }

    fn start(&mut self, fetch: Fetch) -> Flight {
        let flight = fetch.shared();
        self.flight = flight.downgrade();
        flight
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("token", &self.token.load())
            .finish_non_exhaustive()
    }
}

/// Long enough that a storm of calls asks once, short enough that a repair is seen at once.
const REFUSAL_REMEMBERED: Duration = Duration::from_secs(2);
/// After a failed refresh the old token serves, so there is no hurry: 1 s, doubled each time.
const FIRST_REST: Duration = Duration::from_secs(1);
/// Half of the shortest usual refresh margin.
const LONGEST_REST: Duration = Duration::from_secs(30);
const MAX_DOUBLINGS: u32 = 5;
