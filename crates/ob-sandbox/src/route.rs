//! Which door a request knocks at.

use crate::base::{JWKS_PATH, METADATA_PATH, TOKEN_PATH};
use http::Method;

/// Every door of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Token,
    Metadata,
    Jwks,
    FlowPage(&'a str),
    Control(Control<'a>),
    Api(Call<'a>),
}

/// The test controls under `/__sandbox/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control<'a> {
    Explain(&'a str),
    Counters,
    Suspend,
    Resume,
    RevokeTokens,
    CompleteFlow(&'a str),
    CancelFlow(&'a str),
}

/// The calls of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call<'a> {
    CreateConsent,
    GetConsent(&'a str),
    DeleteConsent(&'a str),
    CreateFlow(&'a str),
    GetFlow(&'a str, &'a str),
    Accounts,
    Account(&'a str),
    Transactions(&'a str),
    Transaction(&'a str),
    Providers,
}

/// Why no door opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    NotFound,
    /// What would be allowed on this path.
    MethodNotAllowed(&'static str),
}

impl<'a> Route<'a> {
    /// Ids in a path are compared as they are written: nothing is decoded, so `%2F` never
    /// becomes a slash.
    pub(crate) fn find(method: &Method, path: &'a str) -> Result<Self, Miss> {
        match path {
            TOKEN_PATH => return only(method, "POST", Self::Token),
            METADATA_PATH => return only(method, "GET", Self::Metadata),
            JWKS_PATH => return only(method, "GET", Self::Jwks),
            _ => {}
        }
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["flows", id] if !id.is_empty() => only(method, "GET", Self::FlowPage(id)),
            ["__sandbox", rest @ ..] => Self::control(method, rest),
            segments => Self::api(method, segments),
        }
    }

    fn control(method: &Method, segments: &[&'a str]) -> Result<Self, Miss> {
        let (allowed, control) = match *segments {
            ["explain", id] => ("GET", Control::Explain(id)),
            ["counters"] => ("GET", Control::Counters),
            ["suspend"] => ("POST", Control::Suspend),
            ["resume"] => ("POST", Control::Resume),
            ["revoke-tokens"] => ("POST", Control::RevokeTokens),
            ["flows", id, "complete"] => ("POST", Control::CompleteFlow(id)),
            ["flows", id, "cancel"] => ("POST", Control::CancelFlow(id)),
            _ => return Err(Miss::NotFound),
        };
        only(method, allowed, Self::Control(control))
    }

    fn api(method: &Method, segments: &[&'a str]) -> Result<Self, Miss> {
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err(Miss::NotFound);
        }
        let (allowed, call) = match *segments {
            ["consents", id] if method == Method::DELETE => {
                ("GET, DELETE", Call::DeleteConsent(id))
            }
            ["consents"] => ("POST", Call::CreateConsent),
            ["consents", id] => ("GET, DELETE", Call::GetConsent(id)),
            ["consents", id, "managed-flows"] => ("POST", Call::CreateFlow(id)),
            ["consents", id, "managed-flows", flow] => ("GET", Call::GetFlow(id, flow)),
            ["accounts"] => ("GET", Call::Accounts),
            ["accounts", id] => ("GET", Call::Account(id)),
            ["accounts", id, "transactions"] => ("GET", Call::Transactions(id)),
            ["transactions", id] => ("GET", Call::Transaction(id)),
            ["providers"] => ("GET", Call::Providers),
            _ => return Err(Miss::NotFound),
        };
        only(method, allowed, Self::Api(call))
    }
}

fn only<'a>(method: &Method, allowed: &'static str, route: Route<'a>) -> Result<Route<'a>, Miss> {
    if allowed.split(", ").any(|one| one == method.as_str()) {
        Ok(route)
    } else {
        Err(Miss::MethodNotAllowed(allowed))
    }
}

impl Call<'_> {
    /// The scope the token must have. DOC and INT name these three scopes; which of the consent
    /// calls `consents:create` covers is ASSUMED: all of them.
    pub(crate) const fn scope(&self) -> &'static str {
        match self {
            Self::CreateConsent
            | Self::GetConsent(_)
            | Self::DeleteConsent(_)
            | Self::CreateFlow(_)
            | Self::GetFlow(..) => "consents:create",
            Self::Accounts | Self::Account(_) | Self::Transactions(_) | Self::Transaction(..) => {
                "ob_data"
            }
            Self::Providers => "ob_providers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_doors_and_only_those() {
        let found = |method: Method, path: &'static str| Route::find(&method, path);
        assert_eq!(found(Method::POST, "/oauth2/tokens"), Ok(Route::Token));
        assert_eq!(
            found(Method::GET, "/transactions/t"),
            Ok(Route::Api(Call::Transaction("t")))
        );
        assert_eq!(
            found(Method::GET, "/oauth2/tokens"),
            Err(Miss::MethodNotAllowed("POST"))
        );
        assert_eq!(
            found(Method::HEAD, "/accounts"),
            Err(Miss::MethodNotAllowed("GET"))
        );
        assert_eq!(
            found(Method::PUT, "/consents/c"),
            Err(Miss::MethodNotAllowed("GET, DELETE"))
        );
        for path in [
            "/",
            "",
            "/accounts/",
            "//accounts",
            "/accounts//transactions",
            "/Accounts",
            "/oauth2/token",
        ] {
            assert_eq!(found(Method::GET, path), Err(Miss::NotFound), "{path}");
        }
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        let get = Route::find(&Method::GET, "/consents/a%2Fmanaged-flows");
        assert_eq!(get, Ok(Route::Api(Call::GetConsent("a%2Fmanaged-flows"))));
    }
}
