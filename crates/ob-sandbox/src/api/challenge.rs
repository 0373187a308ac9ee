//! `WWW-Authenticate` (RFC 6750 section 3, RFC 9449 sections 7.1 and 9).

use super::credentials::Scheme;

/// The challenges of a call without usable credentials, one header line each: every scheme that
/// is taken, without an error code (R204, RFC 9449 section 7.2).
pub(super) fn offers(bearer: bool) -> Vec<String> {
    // RFC 6750 section 3: `Bearer` is followed by at least one parameter.
    let bearer = bearer.then(|| String::from("Bearer realm=\"api\""));
    bearer.into_iter().chain([format!("DPoP {ALGS}")]).collect()
}

/// The challenges that go with an error, one header line each.
pub(super) fn lines(scheme: Scheme, error: &str) -> Vec<String> {
    match scheme {
        // A Bearer client is told in its own scheme, and that there is a better one.
        Scheme::Bearer => vec![format!("Bearer error=\"{error}\""), format!("DPoP {ALGS}")],
        Scheme::Dpop => vec![format!("DPoP error=\"{error}\", {ALGS}")],
    }
}

/// The challenge of a token that suffices for less, in its own scheme (RFC 6750 section 3.1).
pub(super) fn scope(scheme: Scheme, scope: &str) -> String {
    match scheme {
        Scheme::Bearer => format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\""),
        Scheme::Dpop => format!("DPoP error=\"insufficient_scope\", scope=\"{scope}\", {ALGS}"),
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

    /// Each challenge of the resource server, byte for byte.
    ///
    /// Rows: R109, R110, R204
    #[test]
    fn golden_challenges() {
        let joined = |lines: Vec<String>| lines.join(" | ");
        assert_eq!(joined(offers(false)), "DPoP algs=\"ES256 PS256 EdDSA\"");
        assert_eq!(
            joined(offers(true)),
            "Bearer realm=\"api\" | DPoP algs=\"ES256 PS256 EdDSA\""
        );
        assert_eq!(
            joined(lines(Scheme::Dpop, "invalid_dpop_proof")),
            "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 PS256 EdDSA\""
        );
        assert_eq!(
            joined(lines(Scheme::Bearer, "invalid_token")),
            "Bearer error=\"invalid_token\" | DPoP algs=\"ES256 PS256 EdDSA\""
        );
        assert_eq!(
            scope(Scheme::Bearer, "ob_data"),
            "Bearer error=\"insufficient_scope\", scope=\"ob_data\""
        );
        assert_eq!(
            nonce(false),
            "DPoP error=\"use_dpop_nonce\", algs=\"ES256 PS256 EdDSA\""
        );
    }
}
