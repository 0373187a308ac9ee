//! Who a call acts for, and with what right.

use super::Gate;
use ob_core::{ActingFor, Scopes};
use ob_registry::{Admission, RegistryError};
use std::sync::Arc;

/// The Integrator itself, or a third-party with its admission and its gate.
#[derive(Clone, Debug)]
pub(crate) struct Acting {
    party: ActingFor,
    pass: Option<(Admission, Arc<Gate>)>,
}

/// What goes with a request as far as the door.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) admission: Admission,
    pub(super) gate: Arc<Gate>,
    pub(super) scopes: Scopes,
}

impl Acting {
    pub(crate) fn itself(party: ActingFor) -> Self {
        Self { party, pass: None }
    }

    pub(crate) fn third_party(admission: Admission, gate: Arc<Gate>) -> Self {
        Self {
            party: admission.party().clone(),
            pass: Some((admission, gate)),
        }
    }

    pub(crate) fn party(&self) -> &ActingFor {
        &self.party
    }

    pub(crate) fn gate(&self) -> Option<&Arc<Gate>> {
        self.pass.as_ref().map(|(_, gate)| gate)
    }

    /// Whether the registry still admits it, for these scopes.
    pub(crate) fn check(&self, scopes: &Scopes) -> Result<(), RegistryError> {
        match &self.pass {
            Some((admission, _)) => admission.check(scopes),
            None => Ok(()),
        }
    }

    /// Writes into a request what the door asks for.
    pub(crate) fn accompany(&self, extensions: &mut http::Extensions, scopes: &Scopes) {
        if let Some((admission, gate)) = &self.pass {
            extensions.insert(Pass {
                admission: admission.clone(),
                gate: Arc::clone(gate),
                scopes: scopes.clone(),
            });
        }
    }
}
