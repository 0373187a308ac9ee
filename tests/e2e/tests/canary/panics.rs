//! Panics: what a program prints when it falls over a value or an error of obkit, backtrace and
//! all. In a process of its own, with the panic hook that every program has.

use crate::{
    secrets::Secrets,
    world::{EMAIL, UNLICENSED, World, scopes, transport, user},
};
use ob_sandbox::{NonceMode, Profile, Sandbox};
use obkit::{
    Error, Grant,
    jose::{Algorithm, SigningKey},
    testing::from_fn,
    transport::{HyperTransport, SharedTransport},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the process that falls leaves what it knew, one secret per line.
const PATH: &str = "OB_TEST_PANICS";
const FALLS: usize = 10;

/// The process that falls: started by the test below, alone it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other test starts it as a process of its own"]
async fn falling() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else {
        return;
    };
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::io::stderr)
        .init();
    let secrets = Secrets::default();
    secrets.add("personal data", EMAIL);
    for profile in [Profile::OneToMany, Profile::Fapi2] {
        fall_over_values(profile, &secrets).await;
    }
    fall_over_connections(&secrets).await;
    fall_over_a_key(&secrets).await;
    secrets.write(&path);
    panic!("the end");
}

/// One panic in a task of its own, where the hook prints it.
async fn fall(falling: impl Future<Output = ()> + Send + 'static) {
    let ended = tokio::spawn(falling).await;
    assert!(ended.unwrap_err().is_panic(), "it should have fallen");
}

async fn fall_over_values(profile: Profile, secrets: &Secrets) {
    let sandbox = Sandbox::builder().nonce(NonceMode::Required);
    let world = World::with(profile, sandbox, |builder| {
        builder.transport(secrets.recording(transport()))
    })
    .await;
    secrets.add_key(&world.key);
    let acme = world.party(UNLICENSED);
    let lease = acme.token(&Grant::new(scopes("ob_providers"))).await;
    let lease = lease.unwrap();
    let call = acme.consents().create(user()).token(lease.token.clone());
    let key = SigningKey::from_bytes(world.key.as_bytes()).unwrap();
    let integrator = world.another().await;
    fall(async move {
        panic!(
            "{lease:?} {:?} {call:#?} {key:?} {integrator:#?}",
            lease.token
        )
    })
    .await;

    let consent = world.unauthorised_consent(&acme).await;
    let refused = acme.accounts(&consent).list().send().await;
    fall(async move { drop(refused.unwrap()) }).await;

    let wrong = world.another().await.kid("unknown-kid");
    let wrong = wrong.transport(secrets.recording(transport()));
    let wrong = wrong.build().unwrap().on_behalf_of(UNLICENSED).unwrap();
    let refused = wrong.providers().list().send().await;
    fall(async move { drop(refused.expect("an answer")) }).await;

    // The transport itself falls, below everything of ours, and then the caller over that.
    let fallen: SharedTransport = from_fn(|_| async { panic!("the transport fell") }).into();
    let wired = world.another().await.transport(secrets.recording(fallen));
    let party = wired.build().unwrap().on_behalf_of(UNLICENSED).unwrap();
    fall(async move { drop(party.consents().create(user()).send().await.unwrap()) }).await;
}

/// What hyper and rustls say, as the source of our own error.
async fn fall_over_connections(secrets: &Secrets) {
    let sandbox = Sandbox::builder().tls(true);
    let world = World::with(Profile::Fapi2, sandbox, |builder| {
        let distrusting = HyperTransport::builder().build().unwrap();
        builder.transport(secrets.recording(distrusting))
    })
    .await;
    let refused = world.party(UNLICENSED).providers().list().send().await;
    fall(async move { drop(refused.map_err(|error| whole(&error)).unwrap()) }).await;

    let world = World::with(Profile::Fapi2, Sandbox::builder(), |builder| {
        builder.transport(secrets.recording(transport()))
    })
    .await;
    let acme = world.party(UNLICENSED);
    world.running.shutdown().await;
    let refused = acme.providers().list().send().await;
    fall(async move { drop(refused.map_err(|error| whole(&error)).unwrap()) }).await;
}

async fn fall_over_a_key(secrets: &Secrets) {
    let pem = SigningKey::generate(Algorithm::Es256).unwrap();
    let pem = pem.to_pkcs8_pem().unwrap().expose().replacen('M', "!", 1);
    for line in pem.lines().filter(|line| !line.starts_with('-')) {
        secrets.add("damaged key", line);
    }
    fall(async move { drop(SigningKey::from_bytes(pem.as_bytes()).unwrap()) }).await;
}

/// The error with its whole chain: `unwrap` prints all of it.
fn whole(error: &Error) -> Vec<String> {
    let first: Option<&(dyn std::error::Error + 'static)> = Some(error);
    std::iter::successors(first, |error| error.source())
        .map(|error| format!("{error} {error:?}"))
        .collect()
}

/// A panic prints what stands in its message and where it fell; none of it is a secret.
///
/// Rows: L5.1, L5.2
#[test]
fn no_panic_prints_a_secret() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = path.join(format!("panics-{}.txt", std::process::id()));
    let output = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "panics::falling", "--nocapture"])
        .env(PATH, &path)
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    let secrets = Secrets::read(&path);
    fs::remove_file(&path).unwrap();
    assert!(text.contains("the end"), "{text}");
    let falls = text.matches("panicked at").count();
    // Each profile's four, two connections, a key, and the end of the test itself.
    assert!(falls > FALLS, "{falls} panics");
    assert!(text.contains("stack backtrace") && text.contains("the transport fell"));
    assert!(
        text.contains("UnknownIssuer") || text.contains("unknown issuer"),
        "rustls was heard"
    );
    secrets.must_hold();
    let found = secrets.found_in(&text);
    assert!(found.is_empty(), "printed: {found:#?}");
}
