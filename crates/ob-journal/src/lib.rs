//! Who acted for whom, when, and with what outcome.
//!
//! One [`Record`] per attempt: not per call, because a retried call reached the platform more
//! than once and is counted there more than once. A record carries ids, times and codes; it has
//! no field that a payload, a secret or personal data could be put into.
//!
//! Everything that counts calls reads these records, so audit, usage and billing cannot disagree:
//! [`Usage`] is a fold over them.
//!
//! ```
//! use ob_core::ActingFor;
//! use ob_journal::{MemoryJournal, Outcome, Record, SharedJournal, Usage};
//! use std::time::{Duration, SystemTime};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let acme = ActingFor::third_party(
//!     "acme".parse()?,
//!     "tpp-acme".parse()?,
//!     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
//! );
//! let memory = MemoryJournal::default();
//! let journal = SharedJournal::from(memory.clone());
//!
//! let record = Record::new(&acme, "accounts.list", SystemTime::now(), Outcome::Ok { status: 200 })
//!     .consent(Some("c-1".parse()?))
//!     .correlation(Some("0af7651916cd43dd"))
//!     .duration(Duration::from_millis(87));
//! journal.append(&record).await?;
//!
//! let records = memory.records();
//! let usage: Usage = records.iter().collect();
//! assert_eq!(usage.of(acme.business_id()).map(|it| it.total().calls), Some(1));
//! # Ok(())
//! # }
//! ```
//!
//! [`Journal`] is a seam: [`MemoryJournal`] and [`JsonlJournal`] are here. A file is read back
//! with [`read_jsonl`], or line by line with [`JsonlReader`].

mod error;
pub use error::JournalError;

mod journal;
pub use journal::{Journal, MemoryJournal, SharedJournal};

mod jsonl;
pub use jsonl::{Durability, JsonlFile, JsonlJournal, JsonlReader, read_jsonl};

mod record;
pub use record::{Outcome, Record};

mod usage;
pub use usage::{Counts, PartyUsage, Usage};
