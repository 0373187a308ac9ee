//! Where a text is wrong, and why, in words that are fit for a log.

use crate::RegistryError;

/// Line and column of a byte, from 1; the column counts characters.
pub(super) fn place_of(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?;
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(start..)?.chars().count() + 1;
    Some((line, column))
}

pub(super) fn toml_refusal(text: &str, error: &toml::de::Error) -> RegistryError {
    let place = error.span().and_then(|span| place_of(text, span.start));
    RegistryError::malformed(place, safe(error.message()))
}

pub(super) fn json_refusal(error: &serde_json::Error) -> RegistryError {
    let (line, column) = (error.line(), error.column());
    let reason = error.to_string();
    let suffix = format!(" at line {line} column {column}");
    let reason = reason.strip_suffix(&suffix).unwrap_or(&reason);
    RegistryError::malformed((line > 0).then_some((line, column)), safe(reason))
}

/// A parser's reason without the value it complains about, on one line and not endless.
///
/// serde quotes a string of the wrong type whole (`invalid type: string "..", expected a
/// sequence`), and that string may be a key in the wrong place.
fn safe(reason: &str) -> String {
    let reason = match (reason.split_once(" \""), reason.rsplit_once(", expected ")) {
        (Some((what, _)), Some((_, expected))) if what.starts_with("invalid ") => {
            format!("{what} (not shown), expected {expected}")
        }
        _ => reason.to_owned(),
    };
    let one_line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_REASON)
        .collect()
}

/// Room for the list of a row's twelve field names.
const MAX_REASON: usize = 400;
