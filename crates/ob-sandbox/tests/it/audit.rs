//! R202: one event per decision, with everything that identifies and nothing that gives access.

use crate::harness::Rig;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Each decision of both servers leaves one event, with the actor and without secrets.
///
/// Rows: R186, R202
#[tokio::test]
async fn events_name_the_actor_and_hold_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let rig = Rig::fapi();
    let call = rig.token_call(Some("acme-budget"), "ob_providers").await;
    let mut secrets = vec![call.form[2].1.clone(), call.headers[1].1.clone()];
    let token = rig.ask(call).await.token();
    let headers = rig
        .bound("acme-budget", &token, ("GET", "/providers"))
        .await;
    secrets.push(headers[3].1.clone());
    rig.call("GET", "/providers", &headers).await.assert_ok();
    rig.call("GET", "/providers", &headers)
        .await
        .assert_refused(401, "INVALID_AUTH_HEADER", "R104");
    rig.call("GET", &format!("/providers?access_token={token}"), &headers)
        .await;
    secrets.push(token);
    drop(guard);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let events: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("ob_sandbox::audit"))
        .collect();
    assert_eq!(events.len(), 4, "{text}");
    let acme = rig.party("acme-budget").client_id.to_string();
    for needed in [
        "decision=\"granted\"",
        &format!("sub=\"{acme}\""),
        &format!("act_sub=\"{}\"", rig.sandbox.integrator().client_id),
        "jti=",
        &format!("jkt=\"{}\"", rig.prover.thumbprint()),
        "interaction_id=",
    ] {
        assert!(
            events[0].contains(needed) && events[1].contains(needed),
            "{needed} in {text}"
        );
    }
    assert!(events[2].contains("rule=\"R104\""), "{text}");
    for secret in secrets {
        let signature = secret.rsplit('.').next().unwrap();
        assert!(!text.contains(signature), "a secret in {text}");
    }
}
