//! The token request as the platform prints it (MUST): a pure function of its parts.

use crate::{
    Grant,
    header_names::{DPOP, X_FAPI_INTERACTION_ID, X_ON_BEHALF_OF},
};
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Uri,
    header::{ACCEPT, CONTENT_TYPE},
};
use ob_core::{ActingFor, Secret};

/// Everything one token request is made of.
#[derive(Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) token_url: &'a Uri,
    pub(crate) party: &'a ActingFor,
    pub(crate) grant: &'a Grant,
    pub(crate) assertion: Secret<String>,
    pub(crate) proof: Secret<String>,
    pub(crate) interaction_id: &'a str,
}

impl TokenRequest<'_> {
    /// The request, with credentials marked sensitive. `X-On-Behalf-Of` is the third-party's
    /// client id, once; the Integrator's own context has none.
    pub(crate) fn build(&self) -> Result<Request<Bytes>, http::Error> {
        let mut proof = HeaderValue::from_str(self.proof.expose())?;
        proof.set_sensitive(true);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.token_url.clone());
        if !self.party.is_integrator() {
            request = request.header(X_ON_BEHALF_OF, self.party.client_id().as_str());
        }
        request
            .header(DPOP, proof)
            .header(CONTENT_TYPE, FORM)
            .header(ACCEPT, "application/json")
            .header(X_FAPI_INTERACTION_ID, self.interaction_id)
            .body(self.form().into())
    }

    /// The parameters in the order in which the platform prints them. No `client_id`: the
    /// assertion names the client (one authentication method per request, R151).
    fn form(&self) -> String {
        let scope = self.grant.scopes().to_string();
        let consent = self
            .grant
            .consent()
            .map(|consent| ("consent_id", consent.as_str()));
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", self.assertion.expose()),
            ("scope", &scope),
        ];
        let mut form = String::with_capacity(256 + self.assertion.expose().len());
        for (name, value) in pairs.into_iter().chain(consent) {
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(name);
            form.push('=');
            push_encoded(&mut form, value);
        }
        form
    }
}

/// `application/x-www-form-urlencoded` (RFC 6749 appendix B).
fn push_encoded(form: &mut String, value: &str) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in value.bytes() {
        match byte {
            b' ' => form.push('+'),
            b'*' | b'-' | b'.' | b'_' => form.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => form.push(char::from(byte)),
            _ => form.extend(['%', digit(byte >> 4), digit(byte & 0xF)]),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn party(integrator: bool) -> ActingFor {
        let make = if integrator {
            ActingFor::integrator
        } else {
            ActingFor::third_party
        };
        make(
            "acme".parse().unwrap(),
            "tpp-acme".parse().unwrap(),
            "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse().unwrap(),
        )
    }

    fn written(integrator: bool, grant: &Grant) -> String {
        let url = "https://auth.openbanking.mastercard.eu/oauth2/tokens"
            .parse()
            .unwrap();
        let request = TokenRequest {
            token_url: &url,
            party: &party(integrator),
            grant,
            assertion: Secret::new("header.claims.signature".to_owned()),
            proof: Secret::new("dpop_jwt".to_owned()),
            interaction_id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
        };
        let request = request.build().unwrap();
        assert!(request.headers()[DPOP].is_sensitive());
        let mut text = format!("{} {}\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            text += &format!("{name}: {}\n", value.to_str().unwrap());
        }
        text + "\n" + std::str::from_utf8(request.body()).unwrap()
    }

    /// Rows: R047, R049, R149, R151
    #[test]
    fn the_request_as_the_platform_prints_it() {
        let grant = Grant::new("consents:create".parse().unwrap());
        insta::assert_snapshot!(written(false, &grant), @r"
        POST https://auth.openbanking.mastercard.eu/oauth2/tokens
        x-on-behalf-of: tpp-acme
        dpop: dpop_jwt
        content-type: application/x-www-form-urlencoded
        accept: application/json
        x-fapi-interaction-id: 6ba7b810-9dad-41d1-80b4-00c04fd430c8

        grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=header.claims.signature&scope=consents%3Acreate
        ");
    }

    #[test]
    fn a_consent_is_one_more_parameter_and_own_context_has_no_third_party() {
        let grant = Grant::new("ob_data ob_providers".parse().unwrap())
            .with_consent("c-1".parse().unwrap());
        let text = written(true, &grant);
        assert!(
            text.ends_with("&scope=ob_data+ob_providers&consent_id=c-1"),
            "{text}"
        );
        assert!(
            !text.contains("x-on-behalf-of") && !text.contains("client_id="),
            "{text}"
        );
    }
}
