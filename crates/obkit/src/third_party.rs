//! Handles: for whom, then what.

mod itself;
mod owned_consent;
mod resources;

pub use itself::Itself;
pub use owned_consent::OwnedConsent;
pub use resources::{Accounts, Consents, Flows, Providers, Transactions};

use crate::{Call, ConsentRef, Error, Integrator, door::Acting};
use ob_api::Raw;
use ob_auth::{Grant, TokenLease};
use ob_core::{ActingFor, BusinessId, Code, ConsentId};

/// The handle of one third-party: every call made through it is made for that third-party.
///
/// It holds one immutable [`ActingFor`]; there is nothing to set and no way to name somebody
/// else. It may be kept and cloned: each attempt of a call consults the registry again, so a
/// handle that outlives its third-party's suspension is refused.
#[derive(Clone, Debug)]
pub struct ThirdParty {
    integrator: Integrator,
    acting: Acting,
}

impl ThirdParty {
    pub(crate) fn new(integrator: Integrator, acting: Acting) -> Self {
        Self { integrator, acting }
    }

    /// Your own name for the third-party.
    #[must_use]
    pub fn id(&self) -> &BusinessId {
        self.acting_for().business_id()
    }

    /// For whom the handle acts.
    #[must_use]
    pub fn acting_for(&self) -> &ActingFor {
        self.acting.party()
    }

    /// The third-party's consents.
    #[must_use]
    pub fn consents(&self) -> Consents<'_> {
        Consents::new(self)
    }

    /// The managed flows in which an end user authorises a consent.
    #[must_use]
    pub fn flows<'a>(&'a self, consent: &'a ConsentRef) -> Flows<'a> {
        Flows::new(self, consent)
    }

    /// The accounts that an end user shared under a consent.
    #[must_use]
    pub fn accounts<'a>(&'a self, consent: &'a ConsentRef) -> Accounts<'a> {
        Accounts::new(self, consent)
    }

    /// The transactions of those accounts.
    #[must_use]
    pub fn transactions<'a>(&'a self, consent: &'a ConsentRef) -> Transactions<'a> {
        Transactions::new(self, consent)
    }

    /// The banks that can be connected.
    #[must_use]
    pub fn providers(&self) -> Providers<'_> {
        Providers::new(&self.integrator, &self.acting)
    }

    /// A call to an endpoint that obkit does not model, sealed like every other.
    pub fn raw(&self, raw: Raw) -> Call<Raw> {
        Call::new(&self.integrator, &self.acting, raw)
    }

    /// A call to an endpoint that obkit does not model, under a consent: with a consent-scoped
    /// token and the consent's header.
    pub fn raw_with_consent(&self, raw: Raw, consent: &ConsentRef) -> Call<Raw> {
        self.raw(raw.under(consent.id().clone())).consent(consent)
    }

    /// A token for this third-party, sealed: from the cache, or fetched.
    ///
    /// # Errors
    /// What the registry refuses, `OB-X003` for another third-party's consent (when it is
    /// known), and every way a token request can fail.
    pub async fn token(&self, grant: &Grant) -> Result<TokenLease, Error> {
        let parts = &self.integrator.parts;
        let (id, name) = (self.id(), "token");
        let checked = self.integrator.consult(&self.acting, grant.scopes());
        checked.map_err(|error| error.about(id, name))?;
        if let Some(consent) = grant.consent() {
            self.consent(consent.clone())?;
        }
        let lease = parts.authorizer.token(self.acting_for(), grant).await;
        lease.map_err(|error| Error::auth(grant, error).about(id, name))
    }

    /// Takes a bare consent id as this third-party's. Prefer to keep the [`ConsentRef`] that
    /// creating a consent returned: it cannot be adopted by mistake.
    ///
    /// # Errors
    /// `OB-X003` when this process has seen the consent with another third-party.
    pub fn consent(&self, id: ConsentId) -> Result<ConsentRef, Error> {
        let owner = self.integrator.parts.ledger.claim(&id, self.id());
        if &owner == self.id() {
            return Ok(ConsentRef::new(owner, id));
        }
        let why = format!("consent {id} is {owner}'s");
        Err(Error::new(Code::X003, why).about(self.id(), "consent"))
    }
}
