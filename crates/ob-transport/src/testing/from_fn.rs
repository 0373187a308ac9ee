use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::{Transport, TransportError};

/// Makes a [`Transport`] of an async closure.
///
/// ```
/// use bytes::Bytes;
/// use ob_transport::{SharedTransport, testing};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let echo: SharedTransport = testing::from_fn(|request| async move {
///     Ok(http::Response::new(request.into_body()))
/// })
/// .into();
/// let request = http::Request::post("https://api.example.com/").body(Bytes::from("hello"))?;
/// assert_eq!(echo.send(request).await?.body(), "hello");
/// # Ok(())
/// # }
/// ```
pub fn from_fn<F, Fut>(f: F) -> FromFn<F>
where
    F: Fn(Request<Bytes>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Response<Bytes>, TransportError>> + Send,
{
    FromFn(f)
}

/// The transport made by [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F>(F);

#[async_trait]
impl<F, Fut> Transport for FromFn<F>
where
    F: Fn(Request<Bytes>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Response<Bytes>, TransportError>> + Send,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (self.0)(request).await
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromFn")
    }
}
