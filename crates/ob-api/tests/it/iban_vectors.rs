//! Every vector of vectors/iban.

use ob_api::{Iban, ReportedIban};
use serde_json::Value;

const DEFAULT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors");

fn vectors() -> Option<Value> {
    file("iban/iban_vectors.json")
}

fn file(name: &str) -> Option<Value> {
    let root = std::env::var("OB_VECTORS").unwrap_or_else(|_| DEFAULT.into());
    let path = format!("{root}/{name}");
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

/// Rows: R225
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

/// One sample of every place of a structure such as `4!a6!n8!n`, and the class of each place.
fn sample(structure: &str) -> Vec<(char, char)> {
    let mut places = Vec::new();
    for field in structure.split_inclusive(['a', 'c', 'n']) {
        let (count, class) = field.split_once('!').unwrap();
        let class = class.chars().next().unwrap();
        let letter = match class {
            'a' => 'Q',
            'c' => 'X',
            _ => '7',
        };
        places.extend(std::iter::repeat_n((letter, class), count.parse().unwrap()));
    }
    places
}

/// With the check digits that fit (ISO 7064 MOD 97-10), reckoned here and not by the product.
fn sealed(country: &str, bban: &str) -> String {
    let remainder = format!("{bban}{country}00").chars().fold(0_u32, |rest, c| {
        let value = c.to_digit(36).unwrap();
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    format!("{country}{:02}{bban}", 98 - remainder)
}

/// Every country of the registry, as it stands and with what the second file adds to it: a number
/// of the right structure is accepted where the country is in the SWIFT registry, and one of
/// another length or with another class of character is refused everywhere, right check digits or
/// not.
///
/// Rows: R225, R226
#[test]
fn every_country_has_its_structure() {
    let (Some(mut registry), Some(added)) = (
        file("iban/schwifty_iban_registry.json"),
        file("iban/schwifty_iban_registry_overwrite.json"),
    ) else {
        return;
    };
    assert_eq!(registry.as_object().unwrap().len(), 103);
    assert_eq!(added.as_object().unwrap().len(), 72);
    let mut outside = Vec::new();
    for (country, entry) in added.as_object().unwrap() {
        let known = registry.as_object().unwrap().contains_key(country);
        if !known {
            registry[country] = entry.clone();
        }
        // Where both give a structure they give the same, but for one that was longer in print.
        let both = (&registry[country]["bban_spec"], &entry["bban_spec"]);
        let same_length = both.1.is_null() || sample_length(both.0) == sample_length(both.1);
        assert!(same_length, "{country}");
    }
    let mut accepted = 0;
    for (country, entry) in registry.as_object().unwrap() {
        let places = sample(entry["bban_spec"].as_str().unwrap());
        assert_eq!(Some(places.len() as u64), entry["bban_length"].as_u64());
        let text = |places: &[(char, char)]| -> String {
            sealed(country, &places.iter().map(|(c, _)| *c).collect::<String>())
        };
        let is_iban = |places: &[(char, char)]| text(places).parse::<Iban>().is_ok();
        if is_iban(&places) {
            accepted += 1;
        } else {
            outside.push(country.as_str());
        }
        let longer = [places.as_slice(), &[('7', 'n')]].concat();
        assert!(!is_iban(&places[1..]), "{country}: too short");
        assert!(!is_iban(&longer), "{country}: too long");
        for (at, (_, class)) in places.iter().enumerate() {
            let wrong = match class {
                'a' => '7',
                'n' => 'Q',
                _ => continue,
            };
            let mut bent = places.clone();
            bent[at].0 = wrong;
            assert!(!is_iban(&bent), "{country}: place {at}");
        }
        let bban: String = places.iter().map(|(c, _)| *c).collect();
        if let Ok(iban) = text(&places).parse::<Iban>() {
            assert_eq!(
                (iban.country(), iban.bban()),
                (country.as_str(), bban.as_str())
            );
        }
    }
    eprintln!(
        "iban registry: {accepted} countries accepted, {} refused",
        outside.len()
    );
    // Countries that use such numbers without being registered (the experimental vectors), and
    // territories whose numbers carry the code of France, Finland or the United Kingdom.
    assert_eq!(
        outside.join(" "),
        "AO AX BF BJ BL CF CG CI CM CV DZ GA GF GG GP GQ GW HN IM IR JE KM MA MF MG ML MQ MZ NC \
         NE PF PM RE TD TF TG WF YT"
    );
    assert_eq!((accepted, outside.len()), (89, 38));
}

fn sample_length(structure: &Value) -> usize {
    structure.as_str().map_or(0, |text| sample(text).len())
}
