//! What a server says in its errors, and what of it is told.

use crate::{
    server::{Hostile, Reply, http, json},
    world::{ACME, World, everything_told, honest_tokens},
};
use obkit::{Code, Error};

/// The same error of the API and of the token endpoint.
async fn both(answer: impl Fn() -> Reply) -> [Error; 2] {
    let (tokens, api) = (honest_tokens().await, Hostile::always(answer()).await);
    let of_the_api = World::new(&tokens, &api).await.refused(ACME).await;
    let (tokens, api) = (Hostile::always(answer()).await, honest_tokens().await);
    let of_the_tokens = World::new(&tokens, &api).await.refused(ACME).await;
    assert_eq!(api.connections(), 0);
    [of_the_api, of_the_tokens]
}

/// The caller is told the server's error and description.
///
/// Rows: L5.6
#[tokio::test]
async fn what_the_server_says_is_told() {
    let body = r#"{"error":"invalid_request","error_description":"no such thing"}"#;
    for error in both(|| json("400 Bad Request", body)).await {
        let told = error.to_string();
        assert!(told.contains("invalid_request"), "{told}");
        assert!(told.contains("no such thing"), "{told}");
        assert_eq!(error.status(), Some(400));
    }
}

/// Long words are cut and control characters are escaped: nothing a server says makes a second
/// line in a log, or turns its colours.
///
/// Rows: L5.6
#[tokio::test]
async fn what_the_server_says_is_capped_and_escaped() {
    let hostile = [
        "line\r\nFAKE LOG LINE".to_owned(),
        "red\u{1b}[31m".to_owned(),
        "nul\0".to_owned(),
        "turn\u{202e}ed".to_owned(),
        "next\u{85}line\u{2028}sep".to_owned(),
        "word ".repeat(200_000),
        "x".repeat(1_000_000),
    ];
    for words in hostile {
        let said = serde_json::to_string(&words).unwrap();
        let bodies = [
            format!(r#"{{"error":"invalid_request","error_description":{said}}}"#),
            format!(r#"{{"error":{said},"error_description":{said}}}"#),
            format!(r#"{{"title":{said},"detail":{said},"status":400}}"#),
            format!(
                r#"{{"Errors":{{"Error":[{{"Source":{said},"ReasonCode":{said},"Description":{said}}}]}}}}"#
            ),
        ];
        for body in bodies {
            for error in both(|| json("400 Bad Request", &body)).await {
                let line = error.to_string();
                assert!(line.len() < 2500, "{} bytes", line.len());
                let bad = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}');
                assert!(!line.contains(bad), "{line:?}");
            }
        }
    }
}

/// A server that answers with the very request that it got teaches a log nothing.
///
/// Rows: L5.6, L5.1
#[tokio::test]
async fn an_echoed_request_is_not_told() {
    let echo = |_: usize, request: &crate::request::Request| {
        let all = format!("{}{}", request.head(), request.body());
        let said = serde_json::to_string(&all).unwrap();
        json(
            "400 Bad Request",
            &format!(r#"{{"error":"invalid_request","error_description":{said}}}"#),
        )
    };
    for at_the_api in [true, false] {
        let (tokens, api) = match at_the_api {
            true => (honest_tokens().await, Hostile::start(echo).await),
            false => (Hostile::start(echo).await, honest_tokens().await),
        };
        let world = World::new(&tokens, &api).await;
        let error = world.refused(ACME).await;
        let told = everything_told(&error);
        let sent = match at_the_api {
            true => api.requests(),
            false => tokens.requests(),
        };
        let proof = sent[0].one("dpop");
        for part in proof.split('.') {
            assert!(!told.contains(part), "{told}");
        }
        let journal = format!("{:?}", world.journal);
        assert!(
            !journal.contains("canary") && !journal.contains("eyJ"),
            "{journal}"
        );
    }
}

/// Header fields made to keep a parser busy: they are bounded, and each is read in one pass.
///
/// Rows: L4.6
#[tokio::test]
async fn fields_that_are_hard_to_read_are_soon_read() {
    let many = |piece: &str| piece.repeat(50_000 / piece.len());
    let values = [
        many("DPoP "),
        many(","),
        many("DPoP,"),
        many("DPoP error=\"x\","),
        format!("DPoP error=\"{}", many("\\\"")),
        format!("DPoP error={}", many("\\")),
        format!("DPoP {}", many("a=\"\\\\\" ,")),
        format!("DPoP {}", many("=")),
        format!("DPoP error=\"{}\"", many("use_dpop_nonce ")),
        many("("),
        many("((;a=\"\\\"\""),
        many("\"default\";r=0;t=1,"),
        many("9"),
        format!("-{}", many("9")),
        many("Sun, 22 Nov 2026 "),
    ];
    for value in values {
        for name in [
            "WWW-Authenticate",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Date",
        ] {
            let fields = format!("{name}: {value}\r\n");
            for (status, codes) in [
                ("401 Unauthorized", [Code::A401, Code::T203]),
                ("429 Slow", [Code::A429, Code::A429]),
            ] {
                let error = both(|| http(status, &fields, "")).await;
                for error in error {
                    let known = codes.contains(&error.code())
                        || matches!(error.code(), Code::D301 | Code::D302 | Code::T202);
                    assert!(known, "{name}: {error}");
                }
            }
        }
    }
}
