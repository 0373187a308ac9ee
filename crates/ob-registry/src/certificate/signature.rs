//! The algorithm a certificate is signed with.

use x509_parser::{asn1_rs::oid, signature_algorithm::RsaSsaPssParams, x509::AlgorithmIdentifier};

/// The algorithm a certificate is signed with.
#[derive(Debug)]
pub(super) struct Signature {
    name: String,
    weak: bool,
}

impl Signature {
    pub(super) fn read(algorithm: &AlgorithmIdentifier<'_>) -> Self {
        let number = &algorithm.algorithm;
        if *number == oid!(1.2.840.113549.1.1.10) {
            return Self::pss(algorithm);
        }
        let known = [
            (oid!(1.2.840.113549.1.1.2), "md2WithRSAEncryption", true),
            (oid!(1.2.840.113549.1.1.3), "md4WithRSAEncryption", true),
            (oid!(1.2.840.113549.1.1.4), "md5WithRSAEncryption", true),
            (oid!(1.2.840.113549.1.1.5), "sha1WithRSAEncryption", true),
            (oid!(1.3.14.3.2.29), "sha1WithRSA", true),
            (oid!(1.2.840.10040.4.3), "dsa-with-SHA1", true),
            (oid!(1.2.840.10045.4.1), "ecdsa-with-SHA1", true),
            (
                oid!(1.2.840.113549.1.1.11),
                "sha256WithRSAEncryption",
                false,
            ),
            (
                oid!(1.2.840.113549.1.1.12),
                "sha384WithRSAEncryption",
                false,
            ),
            (
                oid!(1.2.840.113549.1.1.13),
                "sha512WithRSAEncryption",
                false,
            ),
            (oid!(1.2.840.10045.4.3.2), "ecdsa-with-SHA256", false),
            (oid!(1.2.840.10045.4.3.3), "ecdsa-with-SHA384", false),
            (oid!(1.2.840.10045.4.3.4), "ecdsa-with-SHA512", false),
            (oid!(1.3.101.112), "Ed25519", false),
        ];
        let found = known.iter().find(|(known, ..)| known == number);
        match found {
            Some((_, name, weak)) => Self::new(name, *weak),
            None => Self::new(&number.to_id_string(), false),
        }
    }

    /// RSASSA-PSS names its hash in the parameters; SHA-1 where it does not (RFC 4055 section 3.1).
    fn pss(algorithm: &AlgorithmIdentifier<'_>) -> Self {
        let parameters = algorithm.parameters.as_ref();
        let read = parameters.and_then(|any| RsaSsaPssParams::try_from(any).ok());
        let hash = read.as_ref().map(RsaSsaPssParams::hash_algorithm_oid);
        match hash {
            Some(hash) if *hash == oid!(2.16.840.1.101.3.4.2.1) => {
                Self::new("RSASSA-PSS with SHA-256", false)
            }
            Some(hash) if *hash == oid!(2.16.840.1.101.3.4.2.2) => {
                Self::new("RSASSA-PSS with SHA-384", false)
            }
            Some(hash) if *hash == oid!(2.16.840.1.101.3.4.2.3) => {
                Self::new("RSASSA-PSS with SHA-512", false)
            }
            Some(hash) if *hash == oid!(1.3.14.3.2.26) => Self::new("RSASSA-PSS with SHA-1", true),
            _ => Self::new("RSASSA-PSS with an unknown hash", true),
        }
    }

    fn new(name: &str, weak: bool) -> Self {
        let name = name.to_owned();
        Self { name, weak }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it rests on a hash that is broken: MD2, MD4, MD5 or SHA-1.
    pub(super) const fn is_weak(&self) -> bool {
        self.weak
    }
}
