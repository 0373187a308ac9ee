//! IBANs.

use ob_api::{Iban, ReportedIban};

use crate::{random, spoken, vectors};

/// What is accepted fits by ISO 7064 MOD 97-10, computed here anew, and comes back in every form;
/// nothing prints it in full.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match text.parse::<Iban>() {
        Ok(iban) => accepted(&iban, text),
        Err(error) => spoken::check(&error),
    }
    match Iban::from_print(text) {
        Ok(iban) => accepted(&iban, &text.replace(' ', "")),
        Err(error) => spoken::check(&error),
    }
    let reported = ReportedIban::from(text);
    assert_eq!(reported.expose(), text);
    assert_eq!(reported.checked().is_some(), text.parse::<Iban>().is_ok());
    spoken::check_debug(&reported);
}

fn accepted(iban: &Iban, text: &str) {
    assert_eq!(iban.expose(), text);
    assert_eq!(remainder(text), Some(1), "{text}");
    assert!((15..=34).contains(&text.len()), "{text}");
    let check_digits: Option<u8> = text.get(2..4).and_then(|digits| digits.parse().ok());
    assert!(
        check_digits.is_some_and(|digits| (2..=98).contains(&digits)),
        "{text}"
    );
    assert!(
        iban.country().bytes().all(|b| b.is_ascii_uppercase()),
        "{text}"
    );
    assert_eq!(
        format!("{}{}{}", iban.country(), &text[2..4], iban.bban()),
        text
    );

    let groups: Vec<&str> = (0..text.len())
        .step_by(4)
        .map(|at| &text[at..text.len().min(at + 4)])
        .collect();
    assert_eq!(Iban::from_print(&groups.join(" ")).as_ref(), Ok(iban));
    let json = serde_json::to_string(iban).expect("a text is JSON");
    assert_eq!(
        serde_json::from_str::<Iban>(&json).ok().as_ref(),
        Some(iban)
    );
    for shown in [iban.to_string(), format!("{iban:?}")] {
        // The country, and four characters of the number.
        let bare = shown.trim_start_matches("Iban(").trim_end_matches(')');
        let told = bare.chars().filter(|c| *c != '*').count();
        assert_eq!((told, bare.len()), (6, text.len()), "{shown}");
    }
}

/// The remainder by 97 after the first four characters have moved to the end.
fn remainder(text: &str) -> Option<u32> {
    let (head, tail) = text.split_at_checked(4)?;
    tail.chars().chain(head.chars()).try_fold(0, |rest, c| {
        let value = c.to_digit(36).filter(|_| !c.is_ascii_lowercase())?;
        let shifted = if value < 10 { rest * 10 } else { rest * 100 };
        Some((shifted + value) % 97)
    })
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vectors::harvest(&["iban/iban_vectors.json"], vectors::any_text);
    seeds.extend(random::texts(b"DEGBFRPKSN0123456789 ", 34, 64));
    seeds.extend(random::seeds([
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "PK36SCBL0000001123456702",
        "SN08SN0100152000048500003035",
        "DE99120300000000202051",
    ]));
    seeds
}
