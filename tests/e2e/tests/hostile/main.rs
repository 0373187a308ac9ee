//! obkit against servers that mean harm: every test says byte by byte what the server answers,
//! and looks at every byte that the client sent.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod attempts;
mod credentials;
mod doors;
mod floods;
mod mixups;
mod nonces;
mod redirects;
mod request;
mod server;
mod targets;
mod words;
mod world;
