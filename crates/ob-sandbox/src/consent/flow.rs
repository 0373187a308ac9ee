//! Managed flows.

use jiff::{Timestamp, ToSpan};

/// One managed flow: the end user's way through the bank.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) id: String,
    pub(crate) kind: FlowKind,
    pub(crate) expires: Timestamp,
    state: FlowState,
    wrong_tries: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowKind {
    ConnectAccounts,
    Reauthenticate,
}

/// The statuses the platform documents (DOC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowState {
    Active,
    Authorizing,
    Completed,
    Failed,
    Expired,
    Cancelled,
}

impl FlowState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Authorizing => "AUTHORIZING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Cancelled => "CANCELLED",
        }
    }

    const fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::Authorizing)
    }

    /// `ACTIVE → AUTHORIZING → COMPLETED | FAILED`; an open flow may also be cancelled.
    const fn may_become(self, next: Self) -> bool {
        match next {
            Self::Active => false,
            Self::Authorizing => self.is_open(),
            Self::Completed | Self::Failed => matches!(self, Self::Authorizing),
            Self::Expired | Self::Cancelled => self.is_open(),
        }
    }
}

/// A step that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IllegalStep {
    pub(crate) from: FlowState,
    pub(crate) to: FlowState,
}

impl Flow {
    pub(crate) fn start(id: String, kind: FlowKind, now: Timestamp) -> Self {
        let expires = now
            .checked_add(LIFETIME_MINUTES.minutes())
            .unwrap_or(Timestamp::MAX);
        Self {
            id,
            kind,
            expires,
            state: FlowState::Active,
            wrong_tries: 0,
        }
    }

    pub(crate) fn state(&self, now: Timestamp) -> FlowState {
        if self.state.is_open() && now >= self.expires {
            FlowState::Expired
        } else {
            self.state
        }
    }

    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.state(now).is_open()
    }

    /// The end user starts to authenticate.
    pub(crate) fn authorize(&mut self, now: Timestamp) -> Result<(), IllegalStep> {
        self.step(FlowState::Authorizing, now)
    }

    /// The end user authenticated and chose the accounts.
    pub(crate) fn complete(&mut self, now: Timestamp) -> Result<(), IllegalStep> {
        self.step(FlowState::Completed, now)
    }

    /// The end user, or the end of the consent, stopped it.
    pub(crate) fn cancel(&mut self, now: Timestamp) -> Result<(), IllegalStep> {
        self.step(FlowState::Cancelled, now)
    }

    /// Wrong credentials; the third time the flow has failed.
    pub(crate) fn wrong_credentials(&mut self, now: Timestamp) -> Result<(), IllegalStep> {
        self.wrong_tries += 1;
        if self.wrong_tries >= MAX_TRIES {
            self.step(FlowState::Failed, now)?;
        }
        Ok(())
    }

    fn step(&mut self, to: FlowState, now: Timestamp) -> Result<(), IllegalStep> {
        let from = self.state(now);
        if !from.may_become(to) {
            return Err(IllegalStep { from, to });
        }
        self.state = to;
        Ok(())
    }
}

/// ASSUMED: as long as a person needs at their bank.
const LIFETIME_MINUTES: i64 = 15;
/// ASSUMED: what banks commonly allow.
const MAX_TRIES: u32 = 3;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use FlowState::{Active, Authorizing, Cancelled, Completed, Expired, Failed};

    const ALL: [FlowState; 6] = [Active, Authorizing, Completed, Failed, Expired, Cancelled];

    #[test]
    fn r230_only_the_legal_steps_are_possible() {
        let legal: Vec<_> = ALL
            .into_iter()
            .flat_map(|from| ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(
            legal,
            [
                (Active, Authorizing),
                (Active, Expired),
                (Active, Cancelled),
                (Authorizing, Authorizing),
                (Authorizing, Completed),
                (Authorizing, Failed),
                (Authorizing, Expired),
                (Authorizing, Cancelled),
            ]
        );
    }

    #[test]
    fn fails_at_the_third_wrong_try() {
        let now = Timestamp::UNIX_EPOCH;
        let mut flow = Flow::start("f".into(), FlowKind::ConnectAccounts, now);
        flow.authorize(now).unwrap();
        for expected in [Authorizing, Authorizing, Failed] {
            flow.wrong_credentials(now).unwrap();
            assert_eq!(flow.state(now), expected);
        }
        assert_eq!(
            flow.complete(now),
            Err(IllegalStep {
                from: Failed,
                to: Completed
            })
        );
    }

    #[test]
    fn expires_by_the_clock_only_while_open() {
        let now = Timestamp::UNIX_EPOCH;
        let mut flow = Flow::start("f".into(), FlowKind::ConnectAccounts, now);
        assert_eq!(flow.state(flow.expires), Expired);
        flow.authorize(now).unwrap();
        flow.complete(now).unwrap();
        assert_eq!(flow.state(flow.expires), Completed);
    }
}
