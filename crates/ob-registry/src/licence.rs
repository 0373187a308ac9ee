//! Under whose licence the platform connects to banks, and who keeps the certificates' keys.

use crate::{Certificate, HttpsUrl, RegistryError};
use ob_core::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// Under whose licence the platform connects to banks for a third-party (MUST).
///
/// ```
/// use ob_registry::{Certificate, Custody, Licence};
/// # let file = include_str!("../tests/it/fixtures/qwac.pem");
/// let certificates = Certificate::all_from_pem(file)?;
/// let url = "https://sign.example/v1".parse()?;
/// let licence = Licence::licensed(certificates, Custody::SigningService { url });
/// assert!(licence.is_licensed());
/// # Ok::<(), ob_registry::RegistryError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Licence {
    /// Its own regulatory licence, with its own Open Banking certificates.
    Licensed {
        /// The certificates, each once. Needed to be active.
        certificates: Vec<Certificate>,
        /// Where their private keys are used. Needed to be active.
        custody: Option<Custody>,
    },
    /// The Integrator's licence and credentials; it has no certificates.
    #[default]
    Unlicensed,
}

impl Licence {
    /// A licence with these certificates, whose keys are in `custody`.
    #[must_use]
    pub fn licensed(certificates: Vec<Certificate>, custody: Custody) -> Self {
        Self::Licensed {
            certificates,
            custody: Some(custody),
        }
    }

    /// Whether the third-party has its own licence.
    #[must_use]
    pub const fn is_licensed(&self) -> bool {
        matches!(self, Self::Licensed { .. })
    }

    /// The certificates; none for an unlicensed third-party.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        match self {
            Self::Licensed { certificates, .. } => certificates,
            Self::Unlicensed => &[],
        }
    }

    /// Where the certificates' keys are used, if that is known.
    #[must_use]
    pub const fn custody(&self) -> Option<&Custody> {
        match self {
            Self::Licensed { custody, .. } => custody.as_ref(),
            Self::Unlicensed => None,
        }
    }
}

/// Where the private keys of a licensed third-party's certificates are used (MUST: one of these
/// two). The keys themselves are never here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Custody {
    /// A signing service of its own.
    SigningService {
        /// Its address.
        url: HttpsUrl,
    },
    /// A key in an Azure Key Vault.
    AzureKeyVault {
        /// The vault's address, for example `https://acme-kv.vault.azure.net`. The address and
        /// not the name, because national clouds and managed HSMs have other domains.
        vault: HttpsUrl,
        /// The key's name in the vault.
        key: KeyName,
        /// The key's version. A fixed one: "the newest" would change under a running service.
        version: KeyVersion,
    },
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $needed:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The value as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = RegistryError;

            fn from_str(text: &str) -> Result<Self, RegistryError> {
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(RegistryError::value($what, Shown(text), $needed))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = RegistryError;

            fn try_from(text: String) -> Result<Self, RegistryError> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }
    };
}

name!(
    /// The name of a key in a vault: 1 to 127 of `A-Za-z0-9-` (Azure Key Vault's own rule).
    KeyName, "key name", "1 to 127 characters of A-Z a-z 0-9 -",
    |text| (1..=127).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);
name!(
    /// The version of a key in a vault: 32 hexadecimal digits (Azure Key Vault's own rule).
    KeyVersion, "key version", "32 hexadecimal digits",
    |text| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_follow_the_vaults_rules() {
        let long = "a".repeat(128);
        for text in ["", "a b", "a/b", "a_b", "a\n", &long] {
            assert!(text.parse::<KeyName>().is_err(), "{text:?}");
        }
        assert!("qseal-2026".parse::<KeyName>().is_ok());
        for text in [
            "",
            "latest",
            "78deebed173b48e48f55abf87ed4cf7",
            "g".repeat(32).as_str(),
        ] {
            assert!(text.parse::<KeyVersion>().is_err(), "{text:?}");
        }
        assert!(
            "78deebed173b48e48f55abf87ed4cf71"
                .parse::<KeyVersion>()
                .is_ok()
        );
    }

    #[test]
    fn an_unlicensed_one_has_nothing_to_show() {
        assert!(Licence::Unlicensed.certificates().is_empty());
        assert_eq!(Licence::Unlicensed.custody(), None);
        assert!(!Licence::default().is_licensed());
    }
}
