use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use super::recorded::{Log, RecordedRequest};
use crate::{Transport, TransportError, TransportErrorKind};

type Line = Result<Response<Bytes>, TransportError>;

/// Answers requests from a queue, in order, and remembers them.
///
/// When the queue is empty the request is remembered and answered with an error of kind
/// [`TransportErrorKind::Refused`] that says so; nothing panics.
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::{Transport, TransportError, TransportErrorKind, testing::Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let script = Scripted::new()
///     .error(TransportError::new(TransportErrorKind::Connect, "port closed"))
///     .answer(http::Response::builder().status(201).body("made")?);
///
/// let request = || http::Request::get("https://api.example.com/").body(Bytes::new());
/// assert_eq!(script.send(request()?).await.unwrap_err().kind(), TransportErrorKind::Connect);
/// assert_eq!(script.send(request()?).await?.body(), "made");
///
/// let over = script.send(request()?).await.unwrap_err();
/// assert!(over.to_string().contains("script ran out after 2 answers"));
/// assert_eq!(script.requests().len(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Scripted {
    script: Arc<Mutex<Script>>,
    seen: Log,
}

#[derive(Default)]
struct Script {
    lines: VecDeque<Line>,
    given: usize,
}

impl Scripted {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer at the end of the script.
    #[must_use]
    pub fn answer(self, response: Response<impl Into<Bytes>>) -> Self {
        self.push(Ok(response.map(Into::into)));
        self
    }

    /// Adds a failure at the end of the script.
    #[must_use]
    pub fn error(self, error: TransportError) -> Self {
        self.push(Err(error));
        self
    }

    /// Adds an answer or a failure while the script is already in use.
    pub fn push(&self, line: Result<Response<Bytes>, TransportError>) {
        self.script().lines.push_back(line);
    }

    /// How many answers are left; a test that wants all of them used asserts zero.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.script().lines.len()
    }

    /// The requests seen so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.seen.all()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Line {
        let mut script = self.script();
        match script.lines.pop_front() {
            Some(line) => {
                script.given += 1;
                line
            }
            None => Err(ran_out(script.given)),
        }
    }
}

fn ran_out(given: usize) -> TransportError {
    let what = format!("the script ran out after {given} answers; add one more");
    TransportError::new(TransportErrorKind::Refused, what)
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.seen.push(&request);
        self.next().map_err(|error| error.at(request.uri()))
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted")
            .field("remaining", &self.remaining())
            .field("seen", &self.seen)
            .finish()
    }
}
