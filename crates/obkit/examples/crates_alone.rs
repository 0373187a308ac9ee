//! Each crate on its own: the two-line examples of the README.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example shows and insists"
)]

use std::{error::Error, sync::Arc, time::SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    core()?;
    jose().await?;
    transport().await?;
    api()?;
    registry().await?;
    journal().await?;
    auth().await?;
    sandbox().await
}

fn core() -> Result<(), Box<dyn Error>> {
    use obkit::core::{ClientId, Scopes};
    let client: ClientId = "tpp-acme".parse()?;
    let scopes: Scopes = "ob_data consents:create".parse()?;
    assert_eq!((client.as_str(), scopes.len()), ("tpp-acme", 2));
    Ok(())
}

async fn jose() -> Result<(), Box<dyn Error>> {
    use obkit::jose::{Algorithm, ClientAssertion, SigningKey};
    let (now, jti) = (SystemTime::now(), "128-fresh-random-bits");
    let key = SigningKey::generate(Algorithm::Es256)?;
    let jwt = ClientAssertion::new("client", "https://as.example")
        .sign(&key, now, jti)
        .await?;
    assert_eq!(jwt.split('.').count(), 3);
    Ok(())
}

async fn transport() -> Result<(), Box<dyn Error>> {
    use obkit::transport::{HyperTransport, SharedTransport};
    let transport: SharedTransport = HyperTransport::builder()
        .allow_http_on_loopback()
        .build()?
        .into();
    let running = ob_sandbox::Sandbox::start().await?;
    let request = http::Request::get(running.jwks_uri()).body(bytes::Bytes::new())?;
    let answer = transport.send(request).await?;
    assert_eq!(answer.status(), 200);
    Ok(())
}

fn api() -> Result<(), Box<dyn Error>> {
    use obkit::api::{ListAccounts, Operation};
    let list = ListAccounts::new("consent-1".parse()?).limit(50);
    assert_eq!(list.request()?.target(), "/accounts?limit=50");
    Ok(())
}

async fn registry() -> Result<(), Box<dyn Error>> {
    use obkit::registry::{MemoryStore, Registry};
    let registry = Registry::open(MemoryStore::default()).await?;
    let refused = registry
        .act_for(&"nobody".parse()?, &"ob_data".parse()?)
        .unwrap_err();
    assert_eq!(refused.code().as_str(), "OB-R001");
    Ok(())
}

async fn journal() -> Result<(), Box<dyn Error>> {
    use obkit::journal::{JsonlJournal, Usage, read_jsonl};
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("journal.jsonl");
    JsonlJournal::open(&file).await?;
    let usage = Usage::fold(read_jsonl(&file)?.records());
    assert_eq!(usage.total().calls, 0);
    Ok(())
}

async fn auth() -> Result<(), Box<dyn Error>> {
    use obkit::auth::{AuthorizationServer, Authorizer, Grant};
    use obkit::jose::{Algorithm, SigningKey};
    let transport = obkit::transport::HyperTransport::builder()
        .allow_http_on_loopback()
        .build()?;
    let key = Arc::new(SigningKey::generate(Algorithm::Es256)?);
    let server = AuthorizationServer::new("https://as.example", "https://as.example/token")?;
    let authorizer = Authorizer::builder(server, "client".parse()?, key, transport).build()?;
    let grant = Grant::new("ob_data".parse()?);
    assert_eq!((authorizer.cached(), grant.scopes().len()), (0, 1));
    Ok(())
}

async fn sandbox() -> Result<(), Box<dyn Error>> {
    let sandbox = ob_sandbox::Sandbox::start().await?;
    println!("token endpoint {}", sandbox.token_url());
    Ok(())
}
