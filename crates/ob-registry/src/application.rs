//! Further applications of a third-party.

use crate::UseCase;
use ob_core::ApplicationId;
use serde::{Deserialize, Serialize};

/// An application of a third-party beside its main one: the application id that the platform
/// issued for one of its use cases.
///
/// Several may stand for one use case, of which one is the default: the one that calls for that
/// use case present as `X-Application-Id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// What `X-Application-Id` says.
    pub id: ApplicationId,
    /// The use case it was issued for; one of the third-party's.
    pub use_case: UseCase,
    /// Whether it is the default of its use case. Exactly one is.
    #[serde(default)]
    pub default: bool,
}
