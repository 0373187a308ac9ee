//! The README's ten lines, run against the sandbox.

use ob_sandbox::{PartyLicence, Sandbox};
use obkit::{
    Environment, Identity, Integrator,
    api::EndUser,
    jose::SigningKey,
    journal::JsonlJournal,
    registry::{FileStore, Registry, Status, ThirdParty},
};
use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let running = Sandbox::start().await?;
    let sandbox = running.sandbox();
    let folder = tempfile::tempdir()?;
    let (third_parties, journal) = (
        folder.path().join("third-parties.toml"),
        folder.path().join("journal.jsonl"),
    );
    write_registry(sandbox, &third_parties).await?;
    let seed = sandbox.integrator();
    let pem = seed.key.to_pkcs8_pem()?.expose().to_owned();
    let identity = Identity {
        business_id: "integrator".parse()?,
        client_id: seed.client_id.clone(),
        application_id: seed.application_id,
        use_case_configuration_id: seed.use_case_configuration_id,
    };
    // In production: Environment::production().
    let environment = Environment::new(running.issuer(), running.token_url(), running.api_base())
        .allow_http_on_loopback();

    let integrator = Integrator::builder(environment)
        .identity(identity)
        .key(SigningKey::from_pem(&pem)?)
        .registry(Registry::open(FileStore::open(&third_parties)?).await?)
        .journal(JsonlJournal::open(&journal).await?)
        .build()?;
    let acme = integrator.on_behalf_of("acme-budget")?;
    let user = EndUser::new("user-1", "user@example.com");
    let consent = acme.consents().create(user).send().await?;
    let flow = acme
        .flows(consent.reference())
        .connect_accounts("user-1")
        .send()
        .await?;
    assert!(flow.flow_url.is_some());
    sandbox.complete_flow(consent.reference().id(), "john.smith")?;
    let accounts = acme.accounts(consent.reference()).list().send().await?;

    assert_eq!(accounts.items.len(), 4);
    let recorded = obkit::journal::read_jsonl(&journal)?;
    assert_eq!(recorded.records().len(), 3);
    running.shutdown().await;
    Ok(())
}

/// What `ob registry export` writes: the third-parties that may be acted for.
async fn write_registry(sandbox: &Sandbox, file: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let registry = Registry::open(FileStore::open_or_create(file)?).await?;
    for party in sandbox.third_parties() {
        if party.licence == PartyLicence::Unlicensed {
            let row = ThirdParty::builder(
                party.business_id,
                party.legal_name,
                party.client_id,
                party.application_id,
            );
            registry
                .edit("maria", "contract signed")?
                .put(row.scopes(party.scopes).status(Status::Active).build()?)
                .await?;
        }
    }
    Ok(())
}
