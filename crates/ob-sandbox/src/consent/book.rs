//! All consents, each inside its owner's tenant.

use super::{ConsentKind, ConsentRecord, EndUserRecord, Flow};
use jiff::Timestamp;
use ob_core::ClientId;
use std::collections::HashMap;

/// The consents of a sandbox. Every look-up by a client says whose consent it wants: somebody
/// else's consent is not found (R200).
#[derive(Debug, Default)]
pub(crate) struct ConsentBook {
    by_id: HashMap<String, ConsentRecord>,
    consent_of_flow: HashMap<String, String>,
}

/// What a new consent is made of.
#[derive(Debug)]
pub(crate) struct NewConsent {
    pub(crate) id: String,
    pub(crate) owner: ClientId,
    pub(crate) use_case: String,
    pub(crate) end_user: EndUserRecord,
    pub(crate) kind: ConsentKind,
}

impl ConsentBook {
    pub(crate) fn create(&mut self, new: NewConsent, now: Timestamp) -> &ConsentRecord {
        let id = new.id.clone();
        let record = ConsentRecord {
            id: new.id,
            owner: new.owner,
            use_case: new.use_case,
            end_user: new.end_user,
            kind: new.kind,
            created: now,
            expires: new.kind.end(now),
            revoked: false,
            connected: false,
            accounts: Vec::new(),
            flows: Vec::new(),
        };
        self.by_id.entry(id).or_insert(record)
    }

    /// The consent, if `owner` owns it.
    pub(crate) fn of(&self, owner: &ClientId, id: &str) -> Option<&ConsentRecord> {
        self.by_id.get(id).filter(|consent| consent.owner == *owner)
    }

    pub(crate) fn of_mut(&mut self, owner: &ClientId, id: &str) -> Option<&mut ConsentRecord> {
        self.by_id
            .get_mut(id)
            .filter(|consent| consent.owner == *owner)
    }

    /// Adds a flow to a consent. Does nothing for a consent that is not there.
    pub(crate) fn add_flow(&mut self, consent: &str, flow: Flow) {
        if let Some(record) = self.by_id.get_mut(consent) {
            self.consent_of_flow
                .insert(flow.id.clone(), record.id.clone());
            record.flows.push(flow);
        }
    }

    /// Whoever's consent it is: for the end user's side and the test controls, which know no
    /// third-party.
    pub(crate) fn any_mut(&mut self, id: &str) -> Option<&mut ConsentRecord> {
        self.by_id.get_mut(id)
    }

    /// The consent that has this flow, whoever's it is.
    pub(crate) fn by_flow_mut(&mut self, flow: &str) -> Option<&mut ConsentRecord> {
        let consent = self.consent_of_flow.get(flow)?;
        self.by_id.get_mut(consent)
    }

    pub(crate) fn by_flow(&self, flow: &str) -> Option<&ConsentRecord> {
        self.by_id.get(self.consent_of_flow.get(flow)?)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::consent::{ConsentState, FlowKind, FlowState};

    fn book(kind: ConsentKind) -> (ConsentBook, ClientId, Timestamp) {
        let (mut book, owner) = (ConsentBook::default(), "tpp-a".parse::<ClientId>().unwrap());
        let now: Timestamp = "2026-02-28T12:00:00Z".parse().unwrap();
        let new = NewConsent {
            id: "c".into(),
            owner: owner.clone(),
            use_case: "u".into(),
            end_user: EndUserRecord {
                identifier: "i".into(),
                email: "e".into(),
            },
            kind,
        };
        book.create(new, now);
        (book, owner, now)
    }

    #[test]
    fn r200_a_foreign_consent_is_not_found() {
        let (mut book, owner, _) = book(ConsentKind::Ongoing);
        let other = "tpp-b".parse().unwrap();
        assert!(book.of(&owner, "c").is_some());
        assert!(book.of(&other, "c").is_none() && book.of_mut(&other, "c").is_none());
    }

    #[test]
    fn ends_by_the_clock() {
        let (book_12, owner, now) = book(ConsentKind::Ongoing);
        let consent = book_12.of(&owner, "c").unwrap();
        assert_eq!(consent.expires.to_string(), "2027-02-28T12:00:00Z");
        assert_eq!(consent.state(now), ConsentState::Inactive);
        assert_eq!(consent.state(consent.expires), ConsentState::Expired);
        let (book_1, ..) = book(ConsentKind::OneOff);
        assert_eq!(
            book_1.of(&owner, "c").unwrap().expires.to_string(),
            "2026-03-01T12:00:00Z"
        );
    }

    #[test]
    fn r230_revoked_is_final_and_stops_its_flows() {
        let (mut book, owner, now) = book(ConsentKind::Ongoing);
        book.add_flow("c", Flow::start("f".into(), FlowKind::ConnectAccounts, now));
        let consent = book.by_flow_mut("f").unwrap();
        consent.connect(Vec::new());
        assert_eq!(consent.state(now), ConsentState::Active);
        consent.revoke(now);
        consent.connect(Vec::new());
        assert_eq!(consent.state(now), ConsentState::Revoked);
        assert_eq!(consent.state(consent.expires), ConsentState::Revoked);
        let flow = book.of(&owner, "c").unwrap().flows.first().unwrap();
        assert_eq!(flow.state(now), FlowState::Cancelled);
    }
}
