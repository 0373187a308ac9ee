//! Just enough DER to tell key files apart and to read RSA integers.

use p256::pkcs8::der::asn1::{AnyRef, ObjectIdentifier};
use p256::pkcs8::der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use zeroize::Zeroizing;

use super::Rejected;

/// One element: its tag and contents.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a>(AnyRef<'a>);

impl<'a> Element<'a> {
    /// Reads exactly one element.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        AnyRef::from_der(bytes).ok().map(Self)
    }

    /// The elements inside a constructed one.
    pub(crate) fn children(&self) -> Option<Vec<Self>> {
        let mut reader = SliceReader::new(self.0.value()).ok()?;
        let mut children = Vec::new();
        while !reader.is_finished() {
            children.push(Self(AnyRef::decode(&mut reader).ok()?));
        }
        Some(children)
    }

    pub(crate) fn is_sequence(&self) -> bool {
        self.0.tag() == Tag::Sequence
    }

    pub(crate) fn is_bits(&self) -> bool {
        self.0.tag() == Tag::BitString
    }

    pub(crate) fn octets(&self) -> Option<&'a [u8]> {
        (self.0.tag() == Tag::OctetString).then(|| self.0.value())
    }

    /// A non-negative INTEGER as minimal big-endian octets.
    pub(crate) fn integer(&self) -> Option<&'a [u8]> {
        let value = (self.0.tag() == Tag::Integer).then(|| self.0.value())?;
        match value.split_first()? {
            (0, []) => Some(value),
            (0, rest) => Some(rest),
            (first, _) if *first < 0x80 => Some(value),
            _ => None,
        }
    }

    /// An OBJECT IDENTIFIER in dotted form.
    pub(crate) fn oid(&self) -> Option<String> {
        let value = (self.0.tag() == Tag::ObjectIdentifier).then(|| self.0.value())?;
        ObjectIdentifier::from_bytes(value)
            .ok()
            .map(|oid| oid.to_string())
    }
}

/// `RSAPublicKey` (RFC 8017 appendix A.1.1): modulus and exponent.
pub(crate) fn rsa_public(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Rejected> {
    let members = Element::read(der)
        .and_then(|key| key.children())
        .ok_or(Rejected)?;
    match members.as_slice() {
        [n, e] => Some((n.integer().ok_or(Rejected)?, e.integer().ok_or(Rejected)?)),
        _ => None,
    }
    .map(|(n, e)| (n.to_vec(), e.to_vec()))
    .ok_or(Rejected)
}

/// The members of `RSAPrivateKey` (RFC 8017 appendix A.1.2) that JWK names, inside PKCS#8.
pub(crate) struct RsaNumbers {
    pub(crate) d: Zeroizing<Vec<u8>>,
    pub(crate) p: Zeroizing<Vec<u8>>,
    pub(crate) q: Zeroizing<Vec<u8>>,
    pub(crate) dp: Zeroizing<Vec<u8>>,
    pub(crate) dq: Zeroizing<Vec<u8>>,
    pub(crate) qi: Zeroizing<Vec<u8>>,
}

pub(crate) fn rsa_private(pkcs8: &[u8]) -> Result<RsaNumbers, Rejected> {
    let inner = pkcs8_inner(pkcs8)?;
    let members = Element::read(inner)
        .and_then(|key| key.children())
        .ok_or(Rejected)?;
    let number = |at: usize| {
        let octets = members.get(at).and_then(Element::integer).ok_or(Rejected)?;
        Ok(Zeroizing::new(octets.to_vec()))
    };
    Ok(RsaNumbers {
        d: number(3)?,
        p: number(4)?,
        q: number(5)?,
        dp: number(6)?,
        dq: number(7)?,
        qi: number(8)?,
    })
}

/// The key inside PKCS#8: for RSA the PKCS#1 structure.
pub(crate) fn pkcs8_inner(pkcs8: &[u8]) -> Result<&[u8], Rejected> {
    let outer = Element::read(pkcs8)
        .and_then(|key| key.children())
        .ok_or(Rejected)?;
    outer.get(2).and_then(Element::octets).ok_or(Rejected)
}
