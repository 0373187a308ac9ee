//! The seam to HTTP.
//!
//! One async method over [`http`] types, [`Transport::send`], behind one cloneable handle,
//! [`SharedTransport`]. [`HyperTransport`] is the pooled client for production; whoever
//! prefers another HTTP stack implements the trait, and whoever tests swaps it in one line
//! (feature `testing`). The crate moves requests and answers; what they mean it does not
//! know.
//!
//! ```
//! use bytes::Bytes;
//! use ob_transport::{SharedTransport, Transport, TransportError, async_trait};
//!
//! /// Another HTTP stack in place of ours: one method.
//! #[derive(Debug)]
//! struct Echo;
//!
//! #[async_trait]
//! impl Transport for Echo {
//!     async fn send(
//!         &self,
//!         request: http::Request<Bytes>,
//!     ) -> Result<http::Response<Bytes>, TransportError> {
//!         Ok(http::Response::new(request.into_body()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let transport: SharedTransport = Echo.into();
//! let request = http::Request::post("https://api.example.com/").body("hello".into())?;
//! assert_eq!(transport.send(request).await?.body(), "hello");
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `testing` a closure is a transport:
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```text")]
//! use bytes::Bytes;
//! use ob_transport::{SharedTransport, testing};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let transport: SharedTransport =
//!     testing::from_fn(|_request| async { Ok(http::Response::new(Bytes::from("pong"))) }).into();
//!
//! let request = http::Request::get("https://api.example.com/ping").body(Bytes::new())?;
//! assert_eq!(transport.send(request).await?.body(), "pong");
//! # Ok(())
//! # }
//! ```
//!
//! # What it will not do
//!
//! No redirect is followed, no cookie kept, no content coding decoded, no request written
//! twice, no body read past its limit, no plain http beyond the loopback interface.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod build_error;
mod error;
mod hyper;
mod loopback;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;

/// The attribute of an `impl Transport`.
pub use async_trait::async_trait;

pub use build_error::BuildError;
pub use error::{TimeoutPhase, TransportError, TransportErrorKind};
pub use hyper::{ClientIdentity, Http2, HyperTransport, HyperTransportBuilder};
pub use loopback::names_loopback;
pub use transport::{SharedTransport, Transport};
