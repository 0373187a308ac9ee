//! Transports for tests (feature `testing`).
//!
//! [`from_fn`] makes a transport of a closure, [`Scripted`] answers from a queue,
//! [`Recorder`] remembers what passes through, [`Faulty`] breaks the network by plan. All
//! keep their state behind an `Arc`: clone one, hand the clone to the code under test and
//! ask the original afterwards. None of them prints a header value or a body in `Debug`.
//!
//! ```
//! use bytes::Bytes;
//! use ob_transport::{SharedTransport, TransportErrorKind, testing::{Fault, Faulty, Scripted}};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let platform = Scripted::new().answer(http::Response::new("welcome"));
//! let network = Faulty::new(platform.clone()).plan([Fault::ResetBeforeSend]);
//! let transport = SharedTransport::new(network);
//!
//! let request = || http::Request::get("https://api.example.com/").body(Bytes::new());
//! let error = transport.send(request()?).await.unwrap_err();
//! assert_eq!(error.kind(), TransportErrorKind::Closed);
//! assert!(!error.may_have_been_sent());
//! assert_eq!(transport.send(request()?).await?.body(), "welcome");
//! assert_eq!(platform.requests().len(), 1);
//! # Ok(())
//! # }
//! ```

mod faulty;
mod from_fn;
mod recorded;
mod recorder;
mod scripted;

pub use faulty::{Fault, Faulty};
pub use from_fn::{FromFn, from_fn};
pub use recorded::RecordedRequest;
pub use recorder::Recorder;
pub use scripted::Scripted;
