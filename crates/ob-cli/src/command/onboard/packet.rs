//! The folder that is handed over: a message, its attachments, and who does what next.

use super::message;
use crate::{
    command::cert::kind,
    exit::Failure,
    file::{self, Access, SMALL},
    moment, path_text,
};
use obkit::{
    BusinessId,
    registry::{Certificate, Custody, IntegratorProfile, ThirdParty},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What a packet is about.
pub(super) struct Packet<'a> {
    pub(super) integrator: &'a IntegratorProfile,
    pub(super) third_party: &'a ThirdParty,
    pub(super) actor: &'a str,
    pub(super) at: SystemTime,
}

impl Packet<'_> {
    /// The certificates with the names that they have as attachments.
    pub(super) fn certificates(&self) -> Vec<(String, &Certificate)> {
        let all = self.third_party.licence().certificates().iter();
        all.map(|it| (attachment(it), it)).collect()
    }

    /// The facts for a program (`ob.onboarding/1`). Notes stay here.
    fn facts(&self) -> Value {
        let (integrator, party) = (self.integrator, self.third_party);
        let certificates: Vec<_> = self.certificates().into_iter().map(described).collect();
        json!({
            "schema": SCHEMA,
            "created_at": moment::utc(self.at),
            "business_id": party.business_id(),
            "integrator": {
                "legal_name": integrator.legal_name(),
                "client_id": integrator.client_id(),
                "application_id": integrator.application_id(),
                "use_case_configuration_ids": integrator.use_case_configuration_ids(),
                "countries": integrator.countries(),
                "contacts": integrator.contacts(),
            },
            "third_party": {
                "legal_name": party.legal_name(),
                "licence": super::licence(party),
                "countries": party.countries(),
                "use_cases": party.use_cases(),
                "scopes": party.scopes(),
                "contacts": party.contacts(),
                "certificates": certificates,
                "custody": party.licence().custody().map(custody),
            },
        })
    }
}

fn described((file, certificate): (String, &Certificate)) -> Value {
    json!({
        "file": file,
        "kind": kind(certificate),
        "subject": certificate.subject(),
        "organization_identifier": certificate.organization_identifier().map(ToString::to_string),
        "not_after": moment::utc(certificate.not_after()),
        "fingerprint": certificate.fingerprint(),
    })
}

fn custody(custody: &Custody) -> Value {
    match custody {
        Custody::SigningService { url } => json!({"signing_service": url}),
        Custody::AzureKeyVault {
            vault,
            key,
            version,
        } => json!({"azure_key_vault": {"vault": vault, "key": key, "version": version}}),
        // A kind that is newer than this command is not told wrongly.
        _ => Value::Null,
    }
}

/// Short enough to read, and different for every certificate.
fn attachment(certificate: &Certificate) -> String {
    let fingerprint: String = certificate.fingerprint().chars().take(16).collect();
    let kind = kind(certificate).to_lowercase();
    format!("certificate-{kind}-{fingerprint}.pem")
}

/// A folder that a packet may be written to: new, empty, or the same third-party's packet.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The attachments of the packet that is there.
    old: Vec<String>,
}

impl Folder {
    /// # Errors
    /// A usage error when something else is there.
    pub(super) fn at(path: &Path, id: &BusinessId) -> Result<Self, Failure> {
        let path = path.to_owned();
        let mut old = Vec::new();
        if fs::symlink_metadata(&path).is_ok() && !is_empty_folder(&path) {
            old = attachments_of(&path, id).ok_or_else(|| foreign(&path, id))?;
        }
        Ok(Self { path, old })
    }

    /// The packet of a third-party, if it is there.
    pub(super) fn existing(path: &Path, id: &BusinessId) -> Option<Self> {
        let old = attachments_of(path, id)?;
        let path = path.to_owned();
        Some(Self { path, old })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything; what a person put beside it stays. The facts come first: by them a
    /// folder that was not finished is known as a packet again.
    pub(super) fn write(&self, packet: &Packet<'_>) -> Result<Vec<String>, Failure> {
        let attachments = self.path.join(ATTACHMENTS);
        fs::create_dir_all(&attachments).map_err(|error| Failure::file(&attachments, &error))?;
        let facts = format!("{:#}\n", packet.facts());
        let mut files = vec![(format!("{ATTACHMENTS}/{FACTS}"), facts)];
        for (name, certificate) in packet.certificates() {
            let pem = certificate.as_pem().to_owned();
            files.push((format!("{ATTACHMENTS}/{name}"), pem));
        }
        files.push(("message.md".to_owned(), message::markdown(packet)));
        files.push(("message.txt".to_owned(), message::plain(packet)));
        files.push((CHECKLIST.to_owned(), message::checklist(packet, None)));
        for (name, text) in &files {
            self.put(name, text)?;
        }
        let names: Vec<_> = files.into_iter().map(|(name, _)| name).collect();
        for name in &self.old {
            let gone = format!("{ATTACHMENTS}/{name}");
            if !names.contains(&gone) {
                // It may have been taken away already.
                drop(fs::remove_file(self.path.join(gone)));
            }
        }
        Ok(names)
    }

    /// Writes the checklist of a third-party that is in service.
    pub(super) fn finish(&self, packet: &Packet<'_>) -> Result<(), Failure> {
        self.put(CHECKLIST, &message::checklist(packet, Some(packet.at)))
    }

    fn put(&self, name: &str, text: &str) -> Result<(), Failure> {
        let file = self.path.join(name);
        let written = file::replace(&file, text.as_bytes(), Access::Umask);
        written.map_err(|error| Failure::file(&file, &error))
    }
}

fn is_empty_folder(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// The names of the certificates that a packet of this third-party lists; nothing, if it is no
/// packet of it.
fn attachments_of(path: &Path, id: &BusinessId) -> Option<Vec<String>> {
    let file = path.join(ATTACHMENTS).join(FACTS);
    let known: Known = serde_json::from_slice(&file::read(&file, SMALL).ok()?).ok()?;
    if known.schema != SCHEMA || known.business_id != id.as_str() {
        return None;
    }
    let listed = known.third_party.certificates.into_iter();
    // Names of files that are removed: only such as are written here.
    let own = |name: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        name.starts_with("certificate-") && name.ends_with(".pem") && name.chars().all(plain)
    };
    Some(listed.map(|it| it.file).filter(own).collect())
}

/// What is read of the facts of a packet that is there.
#[derive(Deserialize)]
struct Known {
    schema: String,
    business_id: String,
    third_party: KnownParty,
}

#[derive(Deserialize)]
struct KnownParty {
    certificates: Vec<KnownCertificate>,
}

#[derive(Deserialize)]
struct KnownCertificate {
    file: String,
}

fn foreign(path: &Path, id: &BusinessId) -> Failure {
    let path = path_text::shown(path);
    Failure::usage(format!(
        "{path} is there and is no packet of {id}; --packet names another folder"
    ))
}

const SCHEMA: &str = "ob.onboarding/1";
const ATTACHMENTS: &str = "attachments";
const FACTS: &str = "onboarding.json";
const CHECKLIST: &str = "checklist.md";
