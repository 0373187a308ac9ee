//! Keys of the `jsonwebtoken` crate.
