//! Writing a token into a request: the last comparison before the wire.

use crate::{
    AuthError, Grant, SealedToken, TokenType,
    authorizer::Inner,
    engine::{no_entropy, not_signed, unix_seconds},
    header_names::{DPOP, X_APPLICATION_ID, X_CONSENT_ID, X_ON_BEHALF_OF},
    moment::Moment,
    origin::Origin,
    random,
    server_clock::shifted,
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Request, Uri,
    header::{AUTHORIZATION, CONTENT_LENGTH, COOKIE, HOST, PROXY_AUTHORIZATION, TRANSFER_ENCODING},
};
use ob_core::{ActingFor, Code};
use ob_jose::{Htu, ProofInput};

/// For whom and for what a request is about to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) party: &'a ActingFor,
    /// `None`: whatever the token was asked for.
    pub(crate) grant: Option<&'a Grant>,
}

/// Refuses a request that already carries what only we may write (R191), or that leads where no
/// credential may go (R001).
pub(crate) fn check_request(request: &Request<Bytes>) -> Result<Origin, AuthError> {
    for (name, code) in OURS {
        if request.headers().contains_key(&name) {
            let reason = format!("the request already carries {name}, which no caller may set");
            return Err(AuthError::new(code, reason));
        }
    }
    Origin::for_credentials(request.uri()).map_err(|why| {
        AuthError::new(
            Code::N102,
            format!("the request's URL is not usable: {why}"),
        )
    })
}

impl Inner {
    /// Compares, makes all headers, then writes them: a refused request stays as it was.
    pub(crate) async fn write(
        &self,
        call: Call<'_>,
        token: &SealedToken,
        request: &mut Request<Bytes>,
    ) -> Result<(), AuthError> {
        let origin = check_request(request)?;
        self.compare(call, token)?;
        if self.engine.isolation.compares() {
            compare_consent_header(token, request)?;
        }
        let proof = self.proof(token, &origin, request).await?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token.0.authorization.clone());
        headers.insert(X_APPLICATION_ID, token.0.application.clone());
        if let Some(proof) = proof {
            headers.insert(DPOP, proof);
        }
        Ok(())
    }

    /// Whether this token may be used for this call, now.
    pub(crate) fn compare(&self, call: Call<'_>, token: &SealedToken) -> Result<(), AuthError> {
        if self.engine.isolation.compares() {
            compare_party(call.party, &token.0.party)?;
            self.compare_realm(token)?;
            compare_grant(call, &token.0.asked)?;
        }
        if token.is_live(Moment::now(&self.engine.clock)) {
            return Ok(());
        }
        Err(AuthError::new(Code::T211, "the token has expired"))
    }

    /// A token of another environment, Integrator or DPoP key has no business here.
    fn compare_realm(&self, token: &SealedToken) -> Result<(), AuthError> {
        let (ours, its) = (&*self.engine.realm, &*token.0.realm);
        if token.token_type() == TokenType::Dpop && ours.jkt != its.jkt {
            let reason = format!(
                "the token is bound to {}, our DPoP key is {}",
                its.jkt, ours.jkt
            );
            return Err(AuthError::new(Code::D304, reason));
        }
        if ours.issuer == its.issuer && ours.client_id == its.client_id {
            return Ok(());
        }
        let reason = format!(
            "the token is of {} at {}, the call of {} at {}",
            its.client_id, its.issuer, ours.client_id, ours.issuer
        );
        Err(AuthError::new(Code::X001, reason))
    }

    /// A proof with a fresh `jti`, if the token is bound (R067, R071-R074).
    async fn proof(
        &self,
        token: &SealedToken,
        origin: &Origin,
        request: &Request<Bytes>,
    ) -> Result<Option<HeaderValue>, AuthError> {
        if token.token_type() != TokenType::Dpop {
            return Ok(None);
        }
        let htu = target(request.uri())?;
        let jti = random::jti(&self.engine.entropy).map_err(no_entropy)?;
        let nonce = self.nonces.get(origin);
        let now = shifted(self.engine.clock.now(), self.correction(origin));
        let input = ProofInput {
            htm: request.method().as_str(),
            htu: &htu,
            iat: unix_seconds(now),
            jti: &jti,
            ath: Some(&token.0.ath),
            nonce: nonce.as_ref().map(crate::nonce::Nonce::expose),
        };
        let proof = self.engine.prover.prove(&input).await.map_err(not_signed)?;
        let mut header = HeaderValue::try_from(proof)
            .map_err(|error| AuthError::new(Code::K009, "no usable proof").caused_by(error))?;
        header.set_sensitive(true);
        Ok(Some(header))
    }

    /// What this API's clock asked for, else what the authorization server's did: it is the
    /// same clock of ours that is wrong.
    fn correction(&self, origin: &Origin) -> i64 {
        let engine = &self.engine;
        let learned = |origin| engine.clocks.correction(origin);
        learned(origin)
            .or_else(|| learned(engine.server.origin()))
            .unwrap_or(0)
    }
}

fn compare_party(call: &ActingFor, token: &ActingFor) -> Result<(), AuthError> {
    if call == token {
        return Ok(());
    }
    let same_party = call.business_id() == token.business_id()
        && call.client_id() == token.client_id()
        && call.is_integrator() == token.is_integrator();
    let (code, its, wanted) = if same_party {
        let ids = (token.application_id(), call.application_id());
        (Code::X002, ids.0.to_string(), ids.1.to_string())
    } else {
        (Code::X001, named(token), named(call))
    };
    let reason = format!("the token is for {its}, the call for {wanted}");
    Err(AuthError::new(code, reason).of(call))
}

fn named(party: &ActingFor) -> String {
    format!("{party} ({})", party.client_id())
}

fn compare_grant(call: Call<'_>, asked: &Grant) -> Result<(), AuthError> {
    let Some(needed) = call.grant.filter(|needed| *needed != asked) else {
        return Ok(());
    };
    let (code, what) = if needed.consent() == asked.consent() {
        (Code::X001, "for other scopes")
    } else {
        (Code::X003, "for another consent")
    };
    let reason = format!("the token was asked {what} than the call needs");
    Err(AuthError::new(code, reason).of(call.party))
}

/// A consent that the request names must be the token's (INT header, written by the caller).
fn compare_consent_header(token: &SealedToken, request: &Request<Bytes>) -> Result<(), AuthError> {
    let Some(consent) = token.consent() else {
        return Ok(());
    };
    let named = request.headers().get_all(X_CONSENT_ID).iter();
    let mut others = named.filter(|named| named.as_bytes() != consent.as_str().as_bytes());
    if others.next().is_none() {
        return Ok(());
    }
    let reason = format!("{X_CONSENT_ID} of the request is not the token's consent {consent}");
    Err(AuthError::new(Code::X003, reason).of(token.acting_for()))
}

/// The target as it will stand on the wire.
fn target(uri: &Uri) -> Result<Htu, AuthError> {
    Htu::from_uri(&uri.to_string()).map_err(|error| {
        AuthError::new(Code::N102, "no proof can be made for the request's URL").caused_by(error)
    })
}

/// What a caller may not set, and what it means if it did.
const OURS: [(HeaderName, Code); 9] = [
    (AUTHORIZATION, Code::X001),
    (DPOP, Code::X001),
    (X_ON_BEHALF_OF, Code::X001),
    (X_APPLICATION_ID, Code::X002),
    // The transport's: they say where a request goes and where it ends.
    (HOST, Code::A100),
    (CONTENT_LENGTH, Code::A100),
    (TRANSFER_ENCODING, Code::A100),
    // No other credential goes along (R085, R220).
    (PROXY_AUTHORIZATION, Code::A100),
    (COOKIE, Code::A100),
];
