//! The one place where a token answer becomes a [`SealedToken`].

mod claims;

use crate::{
    AuthError, Grant, SealPolicy, SealedToken, TokenType, answer::TokenAnswer,
    isolation::Isolation, moment::Moment, sealed_token::Contents, token_key::Realm,
};
use claims::Expected;
use http::HeaderValue;
use ob_core::{ActingFor, Code, Scopes, Secret};
use ob_jose::Thumbprint;
use std::{sync::Arc, time::Duration};

/// What an answer is compared with.
#[derive(Debug)]
pub(crate) struct Terms<'a> {
    pub(crate) realm: &'a Arc<Realm>,
    pub(crate) party: &'a ActingFor,
    pub(crate) grant: &'a Grant,
    pub(crate) policy: SealPolicy,
    /// Whether fewer scopes than asked will do.
    pub(crate) narrower: bool,
    pub(crate) isolation: Isolation,
    /// When the request was sent: lifetimes count from there, never from later.
    pub(crate) asked_at: Moment,
    /// How long before its end the token is to be refreshed, from its lifetime.
    pub(crate) refresh: Refresh,
}

/// When a token is refreshed: `min(20 % of its lifetime, cap)` before its end, made up to a
/// fifth longer or shorter so that a fleet does not refresh in one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refresh {
    pub(crate) cap: Duration,
    /// Between zero and one.
    pub(crate) fraction: f64,
}

impl Refresh {
    fn age(self, lifetime: Duration) -> Duration {
        let margin = (lifetime / 5).min(self.cap);
        let spread = margin.mul_f64(0.8 + 0.4 * self.fraction.clamp(0.0, 1.0));
        lifetime.saturating_sub(spread)
    }
}

/// Seals an answer, or says why it must be thrown away.
///
/// The token's signature is not checked: it is the API's business (R162). What is checked is
/// that the token *says* what was asked for, so that a mix-up anywhere behind the token
/// endpoint ends here.
///
/// # Errors
/// `OB-T216` for a token type that the profile does not allow, `OB-T215` for a token that says
/// something else than asked or cannot be opened, `OB-D304` for one bound to another key,
/// `OB-T217` for fewer scopes than asked.
pub(crate) fn seal(answer: TokenAnswer, terms: &Terms<'_>) -> Result<SealedToken, AuthError> {
    let token_type = allowed_type(&answer, terms)?;
    let opened = open(&answer, terms)?;
    let granted = granted(&answer, &opened, terms)?;
    let [authorization, application] = headers(&answer, token_type, terms.party)?;
    Ok(SealedToken(Contents {
        ath: ob_jose::ath(answer.access_token.expose()),
        authorization,
        application,
        token_type,
        realm: Arc::clone(terms.realm),
        party: terms.party.clone(),
        asked: terms.grant.clone(),
        granted,
        jkt: opened.jkt,
        sealed: opened.sealed,
        refresh_at: terms.asked_at.after(terms.refresh.age(answer.lifetime)),
        expires_at: terms.asked_at.after(answer.lifetime),
        token: answer.access_token,
    }))
}

fn allowed_type(answer: &TokenAnswer, terms: &Terms<'_>) -> Result<TokenType, AuthError> {
    let profile = terms.realm.profile;
    let refused = |found: &str| {
        let reason = format!("token_type is {found}, which profile {profile} does not allow");
        AuthError::new(Code::T216, reason)
    };
    match &answer.token_type {
        Ok(known) if profile.allows(*known) => Ok(*known),
        Ok(known) => Err(refused(known.as_str())),
        Err(found) => Err(refused(found)),
    }
}

/// What opening a token told.
#[derive(Debug, Default)]
struct Opened {
    sealed: bool,
    jkt: Option<Thumbprint>,
    scopes: Option<Scopes>,
}

fn open(answer: &TokenAnswer, terms: &Terms<'_>) -> Result<Opened, AuthError> {
    let token = answer.access_token.expose();
    let opaque = !looks_like_jwt(token);
    if !terms.isolation.compares() || (opaque && terms.policy == SealPolicy::BestEffort) {
        return Ok(Opened::default());
    }
    let claims = ob_jose::read_claims_unverified(token, MAX_TOKEN).map_err(|refusal| {
        // A refusal quotes neither the token nor its signature.
        AuthError::new(Code::T215, format!("the token cannot be opened: {refusal}"))
    })?;
    let expected = Expected {
        integrator: &terms.realm.client_id,
        party: terms.party,
        grant: terms.grant,
        jkt: &terms.realm.jkt,
        bound: matches!(answer.token_type, Ok(TokenType::Dpop)),
        consent_must_be_said: terms.policy == SealPolicy::Require,
    };
    let found = expected.compare(&claims)?;
    Ok(Opened {
        sealed: true,
        jkt: found.jkt,
        scopes: found.scopes,
    })
}

/// Compact serialisation has three parts; anything else is opaque to us.
fn looks_like_jwt(token: &str) -> bool {
    token.bytes().filter(|b| *b == b'.').count() == 2
}

/// What the answer and the token both grant: never more than asked, less only if allowed.
fn granted(answer: &TokenAnswer, opened: &Opened, terms: &Terms<'_>) -> Result<Scopes, AuthError> {
    let asked = terms.grant.scopes();
    if !terms.isolation.compares() {
        return Ok(asked.clone());
    }
    let mut granted = asked.clone();
    for said in [&answer.scopes, &opened.scopes].into_iter().flatten() {
        claims::no_wider(said, asked)?;
        granted = granted.intersection(said);
    }
    let missing = asked.difference(&granted);
    if missing.is_empty() || terms.narrower {
        return Ok(granted);
    }
    let reason = format!("granted without the scopes {missing}");
    Err(AuthError::new(Code::T217, reason))
}

fn headers(
    answer: &TokenAnswer,
    token_type: TokenType,
    party: &ActingFor,
) -> Result<[HeaderValue; 2], AuthError> {
    let unusable = |_| AuthError::new(Code::T201, "its access_token cannot stand in a header");
    let text = Secret::new(format!("{token_type} {}", answer.access_token.expose()));
    let mut authorization = HeaderValue::from_str(text.expose()).map_err(unusable)?;
    authorization.set_sensitive(true);
    let application = party.application_id().to_string();
    let application = HeaderValue::from_str(&application).map_err(unusable)?;
    Ok([authorization, application])
}

/// A delegated token has one kilobyte; R147 allows eight, RSA keys and long scopes some more.
const MAX_TOKEN: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn age(lifetime: u64, fraction: f64) -> f64 {
        let cap = Duration::from_secs(60);
        let refresh = Refresh { cap, fraction };
        refresh.age(Duration::from_secs(lifetime)).as_secs_f64()
    }

    #[test]
    fn refreshes_a_fifth_or_a_minute_before_the_end_give_or_take_a_fifth() {
        for (lifetime, earliest, latest) in [
            (900, 828.0, 852.0),
            (86_400, 86_328.0, 86_352.0),
            (100, 76.0, 84.0),
            (10, 7.6, 8.4),
            (0, 0.0, 0.0),
        ] {
            assert!((age(lifetime, 1.0) - earliest).abs() < 1e-6, "{lifetime}");
            assert!((age(lifetime, 0.0) - latest).abs() < 1e-6, "{lifetime}");
        }
    }

    #[test]
    fn only_three_parts_look_like_a_jwt() {
        assert!(looks_like_jwt("a.b.c"));
        for opaque in ["abc", "a.b", "a.b.c.d.e"] {
            assert!(!looks_like_jwt(opaque));
        }
    }
}
