//! JSON read strictly: what two parsers could read differently is refused.
//!
//! RFC 7515 section 10.12 lets a receiver keep the last of two equal member names; attacks live
//! on that. Here a duplicate is refused at every depth (R126-R128), as are invalid UTF-8, a byte
//! order mark, lone surrogates, numbers beyond `f64`, trailing bytes and nesting beyond
//! [`MAX_DEPTH`].

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Deepest nesting of objects and arrays that is read. JOSE needs three levels; `act` chains five.
pub const MAX_DEPTH: usize = 32;

const DUPLICATE: &str = "an object has two members of one name";
const TOO_DEEP: &str = "nested deeper than 32 levels";
const NOT_FINITE: &str = "a number is not finite";
const NOT_OBJECT: &str = "the document is not a JSON object";

/// Reads one JSON object.
///
/// # Errors
/// Whatever is not exactly one strict JSON object; see the [module](self).
///
/// ```
/// use ob_jose::json::parse_object;
///
/// assert!(parse_object(br#"{"alg":"ES256"}"#).is_ok());
/// assert!(parse_object(br#"{"alg":"none","a\u006cg":"ES256"}"#).is_err());
/// assert!(parse_object(br#"[]"#).is_err());
/// ```
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let object = reader
        .deserialize_any(Object)
        .map_err(|error| JsonError::from_serde(&error))?;
    reader
        .end()
        .map_err(|_| JsonError("bytes follow the document"))?;
    Ok(object)
}

/// The document is not acceptable JSON. Says why, never what the document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not strict JSON: {0}")]
pub struct JsonError(&'static str);

impl JsonError {
    /// The reason alone.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.0
    }

    /// Only our own constants pass: `serde_json` may quote the document.
    fn from_serde(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let known = [DUPLICATE, TOO_DEEP, NOT_FINITE, NOT_OBJECT];
        let reason = known.into_iter().find(|reason| text.starts_with(reason));
        Self(reason.unwrap_or(match error.classify() {
            serde_json::error::Category::Data => NOT_OBJECT,
            serde_json::error::Category::Eof => "the document ends early",
            _ => "the document is not well formed",
        }))
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        read_members(members, 1)
    }
}

#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn below<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        (depth <= MAX_DEPTH)
            .then_some(Self { depth })
            .ok_or_else(|| E::custom(TOO_DEEP))
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom(NOT_FINITE))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        read_members(members, below.depth).map(Value::Object)
    }
}

fn read_members<'de, A: MapAccess<'de>>(
    mut members: A,
    depth: usize,
) -> Result<Map<String, Value>, A::Error> {
    let mut object = Map::new();
    while let Some(name) = members.next_key::<String>()? {
        let value = members.next_value_seed(Node { depth })?;
        if object.insert(name, value).is_some() {
            return Err(de::Error::custom(DUPLICATE));
        }
    }
    Ok(object)
}

/// The JSON type of a value, with its article.
pub(crate) const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Appends `text` as a JSON string (RFC 8259 section 7), quotes included.
pub(crate) fn append_string(text: &str, json: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    json.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => json.extend_from_slice(b"\\\""),
            b'\\' => json.extend_from_slice(b"\\\\"),
            0x00..=0x1f => {
                let low = HEX.get(usize::from(byte & 0x0f)).copied().unwrap_or(b'0');
                json.extend_from_slice(if byte < 0x10 { b"\\u000" } else { b"\\u001" });
                json.push(low);
            }
            _ => json.push(byte),
        }
    }
    json.push(b'"');
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn reason(text: &[u8]) -> &'static str {
        parse_object(text).unwrap_err().reason()
    }

    /// Rows: R126, R127
    #[test]
    fn r126_r127_duplicates_are_refused_at_every_depth() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"jwk":{"x":1,"x":1}}"#,
            r#"{"l":[{"x":{"y":1,"y":1}}]}"#,
        ] {
            assert_eq!(reason(text.as_bytes()), DUPLICATE, "{text}");
        }
    }

    /// Rows: R128
    #[test]
    fn r128_only_one_well_formed_object_of_bounded_depth() {
        let deep = |n: usize| format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n));
        assert!(parse_object(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(reason(deep(MAX_DEPTH + 1).as_bytes()), TOO_DEEP);
        assert_eq!(reason(deep(10_000).as_bytes()), TOO_DEEP);
        assert_eq!(reason(b"[1]"), NOT_OBJECT);
        assert_eq!(reason(b"\"x\""), NOT_OBJECT);
        assert_eq!(reason(b"{} x"), "bytes follow the document");
        for text in [
            &b"\xef\xbb\xbf{}"[..],
            b"{\0\"\0a\0",
            b"{\"a\":\"\xc0\xaf\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":1e400}"#,
            br#"{"a":NaN}"#,
            br#"{"a":01}"#,
            b"{\"a\":\"\n\"}",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"{\"a\":1",
            b"",
        ] {
            assert!(
                parse_object(text).is_err(),
                "{}",
                String::from_utf8_lossy(text)
            );
        }
    }

    #[test]
    fn the_error_never_quotes_the_document() {
        for text in [
            r#""CANARY""#,
            r#"{"CANARY":CANARY}"#,
            r#"{"CANARY":1,"CANARY":2}"#,
        ] {
            let error = parse_object(text.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("CANARY"));
        }
    }

    proptest! {
        #[test]
        fn strings_are_escaped_as_json(text in any::<String>()) {
            let mut json = Vec::new();
            append_string(&text, &mut json);
            prop_assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        }
    }
}
