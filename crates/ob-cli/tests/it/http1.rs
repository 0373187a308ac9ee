//! The smallest HTTP client that can play the end user.

use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Sends one request to `http://host:port/path`; gives the status and the body.
pub(crate) fn send(method: &str, url: &str, body: &str) -> (u16, Value) {
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The end user authorises the flow at the bank.
pub(crate) fn complete_flow(api_base: &str, flow: &str) {
    let url = format!("{api_base}/__sandbox/flows/{flow}/complete");
    let user = r#"{"username":"john.smith","password":"12345","otp":"987654"}"#;
    let (status, answer) = send("POST", &url, user);
    assert_eq!(status, 200, "{answer}");
}
