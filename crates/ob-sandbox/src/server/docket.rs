//! What the gate of a connection tells the handler behind it.

use crate::refused::Refused;
use bytes::Bytes;
use http::Request;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A refused head: as much of the request as could be read, and why it was refused.
#[derive(Debug)]
pub(super) struct RefusedHead {
    pub(super) request: Request<Bytes>,
    pub(super) refused: Refused,
}

/// The one refusal a connection can come to at its gate; nothing is read after it.
#[derive(Debug, Default)]
pub(super) struct Docket {
    pages: Mutex<Pages>,
    started: Notify,
}

#[derive(Debug, Default)]
struct Pages {
    /// Requests that reached the handler.
    answered: u64,
    /// A head that was refused, and how many were passed before it.
    head: Option<(u64, RefusedHead)>,
    /// Why the body at hand was not read to its end.
    body: Option<Refused>,
}

impl Docket {
    /// Says that this connection speaks HTTP: the peer no longer owes its first word.
    pub(super) fn start(&self) {
        self.started.notify_one();
    }

    /// Ends once [`start`](Self::start) was called.
    pub(super) async fn started(&self) {
        self.started.notified().await;
    }

    /// Enters a refused head. `passed` heads came before it, and each becomes one request.
    pub(super) fn refuse_head(&self, passed: u64, refused: RefusedHead) {
        self.pages().head = Some((passed, refused));
    }

    /// Enters a refused body.
    pub(super) fn refuse_body(&self, refused: Refused) {
        self.pages().body = Some(refused);
    }

    /// Counts a request and gives the refusal it stands for, if it stands for one.
    pub(super) fn next(&self) -> Option<RefusedHead> {
        let mut pages = self.pages();
        let number = pages.answered;
        pages.answered += 1;
        let due = |(passed, _): &mut (u64, RefusedHead)| *passed == number;
        pages.head.take_if(due).map(|(_, refused)| refused)
    }

    /// Why the body could not be read to its end, if the gate stopped it.
    pub(super) fn stopped_body(&self) -> Option<Refused> {
        self.pages().body.take()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
