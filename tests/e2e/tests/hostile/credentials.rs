//! Where credentials stand on the wire, and where they do not; and that nothing else gets in.

use crate::{
    request::Request,
    server::{Hostile, Reply, http, json},
    world::{ACME, ACME_APP, NONE, NORD, NORD_APP, World, honest_tokens, raw, token_of, tokens},
};
use http::Method;
use obkit::{
    Code, ConsentId, Sent,
    api::{AccountId, EndUser},
};

/// Two third-parties, with and without body and query.
async fn some_calls(world: &World) {
    for party in [ACME, NORD] {
        world.call(party).await.unwrap();
        let get = raw(Method::GET, "/insights/scores").query("limit=1&from=2026-01-01");
        world.raw(party, get).await.unwrap();
        let post = raw(Method::POST, "/insights").json(r#"{"a":1}"#);
        world.raw(party, post).await.unwrap();
        world
            .raw(party, raw(Method::DELETE, "/insights/1"))
            .await
            .unwrap();
    }
}

/// The client sends the token in one Authorization field and nowhere else, with one proof and
/// one application id, and never to the token endpoint.
///
/// Rows: R020, R203, R082, R085, R191
#[tokio::test]
async fn a_token_stands_in_one_field_only() {
    let (tokens, api) = (
        honest_tokens().await,
        Hostile::always(json("200 OK", NONE)).await,
    );
    some_calls(&World::new(&tokens, &api).await).await;
    let requests = api.requests();
    assert_eq!(requests.len(), 8);
    for (n, request) in requests.iter().enumerate() {
        let (party, application) = [(ACME, ACME_APP), (NORD, NORD_APP)][n / 4];
        let token = token_of(&format!("client-{party}"));
        assert_eq!(request.one("authorization"), format!("DPoP {token}"));
        assert_eq!(request.one("x-application-id"), application);
        assert_eq!(request.one("host"), format!("127.0.0.1:{}", api.port()));
        assert_eq!(request.proof()["htm"], request.method());
        for name in [
            "proxy-authorization",
            "x-on-behalf-of",
            "cookie",
            "transfer-encoding",
        ] {
            assert!(request.all(name).is_empty(), "{}", request.head());
        }
        assert!(
            request.all("content-length").len() <= 1,
            "{}",
            request.head()
        );
        assert!(!request.target().contains("canary"), "{}", request.target());
        assert!(!request.body().contains("canary"));
        let all = format!("{}{}", request.head(), request.body());
        assert_eq!(all.matches("canary").count(), 1, "{all}");
    }
    // Nothing beside the requests, either.
    assert_eq!(api.received().matches("canary").count(), requests.len());
    assert!(!tokens.received().contains("canary"));
}

/// The client's credentials for the token endpoint stay there: one assertion in the body, none
/// in the URL or in a field, and none of it at the API.
///
/// Rows: R020, R085
#[tokio::test]
async fn an_assertion_stands_in_the_body_only() {
    let (tokens, api) = (
        honest_tokens().await,
        Hostile::always(json("200 OK", NONE)).await,
    );
    some_calls(&World::new(&tokens, &api).await).await;
    let requests = tokens.requests();
    assert_eq!(requests.len(), 2);
    for (request, party) in requests.iter().zip([ACME, NORD]) {
        assert_eq!(request.one("x-on-behalf-of"), format!("client-{party}"));
        assert_eq!(request.target(), "/oauth2/tokens");
        assert_eq!(request.all("authorization").len(), 0);
        assert_eq!(request.all("proxy-authorization").len(), 0);
        assert_eq!(request.all("dpop").len(), 1);
        assert_eq!(request.body().matches("client_assertion=").count(), 1);
        assert!(!request.head().contains("client_assertion"));
    }
    assert!(!api.received().contains("client_assertion"));
}

/// The client keeps no cookie of either server, and names itself and nothing about its user.
///
/// Rows: R220
#[tokio::test]
async fn no_cookie_comes_back_and_the_agent_holds_no_secret() {
    const COOKIES: &str = "Set-Cookie: sid=canary; Path=/\r\nSet-Cookie: b=canary\r\n\
         Content-Type: application/json\r\n";
    let server = Hostile::start(|_, request| {
        let token = token_of(request.one("x-on-behalf-of"));
        let body = format!(r#"{{"access_token":"{token}","token_type":"DPoP","expires_in":1}}"#);
        http("200 OK", COOKIES, &body)
    })
    .await;
    let api = Hostile::always(http("200 OK", COOKIES, NONE)).await;
    let world = World::new(&server, &api).await;
    some_calls(&world).await;
    some_calls(&world).await;
    for request in server.requests().iter().chain(&api.requests()) {
        assert!(request.all("cookie").is_empty(), "{}", request.head());
        let agent = request.one("user-agent");
        assert!(agent.starts_with("obkit/") && agent.len() < 20, "{agent}");
        for name in ["referer", "from", "origin", "x-forwarded-for", "via"] {
            assert!(request.all(name).is_empty(), "{}", request.head());
        }
    }
}

/// What would break out of a field, a path or a query if it were written as it is.
const BREAKOUTS: [&str; 8] = [
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "a\0b",
    "a\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil",
    "a\u{2028}X-Evil: 1",
    "a\u{560a}X-Evil: 1",
    "\r\n",
];

/// Ids and settings of the caller that hold line breaks are refused before anything is sent.
///
/// Rows: L4.3, R191
#[tokio::test]
async fn what_the_caller_gives_cannot_break_out() {
    let (tokens, api) = (
        honest_tokens().await,
        Hostile::always(json("200 OK", NONE)).await,
    );
    let world = World::new(&tokens, &api).await;
    let party = world.integrator.on_behalf_of(ACME).unwrap();
    for text in BREAKOUTS {
        assert!(text.parse::<ConsentId>().is_err(), "{text:?}");
        assert!(text.parse::<obkit::ClientId>().is_err(), "{text:?}");
        assert!(text.parse::<obkit::ApplicationId>().is_err(), "{text:?}");
        assert!(text.parse::<obkit::Scopes>().is_err(), "{text:?}");
        assert!(world.integrator.on_behalf_of(text).is_err(), "{text:?}");
        let calls = [
            raw(Method::GET, &format!("/{text}")),
            raw(Method::GET, "/a").query(text),
        ];
        for call in calls {
            let error = party.raw(call).send().await.unwrap_err();
            assert_eq!(error.sent(), Sent::No, "{text:?}: {error}");
        }
        let keyed = raw(Method::POST, "/a").with_idempotency_key();
        let error = party
            .raw(keyed)
            .idempotency_key(text)
            .send()
            .await
            .unwrap_err();
        assert_eq!(
            (error.code(), error.sent()),
            (Code::R004, Sent::No),
            "{text:?}"
        );
    }
    assert_eq!((api.connections(), tokens.connections()), (0, 0));
}

/// What a server answers cannot break out either: an id or a token with line breaks in it is no
/// id and no token, and what is repeated to a server is repeated encoded.
///
/// Rows: L4.4
#[tokio::test]
async fn what_a_server_gives_cannot_break_out() {
    for text in BREAKOUTS {
        let text = serde_json::to_string(text).unwrap();
        let token = format!(r#"{{"access_token":{text},"token_type":"DPoP","expires_in":9}}"#);
        let server = Hostile::always(json("200 OK", &token)).await;
        let api = Hostile::always(json("200 OK", NONE)).await;
        let error = World::new(&server, &api).await.refused(ACME).await;
        assert_eq!(
            (error.code(), api.connections()),
            (Code::T201, 0),
            "{error}"
        );

        let kind = format!(r#"{{"access_token":"a","token_type":{text},"expires_in":9}}"#);
        let server = Hostile::always(json("200 OK", &kind)).await;
        let error = World::new(&server, &api).await.refused(ACME).await;
        assert_eq!(
            (error.code(), api.connections()),
            (Code::T216, 0),
            "{error}"
        );

        // The id of a new consent goes into a token request, a field and paths.
        let body = format!(r#"{{"id":{text},"consentId":{text},"status":"AWAITING"}}"#);
        let (server, api) = (
            honest_tokens().await,
            Hostile::always(json("201 Created", &body)).await,
        );
        let world = World::new(&server, &api).await;
        let party = world.integrator.on_behalf_of(ACME).unwrap();
        let create = party
            .consents()
            .create(EndUser::new("user-1", "u@example.com"));
        let error = create.send().await.unwrap_err();
        assert_eq!(error.code(), Code::A502, "{error}");
        assert!(!error.to_string().contains(['\r', '\n', '\0']), "{error:?}");
    }
}

/// Ids that are no plain words stay one segment of the path: nothing in them is a separator.
///
/// Rows: L4.2, R191
#[tokio::test]
async fn an_id_is_one_segment() {
    let ids = [
        "a/b", "../x", "..", ".", "a?b=c", "a#b", "a%2Fb", "a\\b", "a@b", "a:b", "a;b", "//e",
    ];
    let mut refused = 0;
    for id in ids {
        let tokens = Hostile::start(|_, request| tokens(request)).await;
        let api = Hostile::always(not_found()).await;
        let world = World::new(&tokens, &api).await;
        let party = world.integrator.on_behalf_of(ACME).unwrap();
        let consent = party.consent("consent-1".parse().unwrap()).unwrap();
        let Ok(account) = id.parse::<AccountId>() else {
            refused += 1;
            continue;
        };
        let call = party.accounts(&consent).get(&account).send().await;
        assert_eq!(call.unwrap_err().code(), Code::A404, "{id}");
        let requests = api.requests();
        let path = path_of(&requests[0]);
        assert_eq!(path.matches('/').count(), 2, "{id}: {path}");
        assert!(path.starts_with("/accounts/"), "{id}: {path}");
        let segment = path.rsplit('/').next().unwrap();
        assert!(!matches!(segment, "." | ".." | ""), "{id}: {path}");
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~%".contains(&b);
        assert!(segment.bytes().all(plain), "{id}: {path}");
        assert_eq!(requests[0].proof()["htu"], format!("{}{path}", api.base()));
    }
    // Dots alone, slashes and backslashes; the other half went out, encoded.
    assert_eq!(refused, 6);
}

fn not_found() -> Reply {
    json("404 Not Found", "{}")
}

fn path_of(request: &Request) -> String {
    request.target().split('?').next().unwrap().to_owned()
}
