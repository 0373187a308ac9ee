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
    by_key: HashMap<KeyScope, Kept>,
    tidy_at: usize,
}

#[derive(Debug)]
struct Kept {
    payload: Bytes,
    answer: StoredAnswer,
    end: SystemTime,
}

impl IdempotencyStore {
    pub(crate) fn look_up(&self, scope: &KeyScope, payload: &Bytes, now: SystemTime) -> KeyUse {
        match self.by_key.get(scope).filter(|kept| kept.end > now) {
            None => KeyUse::New,
            Some(kept) if kept.payload == payload => KeyUse::Repeat(kept.answer.clone()),
            Some(_) => KeyUse::OtherPayload,
        }
    }

    pub(crate) fn keep(
        &mut self,
        scope: KeyScope,
        (payload, answer): (Bytes, StoredAnswer),
        now: SystemTime,
    ) {
        // Looking at every key now and then costs nothing per key on average.
        if self.by_key.len() >= self.tidy_at {
            self.by_key.retain(|_, kept| kept.end > now);
            self.tidy_at = (self.by_key.len() * 2).max(1024);
        }
        let end = now + LIFETIME;
        self.by_key.insert(
            scope,
            Kept {
                payload,
                answer,
                end,
            },
        );
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
