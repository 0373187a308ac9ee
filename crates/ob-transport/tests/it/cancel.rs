//! Dropping the future gives the request up.

use std::sync::Arc;

use ob_transport::Transport;
use tokio::sync::Notify;

use crate::support::{Server, get, ok, plain};

#[tokio::test]
async fn a_dropped_future_closes_its_connection_and_harms_nobody() {
    let (arrived, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = Server::plain({
        let (arrived, closed) = (arrived.clone(), closed.clone());
        move |mut peer| {
            let (arrived, closed) = (arrived.clone(), closed.clone());
            async move {
                if peer.number > 0 {
                    return peer.serve("next").await;
                }
                peer.request().await;
                arrived.notify_one();
                peer.gone().await;
                closed.notify_one();
            }
        }
    })
    .await;
    let transport = plain().build().unwrap();
    tokio::select! {
        answer = transport.send(get(&server.http())) => panic!("not dropped: {answer:?}"),
        () = arrived.notified() => {}
    }
    closed.notified().await;
    assert_eq!(ok(&transport, get(&server.http())).await.body(), "next");
    assert_eq!(server.heads().len(), 2);
}
