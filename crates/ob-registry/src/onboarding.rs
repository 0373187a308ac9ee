//! Whether a third-party can be handed to the platform: what is missing, and what is wrong.

use crate::{ContactRole, Licence, ThirdParty, certificate::CertificateProblem};
use ob_core::Code;
use std::{fmt, time::SystemTime};

/// What keeps a third-party from being handed to the platform, in the order in which it is asked
/// for; nothing when the platform can set it up.
///
/// The platform asks for legal name, type, countries of operation and products or use cases, and
/// of a licensed one for its certificates and where their keys are used (MUST). A third-party
/// always has a name and a type. Two things more are asked for here, because nothing works
/// without them: the scopes that it authorised, and whom to ask. Licensed ones name a technical
/// contact too: certificates have to be renewed.
///
/// ```
/// use ob_registry::{Gap, Onboarding, ThirdParty};
/// use std::time::SystemTime;
/// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH")
///     .country("DE".parse()?)
///     .use_case("budgeting".parse()?)
///     .scopes("ob_data".parse()?)
///     .build()?;
/// let onboarding = Onboarding::of(&acme, SystemTime::UNIX_EPOCH);
/// assert_eq!(onboarding.gaps(), [Gap::Contact(ob_registry::ContactRole::Primary)]);
/// assert_eq!(onboarding.gaps()[0].to_string(), "no primary contact, needs one");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onboarding(Vec<Gap>);

/// One thing that is missing or wrong. `Display` names what was found and what is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap {
    /// No country of operation.
    Country,
    /// No product or use case.
    UseCase,
    /// No authorised scope.
    Scope,
    /// No contact of this role.
    Contact(ContactRole),
    /// Licensed, and no certificate.
    Certificate,
    /// Licensed, and nothing said about where the certificates' keys are used.
    Custody,
    /// A certificate does not fit.
    Unfit(CertificateProblem),
}

impl Onboarding {
    /// Looks at a third-party as it is at `now`.
    #[must_use]
    pub fn of(third_party: &ThirdParty, now: SystemTime) -> Self {
        let mut gaps = Vec::new();
        let mut needs = |is_there: bool, gap: Gap| {
            if !is_there {
                gaps.push(gap);
            }
        };
        let has = |role| third_party.contacts().iter().any(|it| it.role() == role);
        needs(!third_party.countries().is_empty(), Gap::Country);
        needs(!third_party.use_cases().is_empty(), Gap::UseCase);
        needs(!third_party.scopes().is_empty(), Gap::Scope);
        let primary = ContactRole::Primary;
        needs(has(primary), Gap::Contact(primary));
        if let Licence::Licensed {
            certificates,
            custody,
        } = third_party.licence()
        {
            let technical = ContactRole::Technical;
            needs(has(technical), Gap::Contact(technical));
            needs(!certificates.is_empty(), Gap::Certificate);
            needs(custody.is_some(), Gap::Custody);
        }
        gaps.extend(unfit(third_party, now));
        Self(gaps)
    }

    /// Whether nothing is missing or wrong.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.0.is_empty()
    }

    /// What is missing or wrong.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.0
    }
}

fn unfit(third_party: &ThirdParty, now: SystemTime) -> impl Iterator<Item = Gap> {
    let problems = third_party.certificate_problems(now);
    problems.into_iter().map(Gap::Unfit)
}

impl Gap {
    /// Whether it is not there at all; otherwise it is there and wrong.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        !matches!(self, Self::Unfit(_))
    }

    /// The permanent code: OB-C201 or OB-C202 for a certificate that does not fit, OB-R009 for
    /// what is missing.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Unfit(problem) => problem.code(),
            _ => Code::R009,
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country => f.write_str("no country of operation, needs one or more"),
            Self::UseCase => f.write_str("no product or use case, needs one or more"),
            Self::Scope => f.write_str("no authorised scope, needs one or more"),
            Self::Contact(role) => write!(f, "no {role} contact, needs one"),
            Self::Certificate => f.write_str("licensed without certificate, needs one or more"),
            Self::Custody => {
                f.write_str("licensed without custody, needs a signing service or a key vault")
            }
            Self::Unfit(problem) => problem.fmt(f),
        }
    }
}
