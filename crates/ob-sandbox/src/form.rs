//! `application/x-www-form-urlencoded`, read strictly (R149, R150).

use std::collections::BTreeMap;

/// Why a form is not acceptable. Says what is wrong and never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FormError {
    NotUtf8,
    BadEscape,
    TooMany,
    Repeated(&'static str),
}

impl FormError {
    pub(crate) fn found(&self) -> String {
        match self {
            Self::NotUtf8 => "bytes that are not UTF-8".into(),
            Self::BadEscape => "a character that must be escaped, or a broken escape".into(),
            Self::TooMany => format!("more than {MAX_PARAMETERS} parameters"),
            Self::Repeated(name) => format!("{name} more than once"),
        }
    }
}

/// The parameters of a form or a query. Empty values are left out (RFC 6749 section 3.1).
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body or a query.
    ///
    /// # Errors
    /// Broken escapes, bytes that are not UTF-8, and a repeated parameter.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, FormError> {
        let mut form = BTreeMap::new();
        let pairs = bytes.split(|&b| b == b'&').filter(|pair| !pair.is_empty());
        for (n, pair) in pairs.enumerate() {
            if n >= MAX_PARAMETERS {
                return Err(FormError::TooMany);
            }
            let mut halves = pair.splitn(2, |&b| b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            let shown = known_name(&name);
            if form.insert(name, value).is_some() {
                return Err(FormError::Repeated(shown));
            }
        }
        form.retain(|_, value| !value.is_empty());
        Ok(Self(form))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// A foreign name is not echoed: it may be a secret that slipped in front of the `=`.
fn known_name(name: &str) -> &'static str {
    const KNOWN: [&str; 8] = [
        "grant_type",
        "scope",
        "client_id",
        "client_assertion",
        "client_assertion_type",
        "consent_id",
        "resource",
        "limit",
    ];
    KNOWN
        .into_iter()
        .find(|&known| known == name)
        .unwrap_or("a parameter")
}

fn decode(text: &[u8]) -> Result<String, FormError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => escaped(rest.next(), rest.next()).ok_or(FormError::BadEscape)?,
            0x21..=0x7E => byte,
            0x80.. => return Err(FormError::NotUtf8),
            _ => return Err(FormError::BadEscape),
        });
    }
    String::from_utf8(bytes).map_err(|_| FormError::NotUtf8)
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// A token request has eight; a hundred thousand empty ones only cost time.
const MAX_PARAMETERS: usize = 32;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_escapes_and_leaves_out_empty_values() {
        let form = Form::parse(b"scope=a+b%3Ac&foo=&&bar=1%202").unwrap();
        assert_eq!(form.get("scope"), Some("a b:c"));
        assert_eq!(form.get("bar"), Some("1 2"));
        assert!(!form.has("foo"));
    }

    #[test]
    fn r150_refuses_a_repetition_even_of_an_empty_value_or_under_an_escape() {
        for text in ["scope=a&scope=b", "scope=&scope=b", "scope=a&s%63ope=b"] {
            let refused = Form::parse(text.as_bytes()).unwrap_err();
            assert_eq!(refused, FormError::Repeated("scope"), "{text}");
        }
    }

    #[test]
    fn r149_refuses_what_is_not_a_form() {
        for text in [
            &b"a=%4"[..],
            b"a=%zz",
            b"a=%ff",
            b"a=\xff",
            b"a=b c",
            b"a=\n",
            b"{\"a\": 1}",
        ] {
            assert!(Form::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(
            Form::parse("a=1&".repeat(40).as_bytes()).unwrap_err(),
            FormError::Repeated("a parameter")
        );
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Form::parse(&bytes);
        }

        #[test]
        fn reads_back_what_was_escaped(value in "\\PC{1,40}") {
            let escaped: String = value.bytes().map(|b| format!("%{b:02X}")).collect();
            let form = Form::parse(format!("scope={escaped}").as_bytes()).unwrap();
            prop_assert_eq!(form.get("scope"), Some(value.as_str()));
        }
    }
}
