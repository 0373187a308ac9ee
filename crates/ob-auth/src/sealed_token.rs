//! A token that says what was asked for.

use crate::{Grant, TokenType, moment::Moment, token_key::Realm};
use http::HeaderValue;
use ob_core::{ActingFor, BusinessId, ClientId, ConsentId, Scopes, Secret};
use ob_jose::Thumbprint;
use std::{fmt, sync::Arc, time::SystemTime};

/// An access token that was opened and found to say what was asked for, together with whom it
/// was asked for.
///
/// It is made in one place only, when a token answer is sealed, and compared again with the
/// party of the call when it is written into a request. `Debug` shows for whom and for what,
/// never the token.
///
/// Note on the claims: the platform's table prints the third-party's id beside `act.sub`; its
/// text and its example payload say the Integrator. The Integrator it is: `sub` is the
/// third-party, `act.sub` the Integrator (R182).
pub struct SealedToken(pub(crate) Contents);

pub(crate) struct Contents {
    pub(crate) token: Secret<String>,
    pub(crate) token_type: TokenType,
    /// `Bearer ...` or `DPoP ...`, marked sensitive.
    pub(crate) authorization: HeaderValue,
    /// The `X-Application-Id` that belongs to it.
    pub(crate) application: HeaderValue,
    pub(crate) ath: String,
    pub(crate) realm: Arc<Realm>,
    pub(crate) party: ActingFor,
    pub(crate) asked: Grant,
    pub(crate) granted: Scopes,
    pub(crate) jkt: Option<Thumbprint>,
    pub(crate) sealed: bool,
    pub(crate) refresh_at: Moment,
    pub(crate) expires_at: Moment,
}

impl SealedToken {
    /// Your own name of the party it acts for.
    #[must_use]
    pub fn business_id(&self) -> &BusinessId {
        self.0.party.business_id()
    }

    /// The party's client id: the token's `sub`.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        self.0.party.client_id()
    }

    /// The party it acts for.
    #[must_use]
    pub fn acting_for(&self) -> &ActingFor {
        &self.0.party
    }

    /// The Integrator that acts: the token's `act.sub`. `None` in the Integrator's own context.
    #[must_use]
    pub fn actor(&self) -> Option<&ClientId> {
        (!self.0.party.is_integrator()).then_some(&self.0.realm.client_id)
    }

    /// The scopes that were granted.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.0.granted
    }

    /// The consent it is for.
    #[must_use]
    pub fn consent(&self) -> Option<&ConsentId> {
        self.0.asked.consent()
    }

    /// When it ends by the wall clock, from `expires_in` alone. It may end earlier, if the wall
    /// clock is set back while it lives.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at.wall
    }

    /// When a new one is asked for although this one still serves.
    #[must_use]
    pub fn refresh_at(&self) -> SystemTime {
        self.0.refresh_at.wall
    }

    /// The thumbprint of the DPoP key in the token's `cnf.jkt`, if it says one.
    #[must_use]
    pub fn jkt(&self) -> Option<&Thumbprint> {
        self.0.jkt.as_ref()
    }

    /// Whether its claims were compared; only `SealPolicy::BestEffort` lets others through.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.0.sealed
    }

    /// How it is presented.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        self.0.token_type
    }

    /// The token itself: for an explicit print, nothing else. Requests get it from
    /// [`Authorizer::authorize`](crate::Authorizer::authorize).
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.token.expose()
    }

    pub(crate) fn is_live(&self, now: Moment) -> bool {
        !self.0.expires_at.has_come(now)
    }

    pub(crate) fn is_due(&self, now: Moment) -> bool {
        self.0.refresh_at.has_come(now)
    }
}

impl fmt::Debug for SealedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedToken")
            .field("token", &self.0.token)
            .field("token_type", &self.0.token_type)
            .field("acting_for", &self.0.party)
            .field("actor", &self.actor())
            .field("scopes", &self.0.granted)
            .field("consent", &self.consent())
            .field("jkt", &self.0.jkt)
            .field("sealed", &self.0.sealed)
            .field("expires_at", &self.0.expires_at.wall)
            .finish()
    }
}
