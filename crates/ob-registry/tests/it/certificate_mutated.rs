//! Whatever is done to a certificate: it is read or refused, and never anything else.

use crate::authority::{Authority, Wanted, now};
use ob_registry::{Certificate, Expected, certificate::problems_of};
use proptest::prelude::*;
use std::sync::LazyLock;

static DER: LazyLock<Vec<u8>> =
    LazyLock::new(|| Authority::new("Example Trust Services").der(&Wanted::qwac()));

/// Everything that is there to be asked.
fn ask(it: &Certificate) {
    let expected = Expected {
        legal_name: "Acme GmbH",
        organization_identifier: None,
        account_data: true,
    };
    let list = [it.clone(), it.clone()];
    for problem in problems_of(&list, &expected, now()) {
        assert!(!problem.to_string().contains('\n'));
    }
    assert!(!it.subject().contains(char::is_control));
    assert!(!it.issuer().contains(char::is_control));
    assert_eq!(&it.as_pem().parse::<Certificate>().unwrap(), it);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn changed_bytes(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut der = DER.clone();
        for (index, byte) in changes {
            let at = index.index(der.len());
            der[at] = byte;
        }
        if let Ok(it) = Certificate::from_der(&der) {
            ask(&it);
        }
    }

    #[test]
    fn cut_and_doubled_bytes(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), twice in any::<bool>()) {
        let (from, to) = (from.index(DER.len()), to.index(DER.len()));
        let (from, to) = (from.min(to), from.max(to));
        let middle = if twice { DER[from..to].repeat(2) } else { Vec::new() };
        let mut der = [&DER[..from], &middle, &DER[to..]].concat();
        // The outermost length is made to fit, so that the inside is looked at.
        if let Ok(length) = u16::try_from(der.len().saturating_sub(4)) && der.len() > 4 {
            der[2..4].copy_from_slice(&length.to_be_bytes());
        }
        if let Ok(it) = Certificate::from_der(&der) {
            ask(&it);
        }
    }

    #[test]
    fn any_bytes(der in prop::collection::vec(any::<u8>(), 0..300)) {
        let inside = crate::authority::sequence(&[crate::authority::sequence(std::slice::from_ref(&der))]);
        for bytes in [der, inside] {
            if let Ok(it) = Certificate::from_der(&bytes) {
                ask(&it);
            }
        }
    }

    #[test]
    fn changed_text(index in any::<prop::sample::Index>(), with in "[-A-Za-z0-9+/= \n\r\\PC]{0,4}") {
        let pem = Certificate::from_der(&DER).unwrap().as_pem().to_owned();
        let at = index.index(pem.len());
        let text = format!("{}{with}{}", &pem[..at], &pem[at + 1..]);
        let first = Certificate::all_from_pem(&text).ok().and_then(|mut it| it.pop());
        text.parse().ok().iter().chain(&first).for_each(ask);
    }
}
