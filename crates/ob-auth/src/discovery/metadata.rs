//! A metadata document, read strictly.

use super::{DiscoveryError, endpoint::Endpoint};
use crate::{AuthorizationServer, server::Accepted};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::CONTENT_TYPE};
use ob_core::Shown;
use ob_jose::Algorithm;
use serde_json::{Map, Value};

/// What an authorization server says about itself, checked. Made by [`Discovery`](super::Discovery).
#[derive(Clone, Debug)]
pub struct ServerMetadata {
    server: AuthorizationServer,
    jwks_uri: Option<String>,
}

impl ServerMetadata {
    /// The server: issuer, token endpoint, and the algorithms it accepts.
    #[must_use]
    pub fn server(&self) -> &AuthorizationServer {
        &self.server
    }

    /// Where the server publishes its keys. obkit itself never fetches them: an access token is
    /// the API's to verify.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&str> {
        self.jwks_uri.as_deref()
    }

    pub(super) fn into_server(self) -> AuthorizationServer {
        self.server
    }

    /// Reads an answer (R170-R172).
    pub(super) fn read(
        answer: &Response<Bytes>,
        issuer: &Endpoint,
        http_on_loopback: bool,
    ) -> Result<Self, DiscoveryError> {
        if answer.status() != StatusCode::OK {
            return Err(DiscoveryError::status_of(answer.status()));
        }
        let body = answer.body();
        if body.len() > MAX_BODY {
            return Err(DiscoveryError::too_large(body.len()));
        }
        if !is_json(answer.headers()) {
            let why = "its content type is not application/json";
            return Err(DiscoveryError::document(why));
        }
        let object = ob_jose::json::parse_object(body).map_err(DiscoveryError::document)?;
        Self::of(&object, issuer, http_on_loopback)
    }

    fn of(
        object: &Map<String, Value>,
        issuer: &Endpoint,
        http_on_loopback: bool,
    ) -> Result<Self, DiscoveryError> {
        same_issuer(object, issuer)?;
        let endpoint = |name: &str, text: &str| {
            let endpoint = Endpoint::named(name, text)?;
            endpoint.admit(name, http_on_loopback)?;
            endpoint.admit_host(name, issuer)?;
            Ok(endpoint)
        };
        let token_endpoint = text(object, "token_endpoint")?
            .ok_or_else(|| DiscoveryError::document("it has no token_endpoint"))?;
        endpoint("token_endpoint", token_endpoint)?;
        let jwks_uri = text(object, "jwks_uri")?
            .map(|uri| endpoint("jwks_uri", uri))
            .transpose()?;
        must_list(object, "grant_types_supported", "client_credentials")?;
        must_list(
            object,
            "token_endpoint_auth_methods_supported",
            "private_key_jwt",
        )?;
        let accepted = Accepted {
            assertion: algorithms(object, "token_endpoint_auth_signing_alg_values_supported")?,
            proof: algorithms(object, "dpop_signing_alg_values_supported")?,
        };
        let server = AuthorizationServer::new(issuer.as_str(), token_endpoint)
            .map_err(|error| DiscoveryError::document(error.reason()))?;
        Ok(Self {
            server: server.accepting(accepted),
            jwks_uri: jwks_uri.map(|uri| uri.as_str().to_owned()),
        })
    }
}

/// Identical, without any normalisation: anything else is somebody else's document (R170).
fn same_issuer(object: &Map<String, Value>, issuer: &Endpoint) -> Result<(), DiscoveryError> {
    let found =
        text(object, "issuer")?.ok_or_else(|| DiscoveryError::document("it has no issuer"))?;
    if found == issuer.as_str() {
        return Ok(());
    }
    let why = format!(
        "its issuer is {}, not {}",
        Shown(found),
        Shown(issuer.as_str())
    );
    Err(DiscoveryError::document(why))
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, DiscoveryError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(DiscoveryError::document(format!(
            "its {name} is not a string"
        ))),
    }
}

/// A list of strings; nothing where the member is not there.
fn list<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<Vec<&'a str>>, DiscoveryError> {
    let Some(value) = object.get(name) else {
        return Ok(None);
    };
    let entries = value.as_array().map(|entries| {
        let texts = entries.iter().map(Value::as_str);
        texts.collect::<Option<Vec<_>>>()
    });
    let refused = || DiscoveryError::document(format!("its {name} is not a list of strings"));
    entries.flatten().map(Some).ok_or_else(refused)
}

/// Where a server says what it supports, what this client needs must be in it.
fn must_list(object: &Map<String, Value>, name: &str, needed: &str) -> Result<(), DiscoveryError> {
    match list(object, name)? {
        Some(entries) if !entries.contains(&needed) => {
            let why = format!("its {name} does not hold {needed}");
            Err(DiscoveryError::document(why))
        }
        _ => Ok(()),
    }
}

/// The ones of the closed set; names that mean nothing here are passed over.
fn algorithms(
    object: &Map<String, Value>,
    name: &str,
) -> Result<Option<Vec<Algorithm>>, DiscoveryError> {
    let names = list(object, name)?;
    Ok(names.map(|names| names.iter().filter_map(|name| name.parse().ok()).collect()))
}

/// `application/json` with any parameters, and nothing else (RFC 8414 section 3.2).
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Real documents have two to ten kilobytes.
const MAX_BODY: usize = 256 * 1024;
