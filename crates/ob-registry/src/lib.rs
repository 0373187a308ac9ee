//! The registry of third-parties: who they are at the platform, what they authorised, and
//! whether they may be acted for right now.
//!
//! One Integrator serves many third-parties. The platform asks it to map its own business ids to
//! the client ids it was given and to keep the application ids beside them (MUST). [`Registry`]
//! is that mapping, with a lifecycle: [`Registry::act_for`] is the only way from a business id to
//! an [`ActingFor`](ob_core::ActingFor), and it refuses whoever is unknown, not active or asked
//! for more than was authorised. There is no default third-party.
//!
//! ```
//! use ob_registry::{MemoryStore, Registry, Status, ThirdParty};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::open(MemoryStore::default()).await?;
//! let acme = ThirdParty::builder(
//!     "acme".parse()?,
//!     "Acme GmbH",
//!     "tpp-acme".parse()?,
//!     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
//! )
//! .country("DE".parse()?)
//! .scopes("consents:create ob_data".parse()?)
//! .status(Status::Active)
//! .build()?;
//! registry.edit("maria", "contract signed")?.put(acme).await?;
//!
//! let party = registry.act_for(&"acme".parse()?, &"ob_data".parse()?)?;
//! assert_eq!(party.client_id().as_str(), "tpp-acme");
//!
//! // Suspended means suspended: the next call is refused, with a code, and so is a held handle.
//! let edit = registry.edit("maria", "invoice unpaid")?;
//! edit.set_status(&"acme".parse()?, Status::Suspended).await?;
//! let refused = registry.act_for(&"acme".parse()?, &"ob_data".parse()?).unwrap_err();
//! assert_eq!(refused.code().as_str(), "OB-R005");
//! assert!(registry.check(&party, &"ob_data".parse()?).is_err());
//!
//! // A typing error is named.
//! let refused = registry.act_for(&"acmee".parse()?, &"ob_data".parse()?).unwrap_err();
//! assert_eq!(refused.closest().map(|id| id.as_str()), Some("acme"));
//! # Ok(())
//! # }
//! ```
//!
//! Reads take no lock and no database: they see one immutable snapshot, which
//! [`Registry::follow`] keeps up with what other processes change. Changes have an actor, a
//! reason and a time, are checked, stored first and shown second, so a failed one changes
//! nothing, and stay in the history for ever. The [`Store`] is a seam: [`MemoryStore`] and
//! [`FileStore`] are here, SQLite and PostgreSQL are features, any other database is yours to
//! plug in and to judge by the [`contract`].

mod application;
pub use application::Application;

pub mod certificate;
pub use certificate::{
    Certificate, CertificateFlaw, CertificateKey, CertificateKind, CertificateProblem, Expected,
    ExtendedKeyUsage, KeyUsage, OrganizationIdentifier, Psd2, Psd2Role,
};

mod closest;

mod contact;
pub use contact::{Contact, ContactRole, Email};

pub mod contract;

mod country;
pub use country::Country;

mod csv;
pub use self::csv::{CSV_LIMIT, from_csv, from_csv_over, to_csv};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod database;

mod error;
pub use error::RegistryError;

mod event;
pub use event::{Event, Subject};

mod expiry;
pub use expiry::{Expiry, ExpiryOwner, expiring, expiring_of_integrator};

mod https_url;
pub use https_url::HttpsUrl;

mod integrator_profile;
pub use integrator_profile::IntegratorProfile;

mod licence;
pub use licence::{Custody, KeyName, KeyVersion, Licence};

mod line;
pub use line::{Actor, Reason, ReplicaName, UseCase};

mod onboarding;
pub use onboarding::{Gap, Onboarding};

mod plan;
pub use plan::{Difference, Plan, Step};

mod pool;

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresStoreBuilder};

mod record;
pub use record::{Record, Standing};

mod registry;
pub use registry::{Admission, ChangeStream, Changes, Edit, Freshness, Registry, RegistryBuilder};

mod replica;
pub use replica::{Acknowledgement, Attendant, Receipt, ReceiptLine, ReceiptState, ReplicaReport};

mod revision;
pub use revision::{Revision, Version};

mod snapshot;

#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

mod status;
pub use status::Status;

mod store;
pub use store::{Commit, FileStore, HistoryQuery, Loaded, MemoryStore, Since, Store};

mod text;
pub use text::{from_json, from_toml, to_json, to_toml};

mod third_party;
pub use third_party::{ThirdParty, ThirdPartyBuilder};

mod timestamp;
