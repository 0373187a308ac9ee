//! The platform's words, made safe for a log line.

use crate::Iban;

/// At most 300 characters, control and direction characters escaped, without e-mail addresses,
/// IBANs and anything that could be a token the server echoes (standards L5.6).
pub(super) fn safe_text(text: &str) -> String {
    // Cut first: a description of a megabyte is not walked through. Twice the limit leaves
    // room for what the redaction makes shorter.
    let cut: String = text.chars().take(2 * LIMIT).collect();
    let mut safe = String::new();
    for c in redact(&cut).chars().flat_map(escape) {
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
    let words = text.split_inclusive(|c: char| !is_word(c));
    words.map(redact_word).collect()
}

fn redact_word(word: &str) -> String {
    let bare = word.trim_end_matches(|c| !is_word(c)).trim_matches('.');
    let replacement = match bare {
        _ if bare.contains('@') => "[email]",
        _ if bare.parse::<Iban>().is_ok() => "[iban]",
        // A JWT starts with `eyJ`; nothing else of this length is a word.
        _ if bare.starts_with("eyJ") || bare.len() > LONGEST_WORD => "[cut]",
        _ => return word.to_owned(),
    };
    word.replacen(bare, replacement, 1)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "@._%+-".contains(c)
}

/// Letters of every script stay; what moves the cursor or turns the direction does not.
fn escape(c: char) -> impl Iterator<Item = char> {
    let harmful = c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let escaped = harmful.then(|| c.escape_default());
    let plain = (!harmful).then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

const LIMIT: usize = 300;
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
            ("a\u{202e}b", "a\\u{202e}b"),
            ("bad email 'user@example.com'.", "bad email '[email]'."),
            ("<erika.m+x@example.co.uk> taken", "<[email]> taken"),
            ("iban DE89370400440532013000, closed", "iban [iban], closed"),
            ("accountId 7f0c-1 unknown.", "accountId 7f0c-1 unknown."),
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
