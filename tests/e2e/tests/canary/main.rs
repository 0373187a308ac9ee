//! The search for secrets: everything is logged at TRACE by every crate, every public value is
//! printed with `Debug`, every error with its whole chain; and none of the secrets that passed
//! over the wire, nor the private key, nor the end user's address, may be in any of it.
//!
//! A binary of its own, because the subscriber must be the process's.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

#[expect(
    dead_code,
    reason = "shared with the other binary, which uses all of it"
)]
#[path = "../it/hostile.rs"]
mod hostile;
mod panics;
mod paths;
mod printed;
mod secrets;
#[expect(
    dead_code,
    reason = "shared with the other binary, which uses all of it"
)]
#[path = "../it/world.rs"]
mod world;

use obkit::testing::from_fn;
use printed::Printed;
use secrets::Secrets;
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt as _};

/// Logs at TRACE, values and errors of every crate, on happy and failing paths.
///
/// Rows: L5.1, L5.2, L5.7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_ever_printed() {
    let (printed, secrets) = (Printed::default(), Secrets::default());
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_thread_ids(true)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(printed.writer());
    let everything = tracing_subscriber::registry()
        .with(layer)
        .with(LevelFilter::TRACE);
    tracing::subscriber::set_global_default(everything).unwrap();

    the_search_finds_what_is_there(&printed).await;
    paths::all(&printed, &secrets).await;

    secrets.must_hold();
    let text = printed.text();
    for (crate_name, least) in [("obkit", 1), ("ob_auth", 1), ("ob_sandbox", 1), ("h2", 1)] {
        let lines = text
            .lines()
            .filter(|line| line.contains(crate_name))
            .count();
        assert!(lines >= least, "nothing of {crate_name} was captured");
    }
    let found = secrets.found_in(&text);
    assert!(found.is_empty(), "printed: {found:#?}");
    eprintln!(
        "canary: {} secrets ({}), {} needles, {} bytes of output searched, none found",
        secrets.count(),
        secrets.kinds(),
        secrets.needles(),
        text.len(),
    );
}

/// A search that cannot find anything would pass for ever: secrets of every shape are planted in
/// a log line, in a `Debug` and as the middle of a longer text, and must be found.
async fn the_search_finds_what_is_there(printed: &Printed) {
    let (planted, recorded) = (Printed::default(), Secrets::default());
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{}.{}",
        "c2Vj".repeat(30),
        "c2ln".repeat(20)
    );
    let answer = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
    let seen = recorded.clone();
    let transport = seen.recording(from_fn(move |_| {
        let answer = http::Response::builder()
            .header("dpop-nonce", "canary-nonce-0123456789-abcdefgh")
            .body(answer.clone().into());
        std::future::ready(Ok(answer.unwrap()))
    }));
    let request = http::Request::post("http://127.0.0.1/oauth2/tokens")
        .header("dpop", format!("proof.{}.x", "cHJv".repeat(30)))
        .body("client_assertion=assertion.YXNzZXJ0aW9uYXNzZXJ0aW9uYXNzZXJ0aW9u.c&scope=x".into());
    transport.send(request.unwrap()).await.unwrap();
    assert_eq!(recorded.count(), 8, "{}", recorded.kinds());
    assert!(recorded.found_in("nothing at all").is_empty());

    for needle in [&token[40..90], "canary-nonce-0123456789-abcdefgh"] {
        let text = format!("before {needle} after");
        assert!(!recorded.found_in(&text).is_empty(), "{needle}");
    }
    // Through the very subscriber that everything goes through.
    tracing::trace!(planted = "canary-planted-in-a-trace-event-1");
    tracing::trace_span!("span", planted = "canary-planted-in-a-trace-span-2").in_scope(|| {
        tracing::debug!("inside");
    });
    planted.debug("planted", &"canary-planted-in-a-debug-value-3");
    let searched = printed.text() + &planted.text();
    for n in 1..=3 {
        let kind = ["event", "span", "value"][n - 1];
        assert!(searched.contains(&format!("{kind}-{n}")), "{kind}");
    }
}
