use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::classify;
use crate::{TransportError, TransportErrorKind};

/// Reads a body to its end, or to the first byte beyond `limit` (R166). Trailers are dropped.
pub(super) async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, TransportError> {
    let mut read = Gathered::new(&body, limit)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| classify::body(&error))?;
        if let Ok(data) = frame.into_data() {
            read.push(&data)?;
        }
    }
    Ok(read.finish())
}

/// Reserved ahead on the word of a `Content-Length`: a server that promises megabytes and
/// sends nothing must not cost megabytes.
const RESERVED: u64 = 64 * 1024;

struct Gathered {
    bytes: BytesMut,
    limit: usize,
}

impl Gathered {
    fn new(body: &Incoming, limit: usize) -> Result<Self, TransportError> {
        let declared = body.size_hint().lower();
        if usize::try_from(declared).map_or(true, |declared| declared > limit) {
            return Err(too_large(&format!("{declared} bytes declared"), limit));
        }
        let reserved = usize::try_from(declared.min(RESERVED)).unwrap_or(0);
        Ok(Self {
            bytes: BytesMut::with_capacity(reserved),
            limit,
        })
    }

    fn push(&mut self, data: &[u8]) -> Result<(), TransportError> {
        if data.len() > self.limit - self.bytes.len() {
            return Err(too_large("more was sent", self.limit));
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    fn finish(self) -> Bytes {
        self.bytes.freeze()
    }
}

fn too_large(found: &str, limit: usize) -> TransportError {
    let what = format!("{found}, the limit is {limit} bytes");
    TransportError::new(TransportErrorKind::TooLarge, what)
}
