//! Walks through DER without interpreting it.

use x509_parser::asn1_rs::{Any, Class, FromDer, Oid, Tag};

/// The elements that follow each other in `data`, if it is nothing but whole elements.
pub(super) fn elements(mut data: &[u8]) -> Option<Vec<Any<'_>>> {
    let mut found = Vec::new();
    while !data.is_empty() {
        let (rest, element) = Any::from_der(data).ok()?;
        found.push(element);
        data = rest;
    }
    Some(found)
}

/// The elements of the sequence that `data` is, with nothing behind it.
pub(super) fn only_sequence(data: &[u8]) -> Option<Vec<Any<'_>>> {
    let (rest, element) = Any::from_der(data).ok()?;
    rest.is_empty().then(|| inside(&element)).flatten()
}

/// The elements of a sequence.
pub(super) fn inside<'a>(element: &Any<'a>) -> Option<Vec<Any<'a>>> {
    is(element, Tag::Sequence)
        .then(|| elements(element.data))
        .flatten()
}

pub(super) fn oid<'a>(element: &Any<'a>) -> Option<Oid<'a>> {
    is(element, Tag::Oid)
        .then(|| element.clone().oid().ok())
        .flatten()
}

/// The text of a `UTF8String`.
pub(super) fn utf8<'a>(element: &Any<'a>) -> Option<&'a str> {
    is(element, Tag::Utf8String)
        .then(|| std::str::from_utf8(element.data).ok())
        .flatten()
}

fn is(element: &Any<'_>, tag: Tag) -> bool {
    element.header.class() == Class::Universal && element.header.tag() == tag
}
