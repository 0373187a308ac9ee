//! The platform's words, made safe for a log line.

use crate::Iban;

/// At most 300 characters, control and direction characters escaped, without e-mail addresses,
/// IBANs in either form and anything that could be a token the server echoes (standards L5.6).
pub(super) fn safe_text(text: &str) -> String {
    let mut safe = String::new();
    for c in redact(text).chars().flat_map(escape) {
        if safe.chars().count() == LIMIT - 1 {
            safe.push('\u{2026}');
            break;
        }
        safe.push(c);
    }
    safe
}

/// Takes out the words that look like an e-mail address or a token, or are an IBAN.
fn redact(text: &str) -> String {
    let (kept, is_cut) = without_ibans(text);
    let mut words: Vec<&str> = kept.split_inclusive(|c: char| !is_word(c)).collect();
    // Half an address looks like a word, half a token like an id.
    let half = words.pop_if(|last| is_cut && last.ends_with(is_word));
    let whole: String = words.into_iter().map(redact_word).collect();
    match half {
        Some(_) => whole + "[cut]",
        None => whole,
    }
}

/// The first [`READ`] characters with every IBAN in them replaced, and whether there were more.
fn without_ibans(text: &str) -> (String, bool) {
    // A description of a megabyte is not walked through; an IBAN is seen beyond the cut.
    let chars: Vec<char> = text.chars().take(READ + LONGEST_IBAN).collect();
    let mut kept = String::new();
    let mut at = 0;
    let mut inside_word = false;
    while let Some(&c) = chars.get(at).filter(|_| at < READ) {
        let rest = chars.get(at..).unwrap_or_default();
        let iban = if inside_word { None } else { iban_length(rest) };
        match iban {
            Some(length) => {
                kept.push_str("[iban]");
                at += length;
            }
            None => {
                kept.push(c);
                at += 1;
            }
        }
        inside_word = iban.is_none() && c.is_alphanumeric();
    }
    (kept, at < chars.len())
}

/// How long the IBAN is that stands at the beginning, in electronic or printed form.
fn iban_length(text: &[char]) -> Option<usize> {
    let begins = matches!(text, [a, b, c, d, ..]
        if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit());
    let mut electronic = String::new();
    let mut before = None;
    for (at, &c) in text
        .iter()
        .enumerate()
        .take(LONGEST_IBAN)
        .filter(|_| begins)
    {
        if c.is_ascii_alphanumeric() {
            electronic.push(c.to_ascii_uppercase());
        } else if !" -.\u{a0}".contains(c) || before.is_some_and(|c: char| !c.is_alphanumeric()) {
            return None;
        }
        let ends = text.get(at + 1).is_none_or(|next| !next.is_alphanumeric());
        if ends && electronic.parse::<Iban>().is_ok() {
            return Some(at + 1);
        }
        before = Some(c);
    }
    None
}

fn redact_word(word: &str) -> String {
    let bare = word.trim_end_matches(|c| !is_word(c)).trim_matches('.');
    let replacement = match bare {
        _ if bare.contains('@') => "[email]",
        // A JWT starts with `eyJ`; nothing else of this length is a word.
        _ if bare.contains("eyJ") || bare.len() > LONGEST_WORD => "[cut]",
        _ => return word.to_owned(),
    };
    word.replacen(bare, replacement, 1)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "@._%+-".contains(c)
}

/// Letters of every script stay; what moves the cursor, turns the direction (`Bidi_Control`) or
/// is there without being seen does not.
fn escape(c: char) -> impl Iterator<Item = char> {
    let harmful = c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        );
    let escaped = harmful.then(|| c.escape_default());
    let plain = (!harmful).then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

const LIMIT: usize = 300;
/// Twice the limit leaves room for what the redaction makes shorter.
const READ: usize = 2 * LIMIT;
/// 34 characters in groups of four.
const LONGEST_IBAN: usize = 42;
/// A UUID has 36 characters; a URL is cut into its parts.
const LONGEST_WORD: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows: L5.6
    #[test]
    fn l5_escapes_and_redacts() {
        for (text, safe) in [
            ("Gr\u{fc}\u{df}e", "Gr\u{fc}\u{df}e"),
            ("a\r\nb\tc\0\u{1b}[31m", "a\\r\\nb\\tc\\u{0}\\u{1b}[31m"),
            ("a\u{202e}b\u{61c}c", "a\\u{202e}b\\u{61c}c"),
            ("a\u{e0041}b", "a\\u{e0041}b"),
            ("bad email 'user@example.com'.", "bad email '[email]'."),
            ("<erika.m+x@example.co.uk> taken", "<[email]> taken"),
            ("iban DE89370400440532013000, closed", "iban [iban], closed"),
            ("DE89 3704 0044 0532 0130 00 is closed", "[iban] is closed"),
            ("iban_de89370400440532013000-x", "iban_[iban]-x"),
            ("XDE89370400440532013000", "XDE89370400440532013000"),
            ("accountId 7f0c-1 unknown.", "accountId 7f0c-1 unknown."),
            ("-eyJhbGciOi.c2ln", "[cut]"),
            (
                "token 'eyJhbGciOi.eyJzdWIi.c2ln' is bad",
                "token '[cut]' is bad",
            ),
        ] {
            assert_eq!(safe_text(text), safe);
        }
    }

    /// Rows: L5.6
    #[test]
    fn l5_nothing_is_told_by_halves() {
        let long = format!("{} ", "x".repeat(70));
        for secret in [
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "erika.mustermann@example.com",
            "eyJhbGciOi.eyJzdWIi.c2ln",
        ] {
            for before in 560..620 {
                let filler: String = long.chars().cycle().take(before).collect();
                let safe = safe_text(&format!("{filler} {secret}, {}", "y".repeat(700)));
                for told in ["DE8", "3704", "eri", "eyJ"] {
                    assert!(!safe.contains(told), "{before} {safe}");
                }
            }
        }
    }

    #[test]
    fn at_most_300_characters() {
        assert_eq!(safe_text(&"x ".repeat(1 << 20)).chars().count(), 300);
        assert_eq!(safe_text(&"\n".repeat(300)).chars().count(), 300);
        assert_eq!(safe_text(&"x ".repeat(149)), "x ".repeat(149));
        assert_eq!(safe_text(&"x".repeat(65)), "[cut]");
    }

    proptest! {
        /// Rows: L5.6
        #[test]
        fn always_one_short_line(text in "(?s).{0,700}") {
            let safe = safe_text(&text);
            prop_assert!(safe.chars().count() <= 300);
            prop_assert!(!safe.contains(|c: char| c.is_control() || c == '@' && !text.contains('@')));
        }
    }
}
