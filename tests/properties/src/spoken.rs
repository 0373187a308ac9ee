//! What may be said about foreign text.

use std::error::Error;
use std::fmt::{Debug, Display};

/// Longest line that an error's `Display` may give.
const LONGEST_LINE: usize = 2_000;
/// `Debug` may show the same texts once more, with their names.
const LONGEST_DEBUG: usize = 8_000;

/// Checks an error and everything that caused it: short, on one line, without a character that
/// a terminal or a log reader acts on.
pub(crate) fn check(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        check_display(error);
        check_debug(error);
        next = error.source();
    }
}

pub(crate) fn check_display(value: &(impl Display + ?Sized)) {
    check_text(&value.to_string(), LONGEST_LINE);
}

pub(crate) fn check_debug(value: &(impl Debug + ?Sized)) {
    check_text(&format!("{value:?}"), LONGEST_DEBUG);
}

fn check_text(text: &str, longest: usize) {
    let length = text.chars().count();
    assert!(length <= longest, "{length} characters: {text:?}");
    let found = text.chars().find(|&c| is_harmful(c));
    assert!(found.is_none(), "{found:?} in {text:?}");
}

/// Control characters, line and paragraph separators, what turns the direction of text
/// (`Bidi_Control`), and what is there and cannot be seen.
fn is_harmful(c: char) -> bool {
    c.is_control()
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
        )
}
