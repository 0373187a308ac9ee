//! `WWW-Authenticate` (RFC 6750 section 3, RFC 9449 sections 7.1 and 9).

use super::credentials::Scheme;

/// The challenges that go with an error, one header line each.
pub(super) fn lines(scheme: Option<Scheme>, error: Option<&str>) -> Vec<String> {
    let with =
        |error: Option<&str>| error.map_or(String::new(), |error| format!("error=\"{error}\", "));
    match (scheme, error) {
        // A Bearer client is told in its own scheme, and that there is a better one.
        (Some(Scheme::Bearer), Some(error)) => {
            vec![format!("Bearer error=\"{error}\""), format!("DPoP {ALGS}")]
        }
        (_, error) => vec![format!("DPoP {}{ALGS}", with(error))],
    }
}

/// The challenge that wants a nonce.
pub(super) fn nonce(malformed: bool) -> String {
    if malformed {
        // X12: as vendor mocks write it.
        String::from("Dpop error:\"use_dpop_nonce\"")
    } else {
        format!("DPoP error=\"use_dpop_nonce\", {ALGS}")
    }
}

/// R110: which algorithms a proof may use.
const ALGS: &str = "algs=\"ES256 PS256 EdDSA\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r110_golden() {
        let lines = |scheme, error| lines(scheme, error).join(" | ");
        assert_eq!(lines(None, None), "DPoP algs=\"ES256 PS256 EdDSA\"");
        assert_eq!(
            lines(Some(Scheme::Dpop), Some("invalid_dpop_proof")),
            "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 PS256 EdDSA\""
        );
        assert_eq!(
            lines(Some(Scheme::Bearer), Some("invalid_token")),
            "Bearer error=\"invalid_token\" | DPoP algs=\"ES256 PS256 EdDSA\""
        );
        assert_eq!(
            nonce(false),
            "DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256 EdDSA\""
        );
    }
}
