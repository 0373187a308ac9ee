//! The words everyone shares when one Integrator acts for many third-parties.
//!
//! Everything here is a value that was checked once and then carries its proof: an id that may
//! enter an HTTP header, a set of scopes in canonical order, the immutable [`ActingFor`] that
//! travels with a call from the handle to the header, a [`Secret`] that prints nothing.
//! The two doors to the operating system that obkit has, the time and random bytes, are here as
//! seams: [`Clock`] and [`Entropy`].
//!
//! ```
//! use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Scopes};
//!
//! let party = ActingFor::third_party(
//!     "acme".parse::<BusinessId>()?,
//!     "tpp-acme".parse::<ClientId>()?,
//!     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse::<ApplicationId>()?,
//! );
//! assert_eq!(party.client_id().as_str(), "tpp-acme");
//!
//! let scopes: Scopes = "ob_data consents:create ob_data".parse()?;
//! assert_eq!(scopes.to_string(), "consents:create ob_data");
//!
//! // CR and LF can never reach a header: the id is refused, and the message is safe to log.
//! let refused = "acme\r\nX-Admin: 1".parse::<ClientId>().unwrap_err();
//! assert!(refused.to_string().contains(r"\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod acting_for;
pub use acting_for::ActingFor;

mod clock;
pub use clock::{Clock, SharedClock, SystemClock, TestClock};

mod code;
pub use code::{Code, Owner, UnknownCode};

mod entropy;
pub use entropy::{Entropy, EntropyError, SeededEntropy, SharedEntropy, SystemEntropy};

mod id;
pub use id::{ApplicationId, BusinessId, ClientId, ConsentId, IdError, UseCaseConfigurationId};

mod scope;
pub use scope::{Scope, ScopeError, Scopes};

mod secret;
pub use secret::Secret;

mod sent;
pub use sent::{Retry, Sent};

mod shown;
pub use shown::Shown;
