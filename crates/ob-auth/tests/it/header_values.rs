//! What may stand in a header of ours, and what a caller may put beside it.

use crate::world::{
    APP_A, Issue, World, acme, api_request, beta, get_accounts, grant, own_context,
};
use http::HeaderName;
use ob_core::{ApplicationId, BusinessId, ClientId, Code, ConsentId};
use std::marker::PhantomData;

/// What a hostile or careless configuration may hold.
fn unfit() -> Vec<String> {
    let texts = [
        "",
        "a\r\nX-Admin: 1",
        "\n",
        "a\n",
        "\0",
        "a\0b",
        "%0d%0a",
        "a\tb",
        " a",
        "a ",
        ".a",
        "a.",
        "a\u{2028}b",
        "\u{e9}",
        "\u{ff41}",
        "a,b",
        "a, b",
        "a;b",
        "a/b",
        "a\"b",
    ];
    let long = "a".repeat(10_000);
    texts.into_iter().map(str::to_owned).chain([long]).collect()
}

/// A third-party's id that could do harm in a header is no value at all, and every way to one
/// goes through the check.
///
/// Rows: R190, L4.3
#[test]
fn an_id_that_could_leave_its_header_is_no_id() {
    for text in unfit() {
        assert!(text.parse::<ClientId>().is_err(), "{text:?}");
        assert!(text.parse::<ApplicationId>().is_err(), "{text:?}");
        assert!(text.parse::<ConsentId>().is_err(), "{text:?}");
        assert!(ClientId::try_from(text.clone()).is_err(), "{text:?}");
        let json = serde_json::to_string(&text).unwrap();
        assert!(serde_json::from_str::<ClientId>(&json).is_err(), "{json}");
    }
    for text in ["a".repeat(128).as_str(), "A-Z_0.9", "a"] {
        assert_eq!(text.parse::<ClientId>().unwrap().as_str(), text);
    }
    assert!("a".repeat(129).parse::<ClientId>().is_err());
    const {
        assert!(!Probe::<ClientId>::UNCHECKED && !Probe::<ApplicationId>::UNCHECKED);
        assert!(!Probe::<ConsentId>::UNCHECKED && !Probe::<BusinessId>::UNCHECKED);
        assert!(Probe::<Box<str>>::UNCHECKED, "the probe itself works");
    }
}

/// Whether a type can be had from any text without a check.
struct Probe<T>(PhantomData<T>);

trait Checked {
    const UNCHECKED: bool = false;
}

impl<T> Checked for Probe<T> {}

impl<T: From<String>> Probe<T> {
    const UNCHECKED: bool = true;
}

/// A caller sets none of the headers that say who acts, where a request goes and where it ends,
/// in whatever case, and no second credential.
///
/// Rows: R085, R191, R220, L4.3
#[tokio::test]
async fn r191_a_caller_may_not_set_what_only_we_write() {
    let world = World::honest();
    let authorizer = world.authorizer();
    let token = authorizer.token(&acme(), &grant("a")).await.unwrap().token;
    for (name, code) in [
        ("Authorization", Code::X001),
        ("AUTHORIZATION", Code::X001),
        ("DPOP", Code::X001),
        ("dpop", Code::X001),
        ("x-on-behalf-of", Code::X001),
        ("X-On-Behalf-OF", Code::X001),
        ("X-Application-ID", Code::X002),
        ("Host", Code::A100),
        ("content-LENGTH", Code::A100),
        ("Transfer-Encoding", Code::A100),
        ("Proxy-Authorization", Code::A100),
        ("Cookie", Code::A100),
    ] {
        let carrying = || {
            let mut request = get_accounts();
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, APP_A.parse().unwrap());
            request
        };
        let mut request = carrying();
        let refused = authorizer.attach(&acme(), &token, &mut request).await;
        assert_eq!(refused.unwrap_err().code(), code, "{name}");
        assert_eq!(request.headers(), carrying().headers(), "as it was");
        let mut request = carrying();
        let refused = authorizer
            .authorize(&acme(), &grant("never asked"), &mut request)
            .await;
        assert_eq!(refused.unwrap_err().code(), code, "{name}");
        assert_eq!(request.headers(), carrying().headers(), "as it was");
    }
    assert_eq!(
        world.server.requests(),
        1,
        "refused before a token is asked for"
    );
}

/// What is written is written once, and nothing else is: no cookie although one was set, no
/// proxy credential, no name of a program.
///
/// Rows: R085, R191, R220
#[tokio::test]
async fn nothing_else_is_written() {
    let world = World::new(|asked| {
        let issue = Issue::honest(asked);
        let issue = issue.header("set-cookie", "session=CANARY; Path=/");
        issue.header("set-cookie", "other=CANARY").into()
    });
    let authorizer = world.authorizer();
    for party in [acme(), beta(), own_context()] {
        let mut request = api_request("POST", "https://api.example/consents");
        authorizer
            .authorize(&party, &grant("a"), &mut request)
            .await
            .unwrap();
        let mut names: Vec<_> = request.headers().keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "dpop", "x-application-id"]);
        assert_eq!(request.headers().len(), 3);
    }
    for asked in world.server.asked() {
        let allowed = [
            "accept",
            "content-type",
            "dpop",
            "x-fapi-interaction-id",
            "x-on-behalf-of",
        ];
        for name in asked.headers.keys() {
            assert!(allowed.contains(&name.as_str()), "{name}");
            assert_eq!(asked.headers.get_all(name).iter().count(), 1, "{name}");
        }
        let text = format!("{:?}", asked.headers);
        assert!(!text.contains("CANARY"), "{text}");
    }
}
