//! DPoP nonces: one per server and role, the newest wins (RFC 9449 sections 8 and 9).

use crate::origin::Origin;
use http::HeaderMap;
use quick_cache::sync::Cache;
use std::{fmt, sync::Arc};

/// A nonce that a server gave. Opaque; prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Nonce(Arc<str>);

impl Nonce {
    /// The nonce of an answer: exactly one `DPoP-Nonce` of 1 to 1024 NQCHAR. More than one
    /// (R079), a malformed or an over-long one (R075) counts as none.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut fields = headers.get_all(DPOP_NONCE).iter();
        let (only, more) = (fields.next()?, fields.next());
        let text = only.to_str().ok().filter(|_| more.is_none())?;
        ((1..=MAX_NONCE).contains(&text.len()) && text.bytes().all(is_nqchar))
            .then(|| Self(text.into()))
    }

    /// The text, for the proof's `nonce` claim.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// The newest nonce of each origin, for one role. A nonce of an authorization server never
/// reaches an API, even on one origin, so each role has a store of its own (R076).
#[derive(Debug)]
pub(crate) struct NonceStore(Cache<Origin, Nonce>);

impl NonceStore {
    pub(crate) fn new() -> Self {
        Self(Cache::new(MAX_ORIGINS))
    }

    pub(crate) fn get(&self, origin: &Origin) -> Option<Nonce> {
        self.0.get(origin)
    }

    /// Keeps the nonce of any answer, a success too (R077). Tells whether it is new.
    pub(crate) fn learn(&self, origin: &Origin, headers: &HeaderMap) -> bool {
        let Some(nonce) = Nonce::of(headers) else {
            return false;
        };
        if self.get(origin).as_ref() == Some(&nonce) {
            return false;
        }
        self.0.insert(origin.clone(), nonce);
        true
    }
}

/// NQCHAR of RFC 6749 appendix A.
fn is_nqchar(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

const DPOP_NONCE: &str = "dpop-nonce";
/// Real nonces have 20 to 300 characters; it is repeated in every proof, so it is bounded.
const MAX_NONCE: usize = 1024;
/// A client talks to a handful of origins; the bound keeps a mistake from growing.
const MAX_ORIGINS: usize = 64;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http::HeaderValue;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(DPOP_NONCE, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    fn origin(url: &str) -> Origin {
        Origin::of(&url.parse().unwrap()).unwrap()
    }

    /// Rows: R075, R079, L2.20, L2.23
    #[test]
    fn r075_r079_only_one_well_formed_nonce_counts() {
        let longest = "n".repeat(1024);
        assert_eq!(
            Nonce::of(&headers(&[b"a.B-1~"])).unwrap().expose(),
            "a.B-1~"
        );
        assert!(Nonce::of(&headers(&[longest.as_bytes()])).is_some());
        let too_long = "n".repeat(1025);
        let huge = "n".repeat(65_536);
        for bad in [
            &b""[..],
            b"a b",
            b"a\"b",
            b"a\\b",
            b"a\tb",
            b"\xe9",
            too_long.as_bytes(),
            huge.as_bytes(),
        ] {
            assert!(Nonce::of(&headers(&[bad])).is_none());
        }
        assert!(Nonce::of(&headers(&[b"a", b"a"])).is_none());
        assert!(Nonce::of(&headers(&[])).is_none());
    }

    /// Rows: R076, R077
    #[test]
    fn r076_r077_the_newest_of_each_origin() {
        let store = NonceStore::new();
        let (one, other) = (origin("https://a.example"), origin("https://b.example"));
        assert!(store.learn(&one, &headers(&[b"n1"])));
        assert!(!store.learn(&one, &headers(&[b"n1"])));
        assert!(store.learn(&one, &headers(&[b"n2"])));
        assert!(!store.learn(&one, &headers(&[b"n3", b"n4"])));
        assert_eq!(store.get(&one).unwrap().expose(), "n2");
        assert!(store.get(&other).is_none());
    }

    #[test]
    fn many_origins_are_bounded() {
        let store = NonceStore::new();
        for i in 0..1000 {
            store.learn(&origin(&format!("https://h{i}.example")), &headers(&[b"n"]));
        }
        assert!(store.0.len() <= MAX_ORIGINS);
    }

    #[test]
    fn prints_nothing() {
        let nonce = Nonce::of(&headers(&[b"CANARY"])).unwrap();
        assert_eq!(format!("{nonce:?}"), "Nonce(..)");
    }
}
