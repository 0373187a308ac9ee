//! The front door: from a request to an answer, whatever carried it.

use crate::{
    answer::Answer,
    api,
    audit::{self, Trail},
    control,
    exchange::{CORRELATION_ID, DPOP_NONCE, Exchange, INTERACTION_ID, REFUSAL, timestamp},
    explain::{Explanation, request_line},
    metadata,
    refused::{Refused, RefusedKind, because},
    route::{Miss, Route},
    token,
    world::{Role, World},
};
use bytes::Bytes;
use http::{HeaderName, Request, Response, StatusCode, header, uri::Authority};

/// What carried a request to the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// A function call: there need not be a `Host`.
    Process,
    /// A socket: HTTP demands a `Host` or an `:authority` (RFC 9112 section 3.2).
    Socket,
}

/// Judges and answers one request.
pub(crate) async fn handle(
    world: &World,
    request: Request<Bytes>,
    carrier: Carrier,
) -> Response<Bytes> {
    let host = check_host(world, &request, carrier).and_then(|()| check_framing(&request));
    let exchange = match world.exchange(request) {
        Ok(exchange) => exchange,
        // Without random bytes there is no id to answer under, either.
        Err(error) => return Refused::from(error).answer().into_response(),
    };
    let mut trail = Trail::default();
    let outcome = match host {
        Ok(()) => dispatch(world, &exchange, &mut trail).await,
        Err(refused) => Err(refused),
    };
    let role = role_of(&exchange);
    finish(
        world,
        &exchange,
        outcome
            .map_err(|refused| (refused, trail.clone()))
            .map(|answer| (answer, trail)),
        role,
    )
}

/// Answers a request that never became one: too large, too slow, cut off.
pub(crate) fn refuse_unread(
    world: &World,
    head: Request<Bytes>,
    refused: Refused,
) -> Response<Bytes> {
    match world.exchange(head) {
        Ok(exchange) => {
            let role = role_of(&exchange);
            finish(world, &exchange, Err((refused, Trail::default())), role)
        }
        Err(error) => Refused::from(error).answer().into_response(),
    }
}

/// What a socket's gate has seen to in HTTP/1 holds for whatever comes another way, too: one
/// framing, said once, and nothing packed (R217, R147: a packed body is larger than it looks).
fn check_framing(request: &Request<Bytes>) -> Result<(), Refused> {
    let headers = request.headers();
    let wrong = |what, expected: &'static str| {
        Refused::gateway(
            StatusCode::BAD_REQUEST,
            ("BAD_REQUEST", "the framing is ambiguous"),
            because("R217", what)
                .expected(expected)
                .found("another form"),
        )
    };
    let codings: Vec<_> = headers.get_all(header::TRANSFER_ENCODING).iter().collect();
    let chunked = |value: &&http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    if codings.len() > 1 || !codings.iter().all(chunked) {
        return Err(wrong("Transfer-Encoding", "chunked, once, or nothing"));
    }
    let lengths = headers.get_all(header::CONTENT_LENGTH).iter().count();
    if lengths > 1 || (lengths == 1 && !codings.is_empty()) {
        let one = "one Content-Length, or a Transfer-Encoding";
        return Err(wrong("Content-Length", one));
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        let refused = Refused::gateway(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ("BAD_REQUEST", "the body must not be encoded"),
            because("R147", "Content-Encoding")
                .expected("none")
                .found("one"),
        );
        return Err(refused.header(header::ACCEPT_ENCODING, "identity"));
    }
    Ok(())
}

/// The expected URI comes from the configuration, and a request for another host or scheme is
/// somebody else's (R098, R217). Neither `Forwarded` nor `X-Forwarded-*` is looked at.
fn check_host(world: &World, request: &Request<Bytes>, carrier: Carrier) -> Result<(), Refused> {
    let told = |status, told: &'static str, rule, found: &str| {
        Refused::gateway(
            status,
            ("BAD_REQUEST", told),
            because(rule, "Host")
                .expected(world.base.origin().to_owned())
                .shown(found),
        )
    };
    let invalid = |found| {
        let description = "one Host is needed";
        told(StatusCode::BAD_REQUEST, description, "R217", found)
    };
    let wrong = |found| {
        let description = "the request is for another host";
        told(StatusCode::MISDIRECTED_REQUEST, description, "R098", found)
    };
    let lines = request.headers().get_all(header::HOST);
    if lines.iter().count() > 1 {
        return Err(invalid("several lines"));
    }
    let host = match lines.iter().next().map(http::HeaderValue::to_str) {
        Some(Ok(host)) => Some(host),
        Some(Err(_)) => return Err(invalid("other bytes")),
        None => None,
    };
    let authority = request.uri().authority().map(Authority::as_str);
    if host.is_none() && authority.is_none() && carrier == Carrier::Socket {
        return Err(invalid("nothing"));
    }
    for name in [authority, host].into_iter().flatten() {
        if name.contains('@') || name.parse::<Authority>().is_err() {
            return Err(invalid("no host"));
        }
        if !world.base.is_served(name) {
            return Err(wrong(name));
        }
    }
    match request.uri().scheme_str() {
        Some(scheme) if scheme != world.base.scheme() => Err(wrong("another scheme")),
        _ => Ok(()),
    }
}

async fn dispatch(
    world: &World,
    exchange: &Exchange,
    trail: &mut Trail,
) -> Result<Answer, Refused> {
    match Route::find(&exchange.method, &exchange.path) {
        Ok(Route::Token) => token::issue(world, exchange, trail).await,
        Ok(Route::Metadata) => Ok(metadata::document(world)),
        Ok(Route::Jwks) => Ok(Answer::ok(&world.token_keys.to_value())),
        Ok(Route::FlowPage(id)) => control::flow_page(world, exchange, id),
        Ok(Route::Control(control)) => control::control(world, exchange, control),
        Ok(Route::Api(call)) => api::call(world, exchange, (call, trail)),
        Err(miss) => Err(missed(exchange, miss)),
    }
}

fn missed(exchange: &Exchange, miss: Miss) -> Refused {
    match miss {
        Miss::NotFound => Refused::gateway(
            StatusCode::NOT_FOUND,
            ("NOT_FOUND", "there is nothing here"),
            because("platform 1", "path")
                .expected("a path of the platform")
                .shown(&exchange.path),
        ),
        Miss::MethodNotAllowed(allowed) => Refused::gateway(
            StatusCode::METHOD_NOT_ALLOWED,
            ("METHOD_NOT_ALLOWED", "the method is not allowed here"),
            because("R149", "method")
                .expected(allowed)
                .shown(exchange.method.as_str()),
        )
        .header(header::ALLOW, allowed),
    }
}

/// Which server's nonce goes with the answer. Unknown paths and test controls carry none.
fn role_of(exchange: &Exchange) -> Option<Role> {
    match Route::find(&exchange.method, &exchange.path) {
        Ok(Route::Token) => Some(Role::AuthorizationServer),
        Ok(Route::Api(_)) => Some(Role::Api),
        _ => None,
    }
}

type Outcome = Result<(Answer, Trail), (Refused, Trail)>;

fn finish(
    world: &World,
    exchange: &Exchange,
    outcome: Outcome,
    role: Option<Role>,
) -> Response<Bytes> {
    let answer = match outcome {
        Ok((answer, trail)) => {
            audit::record(exchange, &trail, Ok(answer.status));
            answer
        }
        Err((refused, trail)) => {
            let id = explain(world, exchange, &refused);
            audit::record(exchange, &trail, Err((&refused, &id)));
            refused
                .answer()
                .header(HeaderName::from_static(REFUSAL), &id)
        }
    };
    let nonce = role.and_then(|role| world.nonce(role).ok().flatten());
    let answer = match nonce {
        Some(nonce) => answer.header(HeaderName::from_static(DPOP_NONCE), &nonce),
        None => answer,
    };
    dress(answer, exchange).into_response()
}

/// What every answer carries (R156, R199, R216). `Date` is the sandbox's own clock, so that a
/// client which learns the server's time from it learns the time it is judged by (R028).
fn dress(answer: Answer, exchange: &Exchange) -> Answer {
    answer
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::PRAGMA, "no-cache")
        .header(
            header::VARY,
            "Authorization, DPoP, X-On-Behalf-Of, X-Application-Id, X-Consent-Id",
        )
        .header(
            header::DATE,
            &timestamp(exchange.now)
                .strftime("%a, %d %b %Y %H:%M:%S GMT")
                .to_string(),
        )
        .header(
            HeaderName::from_static(CORRELATION_ID),
            &exchange.correlation,
        )
        .header(
            HeaderName::from_static(INTERACTION_ID),
            &exchange.interaction,
        )
}

/// Counts a refusal, keeps its explanation and gives the id of it.
fn explain(world: &World, exchange: &Exchange, refused: &Refused) -> String {
    let mut state = world.state();
    let counters = &mut state.counters;
    counters.refusals += 1;
    crate::counters::count(&mut counters.refusals_by_rule, refused.reason.rule);
    match refused.kind {
        RefusedKind::Plain => {}
        RefusedKind::Replay => counters.replays_refused += 1,
        RefusedKind::NonceChallenge => counters.nonce_challenges += 1,
    }
    let reason = refused.reason.clone();
    state.explain.keep(|id| Explanation {
        id,
        rule: reason.rule.to_owned(),
        what: reason.what.to_owned(),
        expected: reason.expected.into_owned(),
        found: reason.found.into_owned(),
        at: exchange.timestamp().to_string(),
        path: request_line(exchange.method.as_str(), &exchange.path),
        status: refused.status.as_u16(),
    })
}
