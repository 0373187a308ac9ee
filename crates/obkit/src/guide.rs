//! What the code does not say by itself: why it is so, and what it stands against.

pub mod security;
pub mod suspension;
