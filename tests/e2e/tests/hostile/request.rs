//! One request as it stood on the wire.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The number of its connection, from 0.
    pub(crate) connection: usize,
    head: String,
    body: String,
}

impl Request {
    /// How long the first request in these bytes is, once it is there whole.
    pub(crate) fn whole(bytes: &[u8]) -> Option<usize> {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
        let length = values(&text, "content-length").pop();
        let whole = head + length.map_or(0, |length| length.parse().unwrap());
        (bytes.len() >= whole).then_some(whole)
    }

    pub(crate) fn new(connection: usize, bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_at(text.find("\r\n\r\n").unwrap() + 4);
        Self {
            connection,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn head(&self) -> &str {
        &self.head
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    pub(crate) fn method(&self) -> &str {
        self.head.split(' ').next().unwrap()
    }

    /// The request target, byte for byte.
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// The values of all fields of this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        values(&self.head, name)
    }

    /// The value of the one field of this name.
    #[track_caller]
    pub(crate) fn one(&self, name: &str) -> &str {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name} in {}", self.head);
        all[0]
    }

    /// The claims of the proof.
    #[track_caller]
    pub(crate) fn proof(&self) -> Value {
        claims(self.one("dpop"))
    }

    /// The claims of the client assertion.
    #[track_caller]
    pub(crate) fn assertion(&self) -> Value {
        let pairs = self.body.split('&');
        let mut found = pairs.filter_map(|pair| pair.strip_prefix("client_assertion="));
        claims(found.next().unwrap())
    }
}

fn fields(head: &str) -> Vec<(&str, &str)> {
    let lines = head.split("\r\n").skip(1).filter(|line| !line.is_empty());
    lines.map(|line| line.split_once(": ").unwrap()).collect()
}

fn values<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let fields = fields(head).into_iter();
    let named = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value).collect()
}

/// The claims of a JWT, which nobody here verifies.
#[track_caller]
fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
