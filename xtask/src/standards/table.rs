//! Row → test → result.

use std::fmt::Write as _;

use super::claims::Claim;
use super::results::Results;
use super::rows::Row;

/// What is known of one row.
#[derive(Debug)]
pub(super) struct Line<'a> {
    row: &'a Row,
    tests: Vec<(&'a Claim, Option<bool>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Passed,
    NotApplicable,
    Failed,
    /// Its tests did not run.
    NotRun,
    NoTest,
    /// It binds the client, and no test of the client's side carries it; or the other way round.
    OneSided,
    /// A test carries it, and the checklist says that none can.
    Contradicted,
}

/// The crates whose tests speak for the client alone, and for the sandbox alone; the tests of
/// all others speak for both.
const CLIENT_ONLY: &[&str] = &["ob-auth", "ob-transport", "ob-api"];
const SERVER_ONLY: &[&str] = &["ob-sandbox"];

pub(super) fn lines<'a>(rows: &'a [Row], claims: &'a [Claim], results: &Results) -> Vec<Line<'a>> {
    let of_row = |row: &'a Row| Line {
        row,
        tests: claims
            .iter()
            .filter(|claim| claim.rows.contains(&row.id))
            .map(|claim| (claim, results.outcome(claim)))
            .collect(),
    };
    rows.iter().map(of_row).collect()
}

impl Line<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        let excused = self.row.not_applicable.is_some();
        match (self.tests.is_empty(), excused) {
            (true, true) => Verdict::NotApplicable,
            (true, false) => Verdict::NoTest,
            (false, true) => Verdict::Contradicted,
            (false, false) => self.ended(),
        }
    }

    fn ended(&self) -> Verdict {
        let any = |wanted| self.tests.iter().any(|(_, outcome)| *outcome == wanted);
        if any(Some(false)) {
            return Verdict::Failed;
        }
        if any(None) {
            return Verdict::NotRun;
        }
        if self.is_one_sided() {
            return Verdict::OneSided;
        }
        Verdict::Passed
    }

    fn is_one_sided(&self) -> bool {
        let binds = |role: &str| self.row.roles.iter().any(|found| found == role);
        let only = |names: &[&str]| {
            let mut packages = self.tests.iter().map(|(claim, _)| claim.package.as_str());
            packages.all(|package| names.contains(&package))
        };
        (binds("C") && only(SERVER_ONLY)) || ((binds("AS") || binds("RS")) && only(CLIENT_ONLY))
    }

    pub(super) fn shown(&self) -> String {
        let Row {
            id,
            roles,
            requirement,
            not_applicable,
        } = self.row;
        let verdict = self.verdict().word();
        let mut text = format!("{id:<6} {verdict:<14} {:<7} {requirement}", roles.join(" "));
        if let Some(reason) = not_applicable {
            let _ = write!(text, "\n{:21} {reason}", "");
        }
        for (claim, outcome) in &self.tests {
            let word = match outcome {
                Some(true) => "passed",
                Some(false) => "FAILED",
                None => "not run",
            };
            let _ = write!(text, "\n{:7}{word:<14} {} {}", "", claim.binary, claim.test);
        }
        text
    }

    /// The row in a few words, for a list of failures.
    pub(super) fn complaint(&self) -> String {
        format!("{} {}", self.row.id, self.verdict().word())
    }
}

impl Verdict {
    pub(super) fn is_good(self) -> bool {
        matches!(self, Self::Passed | Self::NotApplicable)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NotApplicable => "not applicable",
            Self::Failed => "FAILED",
            Self::NotRun => "NOT RUN",
            Self::NoTest => "NO TEST",
            Self::OneSided => "ONE SIDE ONLY",
            Self::Contradicted => "n/a AND PROVEN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, Line, Row, Verdict};

    fn row(roles: &str, excuse: Option<&str>) -> Row {
        Row {
            id: "R001".to_owned(),
            roles: roles.split(' ').map(str::to_owned).collect(),
            requirement: "be strict".to_owned(),
            not_applicable: excuse.map(str::to_owned),
        }
    }

    fn claim(package: &str) -> Claim {
        Claim {
            package: package.to_owned(),
            binary: format!("{package}::it"),
            test: "a".to_owned(),
            rows: vec!["R001".to_owned()],
        }
    }

    fn verdict(row: &Row, tests: &[(&Claim, Option<bool>)]) -> Verdict {
        let line = Line {
            row,
            tests: tests.to_vec(),
        };
        line.verdict()
    }

    #[test]
    fn only_tests_that_passed_prove() {
        let (bound, jose) = (row("C AS", None), claim("ob-jose"));
        assert_eq!(verdict(&bound, &[(&jose, Some(true))]), Verdict::Passed);
        assert_eq!(verdict(&bound, &[(&jose, None)]), Verdict::NotRun);
        let mixed = [(&jose, Some(true)), (&jose, Some(false))];
        assert_eq!(verdict(&bound, &mixed), Verdict::Failed);
        assert_eq!(verdict(&bound, &[]), Verdict::NoTest);
        assert!(!Verdict::NoTest.is_good() && !Verdict::NotRun.is_good());
    }

    #[test]
    fn each_side_proves_its_own() {
        let (auth, sandbox) = (claim("ob-auth"), claim("ob-sandbox"));
        let both = row("C RS", None);
        assert_eq!(verdict(&both, &[(&auth, Some(true))]), Verdict::OneSided);
        assert_eq!(verdict(&both, &[(&sandbox, Some(true))]), Verdict::OneSided);
        let two = [(&auth, Some(true)), (&sandbox, Some(true))];
        assert_eq!(verdict(&both, &two), Verdict::Passed);
        assert_eq!(
            verdict(&row("C", None), &[(&auth, Some(true))]),
            Verdict::Passed
        );
    }

    #[test]
    fn a_reason_that_is_none_any_more_is_told() {
        let excused = row("C", Some("cannot be"));
        assert_eq!(verdict(&excused, &[]), Verdict::NotApplicable);
        let jose = claim("ob-jose");
        assert_eq!(
            verdict(&excused, &[(&jose, Some(true))]),
            Verdict::Contradicted
        );
    }
}
