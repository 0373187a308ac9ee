use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::Request;
use tokio::sync::Notify;

use crate::{TransportError, TransportErrorKind};

/// Counts the informational answers (1xx, RFC 9110 section 15.2) before the real one: a server
/// may send any number, and hyper reads them all.
#[derive(Debug, Default)]
pub(super) struct Informational {
    seen: AtomicU32,
    enough: Notify,
}

/// More than this many is no information but a way to keep a client busy (R166). Real servers
/// send one or two.
const LIMIT: u32 = 32;

impl Informational {
    /// Counts for this request.
    pub(super) fn of<B>(request: &mut Request<B>) -> Arc<Self> {
        let counter = Arc::new(Self::default());
        let counting = Arc::clone(&counter);
        hyper::ext::on_informational(request, move |_| counting.count());
        counter
    }

    fn count(&self) {
        if self.seen.fetch_add(1, Ordering::Relaxed) == LIMIT {
            self.enough.notify_one();
        }
    }

    /// Waits until there are too many.
    pub(super) async fn too_many(&self) -> TransportError {
        self.enough.notified().await;
        let what = format!("more than {LIMIT} informational answers before the real one");
        TransportError::new(TransportErrorKind::Protocol, what)
    }
}
