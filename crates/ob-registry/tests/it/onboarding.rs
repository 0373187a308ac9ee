//! Whether a third-party can be handed to the platform.

use crate::{
    authority::{AS, Authority, DAY, ESEAL, Wanted, now, psd2, types},
    sample::signing_service,
};
use ob_registry::{
    Contact, ContactRole, Gap, Licence, Onboarding, ThirdParty, ThirdPartyBuilder,
    certificate::CertificateFlaw,
};

fn contact(role: ContactRole) -> Contact {
    Contact::new(role, "Ada Lovelace", "ada@acme.example".parse().unwrap()).unwrap()
}

fn draft() -> ThirdPartyBuilder {
    ThirdParty::draft("acme".parse().unwrap(), "Acme GmbH")
}

fn complete() -> ThirdPartyBuilder {
    draft()
        .country("DE".parse().unwrap())
        .use_case("budgeting".parse().unwrap())
        .scopes("consents:create ob_data".parse().unwrap())
        .contact(contact(ContactRole::Primary))
}

fn said(builder: ThirdPartyBuilder) -> Vec<String> {
    let onboarding = Onboarding::of(&builder.build().unwrap(), now());
    assert_eq!(onboarding.is_complete(), onboarding.gaps().is_empty());
    onboarding.gaps().iter().map(ToString::to_string).collect()
}

#[test]
fn an_unlicensed_one_needs_no_certificate() {
    assert!(said(complete()).is_empty());
    assert_eq!(
        said(draft()),
        [
            "no country of operation, needs one or more",
            "no product or use case, needs one or more",
            "no authorised scope, needs one or more",
            "no primary contact, needs one",
        ]
    );
}

#[test]
fn a_licensed_one_needs_certificates_custody_and_a_technical_contact() {
    let bare = Licence::Licensed {
        certificates: Vec::new(),
        custody: None,
    };
    assert_eq!(
        said(complete().licence(bare)),
        [
            "no technical contact, needs one",
            "licensed without certificate, needs one or more",
            "licensed without custody, needs a signing service or a key vault",
        ]
    );
    let authority = Authority::new("Trust Services");
    let certificates = vec![
        authority.issue(&Wanted::qwac()),
        authority.issue(&Wanted::qseal()),
        authority.certificate.clone(),
    ];
    let good = Licence::licensed(certificates, signing_service());
    let party = complete().contact(contact(ContactRole::Technical));
    assert!(said(party.licence(good)).is_empty());
}

#[test]
fn certificates_that_do_not_fit_are_told_with_their_code() {
    let authority = Authority::new("Trust Services");
    let certificates = vec![
        authority.issue(&Wanted::qwac().valid(now() - 60 * DAY, now() - DAY)),
        authority.issue(&Wanted::qseal().stating(&[types(&[ESEAL]), psd2(&[AS])])),
        authority.issue(&Wanted::qseal().of("Other AG", Some("PSDDE-BAFIN-123456"))),
    ];
    let party = complete()
        .contact(contact(ContactRole::Technical))
        .licence(Licence::licensed(certificates, signing_service()));
    let onboarding = Onboarding::of(&party.build().unwrap(), now());
    let found: Vec<_> = onboarding
        .gaps()
        .iter()
        .map(|gap| {
            assert!(!gap.is_missing());
            let Gap::Unfit(problem) = gap else {
                panic!("{gap}")
            };
            (gap.code().as_str(), problem.flaw().clone())
        })
        .collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(matches!(
        &found[0],
        ("OB-C201", CertificateFlaw::Expired { .. })
    ));
    assert!(matches!(
        &found[1],
        ("OB-C202", CertificateFlaw::MissingRole { .. })
    ));
    assert!(matches!(
        &found[2],
        ("OB-C202", CertificateFlaw::OtherOrganization { .. })
    ));
}
