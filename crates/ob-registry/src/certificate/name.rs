//! Distinguished names as text.

use x509_parser::x509::X509Name;

/// `C=FI, O=Acme Oy`: the parts in their order, their types by the short names of RFC 4514 or as
/// numbers, with everything escaped that could break a line or pass for a separator.
pub(super) fn shown(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for part in name.iter_attributes() {
        if !text.is_empty() {
            text.push_str(", ");
        }
        let oid = part.attr_type().to_id_string();
        text.push_str(short(&oid).unwrap_or(&oid));
        text.push('=');
        for c in part.as_str().unwrap_or("(not text)").chars().take(MAX_PART) {
            match c {
                ',' | '=' | '\\' => text.extend(['\\', c]),
                c if c.is_control() || crate::line::is_invisible(c) => {
                    text.extend(c.escape_default());
                }
                c => text.push(c),
            }
        }
    }
    text
}

/// The first value of a type.
pub(super) fn value(name: &X509Name<'_>, oid: &str) -> Option<String> {
    let mut parts = name.iter_attributes();
    let part = parts.find(|part| part.attr_type().to_id_string() == oid)?;
    part.as_str().ok().map(str::to_owned)
}

fn short(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        ORGANIZATION => "O",
        "2.5.4.11" => "OU",
        "2.5.4.5" => "serialNumber",
        ORGANIZATION_IDENTIFIER => "organizationIdentifier",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}

pub(super) const ORGANIZATION: &str = "2.5.4.10";
pub(super) const ORGANIZATION_IDENTIFIER: &str = "2.5.4.97";
/// The upper bound of X.520 for most parts is 64.
const MAX_PART: usize = 128;
