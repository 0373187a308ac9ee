//! What few third-parties have.

use crate::{Application, Contact, Licence, OrganizationIdentifier};

/// Kept together behind one pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Details {
    pub(super) licence: Licence,
    pub(super) organization_identifier: Option<OrganizationIdentifier>,
    pub(super) applications: Vec<Application>,
    pub(super) contacts: Vec<Contact>,
    pub(super) notes: String,
}

impl Details {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
