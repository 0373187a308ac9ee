//! Idempotency keys, scoped by client and third-party (R201, R214).

use bytes::Bytes;
use http::StatusCode;
use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};
use uuid::Uuid;

/// Under whom a key was used: `(client, third-party, key)`.
pub(crate) type KeyScope = (String, String, Uuid);

/// What was answered to the first request with a key.
#[derive(Clone, Debug)]
pub(crate) struct StoredAnswer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// What the store says about a request with a key.
#[derive(Debug)]
pub(crate) enum KeyUse {
    New,
    Repeat(StoredAnswer),
    OtherPayload,
}

/// The answers of the last day. The effect and its note happen under one lock, so a second
/// request never finds the first one half done (the 409 of R214 cannot occur).
#[derive(Debug, Default)]
pub(crate) struct IdempotencyStore {
    by_key: HashMap<KeyScope, (Bytes, StoredAnswer, SystemTime)>,
}

impl IdempotencyStore {
    pub(crate) fn look_up(&mut self, scope: &KeyScope, payload: &Bytes, now: SystemTime) -> KeyUse {
        self.by_key.retain(|_, (_, _, end)| *end > now);
        match self.by_key.get(scope) {
            None => KeyUse::New,
            Some((known, answer, _)) if known == payload => KeyUse::Repeat(answer.clone()),
            Some(_) => KeyUse::OtherPayload,
        }
    }

    pub(crate) fn keep(&mut self, scope: KeyScope, kept: (Bytes, StoredAnswer), now: SystemTime) {
        self.by_key.insert(scope, (kept.0, kept.1, now + LIFETIME));
    }
}

/// Reads a key in either form: the bare UUID the platform's integrators send, or the quoted
/// structured-field string of the draft (R213).
pub(crate) fn read_key(text: &str) -> Option<Uuid> {
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    Some(bare)
        .filter(|bare| bare.len() == 36)
        .and_then(|bare| Uuid::try_parse(bare).ok())
}

/// ASSUMED: a day, as common elsewhere.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

    fn scope(party: &str) -> KeyScope {
        ("int".into(), party.into(), read_key(KEY).unwrap())
    }

    #[test]
    fn r213_reads_both_forms_and_nothing_else() {
        assert_eq!(read_key(KEY), read_key(&format!("\"{KEY}\"")));
        for bad in [
            "",
            "x",
            "\"\"",
            &KEY.replace('-', ""),
            &format!("\"{KEY}"),
            &format!("{KEY} "),
        ] {
            assert_eq!(read_key(bad), None, "{bad}");
        }
    }

    #[test]
    fn r214_a_key_belongs_to_one_party_and_one_payload_for_a_day() {
        let (mut store, now) = (IdempotencyStore::default(), SystemTime::UNIX_EPOCH);
        let (one, other) = (Bytes::from_static(b"1"), Bytes::from_static(b"2"));
        let answer = StoredAnswer {
            status: StatusCode::CREATED,
            body: Bytes::new(),
        };
        store.keep(scope("a"), (one.clone(), answer), now);
        assert!(matches!(
            store.look_up(&scope("a"), &one, now),
            KeyUse::Repeat(_)
        ));
        assert!(matches!(
            store.look_up(&scope("a"), &other, now),
            KeyUse::OtherPayload
        ));
        assert!(matches!(store.look_up(&scope("b"), &one, now), KeyUse::New));
        assert!(matches!(
            store.look_up(&scope("a"), &one, now + LIFETIME),
            KeyUse::New
        ));
    }
}
