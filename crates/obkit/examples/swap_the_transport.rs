//! Swap the transport: one line, and nothing touches the network.
#![expect(clippy::unwrap_used, reason = "an example insists")]

use http::Response;
use ob_sandbox::Sandbox;
use obkit::{
    Environment, Identity, Integrator,
    journal::MemoryJournal,
    registry::{MemoryStore, Registry},
    testing::from_fn,
};
use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A closure: every request gets this answer.
    let offline =
        from_fn(|_request| async { Ok(Response::builder().status(503).body("".into()).unwrap()) });

    // The sandbox, in this process and without sockets.
    let sandbox = Sandbox::in_process()?;
    let judge = sandbox.clone();
    let in_process = from_fn(move |request| {
        let sandbox = judge.clone();
        async move { Ok(sandbox.handle(request).await) }
    });

    let itself = integrator(&sandbox).await?.transport(offline).build()?;
    let refused = itself
        .as_itself()
        .providers()
        .list()
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code().as_str(), "OB-T210");

    let itself = integrator(&sandbox).await?.transport(in_process).build()?;
    let banks = itself.as_itself().providers().list().send().await?;
    assert!(!banks.items.is_empty());
    Ok(())
}

async fn integrator(
    sandbox: &Sandbox,
) -> Result<obkit::IntegratorBuilder<obkit::Ready>, Box<dyn Error>> {
    let seed = sandbox.integrator().clone();
    let (issuer, token_url) = (sandbox.issuer(), sandbox.token_url());
    Ok(
        Integrator::builder(Environment::new(issuer, token_url, sandbox.api_base()))
            .identity(Identity {
                business_id: "integrator".parse()?,
                client_id: seed.client_id,
                application_id: seed.application_id,
                use_case_configuration_id: seed.use_case_configuration_id,
            })
            .key(seed.key)
            .retry(obkit::RetryPolicy::never())
            .registry(Registry::open(MemoryStore::default()).await?)
            .journal(MemoryJournal::default()),
    )
}
