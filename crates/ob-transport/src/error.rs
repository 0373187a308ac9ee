use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::Uri;

use self::cause::Cause;
use self::target::Target;

mod cause;
mod target;

/// Why there is no usable answer, whether the request may have reached the other side,
/// and where it was going.
///
/// `Display`, `Debug` and the `source()` chain name `scheme://host:port` at most: never the
/// path, the query, a header or a body. Sources are kept as text (control characters
/// escaped, length capped), so no type of the HTTP or TLS library can be reached through
/// them, and an error can be cloned for all who wait for the same exchange.
///
/// # Examples
///
/// ```
/// use ob_transport::{TransportError, TransportErrorKind};
///
/// let uri = http::Uri::from_static("https://api.example.com/accounts?iban=secret");
/// let error = TransportError::new(TransportErrorKind::Closed, "peer closed the connection")
///     .at(&uri);
/// assert!(error.may_have_been_sent());
/// assert_eq!(
///     error.to_string(),
///     "connection closed before an answer: peer closed the connection \
///      (https://api.example.com:443; the request may have been sent)",
/// );
/// ```
#[derive(Clone)]
pub struct TransportError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: TransportErrorKind,
    what: String,
    sent: bool,
    target: Option<Target>,
    source: Option<Cause>,
    withheld: Option<Arc<dyn Error + Send + Sync>>,
}

/// What went wrong, as a fact a retry rule can look at.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransportErrorKind {
    /// Refused on this side before any connection was made: plain http, a URI without a
    /// host or with userinfo, a request that cannot be framed. Never sent.
    Refused,
    /// No connection: name resolution or TCP failed, or the connection broke during the TLS
    /// handshake. Never sent.
    Connect,
    /// The TLS handshake was refused or the certificate not trusted. Not sent, unless a
    /// TLS 1.3 server refuses the client certificate after the client has finished its
    /// part of the handshake: then `may_have_been_sent` says so.
    Tls,
    /// A time limit passed.
    Timeout(TimeoutPhase),
    /// The connection closed or was reset before an answer began.
    Closed,
    /// The answer began and broke off before its end.
    Truncated,
    /// The answer is larger than the limit of the client.
    TooLarge,
    /// What arrived is not HTTP, or its head breaks a limit (too many or too large fields).
    Protocol,
}

/// Which time limit passed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeoutPhase {
    /// Name resolution, TCP and TLS handshake took too long. Never sent.
    Connect,
    /// The whole exchange, answer body included, took too long.
    Total,
}

impl TransportError {
    /// Makes an error, for implementations of [`Transport`](crate::Transport).
    ///
    /// `what` is a lower-case fragment that must not hold a secret. Whether the request
    /// may have been sent follows from `kind`: `Refused`, `Connect`, `Tls` and
    /// `Timeout(Connect)` say no, all others yes; [`sent`](Self::sent) overrules it.
    #[must_use]
    pub fn new(kind: TransportErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            what: cause::safe(&what.into()),
            sent: kind.usually_sent(),
            target: None,
            source: None,
            withheld: None,
        }))
    }

    /// Makes the error of a request that a transport of your own held back by a rule of its
    /// own: [`Refused`](TransportErrorKind::Refused), never sent. The reason is kept as it is,
    /// so that whoever wrote the rule finds it again with [`withheld_by`](Self::withheld_by);
    /// its message must not hold a secret.
    ///
    /// ```
    /// use ob_transport::{TransportError, TransportErrorKind};
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct Closed;
    /// # impl std::fmt::Display for Closed {
    /// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("closed") }
    /// # }
    /// # impl std::error::Error for Closed {}
    /// let error = TransportError::withheld(Closed);
    /// assert_eq!(error.kind(), TransportErrorKind::Refused);
    /// assert!(!error.may_have_been_sent());
    /// assert_eq!(error.withheld_by::<Closed>(), Some(&Closed));
    /// ```
    #[must_use]
    pub fn withheld(reason: impl Error + Send + Sync + 'static) -> Self {
        let mut error = Self::new(TransportErrorKind::Refused, reason.to_string());
        error.0.withheld = Some(Arc::new(reason));
        error
    }

    /// Why the request was held back, if it was by a rule with reasons of this type.
    #[must_use]
    pub fn withheld_by<R: Error + 'static>(&self) -> Option<&R> {
        self.0.withheld.as_deref()?.downcast_ref()
    }

    /// Overrules whether the request may have been sent. When in doubt, say `true`.
    #[must_use]
    pub fn sent(mut self, may_have_been_sent: bool) -> Self {
        self.0.sent = may_have_been_sent;
        self
    }

    /// Notes where the request was going; only scheme, host and port are kept.
    #[must_use]
    pub fn at(mut self, uri: &Uri) -> Self {
        self.0.target = Target::of(uri);
        self
    }

    /// Notes the cause and its own chain of causes, as text.
    ///
    /// The messages of the chain are shown to whoever reads the error, so they must not
    /// hold a secret; the messages of hyper, rustls and the standard library do not.
    #[must_use]
    pub fn caused_by(mut self, source: &(dyn Error + 'static)) -> Self {
        self.0.source = Some(Cause::of(source));
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }

    /// Whether the other side may have received the request, wholly or in part.
    ///
    /// `false` is a promise: not one byte of it was written. `true` means it is not known.
    /// A request that changes something may be repeated without an idempotency key only
    /// after `false`.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        self.0.sent
    }

    /// Whether the same request may well get an answer a little later: no connection, a
    /// connection that broke, a time limit.
    ///
    /// Whether repeating it is *safe* is another question, answered by
    /// [`may_have_been_sent`](Self::may_have_been_sent).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.0.kind {
            TransportErrorKind::Connect
            | TransportErrorKind::Timeout(_)
            | TransportErrorKind::Closed
            | TransportErrorKind::Truncated => true,
            TransportErrorKind::Refused
            | TransportErrorKind::Tls
            | TransportErrorKind::TooLarge
            | TransportErrorKind::Protocol => false,
        }
    }

    /// Whether a time limit passed, whichever.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, TransportErrorKind::Timeout(_))
    }
}

impl TransportErrorKind {
    fn usually_sent(self) -> bool {
        match self {
            Self::Refused | Self::Connect | Self::Tls => false,
            Self::Timeout(phase) => phase == TimeoutPhase::Total,
            Self::Closed | Self::Truncated | Self::TooLarge | Self::Protocol => true,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Refused => "request refused",
            Self::Connect => "cannot connect",
            Self::Tls => "tls failed",
            Self::Timeout(TimeoutPhase::Connect) => "connect timeout",
            Self::Timeout(TimeoutPhase::Total) => "total timeout",
            Self::Closed => "connection closed before an answer",
            Self::Truncated => "answer broke off",
            Self::TooLarge => "answer too large",
            Self::Protocol => "not a valid http answer",
        }
    }
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (", self.0.kind, self.0.what)?;
        if let Some(target) = &self.0.target {
            write!(f, "{target}; ")?;
        }
        f.write_str(match self.0.sent {
            true => "the request may have been sent)",
            false => "the request was not sent)",
        })
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.0.kind)
            .field("what", &self.0.what)
            .field("may_have_been_sent", &self.0.sent)
            .field("target", &self.0.target)
            .field("source", &self.0.source)
            .finish()
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause = self.0.source.as_ref().map(|cause| cause as _);
        cause.or_else(|| self.0.withheld.as_deref().map(|reason| reason as _))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn whether_it_was_sent_follows_from_the_kind_until_overruled() {
        use TransportErrorKind::{
            Closed, Connect, Protocol, Refused, Timeout, Tls, TooLarge, Truncated,
        };
        for kind in [Refused, Connect, Tls, Timeout(TimeoutPhase::Connect)] {
            assert!(
                !TransportError::new(kind, "x").may_have_been_sent(),
                "{kind}"
            );
            assert!(
                TransportError::new(kind, "x")
                    .sent(true)
                    .may_have_been_sent()
            );
        }
        let total = Timeout(TimeoutPhase::Total);
        for kind in [Closed, Truncated, TooLarge, Protocol, total] {
            assert!(
                TransportError::new(kind, "x").may_have_been_sent(),
                "{kind}"
            );
            assert!(
                !TransportError::new(kind, "x")
                    .sent(false)
                    .may_have_been_sent()
            );
        }
    }

    #[test]
    fn only_timeouts_are_timeouts() {
        let of = |kind| TransportError::new(kind, "x").is_timeout();
        assert!(of(TransportErrorKind::Timeout(TimeoutPhase::Connect)));
        assert!(of(TransportErrorKind::Timeout(TimeoutPhase::Total)));
        assert!(!of(TransportErrorKind::Connect));
    }

    #[test]
    fn what_a_repetition_cannot_mend_is_not_transient() {
        let of = |kind| TransportError::new(kind, "x").is_transient();
        assert!(of(TransportErrorKind::Connect) && of(TransportErrorKind::Closed));
        assert!(of(TransportErrorKind::Truncated));
        assert!(of(TransportErrorKind::Timeout(TimeoutPhase::Total)));
        assert!(!of(TransportErrorKind::Refused) && !of(TransportErrorKind::Tls));
        assert!(!of(TransportErrorKind::TooLarge) && !of(TransportErrorKind::Protocol));
    }

    /// An error names the target without path and query, escaped.
    ///
    /// Rows: L5.6
    #[test]
    fn neither_display_nor_debug_nor_the_chain_holds_path_or_query() {
        let uri = Uri::from_static("https://user:canary@h.example:8443/canary?canary=canary");
        let io = std::io::Error::other("line one\r\nline two");
        let error = TransportError::new(TransportErrorKind::Closed, "reset")
            .at(&uri)
            .caused_by(&io);
        let shown = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("https://h.example:8443"), "{shown}");
        assert!(!shown.contains('\n') && !shown.contains('\r'), "{shown}");
    }
}
