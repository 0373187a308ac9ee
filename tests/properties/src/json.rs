//! The strict JSON reader.

use ob_jose::json::{MAX_DEPTH, parse_object};
use serde_json::Value;

use crate::strict_tree::Tree;
use crate::{random, spoken, vectors};

/// Accepted is exactly: what another reader accepts, one object, each name once, not too deep;
/// and the value is the other reader's.
pub(crate) fn holds(data: &[u8]) {
    let tree = Tree::read(data);
    let strict = tree.as_ref().is_some_and(|tree| {
        tree.is_object() && tree.depth() <= MAX_DEPTH && tree.has_each_name_once()
    });
    match parse_object(data) {
        Ok(object) => {
            assert!(strict, "accepted: {tree:?}");
            let plain: Option<Value> = serde_json::from_slice(data).ok();
            assert_eq!(plain, Some(Value::Object(object)));
        }
        Err(error) => {
            assert!(!strict, "refused: {error}");
            spoken::check(&error);
        }
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors::json_documents();
    seeds.extend(vectors::harvest(vectors::JOSE, vectors::key));
    seeds.extend(random::texts(b"{}[]\":,\\u0069eE+-.tfn 1\xc3\xa9", 40, 64));
    for depth in [MAX_DEPTH, MAX_DEPTH + 1, 200] {
        seeds.push(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)).into_bytes());
        seeds.push(format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes());
    }
    seeds.extend(random::seeds([
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"a":{"b":[{"c":1,"c":1}]}}"#,
        r#"{"a":"\ud83d\ude00","b":"\ud83d"}"#,
        r#"{"a":1e400,"b":-0,"c":18446744073709551616}"#,
    ]));
    seeds
}
