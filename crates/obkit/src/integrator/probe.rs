//! Trying a third-party's ids before it goes into service.

use super::Integrator;
use crate::Error;
use ob_auth::{Authorizer, Grant};
use ob_core::{ActingFor, BusinessId, ClientId, Code, Scopes};
use ob_registry::{Status, ThirdParty};
use std::time::SystemTime;

/// What a probe found: the platform lets this Integrator act for the third-party.
///
/// There is no token in it. The one that was fetched is forgotten.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Probe {
    /// The third-party's client id: the token's `sub`, as the seal compared it.
    pub client_id: ClientId,
    /// What was granted: all that was asked for.
    pub scopes: Scopes,
    /// When the token would have expired.
    pub expires_at: SystemTime,
    /// How many token requests it took.
    pub attempts: u32,
    /// The platform's id of the answer.
    pub correlation: Option<String>,
}

impl Integrator {
    /// Asks the platform for a token on behalf of a third-party that is still in onboarding, and
    /// seals it: its `sub` must be the third-party and its `act.sub` this Integrator (MUST). Then
    /// the token is forgotten. Do this before the third-party becomes active, so that a mistyped
    /// id is found while nothing depends on it.
    ///
    /// The registry stays the only door: the ids are those that it holds, and `scopes` must be
    /// among those that it says were authorised. Neither a handle nor a token is given out, and
    /// [`Integrator::on_behalf_of`] goes on to refuse the third-party until it is active.
    ///
    /// A token request carries no application id, so that one is first tried by the first call.
    ///
    /// # Errors
    /// `OB-R004` when the id is malformed, `OB-R001` when it is unknown, `OB-R006` when it is not
    /// in onboarding, `OB-R009` when it has no client id or application id yet, `OB-R007` when a
    /// scope was not authorised; and every way a token request can fail, `OB-T216` and `OB-T217`
    /// among them.
    pub async fn probe(&self, id: impl AsRef<str>, scopes: &Scopes) -> Result<Probe, Error> {
        let id: BusinessId = id.as_ref().parse()?;
        let probed = self.probe_known(&id, scopes).await;
        probed.map_err(|error| error.about(&id, OPERATION))
    }

    async fn probe_known(&self, id: &BusinessId, scopes: &Scopes) -> Result<Probe, Error> {
        let registry = &self.parts.registry;
        let Some(third_party) = registry.get(id) else {
            // It is refused, and the registry names the one that comes close.
            let refused = registry.act_for(id, scopes).err();
            let unknown = || Error::new(Code::R001, "not in the registry");
            return Err(refused.map_or_else(unknown, |error| Error::registry(id, error)));
        };
        let party = in_onboarding(&third_party, scopes)?;
        let _probing = self.parts.gates.of(id).probing();
        let fresh = Forget::before_and_after(&self.parts.authorizer, &party);
        let grant = Grant::new(scopes.clone());
        let lease = fresh.authorizer.token(&party, &grant).await;
        let lease = lease.map_err(|error| Error::auth(&grant, error))?;
        Ok(Probe {
            client_id: lease.token.client_id().clone(),
            scopes: lease.token.scopes().clone(),
            expires_at: lease.token.expires_at(),
            attempts: lease.attempts,
            correlation: lease.correlation,
        })
    }
}

fn in_onboarding(third_party: &ThirdParty, scopes: &Scopes) -> Result<ActingFor, Error> {
    if third_party.status() != Status::Onboarding {
        let status = third_party.status();
        let why = format!("it is {status}, needs one that is in onboarding");
        return Err(Error::new(Code::R006, why));
    }
    let missing = scopes.difference(third_party.scopes());
    if !missing.is_empty() {
        return Err(Error::new(Code::R007, format!("{missing} not authorised")));
    }
    let (Some(client_id), Some(application_id)) =
        (third_party.client_id(), third_party.application_id())
    else {
        let why = "no client id or application id, needs both to be probed";
        return Err(Error::new(Code::R009, why));
    };
    let business_id = third_party.business_id().clone();
    Ok(ActingFor::third_party(
        business_id,
        client_id.clone(),
        *application_id,
    ))
}

/// No token that was held before is a proof, and none is kept after, not even by a probe that
/// was dropped while it waited.
struct Forget<'a> {
    authorizer: &'a Authorizer,
    party: &'a ActingFor,
}

impl<'a> Forget<'a> {
    fn before_and_after(authorizer: &'a Authorizer, party: &'a ActingFor) -> Self {
        authorizer.purge(party);
        Self { authorizer, party }
    }
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.authorizer.purge(self.party);
    }
}

const OPERATION: &str = "probe";
