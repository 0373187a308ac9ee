//! What certificates say, for people and for programs.

use crate::{moment, path_text};
use obkit::registry::{
    Certificate,
    certificate::{CertificateKind, CertificateProblem},
};
use serde::Serialize;
use std::{path::Path, time::SystemTime};

#[derive(Serialize)]
pub(super) struct View {
    schema: &'static str,
    file: String,
    fits: bool,
    /// Whether everybody stands before the issuer.
    leaf_first: bool,
    certificates: Vec<One>,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct One {
    subject: String,
    issuer: String,
    issued_by: Issuer,
    serial_number: String,
    not_before: String,
    not_after: String,
    days_left: i64,
    in_date: bool,
    key: String,
    key_usage: Option<String>,
    extended_key_usage: Option<String>,
    signature_algorithm: String,
    authority: bool,
    kind: &'static str,
    psd2: Option<Psd2>,
    organization: Option<String>,
    organization_identifier: Option<String>,
    fingerprint: String,
}

/// Where the issuer is, and whether it signed.
#[derive(Serialize)]
struct Issuer {
    place: Place,
    /// The number of the issuer's certificate in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    /// Whether the signature was made by it; unknown where it is not in the file.
    verified: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    Itself,
    InFile,
    Elsewhere,
}

#[derive(Serialize)]
struct Psd2 {
    roles: Vec<String>,
    authority_name: String,
    authority_id: String,
}

#[derive(Serialize)]
struct Problem {
    fingerprint: String,
    code: &'static str,
    problem: String,
}

impl View {
    pub(super) fn of(
        file: &Path,
        certificates: &[Certificate],
        problems: &[CertificateProblem],
        now: SystemTime,
    ) -> Self {
        let all: Vec<_> = certificates
            .iter()
            .map(|one| One::of(one, certificates, now))
            .collect();
        let numbered = all.iter().zip(1..);
        let before_issuer =
            |(one, own): (&One, usize)| one.issued_by.number.is_none_or(|it| own < it);
        Self {
            schema: "ob.certificate/1",
            file: path_text::shown(file),
            fits: problems.is_empty(),
            leaf_first: numbered.clone().all(before_issuer),
            certificates: all,
            problems: problems.iter().map(Problem::of).collect(),
        }
    }
}

impl One {
    fn of(one: &Certificate, all: &[Certificate], now: SystemTime) -> Self {
        Self {
            subject: one.subject().to_owned(),
            issuer: one.issuer().to_owned(),
            issued_by: Issuer::of(one, all),
            serial_number: one.serial_number().to_owned(),
            not_before: moment::utc(one.not_before()),
            not_after: moment::utc(one.not_after()),
            days_left: moment::days(now, one.not_after()),
            in_date: one.is_in_date(now),
            key: one.key().to_string(),
            key_usage: one.key_usage().map(|it| it.to_string()),
            extended_key_usage: one.extended_key_usage().map(ToString::to_string),
            signature_algorithm: one.signature_algorithm().to_owned(),
            authority: one.is_ca(),
            kind: kind(one),
            psd2: one.psd2().map(|psd2| Psd2 {
                roles: psd2.roles().iter().map(ToString::to_string).collect(),
                authority_name: psd2.authority_name().to_owned(),
                authority_id: psd2.authority_id().to_owned(),
            }),
            organization: one.organization().map(str::to_owned),
            organization_identifier: one.organization_identifier().map(ToString::to_string),
            fingerprint: one.fingerprint(),
        }
    }
}

impl Issuer {
    fn of(one: &Certificate, all: &[Certificate]) -> Self {
        if one.subject() == one.issuer() && one.is_signed_by(one) {
            return Self::at(Place::Itself, None, Some(true));
        }
        let named = |(_, it): &(usize, &Certificate)| it.subject() == one.issuer() && *it != one;
        let issuers: Vec<_> = (1..).zip(all).filter(named).collect();
        let signed = issuers.iter().find(|(_, it)| one.is_signed_by(it));
        match signed.or(issuers.first()) {
            Some((number, _)) => Self::at(Place::InFile, Some(*number), Some(signed.is_some())),
            None => Self::at(Place::Elsewhere, None, None),
        }
    }

    fn at(place: Place, number: Option<usize>, verified: Option<bool>) -> Self {
        Self {
            place,
            number,
            verified,
        }
    }

    fn words(&self) -> String {
        let made = match self.verified {
            Some(false) => "signature WRONG",
            _ => "signature verified",
        };
        match (self.place, self.number) {
            (Place::Itself, _) => format!("itself, {made}"),
            (Place::InFile, Some(number)) => format!("no. {number} of this file, {made}"),
            _ => "not in this file".to_owned(),
        }
    }
}

impl Problem {
    fn of(problem: &CertificateProblem) -> Self {
        Self {
            fingerprint: problem.certificate().fingerprint(),
            code: problem.code().as_str(),
            problem: problem.to_string(),
        }
    }
}

/// `QWAC`, `QSealC`, `authority` or `other`.
pub(crate) fn kind(certificate: &Certificate) -> &'static str {
    match certificate.kind() {
        _ if certificate.is_ca() => "authority",
        CertificateKind::Qwac => "QWAC",
        CertificateKind::QsealC => "QSealC",
        _ => "other",
    }
}

pub(super) fn text(view: &View) -> String {
    let mut text = String::new();
    let several = view.certificates.len() > 1;
    for (number, one) in (1..).zip(&view.certificates) {
        if several {
            text.push_str(&format!("no. {number} of {}\n", view.certificates.len()));
        }
        for (name, value) in rows(one) {
            text.push_str(&format!("{name:<13} {}\n", printable(&value)));
        }
        text.push('\n');
    }
    if !view.leaf_first {
        text.push_str(
            "order         an issuer stands before what it issued; TLS wants the leaf first\n\n",
        );
    }
    if view.problems.is_empty() {
        text.push_str("nothing is wrong with it");
    }
    for problem in &view.problems {
        text.push_str(&format!("[{}] {}\n", problem.code, problem.problem));
    }
    text
}

/// Names come from whoever made the certificate: nothing in them may steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = c.is_control()
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2060}'..='\u{2069}').contains(&c);
        match steers {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    shown
}

fn rows(one: &One) -> Vec<(&'static str, String)> {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![
        ("subject", one.subject.clone()),
        ("issuer", one.issuer.clone()),
        ("issued by", one.issued_by.words()),
        ("serial", one.serial_number.clone()),
        ("valid from", one.not_before.clone()),
        (
            "valid until",
            format!("{} ({})", one.not_after, moment::distance(one.days_left)),
        ),
        ("key", one.key.clone()),
        ("key usage", or_none(&one.key_usage)),
        ("purposes", or_none(&one.extended_key_usage)),
        ("signed with", one.signature_algorithm.clone()),
        ("kind", one.kind.to_owned()),
    ];
    if !one.authority {
        rows.push(("organisation", or_none(&one.organization)));
        rows.push(("identifier", or_none(&one.organization_identifier)));
    }
    if let Some(psd2) = &one.psd2 {
        rows.push(("PSD2 roles", psd2.roles.join(", ")));
        let authority = format!("{} ({})", psd2.authority_name, psd2.authority_id);
        rows.push(("supervised by", authority));
    }
    rows.push(("SHA-256", one.fingerprint.clone()));
    rows
}
