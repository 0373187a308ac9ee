//! The kinds of failure and their messages.

use crate::{Standing, Status, UseCase, Version, timestamp};
use ob_core::{BusinessId, Code, Scopes};
use std::{error::Error, fmt, path::PathBuf, time::Duration};

#[derive(Debug, thiserror::Error)]
pub(super) enum Kind {
    #[error("no third-party {id} in the registry{}", Closest(.closest.as_ref()))]
    Unknown {
        id: BusinessId,
        closest: Option<BusinessId>,
    },
    #[error("{} and {} cannot share the {what} {value}", ids[0], ids[1])]
    Collision {
        what: &'static str,
        value: String,
        ids: [BusinessId; 2],
    },
    #[error(
        "the {what} of {id} is the client id of the integrator itself: needs the third-party's own"
    )]
    Integrators { what: &'static str, id: BusinessId },
    #[error("{id} {}", not_yet_active(*status))]
    NotYetActive { id: BusinessId, status: Status },
    #[error("{id} {}", out_of_service(*status, since.as_deref()))]
    OutOfService {
        id: BusinessId,
        status: Status,
        since: Option<Box<Standing>>,
    },
    #[error("{id} {LAPSED}")]
    Lapsed { id: BusinessId },
    #[error("{} and {} cannot share a certificate or its key", ids[0], ids[1])]
    SharedCertificate { ids: [BusinessId; 2] },
    #[error("{id} {why}")]
    Certificate {
        id: BusinessId,
        code: Code,
        why: String,
    },
    #[error("{id} {}", lost_update(*expected, *found))]
    LostUpdate {
        id: BusinessId,
        expected: Option<Version>,
        found: Option<Version>,
    },
    #[error(
        "the registry's store was not heard of for {} s, at most {} s are allowed: nothing is sent",
        age.as_secs(), most.as_secs()
    )]
    OutOfReach { age: Duration, most: Duration },
    #[error("{what}")]
    NewerVersion { what: String },
    #[error("{id} {}", transition(*from, *to))]
    Transition {
        id: BusinessId,
        from: Status,
        to: Status,
    },
    #[error("{id} {}", not_removable(*status))]
    NotRemovable { id: BusinessId, status: Status },
    #[error("{id} {}", not_authorised(missing, authorised))]
    NotAuthorised {
        id: BusinessId,
        missing: Scopes,
        authorised: Scopes,
    },
    #[error(
        "the client id or application id of {id} changed since this handle was made: needs a new handle"
    )]
    StaleHandle { id: BusinessId },
    #[error("{id} {}", not_onboarded_for(use_case))]
    NotOnboardedFor { id: BusinessId, use_case: UseCase },
    #[error("{id} {NEVER_WITHDRAWN}")]
    NeverWithdrawn { id: BusinessId },
    #[error("{found} is not a usable {what}: needs {needed}")]
    Value {
        what: &'static str,
        found: String,
        needed: &'static str,
    },
    #[error("{id} {}", unusable(needed))]
    Field {
        id: BusinessId,
        needed: &'static str,
    },
    #[error("{}{reason}", Position(.file.as_ref(), *.place))]
    Malformed {
        file: Option<PathBuf>,
        place: Option<(usize, usize)>,
        reason: String,
        code: Code,
    },
    #[error("{what}")]
    StalePlan { what: String },
    #[error("{what}")]
    OffboardingNotAllowed { what: String },
    #[error("{what}")]
    Conflict { what: String },
    #[error("{what}")]
    Store {
        what: String,
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl Kind {
    pub(super) fn store(what: String, source: Option<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Store { what, source }
    }

    pub(super) fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } | Self::NeverWithdrawn { .. } => Code::R001,
            Self::Collision { .. } | Self::Integrators { .. } => Code::R002,
            Self::NotYetActive { .. } => Code::R003,
            Self::OutOfService { .. } => Code::R005,
            Self::Lapsed { .. } => Code::C201,
            Self::SharedCertificate { .. } => Code::C202,
            Self::Certificate { code, .. } => *code,
            Self::LostUpdate { .. } => Code::R010,
            Self::NewerVersion { .. } => Code::R011,
            Self::OutOfReach { .. } => Code::R012,
            Self::Transition { .. } | Self::NotRemovable { .. } => Code::R006,
            Self::NotAuthorised { .. } | Self::NotOnboardedFor { .. } => Code::R007,
            Self::Malformed { code, .. } => *code,
            Self::StalePlan { .. } => Code::R013,
            Self::OffboardingNotAllowed { .. } => Code::R006,
            Self::Conflict { .. } | Self::Store { .. } => Code::R008,
            Self::StaleHandle { .. } | Self::Value { .. } | Self::Field { .. } => Code::R009,
        }
    }

    /// The message without the third-party it begins with, if it does.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::NotYetActive { status, .. } => not_yet_active(*status),
            Self::OutOfService { status, since, .. } => out_of_service(*status, since.as_deref()),
            Self::Lapsed { .. } => LAPSED.to_owned(),
            Self::NotOnboardedFor { use_case, .. } => not_onboarded_for(use_case),
            Self::NeverWithdrawn { .. } => NEVER_WITHDRAWN.to_owned(),
            Self::Certificate { why, .. } => why.clone(),
            Self::LostUpdate {
                expected, found, ..
            } => lost_update(*expected, *found),
            Self::Transition { from, to, .. } => transition(*from, *to),
            Self::NotRemovable { status, .. } => not_removable(*status),
            Self::NotAuthorised {
                missing,
                authorised,
                ..
            } => not_authorised(missing, authorised),
            Self::Field { needed, .. } => unusable(needed),
            other => other.to_string(),
        }
    }

    pub(super) fn business_id(&self) -> Option<&BusinessId> {
        match self {
            Self::Unknown { id, .. }
            | Self::Integrators { id, .. }
            | Self::NotYetActive { id, .. }
            | Self::OutOfService { id, .. }
            | Self::Transition { id, .. }
            | Self::NotRemovable { id, .. }
            | Self::NotAuthorised { id, .. }
            | Self::StaleHandle { id }
            | Self::Lapsed { id }
            | Self::NotOnboardedFor { id, .. }
            | Self::NeverWithdrawn { id }
            | Self::Certificate { id, .. }
            | Self::LostUpdate { id, .. }
            | Self::Field { id, .. } => Some(id),
            Self::Collision { ids: [_, id], .. } | Self::SharedCertificate { ids: [_, id] } => {
                Some(id)
            }
            Self::OutOfReach { .. }
            | Self::NewerVersion { .. }
            | Self::Value { .. }
            | Self::Malformed { .. }
            | Self::StalePlan { .. }
            | Self::OffboardingNotAllowed { .. }
            | Self::Conflict { .. }
            | Self::Store { .. } => None,
        }
    }
}

fn not_yet_active(status: Status) -> String {
    format!("is {status}, not active yet")
}

fn out_of_service(status: Status, since: Option<&Standing>) -> String {
    let since = since.map(|it| {
        let (at, actor, reason) = (timestamp::to_text(it.at), &it.actor, &it.reason);
        format!(" since {at} by {actor} ({reason})")
    });
    let since = since.unwrap_or_default();
    format!("is {status}{since}: nothing is sent for it")
}

fn lost_update(expected: Option<Version>, found: Option<Version>) -> String {
    match (expected, found) {
        (Some(expected), Some(found)) => {
            format!("is at version {found}, the change was made from {expected}")
        }
        (Some(expected), None) => format!("is gone, the change was made from version {expected}"),
        (None, Some(found)) => {
            format!("is there already, at version {found}: the change was to add it")
        }
        (None, None) => "is not there".to_owned(),
    }
}

fn transition(from: Status, to: Status) -> String {
    format!("cannot go from {from} to {to}: {}", Next(from.next()))
}

fn not_removable(status: Status) -> String {
    format!("is {status} and cannot be removed: only a draft can, others are offboarded")
}

fn not_authorised(missing: &Scopes, authorised: &Scopes) -> String {
    format!(
        "did not authorise {missing}: it authorised {}",
        Authorised(authorised)
    )
}

fn unusable(needed: &str) -> String {
    format!("is not usable as described: needs {needed}")
}

fn not_onboarded_for(use_case: &UseCase) -> String {
    format!("was not onboarded for the use case {use_case}")
}

const NEVER_WITHDRAWN: &str = "was never taken out of service";
const LAPSED: &str =
    "is suspended (certificate): no certificate of it is in date, so nothing is sent for it";

struct Closest<'a>(Option<&'a BusinessId>);

impl fmt::Display for Closest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, ": the closest is {id}"),
            None => Ok(()),
        }
    }
}

struct Next(&'static [Status]);

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("nothing follows that"),
            [only] => write!(f, "next can be {only}"),
            [first, rest @ ..] => {
                write!(f, "next can be {first}")?;
                rest.iter().try_for_each(|status| write!(f, " or {status}"))
            }
        }
    }
}

struct Authorised<'a>(&'a Scopes);

impl fmt::Display for Authorised<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str("no scope at all")
        } else {
            self.0.fmt(f)
        }
    }
}

/// `registry.toml, line 3, column 1: `.
struct Position<'a>(Option<&'a PathBuf>, Option<(usize, usize)>);

impl fmt::Display for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(file, place) = self;
        if let Some(file) = file {
            write!(f, "{}", file.display())?;
        }
        match (file, place) {
            (None, None) => return Ok(()),
            (Some(_), Some(_)) => f.write_str(", ")?,
            _ => {}
        }
        if let Some((line, column)) = place {
            write!(f, "line {line}, column {column}")?;
        }
        f.write_str(": ")
    }
}
