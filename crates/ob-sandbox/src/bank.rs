//! The banks of the sandbox: providers, users, accounts and transactions (platform section 10).
//!
//! All of it is synthetic and decided by the seed and the calendar: the same seed and the same
//! day give the same bank statement.

mod account;
mod iban;
mod provider;
mod transaction;
mod user;

pub(crate) use account::{Account, AccountKind, accounts_of};
pub(crate) use provider::{PROVIDERS, Provider};
pub(crate) use transaction::{Entry, EntryStatus, balance, entries};
pub(crate) use user::{PASSWORD, User};
