//! What went wrong, for whom, and whose turn it is.

use crate::{
    Revision, Status, ThirdParty, UseCase, Version, certificate::private_key_at, snapshot::Entry,
};
use ob_core::{BusinessId, Code, Scopes};
use std::{error::Error, fmt, path::PathBuf, time::Duration};

mod kind;
use kind::Kind;

/// The registry refused, or could not be read or written.
///
/// The message names the culprit and the third-party, and never a secret. What a program wants
/// to know comes from the predicates.
///
/// ```
/// use ob_registry::Country;
/// let refused = "UK".parse::<Country>().unwrap_err();
/// assert_eq!(refused.code().as_str(), "OB-R009");
/// assert!(!refused.is_retryable());
/// ```
#[derive(Debug)]
pub struct RegistryError(Box<Kind>);

impl RegistryError {
    /// A failure of a store of your own (OB-R008). `what` must be fit for a log.
    pub fn store(what: impl Into<String>) -> Self {
        Kind::store(what.into(), None).into()
    }

    /// A failure of a store of your own (OB-R008), with the error that caused it.
    pub fn store_caused(
        what: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Kind::store(what.into(), Some(source.into())).into()
    }

    /// A store of your own holds something newer than what it last read or wrote (OB-R008).
    pub fn conflict(what: impl Into<String>) -> Self {
        Kind::Conflict { what: what.into() }.into()
    }

    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code()
    }

    /// The why, without the third-party at its beginning: for composing a line that names it
    /// already. The same as `Display` where the message does not begin with it.
    ///
    /// ```
    /// use ob_registry::RegistryError;
    /// let refused = RegistryError::store("the disk is full");
    /// assert_eq!(refused.reason(), "the disk is full");
    /// ```
    #[must_use]
    pub fn reason(&self) -> String {
        self.0.reason()
    }

    /// The third-party that is concerned, where it is one.
    #[must_use]
    pub fn business_id(&self) -> Option<&BusinessId> {
        self.0.business_id()
    }

    /// For an unknown business id: the closest known one, if it is close.
    #[must_use]
    pub fn closest(&self) -> Option<&BusinessId> {
        match &*self.0 {
            Kind::Unknown { closest, .. } => closest.as_ref(),
            _ => None,
        }
    }

    /// The status that stands in the way.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        match &*self.0 {
            Kind::NotYetActive { status, .. }
            | Kind::OutOfService { status, .. }
            | Kind::NotRemovable { status, .. } => Some(*status),
            Kind::Transition { from, .. } => Some(*from),
            _ => None,
        }
    }

    /// For an illegal transition: the legal ones.
    #[must_use]
    pub fn legal_next(&self) -> &'static [Status] {
        match &*self.0 {
            Kind::Transition { from, .. } => from.next(),
            _ => &[],
        }
    }

    /// For scopes that were not authorised: which ones.
    #[must_use]
    pub fn missing_scopes(&self) -> Option<&Scopes> {
        match &*self.0 {
            Kind::NotAuthorised { missing, .. } => Some(missing),
            _ => None,
        }
    }

    /// For a malformed text: line and column of the culprit, from 1.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        match &*self.0 {
            Kind::Malformed { place, .. } => *place,
            _ => None,
        }
    }

    /// The two third-parties that collide.
    pub(crate) fn pair(&self) -> Option<&[BusinessId; 2]> {
        match &*self.0 {
            Kind::Collision { ids, .. } | Kind::SharedCertificate { ids } => Some(ids),
            _ => None,
        }
    }

    /// Whether the handle that was checked is older than a change of the third-party's ids: make
    /// a new one.
    #[must_use]
    pub fn is_stale_handle(&self) -> bool {
        matches!(&*self.0, Kind::StaleHandle { .. })
    }

    /// For a lost update (OB-R010): the version that was found instead; `None` if the third-party
    /// is gone.
    #[must_use]
    pub fn found_version(&self) -> Option<Version> {
        match &*self.0 {
            Kind::LostUpdate { found, .. } => *found,
            _ => None,
        }
    }

    /// Whether the store changed behind this registry's back: reload, then decide again.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(&*self.0, Kind::Conflict { .. })
    }

    /// Whether the same call may work later without anybody changing the registry: only where
    /// the store could not be reached. A conflict wants a reload first.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(&*self.0, Kind::Store { .. })
    }

    /// The same refusal, naming the file it is about.
    #[must_use]
    pub(crate) fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        if let Kind::Malformed { file, .. } = &mut *self.0 {
            *file = Some(path.into());
        }
        self
    }

    pub(crate) fn value(
        what: &'static str,
        found: impl fmt::Display,
        needed: &'static str,
    ) -> Self {
        let found = found.to_string();
        let found = match private_key_at(&found) {
            Some(_) => "a private key (not shown)".to_owned(),
            None => found,
        };
        Kind::Value {
            what,
            found,
            needed,
        }
        .into()
    }

    pub(crate) fn field(id: &BusinessId, needed: &'static str) -> Self {
        let id = id.clone();
        Kind::Field { id, needed }.into()
    }

    pub(crate) fn unknown(id: &BusinessId, closest: Option<BusinessId>) -> Self {
        let id = id.clone();
        Kind::Unknown { id, closest }.into()
    }

    pub(crate) fn collision(
        what: &'static str,
        value: impl fmt::Display,
        ids: [&BusinessId; 2],
    ) -> Self {
        Kind::Collision {
            what,
            value: value.to_string(),
            ids: ids.map(BusinessId::clone),
        }
        .into()
    }

    pub(crate) fn integrators(what: &'static str, id: &BusinessId) -> Self {
        let id = id.clone();
        Kind::Integrators { what, id }.into()
    }

    /// Why an entry may not be acted for; `what` is missing if its status does not say it.
    pub(crate) fn not_in_service(entry: &Entry) -> Self {
        let id = entry.id().clone();
        let status = entry.third_party().status();
        let since = entry.record().standing().cloned().map(Box::new);
        match status {
            Status::Draft | Status::Onboarding => Kind::NotYetActive { id, status },
            _ => Kind::OutOfService { id, status, since },
        }
        .into()
    }

    pub(crate) fn lapsed(id: &BusinessId) -> Self {
        Kind::Lapsed { id: id.clone() }.into()
    }

    pub(crate) fn shared_certificate(ids: [&BusinessId; 2]) -> Self {
        let ids = ids.map(BusinessId::clone);
        Kind::SharedCertificate { ids }.into()
    }

    /// A certificate of this third-party is unusable (OB-C201, OB-C202).
    pub(crate) fn certificate(id: &BusinessId, code: Code, why: String) -> Self {
        let id = id.clone();
        Kind::Certificate { id, code, why }.into()
    }

    pub(crate) fn lost_update(
        id: &BusinessId,
        expected: Option<Version>,
        found: Option<Version>,
    ) -> Self {
        let id = id.clone();
        Kind::LostUpdate {
            id,
            expected,
            found,
        }
        .into()
    }

    pub(crate) fn out_of_reach(age: Duration, most: Duration) -> Self {
        Kind::OutOfReach { age, most }.into()
    }

    /// A database that a newer version of obkit made or migrated (OB-R011).
    pub fn newer_version(what: impl Into<String>) -> Self {
        Kind::NewerVersion { what: what.into() }.into()
    }

    pub(crate) fn transition(id: &BusinessId, from: Status, to: Status) -> Self {
        let id = id.clone();
        Kind::Transition { id, from, to }.into()
    }

    pub(crate) fn not_removable(id: &BusinessId, status: Status) -> Self {
        let id = id.clone();
        Kind::NotRemovable { id, status }.into()
    }

    pub(crate) fn not_authorised(id: &BusinessId, asked: &Scopes, authorised: &Scopes) -> Self {
        Kind::NotAuthorised {
            id: id.clone(),
            missing: asked.difference(authorised),
            authorised: authorised.clone(),
        }
        .into()
    }

    pub(crate) fn not_onboarded_for(it: &ThirdParty, use_case: &UseCase) -> Self {
        Kind::NotOnboardedFor {
            id: it.business_id().clone(),
            use_case: use_case.clone(),
        }
        .into()
    }

    pub(crate) fn never_withdrawn(id: &BusinessId) -> Self {
        Kind::NeverWithdrawn { id: id.clone() }.into()
    }

    pub(crate) fn stale_handle(id: &BusinessId) -> Self {
        Kind::StaleHandle { id: id.clone() }.into()
    }

    /// The registry stands at another revision than the plan was made from (OB-R013).
    pub(crate) fn stale_plan(base: Revision, found: Revision) -> Self {
        let what = format!(
            "the plan was made from revision {base} of the registry, which stands at {found}"
        );
        Kind::StalePlan { what }.into()
    }

    /// The registry holds something else than a step of the plan found (OB-R013).
    pub(crate) fn stale_step(id: Option<&BusinessId>) -> Self {
        let who = id.map_or_else(|| "the integrator".to_owned(), ToString::to_string);
        let what = format!("{who} is not what the plan was made from any more");
        Kind::StalePlan { what }.into()
    }

    /// A plan would take these out of service for good, which nobody allowed (OB-R006).
    pub(crate) fn offboarding_not_allowed<'a>(ids: impl Iterator<Item = &'a BusinessId>) -> Self {
        let all: Vec<_> = ids.map(BusinessId::as_str).collect();
        let first: Vec<_> = all.iter().copied().take(5).collect();
        let more = match all.len() - first.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let named = first.join(", ");
        let what = format!("the plan offboards {named}{more}: needs to be allowed expressly");
        Kind::OffboardingNotAllowed { what }.into()
    }

    /// A text with rows that cannot be taken in, for another reason than its form.
    pub(crate) fn malformed_as(code: Code, place: (usize, usize), reason: String) -> Self {
        Kind::Malformed {
            file: None,
            place: Some(place),
            reason,
            code,
        }
        .into()
    }

    pub(crate) fn malformed(place: Option<(usize, usize)>, reason: impl Into<String>) -> Self {
        Kind::Malformed {
            file: None,
            place,
            reason: reason.into(),
            code: Code::R008,
        }
        .into()
    }
}

impl From<Kind> for RegistryError {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for RegistryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
