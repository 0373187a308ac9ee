//! The switch that lets the isolation proof show that it would notice.

/// A deliberate hole, for the isolation proof alone (feature `dangerous-sabotage`).
///
/// A proof that has never failed proves nothing: with one of these the proof must fail.
#[cfg(feature = "dangerous-sabotage")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sabotage {
    /// The cache key forgets third-party, application and consent. The seal still refuses.
    CacheKey,
    /// The cache key forgets them, and neither seal nor attach compares anything.
    CacheKeyAndSeal,
}

/// Whether the two guards stand. Without the feature they always do, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Isolation {
    #[cfg(feature = "dangerous-sabotage")]
    sabotage: Option<Sabotage>,
}

#[cfg(not(feature = "dangerous-sabotage"))]
impl Isolation {
    pub(crate) const fn keys_by_party(self) -> bool {
        true
    }

    pub(crate) const fn compares(self) -> bool {
        true
    }
}

#[cfg(feature = "dangerous-sabotage")]
impl Isolation {
    pub(crate) const fn broken(sabotage: Sabotage) -> Self {
        Self {
            sabotage: Some(sabotage),
        }
    }

    pub(crate) const fn keys_by_party(self) -> bool {
        self.sabotage.is_none()
    }

    pub(crate) const fn compares(self) -> bool {
        !matches!(self.sabotage, Some(Sabotage::CacheKeyAndSeal))
    }
}
