//! The sandbox's last refusal, so that a failure can say how to have it explained.

use crate::path_text;
use bytes::Bytes;
use http::{Request, Response};
use obkit::transport::{SharedTransport, Transport, TransportError, async_trait};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A transport that remembers the id of the sandbox's last refusal.
#[derive(Debug)]
pub(crate) struct Watch {
    inner: SharedTransport,
    dir: PathBuf,
}

/// One command per process: the last word of the process is about its last refusal.
static LAST: Mutex<Option<String>> = Mutex::new(None);

impl Watch {
    pub(crate) fn new(inner: SharedTransport, dir: &Path) -> Self {
        let dir = dir.to_owned();
        Self { inner, dir }
    }
}

#[async_trait]
impl Transport for Watch {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let answer = self.inner.send(request).await;
        let refusal = answer.as_ref().ok().and_then(refusal_id);
        let command = refusal.map(|id| {
            let dir = path_text::quoted(&self.dir);
            format!("ob explain {id} --sandbox {dir}")
        });
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = command;
        answer
    }
}

/// The command that explains why the last request was refused, if it was.
pub(crate) fn how_to_explain() -> Option<String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// An id is printed as part of a command: only what an id consists of.
fn refusal_id(answer: &Response<Bytes>) -> Option<&str> {
    let id = answer.headers().get("x-sandbox-refusal")?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (id.len() <= 64 && id.chars().all(plain)).then_some(id)
}
