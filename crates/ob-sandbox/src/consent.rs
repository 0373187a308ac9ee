//! Consents and their managed flows: the state machine (platform section 5).

mod book;
pub(crate) use book::{ConsentBook, NewConsent};

mod flow;
pub(crate) use flow::{Flow, FlowKind, FlowState, IllegalStep};

use crate::bank::Account;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use ob_core::ClientId;

/// A consent: who may see which accounts of one end user, and until when.
#[derive(Debug)]
pub(crate) struct ConsentRecord {
    pub(crate) id: String,
    pub(crate) owner: ClientId,
    pub(crate) use_case: String,
    pub(crate) end_user: EndUserRecord,
    pub(crate) kind: ConsentKind,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) revoked: bool,
    pub(crate) connected: bool,
    pub(crate) accounts: Vec<Account>,
    pub(crate) flows: Vec<Flow>,
}

/// The end user as the third-party named them.
#[derive(Clone, Debug)]
pub(crate) struct EndUserRecord {
    pub(crate) identifier: String,
    pub(crate) email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConsentKind {
    Ongoing,
    OneOff,
}

impl ConsentKind {
    /// DOC: 12 months, or 24 hours.
    fn end(self, created: Timestamp) -> Timestamp {
        let span = match self {
            Self::Ongoing => 12.months(),
            Self::OneOff => 24.hours(),
        };
        let end = created.to_zoned(TimeZone::UTC).checked_add(span);
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }
}

/// ASSUMED: `INACTIVE | ACTIVE | EXPIRED | REVOKED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConsentState {
    Inactive,
    Active,
    Expired,
    Revoked,
}

impl ConsentState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "INACTIVE",
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Revoked => "REVOKED",
        }
    }
}

impl ConsentRecord {
    /// The state is read from facts, so no clock has to be watched: a consent that has ended is
    /// expired at that very moment, whatever it was before. Expired and revoked are final (R230).
    pub(crate) fn state(&self, now: Timestamp) -> ConsentState {
        if self.revoked {
            ConsentState::Revoked
        } else if now >= self.expires {
            ConsentState::Expired
        } else if self.connected {
            ConsentState::Active
        } else {
            ConsentState::Inactive
        }
    }

    /// Ends the consent and every open flow of it.
    pub(crate) fn revoke(&mut self, now: Timestamp) {
        self.revoked = true;
        for flow in &mut self.flows {
            // A flow that has ended already stays as it ended.
            let _ = flow.cancel(now);
        }
    }

    /// Takes in what the end user connected. An account connected twice is there once.
    pub(crate) fn connect(&mut self, accounts: Vec<Account>) {
        self.connected = true;
        for account in accounts {
            if self.accounts.iter().all(|known| known.id != account.id) {
                self.accounts.push(account);
            }
        }
    }
}
