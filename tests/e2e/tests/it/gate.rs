//! A transport that holds requests back until a test lets them go.

use crate::world::transport;
use bytes::Bytes;
use http::Request;
use obkit::{testing::from_fn, transport::SharedTransport};
use tokio::sync::watch;

pub(crate) struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Receiver<usize>,
}

/// Holds back what `held` says.
pub(crate) fn gated(
    held: impl Fn(&Request<Bytes>) -> bool + Send + Sync + 'static,
) -> (SharedTransport, Gate) {
    let inner = transport();
    let (open, opened) = watch::channel(false);
    let (arrive, waiting) = watch::channel(0);
    let transport = from_fn(move |request: Request<Bytes>| {
        let hold = held(&request);
        let (inner, mut opened, arrive) = (inner.clone(), opened.clone(), arrive.clone());
        async move {
            if hold {
                arrive.send_modify(|waiting| *waiting += 1);
                opened.wait_for(|open| *open).await.unwrap();
            }
            inner.send(request).await
        }
    });
    (transport.into(), Gate { open, waiting })
}

impl Gate {
    /// Waits until so many requests have been held back in all.
    pub(crate) async fn held(&mut self, count: usize) {
        let held = self.waiting.wait_for(|waiting| *waiting >= count).await;
        drop(held.unwrap());
    }

    pub(crate) fn total(&self) -> usize {
        *self.waiting.borrow()
    }

    pub(crate) fn open(&self) {
        self.open.send(true).unwrap();
    }
}

pub(crate) fn is_token_request(request: &Request<Bytes>) -> bool {
    request.uri().path() == "/oauth2/tokens"
}

pub(crate) fn is_api_request(request: &Request<Bytes>) -> bool {
    !is_token_request(request)
}
