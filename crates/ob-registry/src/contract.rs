//! What a [`Store`] must do, as a test that runs against any of them: those of this crate, and
//! your own.
//!
//! ```
//! use async_trait::async_trait;
//! use ob_registry::{MemoryStore, Store, contract};
//! use std::sync::Arc;
//!
//! /// Where your store's test data stand: one database, folder or bucket per case.
//! struct Fixture;
//!
//! /// One of them. Every store value that is opened on it is another process's view.
//! struct Storage(MemoryStore);
//!
//! #[async_trait]
//! impl contract::Fixture for Fixture {
//!     async fn storage(&self) -> Result<Box<dyn contract::Storage>, contract::Wrong> {
//!         Ok(Box::new(Storage(MemoryStore::default())))
//!     }
//! }
//!
//! #[async_trait]
//! impl contract::Storage for Storage {
//!     async fn open(&self) -> Result<Arc<dyn Store>, contract::Wrong> {
//!         Ok(Arc::new(self.0.clone()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! contract::check(&Fixture).await?;
//! # Ok(())
//! # }
//! ```

use crate::Store;
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use std::{error::Error, fmt, sync::Arc, time::Duration};
use tokio::time::timeout;

mod changes;
mod content;
mod model;
mod replicas;
mod sample;
mod writers;

/// Gives each case a storage of its own.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// A storage that nothing was ever written to.
    ///
    /// # Errors
    /// When it cannot be made: the case fails.
    async fn storage(&self) -> Result<Box<dyn Storage>, Wrong>;
}

/// What several store values share, as the stores of several processes do.
#[async_trait]
pub trait Storage: Send + Sync {
    /// A new store value on this storage, which knows nothing of the others.
    ///
    /// # Errors
    /// When it cannot be opened: the case fails.
    async fn open(&self) -> Result<Arc<dyn Store>, Wrong>;
}

/// Why a case failed.
pub type Wrong = Box<dyn Error + Send + Sync>;

/// What the contract demands. Each rule has one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// What nothing was written to is empty, at revision 0.
    Empty,
    /// What was committed is loaded again, every field of it, by every handle.
    RoundTrip,
    /// A commit of several events and records is written as a whole.
    Whole,
    /// A commit from another revision than the present one is a conflict, and writes nothing.
    Conflict,
    /// A removed third-party is gone from the records and stays in the history.
    Removed,
    /// The Integrator's profile is kept, replaced, and not lost by other commits.
    Integrator,
    /// Events stay as they were written, whatever is written after them.
    Fixed,
    /// The history answers every query: by third-party, after a revision, limited, either way.
    History,
    /// Asked what happened since the present revision, the store says: nothing.
    SinceNothing,
    /// What happened since a past revision leads to the present state, without a gap.
    SinceComplete,
    /// Whoever waits for a change is woken by another handle's commit.
    Woken,
    /// Whoever waits for a change that does not come is told so when the patience is over.
    Patience,
    /// A replica's report replaces the one before, has an age, and can be taken back.
    Replicas,
    /// Acknowledgements are kept per event and replica, also of replicas that are forgotten.
    Acknowledgements,
    /// Of concurrent commits from one revision one wins; nothing that was acknowledged is lost.
    Contention,
    /// A large commit, and a reader far behind it, come out whole.
    Large,
}

impl Rule {
    /// The rule in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Empty => "what nothing was written to is empty, at revision 0",
            Self::RoundTrip => "what was committed is loaded again, every field of it",
            Self::Whole => "a commit of several events and records is written as a whole",
            Self::Conflict => {
                "a commit from another revision than the present one is a conflict and writes \
                 nothing"
            }
            Self::Removed => "a removed third-party is gone and stays in the history",
            Self::Integrator => "the integrator's profile is kept, replaced, and never lost",
            Self::Fixed => "events stay as they were written",
            Self::History => "the history answers every query",
            Self::SinceNothing => "since the present revision nothing happened",
            Self::SinceComplete => {
                "what happened since a past revision leads to the present state without a gap"
            }
            Self::Woken => "whoever waits is woken by another handle's commit",
            Self::Patience => "whoever waits comes back when the patience is over",
            Self::Replicas => "a replica's report replaces the one before and has an age",
            Self::Acknowledgements => "acknowledgements are kept per event and replica",
            Self::Contention => "of concurrent commits from one revision exactly one wins",
            Self::Large => "a large commit comes out whole",
        }
    }
}

/// The rules that a store broke, each with what was seen.
#[derive(Debug)]
pub struct Violations(Vec<(Rule, Wrong)>);

impl Violations {
    /// The rules.
    pub fn rules(&self) -> impl Iterator<Item = Rule> {
        self.0.iter().map(|(rule, _)| *rule)
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store breaks the contract:")?;
        for (rule, wrong) in &self.0 {
            write!(f, "\n  {rule:?} ({}): {wrong}", rule.words())?;
        }
        Ok(())
    }
}

impl Error for Violations {}

/// Runs every case, each on a storage of its own.
///
/// # Errors
/// The rules that the store broke: all of them, not only the first.
pub async fn check(fixture: &(impl Fixture + ?Sized)) -> Result<(), Violations> {
    let mut violations = Vec::new();
    for (rule, case) in CASES {
        let run = async {
            let storage = fixture.storage().await?;
            case(&*storage).await
        };
        let answer = timeout(LIMIT, run).await;
        let answer = answer.unwrap_or_else(|_| Err("the store did not come back".into()));
        violations.extend(answer.err().map(|wrong| (*rule, wrong)));
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Violations(violations))
    }
}

type Outcome = Result<(), Wrong>;
type Case = for<'a> fn(&'a dyn Storage) -> BoxFuture<'a, Outcome>;

const CASES: &[(Rule, Case)] = &[
    (Rule::Empty, |it| Box::pin(content::empty(it))),
    (Rule::RoundTrip, |it| Box::pin(content::round_trip(it))),
    (Rule::Whole, |it| Box::pin(content::whole(it))),
    (Rule::Conflict, |it| Box::pin(writers::conflict(it))),
    (Rule::Removed, |it| Box::pin(content::removed(it))),
    (Rule::Integrator, |it| Box::pin(content::integrator(it))),
    (Rule::Fixed, |it| Box::pin(changes::fixed(it))),
    (Rule::History, |it| Box::pin(changes::history(it))),
    (Rule::SinceNothing, |it| {
        Box::pin(changes::since_nothing(it))
    }),
    (Rule::SinceComplete, |it| {
        Box::pin(changes::since_complete(it))
    }),
    (Rule::Woken, |it| Box::pin(changes::woken(it))),
    (Rule::Patience, |it| Box::pin(changes::patience(it))),
    (Rule::Replicas, |it| Box::pin(replicas::reports(it))),
    (Rule::Acknowledgements, |it| {
        Box::pin(replicas::acknowledgements(it))
    }),
    (Rule::Contention, |it| Box::pin(writers::contention(it))),
    (Rule::Large, |it| Box::pin(content::large(it))),
];

/// Who has not come back after so long does not come back.
const LIMIT: Duration = Duration::from_secs(120);

fn demand(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err(otherwise().into())
    }
}
