use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::TransportError;

/// One HTTP exchange: a whole request in, a whole response or a typed failure out.
///
/// This is the only thing the layers above know about the network. An implementation
/// must keep four promises, because the layers above sign each request for exactly one
/// use:
///
/// * it sends the request at most once (a request that was provably never written may be
///   moved to another connection, nothing else);
/// * it follows no redirect: a 3xx answer is an answer;
/// * it adds, stores and sends no cookie and decodes no content coding;
/// * dropping the future gives the request up.
///
/// # Errors
///
/// [`TransportError`] means there was *no usable answer*. An answer with status 500 is
/// `Ok`.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::{SharedTransport, Transport, TransportError, async_trait};
///
/// #[derive(Debug)]
/// struct Teapot;
///
/// #[async_trait]
/// impl Transport for Teapot {
///     async fn send(
///         &self,
///         _request: http::Request<Bytes>,
///     ) -> Result<http::Response<Bytes>, TransportError> {
///         let mut response = http::Response::new(Bytes::new());
///         *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
///         Ok(response)
///     }
/// }
///
/// let transport: SharedTransport = Teapot.into();
/// # let _ = transport;
/// ```
#[async_trait]
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// Sends `request` to the absolute URI it holds and reads the whole answer.
    ///
    /// # Errors
    ///
    /// See [`TransportError`]; [`TransportError::may_have_been_sent`] tells whether the
    /// other side may have acted on the request.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request).await
    }
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Box<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request).await
    }
}

/// A cloneable handle to any [`Transport`]; clones share one connection pool.
///
/// Constructors take `impl Into<SharedTransport>`, so a transport, an `Arc` of one and
/// this handle are all accepted. (That is why the handle has its own [`send`](Self::send)
/// in place of the trait: `From<T: Transport>` and the trait on the handle itself would
/// overlap.)
///
/// # Examples
///
/// ```
/// use ob_transport::{HyperTransport, SharedTransport};
///
/// # fn main() -> Result<(), ob_transport::BuildError> {
/// let transport: SharedTransport = HyperTransport::builder()
///     .allow_http_on_loopback()
///     .build()?
///     .into();
/// let same_pool = transport.clone();
/// # let _ = same_pool;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SharedTransport(Arc<dyn Transport>);

impl SharedTransport {
    /// Wraps a transport; the same as `transport.into()`.
    pub fn new(transport: impl Into<Self>) -> Self {
        transport.into()
    }

    /// Sends one request through the transport behind this handle.
    ///
    /// # Errors
    ///
    /// What [`Transport::send`] answers.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.send(request).await
    }

    /// The transport as a trait object, for code that takes `&dyn Transport`.
    #[must_use]
    pub fn as_dyn(&self) -> &dyn Transport {
        &*self.0
    }
}

impl<T: Transport + 'static> From<T> for SharedTransport {
    fn from(transport: T) -> Self {
        Self(Arc::new(transport))
    }
}
