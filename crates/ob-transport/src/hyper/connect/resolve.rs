use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;

use super::{BoxError, NotLoopback};

/// Resolves like the system, and refuses the whole answer if any address in it is not
/// loopback: a hosts file or a name server must not move "this machine" elsewhere.
#[derive(Clone)]
pub(super) struct LoopbackResolver(GaiResolver);

impl LoopbackResolver {
    pub(super) fn new() -> Self {
        Self(GaiResolver::new())
    }
}

impl Service<Name> for LoopbackResolver {
    type Response = IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.0.call(name);
        Box::pin(async { Ok(only_loopback(resolving.await?.collect())?) })
    }
}

fn only_loopback(addresses: Vec<SocketAddr>) -> Result<IntoIter<SocketAddr>, NotLoopback> {
    match addresses.iter().all(|address| address.ip().is_loopback()) {
        true => Ok(addresses.into_iter()),
        false => Err(NotLoopback),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn allowed(addresses: &[&str]) -> bool {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        only_loopback(addresses).is_ok()
    }

    /// A name that is to be this machine must resolve to loopback addresses and to no other.
    ///
    /// Rows: L4.1
    #[test]
    fn one_foreign_address_spoils_the_answer() {
        assert!(allowed(&["127.0.0.1:0", "[::1]:0"]));
        assert!(!allowed(&["127.0.0.1:0", "192.0.2.1:0"]));
        assert!(!allowed(&["[2001:db8::1]:0"]));
        assert!(!allowed(&["[::ffff:127.0.0.1]:0"]));
    }
}
