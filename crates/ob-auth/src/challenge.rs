//! What an API's `WWW-Authenticate` asks for.

mod grammar;

use http::{HeaderMap, StatusCode, header::WWW_AUTHENTICATE};

/// Why an API refused the credentials of a call, as far as they are the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Challenge {
    /// It wants a proof with the nonce it just gave: `use_dpop_nonce` (RFC 9449 section 9).
    UseNonce,
    /// It did not accept the proof: `invalid_dpop_proof`.
    InvalidProof,
    /// It did not accept the token: `invalid_token` (RFC 6750 section 3.1).
    InvalidToken,
    /// The token's scopes do not suffice: `insufficient_scope`.
    InsufficientScope,
}

impl Challenge {
    /// Reads an answer of the API: `None` when its credentials are not what it complains about.
    ///
    /// Headers are read by the grammar of RFC 9110 section 11.6.1 first. A line that breaks it
    /// is searched for the two words `DPoP` and `use_dpop_nonce`, because servers exist that
    /// send `Dpop error:"use_dpop_nonce"` (R083).
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue, StatusCode, header::WWW_AUTHENTICATE};
    /// use ob_auth::Challenge;
    ///
    /// let mut headers = HeaderMap::new();
    /// let sent = HeaderValue::from_static(r#"Bearer, dpop ERROR="use_dpop_nonce", algs="ES256""#);
    /// headers.insert(WWW_AUTHENTICATE, sent);
    /// let asked = Challenge::of(StatusCode::UNAUTHORIZED, &headers);
    /// assert_eq!(asked, Some(Challenge::UseNonce));
    /// ```
    #[must_use]
    pub fn of(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        if !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return None;
        }
        let lines = headers.get_all(WWW_AUTHENTICATE).iter();
        let readable = lines.filter_map(|line| line.to_str().ok()).take(MAX_LINES);
        let found: Vec<Self> = readable.flat_map(of_line).collect();
        let first_of = |wanted: fn(&Self) -> bool| found.iter().copied().find(wanted);
        match status {
            StatusCode::UNAUTHORIZED => first_of(|c| *c == Self::UseNonce)
                .or_else(|| first_of(|c| *c != Self::InsufficientScope)),
            _ => first_of(|c| *c == Self::InsufficientScope),
        }
    }
}

fn of_line(line: &str) -> Vec<Challenge> {
    let line = line.get(..MAX_LINE.min(line.len())).unwrap_or_default();
    match grammar::parse(line) {
        Some(parsed) => parsed.iter().filter_map(of_parsed).collect(),
        None if mentions_a_nonce(line) => vec![Challenge::UseNonce],
        None => Vec::new(),
    }
}

fn of_parsed(parsed: &grammar::Parsed<'_>) -> Option<Challenge> {
    let dpop = parsed.scheme.eq_ignore_ascii_case("DPoP");
    if !dpop && !parsed.scheme.eq_ignore_ascii_case("Bearer") {
        return None;
    }
    match parsed.param("error")? {
        "use_dpop_nonce" if dpop => Some(Challenge::UseNonce),
        "invalid_dpop_proof" if dpop => Some(Challenge::InvalidProof),
        "invalid_token" => Some(Challenge::InvalidToken),
        "insufficient_scope" => Some(Challenge::InsufficientScope),
        _ => None,
    }
}

/// The bounded fallback for lines outside the grammar. A false alarm costs one retry.
fn mentions_a_nonce(line: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| word.eq_ignore_ascii_case("DPoP"))
        && words.any(|word| word == "use_dpop_nonce")
}

/// Longer lines are cut: a challenge has some hundred bytes.
const MAX_LINE: usize = 4096;
const MAX_LINES: usize = 8;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn of(status: u16, lines: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
        }
        Challenge::of(StatusCode::from_u16(status).unwrap(), &headers)
    }

    /// Rows: R083
    #[test]
    fn r083_recognises_every_legal_spelling() {
        for line in [
            r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#,
            "dpop error=use_dpop_nonce",
            r#"dPOP ERROR="use_dpop_nonce""#,
            r#"DPoP error = "use_dpop_nonce""#,
            r#"Bearer realm="x, y", DPoP algs="ES256 PS256", error="use_dpop_nonce""#,
            r#"Negotiate, DPoP error="use\_dpop_nonce""#,
            r#", , Basic dGVzdA==, DPoP unknown=1, error="use_dpop_nonce", more="\"""#,
            r#"Dpop error:"use_dpop_nonce""#,
        ] {
            assert_eq!(of(401, &[line]), Some(Challenge::UseNonce), "{line}");
        }
        let lines = [
            "Bearer error=\"invalid_token\"",
            "DPoP error=use_dpop_nonce",
        ];
        assert_eq!(of(401, &lines), Some(Challenge::UseNonce));
    }

    /// Rows: R083
    #[test]
    fn what_is_no_nonce_challenge_is_none() {
        let good = r#"DPoP error="use_dpop_nonce""#;
        for status in [200, 400, 403, 407, 500] {
            assert_eq!(of(status, &[good]), None, "{status}");
        }
        for line in [
            "",
            "DPoP",
            r#"DPoP algs="ES256""#,
            r#"Bearer error="use_dpop_nonce""#,
            r#"DPoP error_description="use_dpop_nonce""#,
            r#"DPoP error="Use_DPoP_Nonce""#,
            r#"Basic realm="DPoP error=use_dpop_nonce""#,
            "DPoPx error:use_dpop_nonce",
            "error:use_dpop_nonce DPoP",
            "garbage \u{7f}",
        ] {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(line.as_bytes()) {
                headers.append(WWW_AUTHENTICATE, value);
            }
            assert_eq!(
                Challenge::of(StatusCode::UNAUTHORIZED, &headers),
                None,
                "{line}"
            );
        }
        assert_eq!(of(401, &[]), None);
    }

    #[test]
    fn tells_token_proof_and_scope_apart() {
        for (status, line, expected) in [
            (
                401,
                r#"DPoP error="invalid_token""#,
                Some(Challenge::InvalidToken),
            ),
            (
                401,
                r#"Bearer error="invalid_token""#,
                Some(Challenge::InvalidToken),
            ),
            (
                401,
                r#"DPoP error="invalid_dpop_proof""#,
                Some(Challenge::InvalidProof),
            ),
            (
                403,
                r#"DPoP error="insufficient_scope", scope="a""#,
                Some(Challenge::InsufficientScope),
            ),
            (403, r#"DPoP error="invalid_token""#, None),
            (401, r#"Digest error="invalid_token""#, None),
        ] {
            assert_eq!(of(status, &[line]), expected, "{line}");
        }
    }

    /// However long and however many, so much is looked at and no more.
    ///
    /// Rows: R083, L4.6
    #[test]
    fn l4_what_is_read_is_bounded() {
        let good = r#"DPoP error="use_dpop_nonce""#;
        let at = |offset: usize| {
            let padded = format!("Basic x=\"{}\", {good}", "\\\"".repeat(offset / 2));
            of(401, &[&padded])
        };
        assert_eq!(at(3_000), Some(Challenge::UseNonce));
        assert_eq!(at(5_000), None);
        assert_eq!(at(1 << 20), None);
        let among = |before: usize| {
            let mut lines = vec!["Basic"; before];
            lines.push(good);
            of(401, &lines)
        };
        assert_eq!(among(7), Some(Challenge::UseNonce));
        assert_eq!(among(8), None);
        assert_eq!(among(10_000), None);
        for hostile in [
            "\"",
            "\\",
            ",",
            "=",
            "a ",
            "a=",
            "DPoP ",
            "DPoP error=\"",
            "\"\\",
        ] {
            of(401, &[&hostile.repeat((1 << 20) / hostile.len())]);
        }
    }

    proptest! {
        /// Rows: R083, L4.6
        #[test]
        fn l4_any_line_is_read_without_panic_and_fast(line in "[ -~\t]{0,5000}") {
            of(401, &[&line]);
        }

        #[test]
        fn hostile_pieces(pieces in prop::collection::vec("(DPoP|error|=|,| |\"|\\\\|use_dpop_nonce|;|:)", 0..60)) {
            of(401, &[&pieces.concat()]);
        }
    }
}
