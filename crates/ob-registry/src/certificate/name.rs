//! Distinguished names as text.

use std::fmt::Write;
use x509_parser::{
    asn1_rs::{Any, Oid, Tag, oid},
    x509::X509Name,
};

/// The name as RFC 4514 writes it, the most specific attribute first.
pub(super) fn text(name: &X509Name<'_>) -> String {
    let mut out = String::new();
    let sets: Vec<_> = name.iter().collect();
    for (i, set) in sets.iter().rev().enumerate() {
        for (j, attribute) in set.iter().enumerate() {
            match (i, j) {
                (0, 0) => {}
                (_, 0) => out.push(','),
                _ => out.push('+'),
            }
            out.push_str(&label(attribute.attr_type()));
            out.push('=');
            match value(attribute.attr_value()) {
                Some(value) => escape(&value, &mut out),
                None => {
                    out.push('#');
                    out.push_str(&super::facts::hex(attribute.attr_value().data));
                }
            }
        }
    }
    out
}

/// The values of one attribute, unescaped; one that is no text counts as empty.
pub(super) fn values(name: &X509Name<'_>, oid: &Oid<'_>) -> Vec<String> {
    name.iter_by_oid(oid)
        .map(|attribute| value(attribute.attr_value()).unwrap_or_default())
        .collect()
}

/// The text of a `DirectoryString` (RFC 5280 section 4.1.2.4) or an `IA5String`.
fn value(any: &Any<'_>) -> Option<String> {
    let data = any.data;
    match any.header.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::NumericString | Tag::Ia5String => {
            std::str::from_utf8(data).ok().map(str::to_owned)
        }
        Tag::T61String => Some(data.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => {
            let (units, rest) = data.as_chunks::<2>();
            let units = units.iter().map(|unit| u16::from_be_bytes(*unit));
            let text: Result<String, _> = char::decode_utf16(units).collect();
            rest.is_empty().then_some(text.ok()).flatten()
        }
        Tag::UniversalString => {
            let (units, rest) = data.as_chunks::<4>();
            let units = units.iter().map(|unit| u32::from_be_bytes(*unit));
            let text: Option<String> = units.map(char::from_u32).collect();
            rest.is_empty().then_some(text).flatten()
        }
        _ => None,
    }
}

/// RFC 4514 section 2.4. What would not be seen, or would change what is seen around it, is
/// escaped as well.
fn escape(value: &str, out: &mut String) {
    let last = value.chars().count().saturating_sub(1);
    for (i, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => out.extend(['\\', c]),
            '#' if i == 0 => out.push_str("\\#"),
            ' ' if i == 0 || i == last => out.push_str("\\ "),
            _ if is_unseen(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\{byte:02X}");
                }
            }
            _ => out.push(c),
        }
    }
}

/// Control characters, the marks that change the direction of text, and those without width.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The short names that RFC 4514 and the tools use; the dotted number of all others.
fn label(oid: &Oid<'_>) -> String {
    let known = [
        (oid!(2.5.4.3), "CN"),
        (oid!(2.5.4.4), "SN"),
        (oid!(2.5.4.5), "serialNumber"),
        (oid!(2.5.4.6), "C"),
        (oid!(2.5.4.7), "L"),
        (oid!(2.5.4.8), "ST"),
        (oid!(2.5.4.9), "STREET"),
        (oid!(2.5.4.10), "O"),
        (oid!(2.5.4.11), "OU"),
        (oid!(2.5.4.42), "GN"),
        (ORGANIZATION_IDENTIFIER, "organizationIdentifier"),
        (oid!(0.9.2342.19200300.100.1.1), "UID"),
        (oid!(0.9.2342.19200300.100.1.25), "DC"),
        (oid!(1.2.840.113549.1.9.1), "emailAddress"),
    ];
    let name = known.iter().find(|(number, _)| number == oid);
    name.map_or_else(|| oid.to_id_string(), |(_, name)| (*name).to_owned())
}

pub(super) const ORGANIZATION: Oid<'static> = oid!(2.5.4.10);
pub(super) const ORGANIZATION_IDENTIFIER: Oid<'static> = oid!(2.5.4.97);
