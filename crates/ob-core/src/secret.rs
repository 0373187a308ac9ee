//! A value that prints nothing.

use std::fmt;
use zeroize::Zeroize;

/// A secret: `Debug` shows nothing of it, there is no `Display` and no `Serialize`, and its
/// memory is overwritten when it is dropped.
///
/// It leaves only through [`Secret::expose`], so that a search for that word finds every door.
///
/// ```
/// use ob_core::Secret;
/// let token = Secret::new(String::from("eyJhbGciOi"));
/// assert_eq!(format!("{token:?}"), "Secret(..)");
/// assert_eq!(token.expose(), "eyJhbGciOi");
/// ```
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value in.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: for a header, a signature input or an explicit print, nothing else.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, rc::Rc};

    struct Spy(Rc<RefCell<Vec<&'static str>>>);

    impl Zeroize for Spy {
        fn zeroize(&mut self) {
            self.0.borrow_mut().push("zeroized");
        }
    }

    /// Rows: L5.4
    #[test]
    fn overwrites_itself_when_dropped() {
        let seen = Rc::default();
        drop(Secret::new(Spy(Rc::clone(&seen))));
        assert_eq!(*seen.borrow(), ["zeroized"]);
    }

    /// Rows: L5.1
    #[test]
    fn prints_nothing_in_any_form() {
        let secret = Secret::new(String::from("CANARY"));
        let shown = format!("{secret:?} {secret:#?} {:?}", Some(&secret));
        assert!(!shown.contains("CANARY"));
    }
}
