//! Words for people go to standard error, results to standard output.

use std::io::{IsTerminal as _, Write as _};

/// One line for the person who watches.
pub(crate) fn note(text: &str) {
    // A closed terminal is no reason to stop the gate.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// One line of result.
pub(crate) fn result(text: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// `ok` in green, `FAILED` in red, where a terminal shows colours and nobody asked for none.
pub(crate) fn painted(word: &str, colour: Colour) -> String {
    let plain = !std::io::stderr().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    if plain {
        return word.to_owned();
    }
    format!("\u{1b}[{}m{word}\u{1b}[0m", colour.code())
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Colour {
    Green,
    Red,
    Yellow,
}

impl Colour {
    fn code(self) -> u8 {
        match self {
            Self::Red => 31,
            Self::Green => 32,
            Self::Yellow => 33,
        }
    }
}
