//! Third-parties of the user's own, instead of the named ones.

use crate::harness::{Rig, with};
use ob_sandbox::{PartyStatus, Sandbox, ThirdPartySeed};

const MAIN: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11";
const SECOND: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a12";
const OTHER: &str = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a13";

fn party(id: &str, client: &str, application: &str) -> ThirdPartySeed {
    let application = application.parse().unwrap();
    let new = ThirdPartySeed::new(
        id.parse().unwrap(),
        "Acme",
        client.parse().unwrap(),
        application,
    );
    new.with_scopes("ob_providers".parse().unwrap())
}

/// A token serves every application of its third-party, and no other's.
#[tokio::test]
async fn a_further_application_is_its_owners() {
    let acme = party("acme", "client-1", MAIN);
    let acme = acme.with_further_applications([SECOND.parse().unwrap()]);
    let rig = Rig::new(|it| {
        it.onboard([acme])
            .onboard([party("other", "client-2", OTHER)])
    });
    let token = rig.token("acme", "ob_providers").await;
    for application in [MAIN, SECOND] {
        let headers = with(&rig.bearer("acme", &token), "x-application-id", application);
        rig.call("GET", "/providers", &headers).await.assert_ok();
    }
    let headers = with(&rig.bearer("acme", &token), "x-application-id", OTHER);
    let reply = rig.call("GET", "/providers", &headers).await;
    reply.assert_refused(403, "FORBIDDEN", "platform 4");
    assert_eq!(rig.sandbox.counters().token_reuse_violations, 1);
    assert_eq!(rig.sandbox.third_parties().len(), 2);
}

#[tokio::test]
async fn a_suspended_one_gets_no_token() {
    let acme = party("acme", "client-1", MAIN).with_status(PartyStatus::Suspended);
    let rig = Rig::new(|it| it.onboard([acme]));
    let call = rig.token_call(Some("acme"), "ob_providers").await;
    let reply = rig.ask(call).await;
    reply.assert_refused(400, "unauthorized_client", "R193");
}

#[test]
fn an_id_has_one_owner() {
    let first = || party("acme", "client-1", MAIN);
    let own = Sandbox::builder().build().unwrap();
    let integrator = own.integrator().clone();
    for (second, shared) in [
        (party("acme", "client-2", OTHER), "acme"),
        (party("other", "client-1", OTHER), "client-1"),
        (party("client-1", "client-2", OTHER), "client-1"),
        (party("other", "client-2", MAIN), MAIN),
        (
            party("other", integrator.client_id.as_str(), OTHER),
            integrator.client_id.as_str(),
        ),
        (party("integrator", "client-2", OTHER), "integrator"),
    ] {
        let refused = Sandbox::builder().onboard([first(), second]).build();
        let text = format!("{:?}", refused.unwrap_err());
        assert!(text.contains(shared), "{shared}: {text}");
    }
    // Another Integrator's third-party gives way to a name of the user's.
    let named = Sandbox::builder().onboard([party("fjord-ledger", "client-1", MAIN)]);
    assert_eq!(named.build().unwrap().third_parties().len(), 1);
    // Its own name may be its client id as well.
    let same = Sandbox::builder().onboard([party("acme", "acme", MAIN)]);
    assert!(same.build().is_ok());
}
