//! Paths in sentences and in commands.

use std::path::Path;

/// For a sentence: as it is, or escaped where it would break the line or the terminal.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if text.chars().any(char::is_control) {
        return format!("{path:?}");
    }
    text
}

/// For a command that a person will copy: quoted where the shell would read more into it.
pub(crate) fn quoted(path: &Path) -> String {
    let text = shown(path);
    let plain = |c: char| c.is_alphanumeric() || "/._-+@:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_stay_and_odd_ones_are_quoted() {
        for (path, sentence, command) in [
            ("/var/a-b_c.d", "/var/a-b_c.d", "/var/a-b_c.d"),
            ("a b", "a b", "'a b'"),
            ("it's", "it's", r"'it'\''s'"),
            ("$(reboot)", "$(reboot)", "'$(reboot)'"),
            ("", "", "''"),
            ("a\u{1b}[31m", r#""a\u{1b}[31m""#, r#"'"a\u{1b}[31m"'"#),
            ("grün", "grün", "grün"),
        ] {
            assert_eq!(shown(Path::new(path)), sentence);
            assert_eq!(quoted(Path::new(path)), command);
        }
    }
}
