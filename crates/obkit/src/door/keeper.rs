//! The transport below everything: it asks the registry once more.

use super::{Announcing, Gate, Withheld, acting::Pass, gate::Departure};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use ob_core::{BusinessId, ClientId, Scopes, SharedClock};
use ob_registry::{Registry, Status};
use ob_transport::{SharedTransport, Transport, TransportError};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// One gate for each third-party that was ever acted for: all its departures share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gates(Arc<RwLock<HashMap<BusinessId, Arc<Gate>>>>);

impl Gates {
    pub(crate) fn of(&self, id: &BusinessId) -> Arc<Gate> {
        if let Some(gate) = self.known(id) {
            return gate;
        }
        let mut gates = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(id.clone()).or_default())
    }

    pub(crate) fn known(&self, id: &BusinessId) -> Option<Arc<Gate>> {
        let gates = self.0.read().unwrap_or_else(PoisonError::into_inner);
        gates.get(id).cloned()
    }
}

/// Lets nothing out for a third-party that the registry refuses. A call brings its admission; a
/// token request is known by the client id that it names. Whatever has neither is the
/// Integrator's own.
#[derive(Debug)]
pub(crate) struct Doorkeeper {
    inner: SharedTransport,
    registry: Registry,
    gates: Gates,
    announcing: Announcing,
    clock: SharedClock,
}

impl Doorkeeper {
    pub(crate) fn new(
        inner: SharedTransport,
        (registry, gates, announcing): (Registry, Gates, Announcing),
        clock: SharedClock,
    ) -> Self {
        Self {
            inner,
            registry,
            gates,
            announcing,
            clock,
        }
    }

    async fn let_out(&self, request: &mut Request<Bytes>) -> Result<Option<Departure>, Withheld> {
        let is_for_somebody = request.extensions().get::<Pass>().is_some();
        if is_for_somebody || request.headers().contains_key(ON_BEHALF_OF) {
            self.announcing.ended().await?;
        }
        let departure = match request.extensions_mut().remove::<Pass>() {
            Some(pass) => {
                let departure = pass.gate.depart();
                pass.admission.check(&pass.scopes)?;
                Some(departure)
            }
            None => match request.headers().get(ON_BEHALF_OF) {
                Some(client_id) => Some(self.token_request(client_id)?),
                None => None,
            },
        };
        Ok(departure.map(|mut departure| {
            departure.sent(self.clock.now());
            departure
        }))
    }

    fn token_request(&self, client_id: &HeaderValue) -> Result<Departure, Withheld> {
        let text = client_id.to_str().map_err(|_| Withheld::NobodysToken)?;
        let client_id: ClientId = text.parse().map_err(|_| Withheld::NobodysToken)?;
        let owner = self.registry.by_client_id(&client_id);
        let owner = owner.ok_or(Withheld::NobodysToken)?;
        let departure = self.gates.of(owner.business_id()).depart();
        // Only now, after the ticket: what was looked up above may have changed.
        match self.registry.act_for(owner.business_id(), &Scopes::none()) {
            Ok(party) if party.client_id() == &client_id => Ok(departure),
            Ok(_) => Err(Withheld::NobodysToken),
            Err(_) if departure.is_probed() && self.onboards(&client_id) => Ok(departure),
            Err(error) => Err(error.into()),
        }
    }

    fn onboards(&self, client_id: &ClientId) -> bool {
        let owner = self.registry.by_client_id(client_id);
        owner.is_some_and(|owner| owner.status() == Status::Onboarding)
    }
}

#[async_trait]
impl Transport for Doorkeeper {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let departure = self.let_out(&mut request).await;
        let departure =
            departure.map_err(|withheld| TransportError::withheld(withheld).at(request.uri()))?;
        let answer = self.inner.send(request).await;
        drop(departure);
        answer
    }
}

/// Names the third-party of a token request (platform section 3).
const ON_BEHALF_OF: &str = "x-on-behalf-of";
