//! The words of every command that changes a registry, and of what it writes there.

use clap::Args;
use obkit::registry::{Contact, RegistryError};

/// Who changes it, and why.
#[derive(Debug, Args)]
#[command(next_help_heading = "The change")]
pub(crate) struct ChangeArgs {
    /// Why; it stays in the history.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who you are, in the history; your login name when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
}

/// Reads `ROLE:NAME:EMAIL[:PHONE]`.
pub(crate) fn contact(text: &str) -> Result<Contact, String> {
    let mut parts = text.splitn(4, ':').map(str::trim);
    let (Some(role), Some(name), Some(email)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(
            "needs ROLE:NAME:EMAIL, as in primary:Ada Lovelace:ada@acme.example".to_owned(),
        );
    };
    let contact = role
        .parse()
        .and_then(|role| Contact::new(role, name, email.parse()?));
    let contact = contact.and_then(|contact| match parts.next() {
        Some(phone) => contact.with_phone(phone),
        None => Ok(contact),
    });
    contact.map_err(|error: RegistryError| error.reason())
}
