//! Whom to ask.

use crate::{RegistryError, line::is_printable_line};
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A person or a mailbox to ask (MUST: an Integrator names a primary and a technical one at its
/// onboarding).
///
/// ```
/// use ob_registry::{Contact, ContactRole};
/// let ada = Contact::new(ContactRole::Technical, "Ada Lovelace", "ada@acme.example".parse()?)?;
/// assert_eq!(ada.email().as_str(), "ada@acme.example");
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Contact {
    role: ContactRole,
    name: String,
    email: Email,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    role: ContactRole,
    name: String,
    email: Email,
    phone: Option<String>,
}

impl Contact {
    /// A contact without a phone number.
    ///
    /// # Errors
    /// OB-R009 when the name is not one printable line of 1 to 120 characters.
    pub fn new(
        role: ContactRole,
        name: impl Into<String>,
        email: Email,
    ) -> Result<Self, RegistryError> {
        let name = name.into();
        if !is_printable_line(&name, MAX_NAME) {
            return Err(RegistryError::value("contact name", Shown(&name), NAME));
        }
        let phone = None;
        Ok(Self {
            role,
            name,
            email,
            phone,
        })
    }

    /// The same contact with a phone number, as it is dialled.
    ///
    /// # Errors
    /// OB-R009 when it is not 3 to 40 of digits, spaces and `+ - ( ) . /`.
    pub fn with_phone(mut self, phone: impl Into<String>) -> Result<Self, RegistryError> {
        let phone = phone.into();
        if !is_phone(&phone) {
            return Err(RegistryError::value("phone number", Shown(&phone), PHONE));
        }
        self.phone = Some(phone);
        Ok(self)
    }

    /// What it is for.
    #[must_use]
    pub fn role(&self) -> ContactRole {
        self.role
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The e-mail address.
    #[must_use]
    pub fn email(&self) -> &Email {
        &self.email
    }

    /// The phone number, if there is one.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }
}

impl TryFrom<Unchecked> for Contact {
    type Error = RegistryError;

    fn try_from(it: Unchecked) -> Result<Self, RegistryError> {
        let contact = Self::new(it.role, it.name, it.email)?;
        match it.phone {
            Some(phone) => contact.with_phone(phone),
            None => Ok(contact),
        }
    }
}

/// What a contact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// Contracts, licences, questions of business.
    Primary,
    /// Keys, certificates, incidents.
    Technical,
}

impl ContactRole {
    /// `primary` or `technical`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Technical => "technical",
        }
    }
}

impl fmt::Display for ContactRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ContactRole {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        match text {
            "primary" => Ok(Self::Primary),
            "technical" => Ok(Self::Technical),
            _ => Err(RegistryError::value("contact role", Shown(text), ROLE)),
        }
    }
}

/// An e-mail address. Only its shape is checked: whether it is read by somebody is found out by
/// writing to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Email(String);

impl Email {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if is_email(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegistryError::value("e-mail address", Shown(text), EMAIL))
        }
    }
}

impl TryFrom<String> for Email {
    type Error = RegistryError;

    fn try_from(text: String) -> Result<Self, RegistryError> {
        text.parse()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `local@domain`, at most 254 octets (RFC 5321 section 4.5.3.1.3 less the brackets), without
/// spaces, quotes and what could start a second header in a message.
fn is_email(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\"<>(),;:\\[]".contains(c);
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            text.len() <= 254
                && text.chars().all(plain)
                && !local.is_empty()
                && !local.contains('@')
                && domain.split('.').all(|label| !label.is_empty())
        }
        None => false,
    }
}

fn is_phone(text: &str) -> bool {
    let dialled = |c: char| c.is_ascii_digit() || " +-().\u{2f}".contains(c);
    (3..=40).contains(&text.len()) && text.trim() == text && text.chars().all(dialled)
}

const MAX_NAME: usize = 120;
const NAME: &str =
    "1 to 120 characters on one line, without control characters or surrounding spaces";
const PHONE: &str = "3 to 40 of digits, spaces and + - ( ) . /";
const ROLE: &str = "primary or technical";
const EMAIL: &str = "an address as in ada@acme.example";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_have_the_shape_of_one() {
        for text in [
            "a@b",
            "ada.lovelace+kit@acme.example",
            "bücher@bücher.example",
        ] {
            assert_eq!(text.parse::<Email>().unwrap().as_str(), text);
        }
        let long = format!("a@{}", "b".repeat(253));
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b\r\nBcc: x@y",
            "a@@b",
            "a@b..c",
            "<a@b>",
            &long,
        ] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_contact_is_checked_when_it_is_read() {
        let json = r#"{"role":"primary","name":"Ada","email":"a@b","phone":"+44 20"}"#;
        let ada: Contact = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&ada).unwrap(), json);
        for (from, to) in [
            ("Ada", " "),
            ("a@b", "ab"),
            ("+44 20", "call me"),
            ("primary", "boss"),
        ] {
            let json = json.replace(from, to);
            assert!(serde_json::from_str::<Contact>(&json).is_err(), "{json}");
        }
    }
}
