//! Foreign text made safe for a log line.

use std::fmt;

/// Text that came from outside, shown so that it can be logged: control characters and
/// non-ASCII are escaped, and at most 64 characters are printed.
///
/// Every error of this workspace that names what it found prints it through this type, so that
/// a hostile value can neither break a log line nor fill a disk (standards L5).
///
/// ```
/// use ob_core::Shown;
/// assert_eq!(Shown("a\r\nb").to_string(), r#""a\r\nb""#);
/// assert_eq!(Shown(&"x".repeat(70)).to_string(), format!("\"{}\"... (70 bytes)", "x".repeat(64)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'a>(pub &'a str);

/// Enough to recognise an id of 36 characters and its surroundings; short enough for one line.
const LIMIT: usize = 64;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars().take(LIMIT) {
            write!(f, "{}", c.escape_default())?;
        }
        f.write_str("\"")?;
        if self.0.chars().nth(LIMIT).is_some() {
            write!(f, "... ({} bytes)", self.0.len())?;
        }
        Ok(())
    }
}
