//! JSON as the platform must write it: no member twice, at any depth (R218).

use serde::{
    Deserialize,
    de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor},
};
use std::{collections::HashSet, fmt};

/// Reads `body`, or says what is wrong with it without repeating any of it.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice::<EachOnce>(body).map_err(|error| describe(&error))?;
    if !body.trim_ascii_start().starts_with(b"{") {
        // serde would read a list as the members of a type in their order.
        return Err("not a JSON object".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| describe(&error))
}

/// serde's messages quote values, which may be personal; only those that name a member of our
/// own types are kept, everything else is a place.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let at = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        _ if text.starts_with("missing field") => text,
        _ if text.starts_with(TWICE) => format!("{TWICE} at {at}"),
        serde_json::error::Category::Eof => format!("JSON ends too early at {at}"),
        serde_json::error::Category::Data => format!("a member has another type or form at {at}"),
        _ => format!("not JSON at {at}"),
    }
}

const TWICE: &str = "a member stands twice";

/// Any JSON in which no object has a member twice. serde itself only notices for the members
/// that a type has.
struct EachOnce;

impl<'de> Deserialize<'de> for EachOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for EachOnce {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !seen.insert(name) {
                return Err(de::Error::custom(TWICE));
            }
            members.next_value::<Self>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::Value;

    fn refused(body: &str) -> String {
        parse::<Value>(body.as_bytes()).unwrap_err()
    }

    /// Rows: R218
    #[test]
    fn r218_no_member_twice_at_any_depth() {
        for body in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":[{"y":{"a":1,"a":2}}]}"#,
        ] {
            assert!(
                refused(body).starts_with("a member stands twice at line 1"),
                "{body}"
            );
        }
        assert!(parse::<Value>(br#"{"a":{"a":[{"a":1},{"a":1}]}}"#).is_ok());
    }

    /// Rows: R218
    #[test]
    fn r218_not_json() {
        for body in [
            "\u{feff}{}",
            "{} {}",
            "{'a':1}",
            "{\"a\":1,}",
            "NaN",
            "<html>",
            "{\"a\":\"\n\"}",
        ] {
            assert!(refused(body).starts_with("not JSON at"), "{body:?}");
        }
        assert!(parse::<Value>(b"{\"a\":\"\xff\"}").is_err());
        assert!(parse::<Value>(b"{\0\"\0a\0").is_err());
        assert!(refused(&"[".repeat(100_000)).starts_with("not JSON at"));
        assert_eq!(
            refused(r#"{"a":"#),
            "JSON ends too early at line 1 column 5"
        );
    }

    #[test]
    fn l5_no_value_is_repeated() {
        type Numbers = std::collections::BTreeMap<String, u8>;
        let reason = parse::<Numbers>(br#"{"Erika":"Mustermann"}"#).unwrap_err();
        assert_eq!(
            reason,
            "a member has another type or form at line 1 column 21"
        );
    }

    #[test]
    fn a_list_is_no_object() {
        for body in [r#" ["c-1"]"#, "null", "1", r#""{}""#] {
            assert_eq!(refused(body), "not a JSON object", "{body}");
        }
        assert!(parse::<Value>(b" \n\t{}").is_ok());
    }
}
