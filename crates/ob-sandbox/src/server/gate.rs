//! The gate of a connection: nothing reaches the HTTP parser that has not been judged.
//!
//! The parser behind it is made to get along with its peers: it drops a `Content-Length` that
//! stands beside a `Transfer-Encoding`, ends lines at a bare LF, and answers what it cannot read
//! with a bare 400. The gate reads HTTP/1 framing itself, for every request of a connection, and
//! passes on only what has one reading. Where a head is refused, the parser gets a request of the
//! gate's own making in its place, so that the answer comes in its turn, behind those of the
//! requests before it; which request that is, the [`Docket`] says. Nothing after it is read.
//! HTTP/2 has framing of its own and goes through as it is.

use super::{
    chunks::{ChunkReader, Step},
    docket::{Docket, RefusedHead},
    head::{Framing, HeadReader},
    limits::{HEAD, IDLE, LINGER, MAX_DRAINED, STALLED},
    unread::slow_head,
};
use crate::refused::Refused;
use bytes::{Buf, BytesMut};
use http::Method;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// A stream with a gate before it.
#[derive(Debug)]
pub(super) struct Gate<S> {
    stream: S,
    docket: Arc<Docket>,
    /// What has come and has not been passed on.
    input: BytesMut,
    /// How much of it may be passed on.
    passed: usize,
    stage: Stage,
    /// Heads passed on.
    heads: u64,
    waiting: Waiting,
    timer: Pin<Box<Sleep>>,
    /// Runs while a write cannot go on.
    stalled: Option<Pin<Box<Sleep>>>,
    room: Box<[u8]>,
    /// How much was thrown away since the writing side was closed.
    drained: Option<usize>,
}

/// What is being read.
#[derive(Debug)]
enum Stage {
    /// Not known yet whether this is HTTP/1 or HTTP/2.
    First,
    Head(HeadReader),
    Body(usize),
    Chunks(ChunkReader),
    Http2,
    /// Something was refused.
    Closed,
}

/// What the timer is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    Nothing,
    Request,
    RestOfHead,
}

/// What to do next.
enum Verdict {
    Read,
    Pass(usize),
    /// The bytes of the gate's own request are in the place of what was read.
    Replaced,
    /// In the middle of a body.
    Stop,
}

impl<S> Gate<S> {
    pub(super) fn new(stream: S, docket: Arc<Docket>) -> Self {
        Self {
            stream,
            docket,
            input: BytesMut::new(),
            passed: 0,
            stage: Stage::First,
            heads: 0,
            waiting: Waiting::Nothing,
            timer: Box::pin(sleep(IDLE)),
            stalled: None,
            room: vec![0; ROOM].into(),
            drained: None,
        }
    }

    fn judge(&mut self) -> Verdict {
        match &mut self.stage {
            Stage::First if self.input.starts_with(PREFACE) => {
                self.stage = Stage::Http2;
                Verdict::Pass(self.input.len())
            }
            Stage::First if PREFACE.starts_with(&self.input) => Verdict::Read,
            Stage::First => {
                self.docket.start();
                self.stage = Stage::Head(HeadReader::default());
                self.judge()
            }
            Stage::Head(reader) => match reader.read(&self.input) {
                Ok(None) => Verdict::Read,
                Ok(Some(head)) => {
                    self.heads += 1;
                    self.stage = match head.framing {
                        Framing::Length(0) => Stage::Head(HeadReader::default()),
                        Framing::Length(bytes) => Stage::Body(bytes),
                        Framing::Chunked => Stage::Chunks(ChunkReader::default()),
                    };
                    Verdict::Pass(head.bytes)
                }
                Err(refused) => self.refuse_head(refused),
            },
            Stage::Body(_) if self.input.is_empty() => Verdict::Read,
            Stage::Body(left) => {
                let pass = (*left).min(self.input.len());
                *left -= pass;
                if *left == 0 {
                    self.stage = Stage::Head(HeadReader::default());
                }
                Verdict::Pass(pass)
            }
            Stage::Chunks(reader) => match reader.read(&self.input) {
                Ok(Step::Wait) => Verdict::Read,
                Ok(Step::Pass(bytes)) => Verdict::Pass(bytes),
                Ok(Step::Last(bytes)) => {
                    self.stage = Stage::Head(HeadReader::default());
                    Verdict::Pass(bytes)
                }
                Err(refused) => {
                    self.docket.refuse_body(refused);
                    self.stage = Stage::Closed;
                    Verdict::Stop
                }
            },
            Stage::Http2 => Verdict::Read,
            Stage::Closed => Verdict::Stop,
        }
    }

    fn refuse_head(&mut self, refused: Refused) -> Verdict {
        let Stage::Head(reader) = std::mem::replace(&mut self.stage, Stage::Closed) else {
            return Verdict::Stop;
        };
        let request = reader.into_request();
        let substitute = match *request.method() {
            Method::HEAD => IN_PLACE_OF_HEAD,
            _ => IN_PLACE,
        };
        self.docket
            .refuse_head(self.heads, RefusedHead { request, refused });
        self.input.clear();
        self.input.extend_from_slice(substitute);
        self.passed = substitute.len();
        Verdict::Replaced
    }

    /// Whether the timer for what is being waited for has run out. It runs from one request to
    /// the first byte of the next, and from there to the end of the head; the time of a body is
    /// the handler's.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Waiting> {
        let waiting = match &self.stage {
            Stage::Head(reader) if reader.is_untouched() => Waiting::Request,
            Stage::Head(_) => Waiting::RestOfHead,
            _ => Waiting::Nothing,
        };
        if waiting != self.waiting {
            self.waiting = waiting;
            let time = match waiting {
                Waiting::RestOfHead => HEAD,
                Waiting::Request | Waiting::Nothing => IDLE,
            };
            self.timer.as_mut().reset(Instant::now() + time);
        }
        if waiting == Waiting::Nothing {
            return Poll::Pending;
        }
        self.timer.as_mut().poll(cx).map(|()| waiting)
    }

    /// Whether bytes may still come that nobody wants.
    fn lingers(&self) -> bool {
        match &self.stage {
            Stage::Body(_) | Stage::Chunks(_) | Stage::Closed => true,
            Stage::First | Stage::Head(_) => !self.input.is_empty(),
            Stage::Http2 => false,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Gate<S> {
    /// Reads what has come; the number of bytes, 0 at the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut room = ReadBuf::new(&mut self.room);
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, &mut room) else {
            // What TLS has to say to what it read (that it does not renegotiate, say) would
            // otherwise wait for the next answer. A stream that broke says so when it is read.
            let _ = Pin::new(&mut self.stream).poll_flush(cx);
            return Poll::Pending;
        };
        read?;
        self.input.extend_from_slice(room.filled());
        Poll::Ready(Ok(room.filled().len()))
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>, mut drained: usize) -> Poll<()> {
        while drained < MAX_DRAINED {
            let mut room = ReadBuf::new(&mut self.room);
            match Pin::new(&mut self.stream).poll_read(cx, &mut room) {
                Poll::Ready(Ok(())) if !room.filled().is_empty() => {
                    drained += room.filled().len();
                    self.drained = Some(drained);
                }
                // The end, or a connection that broke: nobody reads any more.
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return self.timer.as_mut().poll(cx),
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Gate<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let gate = self.get_mut();
        loop {
            if gate.passed > 0 {
                let bytes = gate.passed.min(out.remaining()).min(gate.input.len());
                out.put_slice(gate.input.get(..bytes).unwrap_or_default());
                gate.input.advance(bytes);
                gate.passed -= bytes;
                gate.waiting = Waiting::Nothing;
                return Poll::Ready(Ok(()));
            }
            if matches!(gate.stage, Stage::Http2) {
                return Pin::new(&mut gate.stream).poll_read(cx, out);
            }
            match gate.judge() {
                Verdict::Pass(bytes) => {
                    gate.passed = bytes;
                    continue;
                }
                Verdict::Replaced => continue,
                Verdict::Stop => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                Verdict::Read => {}
            }
            match gate.poll_more(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(_)) => continue,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {}
            }
            match ready!(gate.poll_timer(cx)) {
                Waiting::RestOfHead => gate.refuse_head(slow_head()),
                // Idle for long enough: this reads as the end of the stream.
                Waiting::Request | Waiting::Nothing => return Poll::Ready(Ok(())),
            };
        }
    }
}

impl<S> Gate<S> {
    /// Lets a write that cannot go on end the connection after a while: answers that nobody
    /// takes would keep their seat for ever.
    fn poll_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let timer = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALLED)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Gate<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.poll_stalled(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.poll_stalled(cx, flushed)
    }

    /// Closes the writing side, then reads and drops what is still on its way: a connection that
    /// is closed over unread bytes is reset, and a reset can destroy the answer.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let gate = self.get_mut();
        let drained = match gate.drained {
            Some(drained) => drained,
            None => {
                ready!(Pin::new(&mut gate.stream).poll_shutdown(cx))?;
                gate.timer.as_mut().reset(Instant::now() + LINGER);
                *gate.drained.insert(0)
            }
        };
        if gate.lingers() {
            ready!(gate.poll_drain(cx, drained));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.poll_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// RFC 9113 section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const IN_PLACE: &[u8] = b"GET / HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n";
/// An answer to HEAD has no body, whatever it says.
const IN_PLACE_OF_HEAD: &[u8] = b"HEAD / HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n";
const ROOM: usize = 8 * 1024;
