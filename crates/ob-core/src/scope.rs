//! OAuth scopes by the grammar of RFC 6749 section 3.3, kept in canonical order.

use crate::Shown;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr, sync::Arc};

/// One scope token: `1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 section 3.3).
///
/// ```
/// use ob_core::Scope;
/// assert!("consents:create".parse::<Scope>().is_ok());
/// assert!("two words".parse::<Scope>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Scope(Arc<str>);

impl Scope {
    /// The scope as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() || text.len() > MAX_SCOPE || !text.bytes().all(is_nqchar) {
            return Err(ScopeError::new(text, NEEDED_SCOPE));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl AsRef<str> for Scope {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.as_str())
    }
}

/// A set of scopes in canonical order: sorted, each once.
///
/// The order of scopes means nothing in OAuth (RFC 6749 section 3.3), so two spellings of one set
/// are one value, one cache key and one line in a log. The text form is joined by single spaces
/// and must not be empty; the empty set exists only as [`Scopes::none`].
///
/// ```
/// use ob_core::Scopes;
/// let asked: Scopes = "ob_data consents:create".parse()?;
/// let granted: Scopes = "ob_data".parse()?;
/// assert!(granted.is_subset(&asked));
/// assert_eq!(asked, "consents:create ob_data ob_data".parse()?);
/// # Ok::<(), ob_core::ScopeError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scopes(Arc<[Scope]>);

impl Scopes {
    /// No scope at all: what a third-party that authorised nothing has.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether there is no scope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many scopes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The scopes in canonical order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Scope> + '_ {
        self.0.iter()
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.binary_search(scope).is_ok()
    }

    /// Whether every scope of this set is also in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.iter().all(|scope| other.contains(scope))
    }

    /// The scopes of this set that `other` lacks.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.iter()
            .filter(|scope| !other.contains(scope))
            .cloned()
            .collect()
    }

    /// The scopes in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter()
            .filter(|scope| other.contains(scope))
            .cloned()
            .collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let canonical: BTreeSet<Scope> = scopes.into_iter().collect();
        Self(canonical.into_iter().collect())
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self::from_iter([scope])
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::new(text, NEEDED_SCOPES));
        }
        text.split(' ')
            .map(|scope| {
                scope
                    .parse()
                    .map_err(|_| ScopeError::new(text, NEEDED_SCOPES))
            })
            .collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { " " })?;
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

impl Serialize for Scopes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Scope>::deserialize(deserializer).map(Self::from_iter)
    }
}

/// A text is not a scope, or not a list of scopes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} is not a scope list: needs {needed}")]
pub struct ScopeError {
    found: String,
    needed: &'static str,
}

impl ScopeError {
    fn new(found: &str, needed: &'static str) -> Self {
        let found = Shown(found).to_string();
        Self { found, needed }
    }

    /// What was found: quoted, escaped, shortened.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

/// NQCHAR of RFC 6749 appendix A: printable ASCII without space, quote and backslash.
fn is_nqchar(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

/// No platform has a scope this long; a bound keeps keys and headers small.
const MAX_SCOPE: usize = 256;
const NEEDED_SCOPE: &str = "1 to 256 printable ASCII characters without space, quote, backslash";
const NEEDED_SCOPES: &str =
    "scopes of printable ASCII without quote or backslash, separated by single spaces";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn r167_refuses_what_the_grammar_refuses() {
        for text in [
            "", " ", "a  b", " a", "a ", "a\tb", "a\"b", "a\\b", "a\nb", "\u{e9}", "a\u{a0}b",
        ] {
            assert!(text.parse::<Scopes>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn set_operations() {
        let all: Scopes = "a b c".parse().unwrap();
        let some: Scopes = "b d".parse().unwrap();
        assert_eq!(all.intersection(&some).to_string(), "b");
        assert_eq!(some.difference(&all).to_string(), "d");
        assert!(!some.is_subset(&all));
        assert!(Scopes::none().is_subset(&some));
    }

    #[test]
    fn json_is_a_list() {
        let scopes: Scopes = serde_json::from_str(r#"["b","a","b"]"#).unwrap();
        assert_eq!(serde_json::to_string(&scopes).unwrap(), r#"["a","b"]"#);
        assert!(serde_json::from_str::<Scopes>(r#"["a b"]"#).is_err());
    }

    proptest! {
        #[test]
        fn canonical_whatever_the_order(
            (words, shuffled) in prop::collection::vec("[!#-\\[\\]-~]{1,12}", 1..8)
                .prop_flat_map(|words| (Just(words.clone()), Just(words).prop_shuffle()))
        ) {
            let one: Scopes = words.join(" ").parse().unwrap();
            let other: Scopes = shuffled.join(" ").parse().unwrap();
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(one.to_string(), other.to_string());
            prop_assert_eq!(&one.to_string().parse::<Scopes>().unwrap(), &one);
            let sorted: Vec<_> = one.iter().collect();
            prop_assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
