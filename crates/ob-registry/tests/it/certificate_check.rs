//! Whether certificates fit the third-party that brings them.

use crate::authority::{AI, AS, Authority, DAY, ESEAL, PI, WEB, Wanted, now, psd2, types};
use ob_registry::{
    Certificate, CertificateFlaw as Flaw, CertificateProblem, Expected, OrganizationIdentifier,
    certificate::problems_of,
};
use rcgen::{ExtendedKeyUsagePurpose as Purpose, KeyUsagePurpose as Usage};
use std::time::SystemTime;

const ACME: Expected<'static> = Expected {
    legal_name: "Acme GmbH",
    organization_identifier: None,
    account_data: true,
};

/// The only flaw of a certificate, after a look at its message and its code.
fn flaw(it: &Certificate, expected: &Expected<'_>, now: SystemTime) -> Flaw {
    let problems = it.problems(expected, now);
    let [problem] = problems.as_slice() else {
        panic!("one problem: {problems:?}");
    };
    told(problem);
    problem.flaw().clone()
}

/// One line that says which certificate, and what is needed.
fn told(problem: &CertificateProblem) {
    let message = problem.to_string();
    let fingerprint = problem.certificate().fingerprint();
    assert!(message.contains(&fingerprint[..16]), "{message}");
    assert!(message.contains("needs"), "{message}");
    assert!(!message.contains('\n'), "{message}");
    let code = problem.code().as_str();
    let dated = problem.flaw().is_out_of_date();
    assert_eq!(code, if dated { "OB-C201" } else { "OB-C202" });
}

fn issued(wanted: &Wanted) -> Certificate {
    Authority::new("Example Trust Services").issue(wanted)
}

fn flaw_of(wanted: &Wanted) -> Flaw {
    flaw(&issued(wanted), &ACME, now())
}

fn flaws_of(list: &[&Certificate], expected: &Expected<'_>) -> Vec<Flaw> {
    let list: Vec<_> = list.iter().map(|it| (*it).clone()).collect();
    let problems = problems_of(&list, expected, now());
    problems.iter().for_each(told);
    problems.iter().map(|it| it.flaw().clone()).collect()
}

#[test]
fn good_ones_have_no_problem() {
    for wanted in [Wanted::qwac(), Wanted::qseal()] {
        assert_eq!(issued(&wanted).problems(&ACME, now()), []);
    }
    let sealing = Wanted {
        usages: vec![Usage::ContentCommitment],
        ..Wanted::qseal()
    };
    assert_eq!(issued(&sealing).problems(&ACME, now()), []);
    for purpose in [Purpose::ServerAuth, Purpose::ClientAuth] {
        let wanted = Wanted {
            purposes: vec![purpose],
            ..Wanted::qwac()
        };
        assert_eq!(issued(&wanted).problems(&ACME, now()), []);
    }
}

#[test]
fn one_of_another_tool_has_no_problem() {
    let it: Certificate = include_str!("fixtures/qwac.pem").parse().unwrap();
    let ca: Certificate = include_str!("fixtures/ca.pem").parse().unwrap();
    let id: OrganizationIdentifier = "PSDFI-FINFSA-1234567".parse().unwrap();
    let expected = Expected {
        legal_name: "Nordlicht Pay Oy",
        organization_identifier: Some(&id),
        account_data: true,
    };
    assert_eq!(
        problems_of(&[ca, it.clone()], &expected, it.not_before() + DAY),
        []
    );
}

#[test]
fn out_of_date() {
    let it = issued(&Wanted::qwac().valid(now() - DAY, now() + DAY));
    let from = now() - DAY;
    assert_eq!(
        flaw(&it, &ACME, now() - 2 * DAY),
        Flaw::NotYetValid { from }
    );
    let at = now() + DAY;
    assert_eq!(flaw(&it, &ACME, now() + 2 * DAY), Flaw::Expired { at });
    let problem = it.problems(&ACME, now() + 2 * DAY).remove(0).to_string();
    assert!(
        problem.contains("expired at 2026-09-22T14:13:20Z"),
        "{problem}"
    );
}

#[test]
fn of_the_wrong_kind() {
    let plain = Wanted {
        statements: None,
        ..Wanted::qwac()
    };
    assert_eq!(flaw_of(&plain), Flaw::WrongKind);
    let both = Wanted::qwac().stating(&[types(&[WEB, ESEAL]), psd2(&[AI])]);
    assert_eq!(flaw_of(&both), Flaw::WrongKind);
    assert_eq!(
        flaw_of(&Wanted::qwac().stating(&[types(&[WEB])])),
        Flaw::NotPsd2
    );
    let authority = Authority::new("Example Trust Services").certificate;
    assert_eq!(flaw(&authority, &ACME, now()), Flaw::Authority);
    let authority = Wanted {
        is_ca: true,
        ..Wanted::qwac()
    };
    assert_eq!(flaw_of(&authority), Flaw::Authority);
}

#[test]
fn without_the_role() {
    let with = |roles: &[_]| issued(&Wanted::qwac().stating(&[types(&[WEB]), psd2(roles)]));
    let missing = |found: &str| Flaw::MissingRole {
        found: found.to_owned(),
    };
    assert_eq!(
        flaw(&with(&[AS, PI]), &ACME, now()),
        missing("PSP_AS, PSP_PI")
    );
    assert_eq!(flaw(&with(&[]), &ACME, now()), missing("none"));
    let odd = (AI.0, "PSP_ai");
    assert_eq!(
        flaw(&with(&[odd]), &ACME, now()),
        missing("PSP_ai (0.4.0.19495.1.3)")
    );
    let payments = Expected {
        account_data: false,
        ..ACME
    };
    assert_eq!(with(&[PI]).problems(&payments, now()), []);
}

#[test]
fn of_another_organization_by_name() {
    for name in ["ACME GmbH", "Acme  G.m.b.H.", "acme-gmbh", " Acme, GmbH "] {
        let expected = Expected {
            legal_name: name,
            ..ACME
        };
        assert_eq!(
            issued(&Wanted::qwac()).problems(&expected, now()),
            [],
            "{name}"
        );
    }
    for name in ["Acme AG", "Acme", "", "-", "Аcme GmbH", "Acme GmbH 2"] {
        let expected = Expected {
            legal_name: name,
            ..ACME
        };
        let found = flaw(&issued(&Wanted::qwac()), &expected, now());
        assert!(matches!(found, Flaw::OtherOrganization { .. }), "{name}");
    }
    let nothing = Expected {
        legal_name: "-",
        ..ACME
    };
    let found = flaw(&issued(&Wanted::qwac().of(".", None)), &nothing, now());
    assert!(matches!(found, Flaw::OtherOrganization { .. }));
}

#[test]
fn of_another_organization_by_identifier() {
    let id: OrganizationIdentifier = "PSDDE-BAFIN-123456".parse().unwrap();
    // The number decides: the name may be a trade name.
    let known = Expected {
        legal_name: "Other",
        organization_identifier: Some(&id),
        ..ACME
    };
    assert_eq!(issued(&Wanted::qwac()).problems(&known, now()), []);
    for other in [Some("PSDDE-BAFIN-123457"), Some("PSDAT-FMA-123456"), None] {
        let found = flaw(&issued(&Wanted::qwac().of("Other", other)), &known, now());
        assert!(matches!(found, Flaw::OtherOrganization { .. }), "{other:?}");
    }
    let odd = Wanted::qwac().of("Acme GmbH", Some("PSDDE_1"));
    assert!(matches!(flaw_of(&odd), Flaw::MalformedIdentifier { .. }));
    let two: Certificate = include_str!("fixtures/two-identifiers.pem")
        .parse()
        .unwrap();
    let oy = Expected {
        legal_name: "Nordlicht Pay Oy",
        ..ACME
    };
    let found = flaw(&two, &oy, two.not_before());
    assert!(matches!(found, Flaw::MalformedIdentifier { .. }));
}

#[test]
fn for_another_use() {
    for usages in [
        vec![],
        vec![Usage::ContentCommitment],
        vec![Usage::KeyEncipherment],
    ] {
        let wanted = Wanted {
            usages,
            ..Wanted::qwac()
        };
        assert!(matches!(flaw_of(&wanted), Flaw::KeyUsage { .. }));
    }
    for usages in [vec![], vec![Usage::KeyAgreement]] {
        let wanted = Wanted {
            usages,
            ..Wanted::qseal()
        };
        assert!(matches!(flaw_of(&wanted), Flaw::KeyUsage { .. }));
    }
    for purposes in [vec![], vec![Purpose::EmailProtection]] {
        let wanted = Wanted {
            purposes,
            ..Wanted::qwac()
        };
        assert!(matches!(flaw_of(&wanted), Flaw::ExtendedKeyUsage { .. }));
    }
}

#[test]
fn with_weak_cryptography() {
    let oy = Expected {
        legal_name: "Nordlicht Pay Oy",
        ..ACME
    };
    let flaws = |pem: &str| -> Vec<String> {
        let it: Certificate = pem.parse().unwrap();
        let problems = it.problems(&oy, it.not_before());
        problems.iter().map(|it| it.flaw().to_string()).collect()
    };
    let weak = flaws(include_str!("fixtures/weak.pem"));
    assert_eq!(weak.len(), 2, "{weak:?}");
    assert!(weak[0].contains("RSA 1024") && weak[1].contains("sha1WithRSA"));
    let md5 = flaws(include_str!("fixtures/md5.pem"));
    assert!(md5.len() == 1 && md5[0].contains("md5WithRSA"), "{md5:?}");
    let pss = flaws(include_str!("fixtures/pss-sha1.pem"));
    assert!(
        pss.len() == 1 && pss[0].contains("PSS with SHA-1"),
        "{pss:?}"
    );
    let curve = flaws(include_str!("fixtures/brainpool.pem"));
    assert!(
        curve.len() == 1 && curve[0].contains("1.3.36.3.3.2.8.1.1.7"),
        "{curve:?}"
    );
}

#[test]
fn a_list_with_its_chain_has_no_problem() {
    let root = Authority::new("Example Root");
    let authority = root.subordinate("Example Trust Services");
    let (qwac, seal) = (
        authority.issue(&Wanted::qwac()),
        authority.issue(&Wanted::qseal()),
    );
    let lists: [&[&Certificate]; 4] = [
        &[],
        &[&qwac],
        &[&root.certificate, &qwac, &authority.certificate, &seal],
        &[&seal, &authority.certificate],
    ];
    for list in lists {
        assert_eq!(flaws_of(list, &ACME), []);
    }
}

#[test]
fn a_list_with_a_foreign_chain() {
    let authority = Authority::new("Example Trust Services");
    let foreign = Authority::new("Example Trust Services");
    let issuer = r#""CN=Example Trust Services""#.to_owned();
    let qwac = authority.issue(&Wanted::qwac());
    let flaws = flaws_of(&[&qwac, &foreign.certificate], &ACME);
    assert_eq!(
        flaws,
        [Flaw::NotSignedByIssuer {
            issuer: issuer.clone()
        }]
    );
    // An authority that changed its key is there twice.
    let all = [&foreign.certificate, &qwac, &authority.certificate];
    assert_eq!(flaws_of(&all, &ACME), []);

    let lapsed = Authority::with("Example Trust Services", |it| {
        it.not_after = (now() - DAY).into();
    });
    let qwac = lapsed.issue(&Wanted::qwac());
    let flaws = flaws_of(&[&qwac, &lapsed.certificate], &ACME);
    assert_eq!(
        flaws,
        [Flaw::IssuerOutOfDate {
            issuer: issuer.clone()
        }]
    );
    // The nearest miss is told.
    let all = [&qwac, &foreign.certificate, &lapsed.certificate];
    assert_eq!(
        flaws_of(&all, &ACME),
        [Flaw::IssuerOutOfDate {
            issuer: issuer.clone()
        }]
    );

    let no_signer = Authority::with("Example Trust Services", |it| {
        it.key_usages = vec![Usage::DigitalSignature];
    });
    let qwac = no_signer.issue(&Wanted::qwac());
    let flaws = flaws_of(&[&qwac, &no_signer.certificate], &ACME);
    assert_eq!(flaws, [Flaw::IssuerIsNoAuthority { issuer }]);
}

#[test]
fn a_list_that_contradicts_itself() {
    let authority = Authority::new("Example Trust Services");
    let qwac = authority.issue(&Wanted::qwac());
    let id = Some("PSDDE-BAFIN-999999");
    let other = authority.issue(&Wanted::qseal().of("Acme GmbH", id));
    assert_eq!(flaws_of(&[&qwac, &qwac], &ACME), [Flaw::Duplicate]);
    let flaws = flaws_of(&[&qwac, &other], &ACME);
    assert!(
        matches!(flaws.as_slice(), [Flaw::OrganizationsDiffer { .. }]),
        "{flaws:?}"
    );
    let by_name = authority.issue(&Wanted::qseal().of("Globex AG", None));
    let flaws = flaws_of(&[&qwac, &by_name], &ACME);
    assert!(
        matches!(
            flaws.as_slice(),
            [
                Flaw::OrganizationsDiffer { .. },
                Flaw::OtherOrganization { .. }
            ]
        ),
        "{flaws:?}"
    );
    // A chain and nothing that it leads to.
    assert_eq!(
        flaws_of(&[&authority.certificate], &ACME),
        [Flaw::Authority]
    );
}

#[test]
fn every_problem_is_told_at_once() {
    let bad = Wanted {
        usages: vec![],
        purposes: vec![],
        ..Wanted::qwac()
    }
    .of("Globex AG", None)
    .valid(now() - 2 * DAY, now() - DAY);
    assert_eq!(issued(&bad).problems(&ACME, now()).len(), 4);
}
