//! What a peer sent, made fit for a log line.

/// Longest piece of foreign text that is ever repeated.
const LONGEST: usize = 64;

/// Quotes foreign text: escaped, and cut after 64 characters.
pub(crate) fn echo(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(LONGEST) + 2);
    shown.push('"');
    shown.extend(text.chars().take(LONGEST).flat_map(escape));
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown.push('"');
    shown
}

/// Printable ASCII stays; everything else is written as an escape, so that no terminal or log
/// reader can be tricked by it.
fn escape(c: char) -> impl Iterator<Item = char> {
    let plain = matches!(c, ' '..='~') && c != '"' && c != '\\';
    let escaped = (!plain).then(|| c.escape_default());
    plain
        .then_some(c)
        .into_iter()
        .chain(escaped.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::echo;

    #[test]
    fn foreign_text_is_escaped_and_cut() {
        assert_eq!(echo("a\r\n\"b\\"), r#""a\r\n\"b\\""#);
        assert_eq!(echo("\u{202e}x"), r#""\u{202e}x""#);
        assert_eq!(echo(&"x".repeat(65)), format!("\"{}...\"", "x".repeat(64)));
    }
}
