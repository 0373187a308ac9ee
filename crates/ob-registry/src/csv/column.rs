//! The columns.

use crate::closest::closest_word;

macro_rules! columns {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// A column, in the order in which they are written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Column { $($name),+ }

        impl Column {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name),+];

            pub(super) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

columns! {
    BusinessId = "business_id",
    LegalName = "legal_name",
    ClientId = "client_id",
    ApplicationId = "application_id",
    Status = "status",
    Licence = "licence",
    Countries = "countries",
    UseCases = "use_cases",
    Scopes = "scopes",
    OrganizationIdentifier = "organization_identifier",
    Notes = "notes",
    SigningService = "signing_service",
    KeyVault = "key_vault",
    Key = "key",
    KeyVersion = "key_version",
    Contacts = "contacts",
    Applications = "applications",
    Certificates = "certificates",
}

impl Column {
    /// Without these a row says too little. What was authorised is never a default.
    pub(super) const NEEDED: [Self; 5] = [
        Self::BusinessId,
        Self::LegalName,
        Self::Status,
        Self::Licence,
        Self::Scopes,
    ];

    pub(super) fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.as_str() == text)
    }

    pub(super) fn closest(text: &str) -> Option<&'static str> {
        closest_word(text, Self::ALL.iter().map(|it| it.as_str()))
    }
}
