//! Whom a request is for: targets, hosts, forwarding headers, paths.

use crate::{front_wire::Door, harness::with};

/// Both servers: the target is compared with the configuration, whatever form it has.
///
/// Rows: R098, L2.18
#[tokio::test]
async fn an_absolute_target_names_this_server_or_nobody() {
    for (door, ours, other) in [
        (Door::plain().await, "http", "https"),
        (Door::open(true, |builder| builder).await, "https", "http"),
    ] {
        let host = door.host();
        let port = host.rsplit_once(':').unwrap().1;
        assert_eq!(
            door.ask(door.get(&format!("{ours}://{host}/jwks"), ""))
                .await
                .status,
            200
        );
        let right = door.token_request().await;
        let absolute = right.replacen("/oauth2", &format!("{ours}://{host}/oauth2"), 1);
        assert_eq!(
            door.ask(absolute).await.status,
            200,
            "the proof fits the absolute form"
        );
        for target in [
            format!("{other}://{host}/jwks"),
            format!("ftp://{host}/jwks"),
            format!("ws://{host}/jwks"),
            format!("{ours}://evil.example/jwks"),
            format!("{ours}://evil.example:{port}/jwks"),
            format!("{ours}://127.0.0.1:1/jwks"),
            format!("{ours}://127.0.0.1/jwks"),
            format!("{ours}://localhost:{port}/jwks"),
            format!("{ours}://127.0.0.1.:{port}/jwks"),
            format!("{ours}://[::1]:{port}/jwks"),
            format!("{ours}://[::ffff:127.0.0.1]:{port}/jwks"),
            format!("{ours}://0x7f000001:{port}/jwks"),
        ] {
            let seen = door.ask(door.get(&target, "")).await;
            door.assert_refused(&seen, (421, "R098"), &target);
        }
        for target in [
            format!("{ours}://evil@{host}/jwks"),
            format!("{ours}://{host}@evil.example/jwks"),
            format!("{ours}://a:b@{host}/jwks"),
            format!("{ours}:///jwks"),
            format!("{ours}:{host}/jwks"),
            format!("{ours}://{host}\\@evil.example/jwks"),
            "://evil/jwks".to_owned(),
            "file:///jwks".to_owned(),
        ] {
            door.ask_refused(door.get(&target, ""), (400, "R217")).await;
        }
        // The target is ours, the host is not: nobody can be meant.
        let two = format!("GET {ours}://{host}/jwks HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        door.assert_refused(&door.ask(&two).await, (421, "R098"), &two);
        let other = format!("GET {ours}://evil.example/jwks HTTP/1.1\r\nHost: {host}\r\n\r\n");
        door.assert_refused(&door.ask(&other).await, (421, "R098"), &other);
    }
}

/// Both servers: origin form, absolute form or `OPTIONS *`; no fragment, no byte that is none of
/// a URI.
///
/// Rows: R217, R098, L2.18
#[tokio::test]
async fn a_target_has_one_of_the_forms() {
    for door in Door::both().await {
        for target in [
            "jwks",
            "evil.example:443",
            "?a=b",
            "*",
            "/jwks#fragment",
            "/jwks?a=b#c",
            "#",
            "/jw<ks",
            "/jw\"ks",
            "/jwks\\..\\..",
            "/jw|ks",
            "/jw^ks",
            "/jw`ks",
            "/jw{ks}",
            "/jw\u{e9}ks",
            "/jw\0ks",
            "/jw\tks",
            "/jwks%",
            "/jwks%4",
            "/jwks%zz",
            "/jwks?a=%",
            "/jwks\x7f",
        ] {
            door.ask_refused(door.get(target, ""), (400, "R217")).await;
        }
        let host = door.host();
        let tunnel = format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        door.ask_refused(tunnel, (400, "R217")).await;
        let options = format!("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(door.ask(options).await.status, 404);
    }
}

/// Both servers: another host in `Host` is refused with 421, and what proxies say about hosts is
/// not heard, neither for nor against a request.
///
/// Rows: R098
#[tokio::test]
async fn forwarding_headers_change_nothing() {
    let lines = [
        "Forwarded: for=1.2.3.4;host=evil.example;proto=https",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Prefix: /evil",
        "X-Forwarded-Server: evil.example",
        "X-Original-URL: /evil",
        "X-Rewrite-URL: /evil",
        "X-Original-Host: evil.example",
        "X-Host: evil.example",
    ]
    .join("\r\n");
    for door in Door::both().await {
        let spoof = |text: String| text.replacen("\r\n", &format!("\r\n{lines}\r\n"), 1);
        let seen = door.ask(spoof(door.token_request().await)).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        let seen = door.ask(spoof(door.api_request().await)).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        // A proof for what the headers say is a proof for somebody else.
        let rig = &door.rig;
        let call = rig.token_call(Some("acme-budget"), "consents:create").await;
        let proof = rig
            .proof("POST", "https://evil.example/oauth2/tokens", (None, None))
            .await;
        let body = call.body();
        let headers = with(&call.headers, "dpop", &proof);
        let headers = with(&headers, "Content-Length", &body.len().to_string());
        let seen = door
            .ask(spoof(door.text("POST /oauth2/tokens", &headers)) + &body)
            .await;
        door.assert_refused(&seen, (400, "R096"), "AS");
        let token = rig.token("acme-budget", "ob_providers").await;
        let headers = rig
            .bound("acme-budget", &token, ("GET", "/providers"))
            .await;
        let ath = Some(token.as_str());
        let proof = rig
            .proof("GET", "https://evil.example/providers", (ath, None))
            .await;
        let headers = with(&headers, "dpop", &proof);
        let seen = door.ask(spoof(door.text("GET /providers", &headers))).await;
        door.assert_refused(&seen, (401, "R096"), "RS");

        let host = door.host();
        for right in [door.token_request().await, door.api_request().await] {
            for other in ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1"] {
                let text = right.replacen(
                    &format!("Host: {host}"),
                    &format!("Host: {other}\r\nX-Forwarded-Host: {host}"),
                    1,
                );
                door.assert_refused(&door.ask(text).await, (421, "R098"), other);
            }
        }
        let metadata = door
            .ask(spoof(
                door.get("/.well-known/oauth-authorization-server", ""),
            ))
            .await;
        assert_eq!(metadata.json()["issuer"], door.running.issuer());
    }
}

/// The API: a path is compared as it is written; nothing is decoded, joined or cleaned.
///
/// Rows: L4.2, L2.18, R208
#[tokio::test]
async fn a_path_is_what_it_is() {
    let door = Door::plain().await;
    let token = door.rig.token("acme-budget", "ob_providers").await;
    let headers = door.rig.bearer("acme-budget", &token);
    assert_eq!(
        door.ask(door.text("GET /providers", &headers)).await.status,
        200
    );
    for path in [
        "//providers",
        "/providers/",
        "/providers//",
        "/./providers",
        "/x/../providers",
        "/../providers",
        "/%2e%2e/providers",
        "/%70roviders",
        "/providers%2F",
        "/%2Fproviders",
        "/providers%00",
        "/%00",
        "/providers%20",
        "/providers;a=b",
        "/PROVIDERS",
        "/providers%23",
        "/providers%3Fa",
        "/accounts/x/..",
        "/consents/..%2F..%2Fproviders/managed-flows/x/y",
        "/__sandbox/../providers",
        "/oauth2/../providers",
        "/..%5c..%5cetc%5cpasswd",
        "/%c0%ae%c0%ae/etc/passwd",
    ] {
        let seen = door.ask(door.text(&format!("GET {path}"), &headers)).await;
        door.assert_refused(&seen, (404, "platform 1"), path);
    }
    let consents = door.rig.active_consent("acme-budget").await;
    let token = door.rig.consent_token("acme-budget", &consents).await;
    let headers = door.rig.bearer("acme-budget", &token);
    for path in [
        "/accounts/..",
        "/accounts/.",
        "/accounts/%2e%2e",
        "/accounts/%2F",
        "/accounts/%00",
        "/accounts/..%2Fproviders",
        "/transactions/%0d%0aX:%20evil",
    ] {
        let seen = door.ask(door.text(&format!("GET {path}"), &headers)).await;
        assert_eq!(seen.status, 404, "{path} {seen:?}");
        seen.assert_plain();
    }
}

/// Both servers: no answer is a redirection, whatever is asked and whoever would like one.
///
/// Rows: R013
#[tokio::test]
async fn nothing_redirects() {
    let door = Door::plain().await;
    let paths = [
        "/",
        "//evil.example",
        "//evil.example/%2e%2e",
        "/%5cevil.example",
        "/https://evil.example",
        "/oauth2/tokens",
        "/oauth2/tokens/",
        "/oauth2",
        "/oauth2/authorize",
        "/authorize",
        "/login",
        "/callback",
        "/jwks",
        "/jwks/",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/accounts",
        "/accounts/",
        "/accounts/x",
        "/accounts/x/transactions",
        "/transactions/x",
        "/providers",
        "/consents",
        "/consents/x",
        "/consents/x/managed-flows",
        "/consents/x/managed-flows/y",
        "/flows/x",
        "/flows/",
        "/__sandbox/counters",
        "/__sandbox/explain/x",
        "/__sandbox/suspend",
        "/__sandbox/flows/x/complete",
        "/__sandbox/",
    ];
    let asks = "redirect_uri=https://evil.example&return_to=//evil.example&url=https://evil.example&next=//evil.example";
    let mut line = door.connect().await;
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            for query in ["", "?", &format!("?{asks}")] {
                let length = format!(
                    "Content-Length: {}\r\nReferer: https://evil.example/",
                    asks.len()
                );
                let text = door.get(&format!("{path}{query}"), &format!("{length}\r\n"));
                line.say(text.replacen("GET", method, 1) + asks).await;
                line.answer().await.unwrap().assert_plain();
            }
        }
    }
}
