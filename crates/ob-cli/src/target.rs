//! Which platform a command speaks to: a running sandbox, or a configuration file.

mod config;
mod place;
pub(crate) mod refusals;

use crate::{
    cli::TargetArgs,
    command::keys,
    exit::Failure,
    file::{self, SMALL},
    path_text,
};
use obkit::{
    Code, Integrator, IntegratorBuilder, Ready,
    journal::MemoryJournal,
    registry::{MemoryStore, Registry},
    testing::Descriptor,
    transport::{HyperTransport, SharedTransport},
};
use place::Place;
pub(crate) use place::close;
use std::path::{Path, PathBuf};

/// The integrator of a command's target.
pub(crate) async fn integrator(target: &TargetArgs) -> Result<Integrator, Failure> {
    let builder = match (&target.sandbox, &target.config) {
        (Some(dir), _) => sandbox(dir).await?,
        (None, Some(file)) => {
            let config = config::Config::read(file)?;
            let registry = config.registry_place()?.open().await?;
            config.integrator(registry).await?
        }
        (None, None) => return Err(Failure::usage(NEEDED)),
    };
    Ok(builder.build()?)
}

/// The integrator of a platform, acting for the third-parties of this registry.
pub(crate) async fn integrator_with(
    sandbox: Option<&Path>,
    config: Option<&Path>,
    registry: Registry,
) -> Result<Integrator, Failure> {
    let builder = match (sandbox, config) {
        (Some(dir), _) => self::sandbox(dir).await?.registry(registry),
        (None, Some(file)) => config::Config::read(file)?.integrator(registry).await?,
        (None, None) => return Err(Failure::usage(NEEDED)),
    };
    Ok(builder.build()?)
}

/// The registry that a command reads; the usual one when it names none.
pub(crate) async fn registry(
    named: Option<&Path>,
    sandbox: Option<&Path>,
    config: Option<&Path>,
) -> Result<Registry, Failure> {
    match sandbox {
        Some(dir) if named.is_none() => descriptor(dir)?.registry().await.map_err(unusable),
        _ => place(named, config)?.open().await,
    }
}

/// The registry that a command may change. Where there is none it is looked at as an empty one,
/// and made only when the change is made.
pub(crate) struct ToChange {
    pub(crate) known: Registry,
    absent: Option<Place>,
}

impl ToChange {
    /// The registry itself.
    pub(crate) async fn made(self) -> Result<Registry, Failure> {
        match self.absent {
            Some(place) => place.open_or_create().await,
            None => Ok(self.known),
        }
    }
}

/// The registry that a command may change; the usual one when it names none.
pub(crate) async fn registry_to_change(
    named: Option<&Path>,
    config: Option<&Path>,
) -> Result<ToChange, Failure> {
    let place = place(named, config)?;
    // What a configuration file names must be there.
    if place.is_there() || named.is_none() && config.is_some() {
        let known = place.open().await?;
        return Ok(ToChange {
            known,
            absent: None,
        });
    }
    let empty = Registry::open(MemoryStore::default()).await;
    Ok(ToChange {
        known: empty.map_err(|error| Failure::coded(error.code(), error))?,
        absent: Some(place),
    })
}

fn place(named: Option<&Path>, config: Option<&Path>) -> Result<Place, Failure> {
    match (named, config) {
        (Some(named), _) => Place::of(named, Path::new("")),
        (None, Some(file)) => config::Config::read(file)?.registry_place(),
        (None, None) => Ok(Place::usual()),
    }
}

/// The description of a running sandbox.
pub(crate) fn descriptor(dir: &Path) -> Result<Descriptor, Failure> {
    let file = dir.join("sandbox.json");
    if dir.is_dir() && !file.exists() {
        let (shown, quoted) = (path_text::shown(dir), path_text::quoted(dir));
        let what = format!("{shown} has no sandbox.json; `ob sandbox --dir {quoted}` writes it");
        return Err(Failure::coded(Code::K010, what));
    }
    let read = Descriptor::from_json(&file::read_text(&file, SMALL)?);
    read.map_err(|error| Failure::file(&file, &error))
}

/// A transport to a running sandbox.
pub(crate) fn sandbox_transport(dir: &Path) -> Result<SharedTransport, Failure> {
    let ca = dir.join("ca.pem");
    let mut builder = HyperTransport::builder().allow_http_on_loopback();
    if ca.exists() {
        builder = builder.roots_pem(&file::read(&ca, SMALL)?);
    }
    builder
        .build()
        .map(SharedTransport::from)
        .map_err(|error| Failure::file(&ca, &error))
}

async fn sandbox(dir: &Path) -> Result<IntegratorBuilder<Ready>, Failure> {
    let descriptor = descriptor(dir)?;
    let key_file = dir.join(PathBuf::from(&descriptor.integrator.key_file));
    // Read as a key first, so that a wrong one is told with its own code and file.
    keys::read(&key_file)?;
    let key = file::read_text(&key_file, SMALL)?;
    let builder = descriptor.integrator(&key).await.map_err(unusable)?;
    Ok(builder
        .transport(refusals::Watch::new(sandbox_transport(dir)?, dir))
        .journal(MemoryJournal::default()))
}

fn unusable(error: obkit::testing::DescriptorError) -> Failure {
    Failure::coded(Code::K010, error)
}

const NEEDED: &str = "needs --sandbox DIR or --config FILE";
