//! Every vector of vectors/iban.

use ob_api::{Iban, ReportedIban};
use serde_json::Value;

const DEFAULT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors");

fn vectors() -> Option<Value> {
    let root = std::env::var("OB_VECTORS").unwrap_or_else(|_| DEFAULT.into());
    let path = format!("{root}/iban/iban_vectors.json");
    let Ok(text) = std::fs::read(&path) else {
        eprintln!("SKIPPED: vectors not found at {path}");
        assert!(
            std::env::var_os("OB_REQUIRE_VECTORS").is_none_or(|set| set != "1"),
            "{path}"
        );
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

fn texts<'a>(vectors: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    let list = vectors[list].as_array().unwrap();
    list.iter()
        .map(|entry| entry[member].as_str().unwrap())
        .collect()
}

/// Rows: R225
#[test]
fn r225_all_valid_are_accepted() {
    let Some(vectors) = vectors() else { return };
    let valid = texts(&vectors, "valid", "iban");
    let printed = texts(&vectors, "valid", "print");
    for (text, print) in valid.iter().zip(&printed) {
        let iban: Iban = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(iban.expose(), *text);
        assert_eq!(Iban::from_print(print).unwrap(), iban);
        assert!(ReportedIban::from(*text).checked().is_some());
        let shown = format!("{iban} {iban:?}");
        assert!(!shown.contains(iban.bban()) && shown.contains(&text[text.len() - 4..]));
    }
    eprintln!("iban: {} valid accepted", valid.len());
    assert_eq!(valid.len(), 78);
}

/// Rows: R225
#[test]
fn r225_all_invalid_are_refused() {
    let Some(vectors) = vectors() else { return };
    let invalid = texts(&vectors, "invalid", "input");
    for text in &invalid {
        assert!(text.parse::<Iban>().is_err(), "{text:?}");
        assert!(Iban::from_print(text).is_err(), "printed {text:?}");
        // A reported one is kept as it is and is no outage.
        let reported = ReportedIban::from(*text);
        assert!(reported.checked().is_none());
        assert_eq!(reported.expose(), *text);
        assert_eq!(format!("{reported:?}"), "ReportedIban([unchecked])");
    }
    eprintln!("iban: {} invalid refused", invalid.len());
    assert_eq!(invalid.len(), 25);
}

#[test]
fn experimental_ones_are_reported_but_not_checked() {
    let Some(vectors) = vectors() else { return };
    let experimental = texts(&vectors, "experimental", "iban");
    let checked: Vec<_> = experimental
        .iter()
        .filter(|text| ReportedIban::from(**text).checked().is_some())
        .collect();
    eprintln!(
        "iban: {} of {} experimental pass the checks",
        checked.len(),
        experimental.len()
    );
    for text in &experimental {
        assert_eq!(ReportedIban::from(*text).expose(), *text);
    }
    assert_eq!(experimental.len(), 24);
}

#[test]
fn one_changed_digit_is_never_accepted() {
    let Some(vectors) = vectors() else { return };
    for text in texts(&vectors, "valid", "iban") {
        for (at, old) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            for new in ('0'..='9').filter(|new| *new != old) {
                let mut changed = text.to_owned();
                changed.replace_range(at..=at, &new.to_string());
                assert!(changed.parse::<Iban>().is_err(), "{changed}");
            }
        }
    }
}
