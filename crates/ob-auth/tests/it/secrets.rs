//! L5: no secret in a `Debug`, an error or a trace, whatever happens.

use crate::world::{Asked, Issue, Reply, World, acme, beta, get_accounts, grant, nonce_challenge};
use bytes::Bytes;
use http::Response;
use serde_json::json;
use std::{
    error::Error,
    io::Write,
    sync::{Arc, Mutex},
};
use tracing::instrument::WithSubscriber as _;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn note(&self, text: &str) {
        writeln!(self.clone(), "{text}").unwrap();
    }

    /// An error and all its causes, in both forms.
    fn note_error(&self, error: &dyn Error) {
        let mut next = Some(error);
        while let Some(cause) = next {
            self.note(&format!("{cause} {cause:?} {cause:#?}"));
            next = cause.source();
        }
    }
}

/// A server that quotes everything it was sent.
fn quoting(asked: &Asked, error: &str) -> Response<Bytes> {
    let nonce = asked
        .proof
        .get("nonce")
        .and_then(|nonce| nonce.as_str())
        .unwrap_or("none");
    let words = format!(
        "got {} and {} with {nonce}",
        asked.raw_assertion, asked.raw_proof
    );
    let body = json!({"error": error, "error_description": words});
    let answer = Response::builder()
        .status(400)
        .header("content-type", "application/json");
    answer.body(body.to_string().into()).unwrap()
}

const NONCE: &str = "CANARY-NONCE-0123456789-0123456789-0123456789-0123456789-0123456789";

fn every_path(asked: &Asked) -> Reply {
    match asked.form["scope"].as_str() {
        "fine" | "bound" if asked.nth == 1 => nonce_challenge(NONCE).into(),
        "fine" => Issue::bearer(asked).into(),
        "bound" => Issue::honest(asked).into(),
        "opaque" => Issue::bearer(asked).opaque("CANARY-OPAQUE").into(),
        "foreign" => Issue::honest(asked).claim("sub", json!("other")).into(),
        "narrow" => Issue::honest(asked).member("scope", json!("x")).into(),
        "half" => Reply::Answer(
            Response::builder()
                .header("content-type", "application/json")
                .body(r#"{"access_token":"CANARY-HALF","tok"#.into())
                .unwrap(),
        ),
        error => quoting(asked, error).into(),
    }
}

/// Rows: L5.1, L5.2, L5.6
#[tokio::test]
async fn l5_nothing_secret_is_printed_on_any_path() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let world = World::new(every_path);
    let mut secrets = vec![NONCE.to_owned(), "CANARY".to_owned()];
    walk(&world, &log, &mut secrets)
        .with_subscriber(subscriber)
        .await;
    for asked in world.server.asked() {
        for signed in [asked.raw_assertion, asked.raw_proof] {
            secrets.extend(signed.split('.').map(str::to_owned));
        }
    }
    let text = log.text();
    for (what, found) in [("token_request", true), ("acme", true), ("tpp-acme", true)] {
        assert_eq!(text.contains(what), found, "the span is there");
    }
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
}

async fn walk(world: &World, log: &Log, secrets: &mut Vec<String>) {
    let authorizer = world.authorizer();
    for scope in [
        "fine",
        "bound",
        "opaque",
        "foreign",
        "narrow",
        "half",
        "invalid_client",
        "invalid_dpop_proof",
        "invalid_scope",
        "use_dpop_nonce",
        "anything",
    ] {
        let mut request = get_accounts();
        match authorizer
            .authorize(&acme(), &grant(scope), &mut request)
            .await
        {
            Ok(done) => {
                log.note(&format!("{done:?} {done:#?} {request:?}"));
                secrets.extend(done.token.expose().split('.').map(str::to_owned));
                let foreign = authorizer
                    .attach(&beta(), &done.token, &mut get_accounts())
                    .await;
                log.note_error(&foreign.unwrap_err());
            }
            Err(error) => log.note_error(&error),
        }
    }
    log.note(&format!(
        "{authorizer:?} {authorizer:#?} {:?}",
        world.builder()
    ));
}
