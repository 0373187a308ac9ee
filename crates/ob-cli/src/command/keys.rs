//! `ob keys new|show`.

use crate::{
    cli::{AlgArg, KeysCommand},
    exit::Failure,
    file::{self, Access, SMALL},
    output::{self, Format},
    path_text,
};
use obkit::{
    Code,
    jose::{Algorithm, KeyError, KeyErrorKind, SigningKey},
};
use serde::Serialize;
use std::{io, path::Path};

#[derive(Serialize)]
struct KeyView {
    schema: &'static str,
    file: String,
    alg: String,
    thumbprint: String,
    public_jwk: serde_json::Value,
}

pub(crate) fn run(format: Format, command: KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::New { alg, out, force } => new(format, alg.into(), &out, force),
        KeysCommand::Show { file } => show(format, &file),
    }
}

fn new(format: Format, alg: Algorithm, file: &Path, force: bool) -> Result<(), Failure> {
    let key = SigningKey::generate(alg).map_err(|error| unusable(file, &error))?;
    let as_jwk = file.extension().is_some_and(|e| e == "jwk" || e == "json");
    let text = if as_jwk {
        key.to_private_jwk().to_json()
    } else {
        key.to_pkcs8_pem()
    };
    let text = text.map_err(|error| unusable(file, &error))?;
    write_private(file, text.expose().as_bytes(), force)?;
    output::result(format, &view(file, &key), self::text)
}

fn show(format: Format, file: &Path) -> Result<(), Failure> {
    let key = read(file)?;
    if key.was_repaired() {
        let (code, what) = (Code::K003, Code::K003.summary());
        output::say(format_args!("note: [{code}] {what}; read all the same"));
    }
    output::result(format, &view(file, &key), text)
}

/// Reads a private key file: PEM, DER or JWK. Says so when others may read it as well.
pub(crate) fn read(file: &Path) -> Result<SigningKey, Failure> {
    let bytes = file::read(file, SMALL)?;
    let key = SigningKey::from_bytes(&bytes).map_err(|error| unusable(file, &error))?;
    warn_if_open(file);
    Ok(key)
}

#[cfg(unix)]
fn warn_if_open(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).map(|meta| meta.permissions().mode() & 0o777);
    if let Ok(mode) = mode
        && mode & 0o077 != 0
    {
        let file = path_text::shown(file);
        output::say(format_args!(
            "warning: {file} has mode {mode:04o}; a private key needs 0600"
        ));
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

/// Writes a file that only its owner can read, and over another one only when told so.
fn write_private(file: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    if file.is_dir() {
        let what = format!("{} is a folder; --out names a file", path_text::shown(file));
        return Err(Failure::usage(what));
    }
    let written = if force {
        file::replace(file, bytes, Access::Owner)
    } else {
        file::create(file, bytes, Access::Owner)
    };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists if !force => Failure::usage(format!(
            "{} exists; --force overwrites it",
            path_text::shown(file)
        )),
        _ => Failure::file(file, &error),
    })
}

fn view(file: &Path, key: &SigningKey) -> KeyView {
    KeyView {
        schema: "ob.key/1",
        file: path_text::shown(file),
        alg: key.algorithm().to_string(),
        thumbprint: key.thumbprint().to_string(),
        public_jwk: key.public_jwk().to_value(),
    }
}

fn text(view: &KeyView) -> String {
    let KeyView {
        file,
        alg,
        thumbprint,
        public_jwk,
        ..
    } = view;
    format!(
        "file        {file}\nalg         {alg}\nthumbprint  {thumbprint}\npublic JWK  {public_jwk}"
    )
}

fn unusable(file: &Path, error: &KeyError) -> Failure {
    let code = match error.kind() {
        KeyErrorKind::WrongKey | KeyErrorKind::NotPrivate => Code::K002,
        KeyErrorKind::Pkcs12 => Code::K004,
        KeyErrorKind::TooSmall | KeyErrorKind::TooLarge => Code::K005,
        KeyErrorKind::Encrypted => Code::K006,
        _ => Code::K001,
    };
    Failure::coded(code, format!("{}: {error}", path_text::shown(file)))
}

impl From<AlgArg> for Algorithm {
    fn from(alg: AlgArg) -> Self {
        match alg {
            AlgArg::Es256 => Self::Es256,
            AlgArg::Ps256 => Self::Ps256,
            AlgArg::EdDsa => Self::EdDsa,
        }
    }
}
