//! Platforms that misbehave: one answer for everything.

use crate::child::{Sandbox, ob, text};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
};

/// Answers every request with `head` and no body, forever.
fn that_answers(head: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut writer = stream.try_clone().unwrap();
            let lines = BufReader::new(stream).lines().map_while(Result::ok);
            for _ in lines.filter(String::is_empty) {
                drop(write!(writer, "{head}\r\ncontent-length: 0\r\n\r\n"));
            }
        }
    });
    base
}

/// `accounts list` with tokens of the sandbox and an API that answers so.
#[track_caller]
fn check(head: &'static str, status: i32, code: &str) -> String {
    let sandbox = Sandbox::start(&[]);
    let api = format!("api_base = \"{}\"", that_answers(head));
    let config = sandbox.config("config.toml");
    let own = format!("api_base = \"{}\"", sandbox.api_base());
    fs::write(&config, sandbox.config_text().replace(&own, &api)).unwrap();
    let config = text(&config);
    let of = ["--for", "acme-budget", "--config", &config];
    let done = ob(&[&["consent", "get", CONSENT][..], &of].concat(), status);
    assert!(done.err.contains(code), "{}", done.err);
    assert_eq!(done.out, "");
    done.err
}

const CONSENT: &str = "acme-budget/00000000-0000-4000-8000-000000000000";

#[test]
fn rate_limited_is_7_and_names_the_wait() {
    check(
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: 3600",
        7,
        "[OB-A429]",
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let err = check(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/elsewhere",
        8,
        "[OB-N101]",
    );
    assert!(!err.contains("elsewhere"), "{err}");
}

#[test]
fn an_unknown_consent_is_not_found() {
    check("HTTP/1.1 404 Not Found", 1, "[OB-A404]");
}

#[test]
fn nobody_listening_is_8() {
    let sandbox = Sandbox::start(&[]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let live = sandbox.api_base();
    let dir = sandbox.changed("dead", |description| {
        let moved = description.to_string().replace(&live, &dead);
        *description = serde_json::from_str(&moved).unwrap();
    });
    let done = ob(
        &["token", "get", "--for", "acme-budget", "--sandbox", &dir],
        8,
    );
    let line = done.err.lines().next().unwrap();
    assert!(line.starts_with("error: [OB-T210] token endpoint unreachable"));
    assert_eq!(line.matches("OB-T210").count(), 1, "{line}");
    assert_eq!(line.matches("acme-budget").count(), 1, "{line}");
    assert!(line.contains("the request was not sent"), "{line}");
    let done = ob(&["explain", "refusal-000001", "--sandbox", &dir], 8);
    assert!(done.err.contains("[OB-N103]"), "{}", done.err);
}
