use std::error::Error;
use std::fmt;

/// A chain of causes kept as text: the message of each level, none twice in a row.
#[derive(Clone)]
pub(super) struct Cause {
    text: String,
    next: Option<Box<Cause>>,
}

/// Levels kept; a chain of hyper over rustls over io has five.
const DEPTH: usize = 8;

/// Characters kept of one message: enough for a certificate error, too few for a page.
const LENGTH: usize = 300;

impl Cause {
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut texts = Vec::new();
        let mut level = Some(error);
        while let Some(error) = level.filter(|_| texts.len() < DEPTH) {
            texts.push(safe(&error.to_string()));
            level = error.source();
        }
        // io::Error repeats the message of what it wraps.
        texts.dedup();
        let next = texts.drain(1..).rev().fold(None, link);
        let text = texts.pop().unwrap_or_default();
        Self { text, next }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of the fold above")]
fn link(next: Option<Box<Cause>>, text: String) -> Option<Box<Cause>> {
    Some(Box::new(Cause { text, next }))
}

/// Escapes control characters and caps the length, so that a message fits on one log line.
pub(super) fn safe(text: &str) -> String {
    let mut out: String = text.chars().take(LENGTH).flat_map(escape).collect();
    if text.chars().nth(LENGTH).is_some() {
        out.push('…');
    }
    out
}

fn escape(c: char) -> impl Iterator<Item = char> {
    let plain = (!c.is_control()).then_some(c);
    let escaped = c.is_control().then(|| c.escape_default());
    plain.into_iter().chain(escaped.into_iter().flatten())
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)?;
        match &self.next {
            Some(next) => write!(f, " <- {next:?}"),
            None => Ok(()),
        }
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn keeps_the_chain_and_drops_repeated_messages() {
        let inner = std::io::Error::other(std::io::Error::other("inner"));
        let cause = Cause::of(&Outer(inner));
        assert_eq!(format!("{cause:?}"), r#""outer" <- "inner""#);
        assert_eq!(
            cause.source().map(ToString::to_string).as_deref(),
            Some("inner")
        );
    }

    #[test]
    fn control_characters_are_escaped_and_length_is_capped() {
        assert_eq!(safe("a\r\nb\u{1b}c"), "a\\r\\nb\\u{1b}c");
        assert_eq!(safe("\u{85}"), "\\u{85}");
        assert_eq!(safe(&"x".repeat(1000)).chars().count(), LENGTH + 1);
    }

    #[test]
    fn an_endless_chain_is_cut() {
        #[derive(Debug, thiserror::Error)]
        #[error("level {0}")]
        struct Level(u32, #[source] Option<Box<Level>>);
        let deep = (1..50).fold(Level(0, None), |inner, n| Level(n, Some(Box::new(inner))));
        let cause = Cause::of(&deep);
        assert_eq!(format!("{cause:?}").matches("level").count(), DEPTH);
    }
}
