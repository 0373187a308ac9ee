//! The demo as a check: it must end well and say that nothing went to the wrong party.

use std::time::Duration;

use serde_json::Value;

use super::{Desk, Outcome};
use crate::demo::command;

/// The demo promises seconds; this is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(600);
const SCHEMA: &str = "ob.demo/1";

pub(super) fn check(desk: &mut Desk<'_>) -> Outcome {
    let call = command(&["-o", "json"]).within(LIMIT);
    let answer = desk.run(&call);
    if !answer.succeeded {
        return Outcome::Failed(format!("`{}` failed", call.shown()));
    }
    match judged(&answer.output.join("\n")) {
        Ok(note) => Outcome::Passed(note),
        Err(sentence) => {
            desk.log.line(&sentence);
            Outcome::Failed(sentence)
        }
    }
}

fn judged(output: &str) -> Result<String, String> {
    let report: Value = serde_json::from_str(output)
        .map_err(|error| format!("standard output is not one JSON object: {error}"))?;
    let schema = report.get("schema").and_then(Value::as_str);
    if schema != Some(SCHEMA) {
        return Err(format!("the schema is {schema:?}, needed is \"{SCHEMA}\""));
    }
    let mut counts = Vec::new();
    wrong_party(&report, &mut counts);
    if counts.is_empty() {
        return Err("no member `wrong_party` tells how many requests went astray".to_owned());
    }
    match counts.iter().find(|count| count.as_u64() != Some(0)) {
        Some(count) => Err(format!("`wrong_party` is {count}, needed is 0")),
        None => Ok("0 wrong-party requests".to_owned()),
    }
}

/// Every member of that name, at any depth.
fn wrong_party<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                if name == "wrong_party" {
                    found.push(inner);
                }
                wrong_party(inner, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| wrong_party(inner, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::judged;

    #[test]
    fn only_a_clean_report_passes() {
        assert!(judged(r#"{"schema":"ob.demo/1","wrong_party":0}"#).is_ok());
        assert!(
            judged(r#"{"schema":"ob.demo/1","mixed":{"calls":10000,"wrong_party":0}}"#).is_ok()
        );
        for (broken, why) in [
            (r#"{"schema":"ob.demo/1","wrong_party":1}"#, "is 1"),
            (
                r#"{"schema":"ob.demo/1","a":{"wrong_party":0},"b":[{"wrong_party":2}]}"#,
                "is 2",
            ),
            (r#"{"schema":"ob.demo/1","wrong_party":"0"}"#, "needed is 0"),
            (r#"{"schema":"ob.demo/1"}"#, "no member"),
            (r#"{"schema":"ob.demo/2","wrong_party":0}"#, "ob.demo/2"),
            (
                r#"{"schema":"ob.demo/1","wrong_party":0}{}"#,
                "not one JSON object",
            ),
        ] {
            assert!(
                judged(broken).is_err_and(|error| error.contains(why)),
                "{broken}"
            );
        }
    }
}
