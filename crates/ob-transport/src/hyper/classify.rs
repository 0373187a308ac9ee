//! From what hyper tells to what happened, on the side of caution: "not sent" only where
//! hyper says so.

use std::error::Error;
use std::io;

use hyper_util::client::legacy;

use super::connect::ConnectFailure;
use crate::{TransportError, TransportErrorKind};

/// No head of an answer arrived. `handed_over`: a connection was given the request.
pub(super) fn head(error: &legacy::Error, handed_over: bool) -> TransportError {
    if let Some(failure) = find::<ConnectFailure>(error) {
        return failure.to_error();
    }
    if error.is_connect() {
        return failed(TransportErrorKind::Connect, "no connection", error).sent(false);
    }
    // "Canceled" is hyper's word for a request it gives back unwritten.
    let unwritten = find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled);
    let (kind, what) = head_kind(error);
    failed(kind, what, error).sent(handed_over && !unwritten)
}

fn head_kind(error: &legacy::Error) -> (TransportErrorKind, &'static str) {
    if find::<rustls::Error>(error).is_some() {
        return (TransportErrorKind::Tls, "the tls session broke");
    }
    match find::<hyper::Error>(error) {
        Some(error) if error.is_parse() => (
            TransportErrorKind::Protocol,
            "the head of the answer is malformed or too large",
        ),
        _ => (TransportErrorKind::Closed, "the connection broke"),
    }
}

/// The head arrived, the body did not: it was sent, and answered in part.
pub(super) fn body(error: &hyper::Error) -> TransportError {
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
            if find::<rustls::Error>(error).is_none() =>
        {
            failed(TransportErrorKind::Protocol, "the body is malformed", error)
        }
        _ => failed(
            TransportErrorKind::Truncated,
            "the body ended too soon",
            error,
        ),
    }
}

fn failed(kind: TransportErrorKind, what: &str, error: &(dyn Error + 'static)) -> TransportError {
    TransportError::new(kind, what).caused_by(error)
}

/// The first error of type `E` in a chain, looking into `io::Error`, whose `source()` skips
/// the error it wraps.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => find(inner),
        None => error.source().and_then(find),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::future::ready;
    use std::pin::Pin;
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;
    use hyper::rt::{Read, ReadBufCursor, Write};
    use hyper_util::client::legacy::connect::{Connect, Connected, Connection, capture_connection};
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    #[test]
    fn find_looks_inside_io_errors() {
        let inner = rustls::Error::General("x".into());
        let nested = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, inner));
        assert!(find::<rustls::Error>(&nested).is_some());
        assert!(find::<hyper::Error>(&nested).is_none());
    }

    /// The client's end of a connection in memory, where a peer can vanish at an exact
    /// moment.
    struct Pipe(TokioIo<DuplexStream>);

    impl Connection for Pipe {
        fn connected(&self) -> Connected {
            Connected::new()
        }
    }

    impl Read for Pipe {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: ReadBufCursor<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buffer)
        }
    }

    impl Write for Pipe {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.0).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }

    /// A client whose one connection is `ours`. It does not retry, so that every failure
    /// shows.
    fn client_over(
        ours: DuplexStream,
    ) -> legacy::Client<impl Connect + Clone + Send + Sync + 'static, Full<Bytes>> {
        let once = Arc::new(Mutex::new(Some(Pipe(TokioIo::new(ours)))));
        let connector = tower::service_fn(move |_: http::Uri| {
            let pipe = once.lock().unwrap().take();
            ready(pipe.ok_or(io::Error::other("only one connection")))
        });
        legacy::Client::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .build(connector)
    }

    fn request() -> Request<Full<Bytes>> {
        Request::get("http://a.example/")
            .body(Full::default())
            .unwrap()
    }

    fn check(error: &TransportError, sent: bool) {
        assert_eq!(error.kind(), TransportErrorKind::Closed, "{error:?}");
        assert_eq!(error.may_have_been_sent(), sent, "{error:?}");
    }

    /// The peer vanishes while the connection is idle; the next request is handed to it
    /// before anybody has noticed, and comes back unwritten.
    #[tokio::test]
    async fn a_request_given_back_unwritten_was_not_sent() {
        let (ours, mut theirs) = duplex(1024);
        let client = client_over(ours);
        let (answer, ()) = tokio::join!(client.request(request()), async {
            theirs.read_u8().await.unwrap();
            theirs
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await
                .unwrap();
        });
        drop(answer.unwrap());
        tokio::task::yield_now().await;

        drop(theirs);
        let mut request = request();
        let handover = capture_connection(&mut request);
        let error = client.request(request).await.unwrap_err();
        assert!(
            handover.connection_metadata().is_some(),
            "a connection was handed the request"
        );
        check(&head(&error, true), false);
    }

    /// The peer is gone before the connection was ready for any request.
    #[tokio::test]
    async fn a_request_never_handed_over_was_not_sent() {
        let (ours, theirs) = duplex(1024);
        drop(theirs);
        let mut request = request();
        let handover = capture_connection(&mut request);
        let error = client_over(ours).request(request).await.unwrap_err();
        assert!(handover.connection_metadata().is_none(), "{error:?}");
        check(&head(&error, false), false);
    }

    #[tokio::test]
    async fn a_request_that_was_written_may_have_been_sent() {
        let (ours, mut theirs) = duplex(1024);
        let client = client_over(ours);
        let (answer, ()) = tokio::join!(client.request(request()), async {
            theirs.read_u8().await.unwrap();
            drop(theirs);
        });
        check(&head(&answer.unwrap_err(), true), true);
    }
}
