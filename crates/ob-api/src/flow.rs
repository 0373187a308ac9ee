//! Managed flows: where the end user chooses a bank and authorises a consent.

mod flow_return;
mod flow_url;

pub use flow_return::FlowReturn;
pub use flow_url::FlowUrl;

use crate::{EndUser, FlowId, Timestamp, open_enum::open_enum};
use serde::{Deserialize, Serialize};

open_enum!(
    /// What a managed flow is for.
    FlowType {
        /// Connect accounts (INT live).
        ConnectAccounts = "CONNECT_ACCOUNTS",
        /// Authorise a connection again (DOC).
        ReauthenticateConnection = "REAUTHENTICATE_CONNECTION",
    }
);

open_enum!(
    /// How far a managed flow is (DOC).
    FlowStatus {
        /// Open: the end user can follow the link.
        Active = "ACTIVE",
        /// The end user is at the bank.
        Authorizing = "AUTHORIZING",
        /// Done.
        Completed = "COMPLETED",
        /// It went wrong.
        Failed = "FAILED",
        /// Its time is over.
        Expired = "EXPIRED",
        /// The end user gave up.
        Cancelled = "CANCELLED",
    }
);

impl FlowStatus {
    /// Whether nothing more will happen. A status that is not known is not final.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Failed | Self::Expired | Self::Cancelled
        )
    }
}

/// The body that creates a managed flow:
/// `{"type":"CONNECT_ACCOUNTS","endUser":{"identifier":"..."},"language":"en"}` (INT live).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewManagedFlow {
    /// What it is for.
    #[serde(rename = "type")]
    pub flow_type: FlowType,
    /// Who will follow the link: the identifier must equal the consent's (INT live).
    pub end_user: EndUser,
    /// The language of the pages, for example `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl NewManagedFlow {
    /// A flow in the platform's default language.
    #[must_use]
    pub const fn new(flow_type: FlowType, end_user: EndUser) -> Self {
        Self {
            flow_type,
            end_user,
            language: None,
        }
    }

    /// A flow in which the end user connects accounts.
    #[must_use]
    pub const fn connect_accounts(end_user: EndUser) -> Self {
        Self::new(FlowType::ConnectAccounts, end_user)
    }

    /// A flow in which the end user authorises a connection again.
    #[must_use]
    pub const fn reauthenticate_connection(end_user: EndUser) -> Self {
        Self::new(FlowType::ReauthenticateConnection, end_user)
    }

    /// Sets the language of the pages.
    #[must_use]
    pub fn language(self, language: impl Into<String>) -> Self {
        Self {
            language: Some(language.into()),
            ..self
        }
    }
}

/// A managed flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ManagedFlow {
    /// Where to send the end user (INT). Always there in the answer to
    /// [`CreateManagedFlow`](crate::CreateManagedFlow).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_url: Option<FlowUrl>,
    /// Its id (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<FlowId>,
    /// How far it is (values DOC, member ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<FlowStatus>,
    /// Until when the link works (ASSUMED).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl ManagedFlow {
    /// A flow of which nothing but the link is known.
    #[must_use]
    pub fn new(flow_url: FlowUrl) -> Self {
        Self {
            flow_url: Some(flow_url),
            ..Self::default()
        }
    }
}
