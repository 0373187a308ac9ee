//! The folder a sandbox is described in: one running sandbox each, and nothing of a dead one, so
//! that a script may wait for the file.

use crate::{exit::Failure, path_text};
use obkit::{Code, testing::Descriptor};
use std::{
    fs,
    net::{SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

/// Takes the folder: whatever a sandbox that was killed has left in it goes away.
pub(super) fn claim(dir: &Path) -> Result<(), Failure> {
    if let Some(base) = running(dir) {
        let dir = path_text::shown(dir);
        let what = format!("{dir}: the sandbox at {base} runs from this folder already");
        return Err(Failure::coded(Code::K010, what));
    }
    clear(dir);
    Ok(())
}

/// Removes what a sandbox writes. What is not there is gone already.
pub(super) fn clear(dir: &Path) {
    for file in ["sandbox.json", "ca.pem", "integrator.jwk.json"] {
        drop(fs::remove_file(dir.join(file)));
    }
}

/// The base of the sandbox that is described here, if somebody listens there.
fn running(dir: &Path) -> Option<String> {
    let json = fs::read_to_string(dir.join("sandbox.json")).ok()?;
    let base = Descriptor::from_json(&json).ok()?.api_base;
    let address: SocketAddr = base
        .rsplit("//")
        .next()?
        .trim_end_matches('/')
        .parse()
        .ok()?;
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    Some(base)
}
