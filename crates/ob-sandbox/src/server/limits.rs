//! How much, and for how long, the sockets listen to anybody (R147, R166).

use std::time::Duration;

/// The request line and all header lines. Token, proof and the rest of an honest request need
/// 4 KiB.
pub(super) const MAX_HEAD: usize = 32 * 1024;
/// The request line; RFC 9112 section 3 recommends at least 8,000 octets.
pub(super) const MAX_REQUEST_LINE: usize = 8 * 1024;
/// Header lines; an honest request has twenty.
pub(super) const MAX_FIELDS: usize = 100;
/// The header list of HTTP/2, by its own way of counting.
pub(super) const MAX_HEADER_LIST: u32 = 32 * 1024;
/// An honest body has 4 KiB at most; an assertion may have 8.
pub(super) const MAX_BODY: usize = 64 * 1024;
/// One line between chunks: a size, and extensions that nobody reads.
pub(super) const MAX_CHUNK_LINE: usize = 256;
/// All chunk extensions of one body (RFC 9112 section 7.1.1 wants a limit).
pub(super) const MAX_CHUNK_EXTENSIONS: usize = 1024;
pub(super) const MAX_STREAMS: u32 = 256;

/// More than any test opens, less than a process has descriptors for.
pub(super) const MAX_CONNECTIONS: usize = 512;

pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);
/// From the first byte of a head to its end.
pub(super) const HEAD: Duration = Duration::from_secs(30);
/// How long an idle connection is kept: longer than a client waits between two calls.
pub(super) const IDLE: Duration = Duration::from_secs(30);
/// From the end of a head to the end of its body.
pub(super) const BODY: Duration = Duration::from_secs(10);
/// How long an answer waits for a peer that does not take it.
pub(super) const STALLED: Duration = Duration::from_secs(30);
/// How long what still comes is read and thrown away after a refusal, so that closing does not
/// reset the connection before the peer has read why (RFC 9112 section 9.6).
pub(super) const LINGER: Duration = Duration::from_secs(2);
/// How much is thrown away that way.
pub(super) const MAX_DRAINED: usize = 8 * 1024 * 1024;
/// As long as the slowest honest request may take.
pub(super) const GRACE: Duration = Duration::from_secs(5);
