//! The doubles of the feature `testing`.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use ob_transport::TransportErrorKind::{Closed, Refused, Truncated};
use ob_transport::testing::{Fault, Faulty, Recorder, Scripted, from_fn};
use ob_transport::{SharedTransport, Transport, TransportError, TransportErrorKind};

use crate::support::{Server, TOTAL, everything_told, get, plain};

const BASE: &str = "https://api.example.com";

fn answering() -> Scripted {
    Scripted::new()
        .answer(Response::new("one"))
        .answer(Response::new("two"))
}

#[tokio::test]
async fn a_script_is_played_in_order_and_ends_with_an_error() {
    let script = answering().error(TransportError::new(TransportErrorKind::Connect, "planned"));
    assert_eq!(script.remaining(), 3);
    assert_eq!(script.send(get(BASE)).await.unwrap().body(), "one");
    assert_eq!(script.send(get(BASE)).await.unwrap().body(), "two");
    let planned = script.send(get(BASE)).await.unwrap_err();
    assert_eq!(planned.kind(), TransportErrorKind::Connect);
    let over = script.send(get(BASE)).await.unwrap_err();
    assert_eq!((over.kind(), over.may_have_been_sent()), (Refused, false));
    assert!(
        over.to_string().contains("ran out after 3 answers"),
        "{over}"
    );
    assert!(!everything_told(&over).contains("canary"));
    script.push(Ok(Response::new(Bytes::from("late"))));
    assert_eq!(script.send(get(BASE)).await.unwrap().body(), "late");
    assert_eq!((script.requests().len(), script.remaining()), (5, 0));
}

/// L5.1: a failing test prints its doubles into a public log.
#[tokio::test]
async fn debug_shows_names_and_sizes_only() {
    let script = answering();
    let recorder = Recorder::new(script.clone());
    let faulty = Faulty::new(recorder.clone());
    let mut request = get(BASE);
    *request.uri_mut() = format!("{BASE}/path?canary=1").parse().unwrap();
    request
        .headers_mut()
        .insert("dpop", "canary.proof".parse().unwrap());
    let shared = SharedTransport::new(faulty);
    shared.send(request).await.unwrap();
    let told = format!(
        "{shared:?} {recorder:?} {script:?} {:?}",
        recorder.requests()
    );
    assert!(!told.contains("canary"), "{told}");
    assert!(
        told.contains("dpop") && told.contains("api.example.com"),
        "{told}"
    );
}

#[tokio::test]
async fn a_recorder_sees_what_the_real_client_is_given() {
    let server = Server::plain(|peer| peer.serve("real")).await;
    let recorder = Recorder::new(plain().build().unwrap());
    let answer = recorder.send(get(&server.http())).await.unwrap();
    assert_eq!(answer.body(), "real");
    let seen = recorder.requests();
    assert_eq!(seen[0].header("authorization"), Some("Bearer canary-token"));
    assert_eq!(
        (seen.len(), seen[0].body().clone()),
        (1, Bytes::from("canary-body"))
    );
    // What was recorded is what the caller made, before the client adds its own fields.
    assert_eq!(seen[0].header("user-agent"), None);
    assert!(server.heads()[0].contains("user-agent: obkit/"));
}

#[tokio::test]
async fn faults_come_in_order_then_requests_pass() {
    let server = Recorder::new(from_fn(|_| async { Ok(Response::new(Bytes::from("ok"))) }));
    let network = Faulty::new(server.clone()).plan([
        Fault::ResetBeforeSend,
        Fault::ResetAfterSend,
        Fault::TruncatedBody,
        Fault::TimeoutAfterSend,
        Fault::Pass,
    ]);
    let expected = [
        (Closed, false, 0),
        (Closed, true, 1),
        (Truncated, true, 2),
        (TOTAL, true, 3),
    ];
    for (kind, sent, arrived) in expected {
        let error = network.send(get(BASE)).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_sent()), (kind, sent));
        assert_eq!(server.requests().len(), arrived);
    }
    for _ in 0..2 {
        assert_eq!(network.send(get(BASE)).await.unwrap().body(), "ok");
    }
    network.add([Fault::ResetBeforeSend]);
    assert!(network.send(get(BASE)).await.is_err());
}

#[tokio::test]
async fn a_delay_delays() {
    let delay = Duration::from_millis(30);
    let network = Faulty::new(answering()).plan([Fault::Delay(delay)]);
    let start = Instant::now();
    assert_eq!(network.send(get(BASE)).await.unwrap().body(), "one");
    assert!(start.elapsed() >= delay);
}

#[tokio::test]
async fn any_shape_of_transport_becomes_shared() {
    let arc: std::sync::Arc<dyn Transport> = std::sync::Arc::new(answering());
    let boxed: Box<dyn Transport> = Box::new(answering());
    for shared in [
        SharedTransport::new(arc),
        SharedTransport::new(boxed),
        answering().into(),
        SharedTransport::new(SharedTransport::new(answering())),
    ] {
        let request = Request::get(BASE).body(Bytes::new()).unwrap();
        assert_eq!(shared.as_dyn().send(request).await.unwrap().body(), "one");
        assert_eq!(shared.send(get(BASE)).await.unwrap().body(), "two");
    }
}
