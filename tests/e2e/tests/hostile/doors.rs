//! Where the client does not go.

use crate::{
    server::{Hostile, json},
    world::{ACME, NONE, World, builder, honest_tokens, transport},
};
use obkit::{Code, Environment, Profile, Sent, journal::MemoryJournal, transport::HyperTransport};

const ISSUER: &str = "https://issuer.example";

/// Builds an integrator and calls; nothing may come of it but a typed refusal.
async fn is_refused(environment: Environment, transport: &HyperTransport, case: &str) {
    let builder = builder(environment.profile(Profile::Fapi2)).await;
    let built = builder
        .transport(transport.clone())
        .journal(MemoryJournal::default())
        .build();
    let integrator = match built {
        Err(error) => {
            let code = error.code();
            assert!(matches!(code, Code::K010 | Code::N102), "{case}: {error}");
            assert!(!error.to_string().contains("secret"), "{case}: {error}");
            return;
        }
        Ok(integrator) => integrator,
    };
    let acme = integrator.on_behalf_of(ACME).unwrap();
    let error = acme.providers().list().send().await.unwrap_err();
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N102, Sent::No),
        "{case}: {error}"
    );
}

/// Ways to write this machine, or the network around it, that plain http is not allowed to.
fn backdoors(port: u16) -> Vec<String> {
    let hosts = [
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "0.0.0.0",
        "0",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "localhost.",
        "127.0.0.1.",
        "localhost.localdomain",
        "127.0.0.1.nip.io",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "192.0.2.1",
        "metadata.google.internal",
    ];
    let mut urls: Vec<String> = hosts.map(|host| format!("http://{host}:{port}")).into();
    for odd in [
        format!("http://secret@127.0.0.1:{port}"),
        format!("http://u:secret@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}@evil.example"),
        format!("http://evil.example\\@127.0.0.1:{port}"),
        format!("ws://127.0.0.1:{port}"),
        format!("gopher://127.0.0.1:{port}/_x"),
        format!("ftp://127.0.0.1:{port}"),
        format!("unix://127.0.0.1:{port}"),
        format!("//127.0.0.1:{port}"),
        format!("127.0.0.1:{port}"),
        format!("http:127.0.0.1:{port}"),
        format!("http:/127.0.0.1:{port}"),
        format!("http:///127.0.0.1:{port}"),
        format!(" http://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}\r\nX-Evil: 1"),
        format!("http://127.0.0.1:{port}#f"),
        "file:///etc/passwd".into(),
        "data:text/plain,x".into(),
        "http://".into(),
        "https://".into(),
        "https:///x".into(),
        "https://user:secret@as.example".into(),
        "https://as.example:99999".into(),
        "/x".into(),
        String::new(),
    ] {
        urls.push(odd);
    }
    urls
}

/// Even with the switch for this machine, no other spelling and no other scheme is let through;
/// the URLs of the API and of the token endpoint alike.
///
/// Rows: R001, L4.1
#[tokio::test]
async fn only_plain_spellings_of_this_machine_are_let_through() {
    let target = Hostile::always(json("200 OK", NONE)).await;
    let honest = honest_tokens().await;
    let transport = transport().build().unwrap();
    for url in backdoors(target.port()) {
        let api = Environment::new(ISSUER, format!("{}/t", honest.base()), &url);
        is_refused(
            api.allow_http_on_loopback(),
            &transport,
            &format!("API base {url:?}"),
        )
        .await;
        let tokens = Environment::new(ISSUER, &url, honest.base());
        is_refused(
            tokens.allow_http_on_loopback(),
            &transport,
            &format!("token URL {url:?}"),
        )
        .await;
    }
    assert_eq!((target.connections(), honest.connections()), (0, 0));
}

/// Without the switch plain http goes nowhere, not even to this machine, however it is spelled.
///
/// Rows: R001, L4.1
#[tokio::test]
async fn plain_http_needs_the_switch_of_the_environment() {
    let target = Hostile::always(json("200 OK", NONE)).await;
    // The transport would do it: the environment must not.
    let transport = transport().build().unwrap();
    for scheme in ["http", "HTTP", "Http"] {
        for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
            let url = format!("{scheme}://{host}:{}", target.port());
            let api = Environment::new(ISSUER, "https://as.example/t", &url);
            is_refused(api, &transport, &url).await;
            let tokens = Environment::new(ISSUER, &url, "https://api.example");
            is_refused(tokens, &transport, &url).await;
        }
    }
    assert_eq!(target.connections(), 0);
}

/// Plain http also needs the switch of the transport.
///
/// Rows: R001
#[tokio::test]
async fn plain_http_needs_the_switch_of_the_transport() {
    let (tokens, api) = (honest_tokens().await, honest_tokens().await);
    let Ok(strict) = HyperTransport::builder().build() else {
        // Without certificate authorities there is no strict transport to be had.
        return;
    };
    let environment = crate::world::environment(&tokens.base(), &api.base());
    let world = World::with(environment, strict.into(), |builder| builder).await;
    let error = world.refused(ACME).await;
    assert_eq!(
        (error.code(), error.sent()),
        (Code::N102, Sent::No),
        "{error}"
    );
    assert_eq!((tokens.connections(), api.connections()), (0, 0));
}
