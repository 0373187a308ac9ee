//! The certificates of the sandbox's licensed third-parties, read by the registry.

use ob_core::{SharedClock, TestClock};
use ob_registry::{Certificate, CertificateKind, Expected, certificate::problems_of};
use ob_sandbox::Sandbox;
use obkit::testing::Descriptor;
use std::time::{Duration, SystemTime};

const YEAR: u64 = 365 * 24 * 60 * 60;

/// Whatever the sandbox's clock says: they are a QWAC and a QSealC of the third-party itself.
#[tokio::test]
async fn the_sandboxs_certificates_have_no_problem() {
    for years in [2, 56, 61, 500] {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(years * YEAR);
        let clock = SharedClock::from(TestClock::at(now));
        let builder = Sandbox::builder().clock(clock).third_parties(7);
        let described = builder.build().unwrap().descriptor();
        let json = serde_json::to_string(&described).unwrap();
        let registry = Descriptor::from_json(&json)
            .unwrap()
            .registry()
            .await
            .unwrap();
        let mut licensed = 0;
        for party in described.third_parties {
            let party = registry.get(&party.third_party.business_id).unwrap();
            let certificates = party.licence().certificates();
            if certificates.is_empty() {
                continue;
            }
            licensed += 1;
            let id = certificates
                .first()
                .and_then(|it| it.organization_identifier());
            assert!(id.is_some_and(|id| id.scheme() == "PSD" && id.authority().is_some()));
            for organization_identifier in [id, None] {
                let expected = Expected {
                    legal_name: party.legal_name(),
                    organization_identifier,
                    account_data: true,
                };
                assert_eq!(problems_of(certificates, &expected, now), []);
            }
            let kinds: Vec<_> = certificates.iter().map(Certificate::kind).collect();
            assert_eq!(kinds, [CertificateKind::Qwac, CertificateKind::QsealC]);
        }
        assert!(licensed > 1, "{licensed}");
    }
}
