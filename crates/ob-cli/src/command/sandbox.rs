//! `ob sandbox`.

mod folder;
mod parties;

use crate::{
    cli::{NonceArg, ProfileArg, SandboxAlgArg, SandboxArgs},
    exit::{Chain, Failure},
    output::{self, Format},
    path_text,
};
use ob_sandbox::{NonceMode, Profile, RunningSandbox, Sandbox};
use obkit::{Code, jose::Algorithm};

pub(crate) async fn run(format: Format, args: &SandboxArgs) -> Result<(), Failure> {
    let stop = stop_signal()?;
    let running = start(args).await?;
    let written = running.write_descriptor(&args.dir);
    written.map_err(|error| Failure::file(&args.dir, &error))?;
    output::say(format_args!("sandbox      {}", running.api_base()));
    output::say(format_args!(
        "description  {}",
        path_text::shown(&args.dir.join("sandbox.json"))
    ));
    output::say("stop it with Ctrl-C");
    if format != Format::Text {
        let ready =
            serde_json::json!({"schema": "ob.sandbox-ready/1", "api_base": running.api_base()});
        output::result(format, &ready, ToString::to_string)?;
    }
    stop.await;
    running.shutdown().await;
    folder::clear(&args.dir);
    output::say("sandbox stopped");
    Ok(())
}

async fn start(args: &SandboxArgs) -> Result<RunningSandbox, Failure> {
    if args.dir.exists() && !args.dir.is_dir() {
        let what = format!("{} is not a folder", path_text::shown(&args.dir));
        return Err(Failure::coded(Code::K010, what));
    }
    std::fs::create_dir_all(&args.dir).map_err(|error| Failure::file(&args.dir, &error))?;
    folder::claim(&args.dir)?;
    let mut sandbox = Sandbox::builder()
        .port(args.port)
        .profile(match args.profile {
            ProfileArg::OneToMany => Profile::OneToMany,
            ProfileArg::Fapi2 => Profile::Fapi2,
        })
        .nonce(match args.nonce {
            NonceArg::Off => NonceMode::Off,
            NonceArg::Required => NonceMode::Required,
        })
        .algorithm(match args.alg {
            SandboxAlgArg::Es256 => Algorithm::Es256,
            SandboxAlgArg::Ps256 => Algorithm::Ps256,
        })
        .seed(args.seed)
        .tls(args.tls);
    if let Some(registry) = &args.registry {
        sandbox = sandbox.onboard(parties::of(registry).await?);
    }
    sandbox.start().await.map_err(|error| {
        let what = format!("port {}: {}", args.port, Chain(&error));
        Failure::coded(Code::K010, what)
    })
}

/// SIGINT or SIGTERM; listened for before the sandbox says that it is ready.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Failure::unexpected(error.to_string()));
    let (mut interrupt, mut terminate) = (
        listen(SignalKind::interrupt())?,
        listen(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        // Without a signal to wait for there is nothing to stop at; run until killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
