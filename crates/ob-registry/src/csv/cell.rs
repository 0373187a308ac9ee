//! What stands in one cell: lists, their parts, and what a spreadsheet would make of it.

use crate::{Application, Contact, RegistryError};
use ob_core::Shown;
use std::{fmt::Write, str::FromStr};

/// Characters at the beginning of a cell that make a spreadsheet compute it; some take the wide
/// forms for the plain ones.
const FORMULA: [char; 10] = [
    '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

pub(super) fn is_formula(cell: &str) -> bool {
    cell.starts_with(FORMULA)
}

/// The cell with an apostrophe before what must not be computed, or could be taken for one.
pub(super) fn guarded(cell: String) -> String {
    if is_formula(&cell) || cell.starts_with('\'') {
        format!("'{cell}")
    } else {
        cell
    }
}

/// The cell without the apostrophe that [`guarded`] puts before it.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) || rest.starts_with('\'') => rest,
        _ => cell,
    }
}

/// The parts between unescaped separators, still escaped, without spaces around them.
pub(super) fn parts(list: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in list.char_indices() {
        if c == separator && !escaped {
            parts.push(list.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(list.get(start..).unwrap_or_default());
    parts
}

/// The values of a list; an empty cell has none, and an empty part means nothing.
pub(super) fn list(cell: &str) -> impl Iterator<Item = &str> {
    let parts = parts(cell, ';').into_iter().map(str::trim);
    parts.filter(|part| !part.is_empty())
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, ';' | ':' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        let escapes = c == '\\' && !escaped;
        if !escapes {
            out.push(c);
        }
        escaped = escapes;
    }
    if escaped {
        out.push('\\');
    }
    out
}

/// `role:name:email` or `role:name:email:phone`; `\:` is a colon in a name.
///
/// ```
/// use ob_registry::Contact;
/// let ada: Contact = "technical:Ada Lovelace:ada@acme.example:+44 20 7946 0000".parse()?;
/// assert_eq!(ada.phone(), Some("+44 20 7946 0000"));
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
impl FromStr for Contact {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let parts: Vec<_> = parts(text, ':').into_iter().map(unescaped).collect();
        let (role, name, email, phone) = match parts.as_slice() {
            [role, name, email] => (role, name, email, None),
            [role, name, email, phone] => (role, name, email, Some(phone)),
            _ => return Err(RegistryError::value("contact", Shown(text), CONTACT)),
        };
        let contact = Self::new(role.parse()?, name.trim(), email.trim().parse()?)?;
        match phone {
            Some(phone) => contact.with_phone(phone.trim()),
            None => Ok(contact),
        }
    }
}

pub(super) fn contact(it: &Contact) -> String {
    let mut text = format!("{}:{}:{}", it.role(), escaped(it.name()), it.email());
    if let Some(phone) = it.phone() {
        // Writing to a string cannot fail.
        let _ = write!(text, ":{phone}");
    }
    text
}

/// `application id=use case`, or `application id=use case:default`; `\:` is a colon in the use
/// case.
///
/// ```
/// use ob_registry::Application;
/// let text = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11=payments:default";
/// let application: Application = text.parse()?;
/// assert!(application.default);
/// assert_eq!(application.use_case.as_str(), "payments");
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
impl FromStr for Application {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let refused = || RegistryError::value("application", Shown(text), APPLICATION);
        let (id, rest) = text.split_once('=').ok_or_else(refused)?;
        let parts = parts(rest, ':');
        let (use_case, default) = match parts.as_slice() {
            [use_case] => (use_case, false),
            [use_case, "default"] => (use_case, true),
            _ => return Err(refused()),
        };
        Ok(Self {
            id: id.trim().parse().map_err(|_| refused())?,
            use_case: unescaped(use_case.trim()).parse()?,
            default,
        })
    }
}

pub(super) fn application(it: &Application) -> String {
    let default = if it.default { ":default" } else { "" };
    format!("{}={}{default}", it.id, escaped(it.use_case.as_str()))
}

const CONTACT: &str = "role:name:email or role:name:email:phone";
const APPLICATION: &str =
    "an application id (a UUID), = and a use case, with :default behind it for the default one";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_escaped_stays_one_part(text in any::<String>()) {
            let escaped = escaped(&text);
            prop_assert_eq!(parts(&escaped, ';'), [escaped.as_str()]);
            prop_assert_eq!(parts(&escaped, ':').len(), 1);
            prop_assert_eq!(unescaped(&escaped), text);
        }

        #[test]
        fn a_guarded_cell_is_no_formula_and_comes_back(text in "[=+@'\t\r\\-a＝＋－＠]{0,4}") {
            let cell = guarded(text.clone());
            prop_assert!(!is_formula(&cell));
            prop_assert_eq!(unguarded(&cell), text);
        }
    }

    #[test]
    fn an_apostrophe_that_guards_nothing_stays() {
        assert_eq!(unguarded("'s-Hertogenbosch B.V."), "'s-Hertogenbosch B.V.");
        assert_eq!(unguarded("'"), "'");
    }
}
