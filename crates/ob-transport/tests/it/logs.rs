//! The most verbose log of every library below holds no secret (L5.2).

use std::io;
use std::sync::{Arc, Mutex};

use ob_transport::Transport;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Pki, SOON, Server, ServerTls, get, plain};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_event_at_any_level_repeats_the_request() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(lines.clone());
    subscriber.init();

    let echo = Server::plain(|peer| peer.serve("canary-answer")).await;
    let broken = Server::plain(|mut peer| async move { drop(peer.request().await) }).await;
    let transport = plain().total_timeout(SOON).build().unwrap();
    transport.send(get(&echo.http())).await.unwrap();
    transport.send(get(&echo.http())).await.unwrap();
    transport.send(get(&broken.http())).await.unwrap_err();

    let pki = Pki::new();
    for alpn in [&["h2"][..], &["http/1.1"]] {
        let tls = ServerTls {
            alpn,
            ..ServerTls::default()
        };
        let config = pki.server_with(&pki.leaf(&["127.0.0.1"]), tls);
        let server = Server::tls(config, |mut peer, _| async move { peer.gone().await }).await;
        let transport = pki.client().total_timeout(SOON).build().unwrap();
        transport.send(get(&server.https())).await.unwrap_err();
    }

    let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(told.contains("hyper_util"), "nothing was logged: {told}");
    let leak = told.lines().find(|line| line.contains("canary"));
    assert_eq!(leak, None);
}
