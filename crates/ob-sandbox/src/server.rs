//! The sockets: the only place that knows axum, hyper, rustls and rcgen.

mod certificate;
pub(crate) use certificate::TrustService;

mod der;

mod chunks;
mod connection;
mod docket;
mod gate;
mod head;
mod limits;
mod unread;

mod tls;
pub(crate) use tls::{Tls, TlsError};

use crate::Sandbox;
use connection::Connections;
use limits::{GRACE, MAX_CONNECTIONS};
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
    time,
};

/// The listening task. Dropping the handle ends it and every connection of it.
#[derive(Debug)]
pub(crate) struct ServerHandle {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl ServerHandle {
    /// Stops gracefully.
    pub(crate) async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            // The task ends by itself; a panic in it has been reported by the runtime.
            let _ = task.await;
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Starts to serve.
pub(crate) fn spawn(sandbox: Sandbox, listener: TcpListener, tls: Option<Tls>) -> ServerHandle {
    let (stop, stopped) = watch::channel(false);
    let connections = Arc::new(Connections::new(sandbox, tls, stopped.clone()));
    let task = tokio::spawn(listen(listener, connections, stopped));
    ServerHandle {
        stop,
        task: Some(task),
    }
}

/// Accepts until told to stop. Handshakes and requests run in tasks of their own, so a client
/// that stalls in its handshake keeps nobody else waiting.
async fn listen(
    listener: TcpListener,
    connections: Arc<Connections>,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        // A full house must not keep the word to stop from being heard.
        let seat = tokio::select! {
            seat = Arc::clone(&room).acquire_owned() => seat,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let Ok(seat) = seat else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        // Reaps what has ended, so that the set stays as small as what is open.
        while open.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let connections = Arc::clone(&connections);
                open.spawn(async move {
                    connections.serve(stream).await;
                    drop(seat);
                });
            }
            // Out of descriptors, most likely. Nothing announces that one is free again, and
            // asking at once would spin: give the others time to close theirs.
            Err(_) => time::sleep(Duration::from_millis(20)).await,
        }
    }
    drop(listener);
    let finished = async { while open.join_next().await.is_some() {} };
    // What has not finished by then is cut off when the set is dropped.
    let _ = time::timeout(GRACE, finished).await;
}
