//! The secrets that were there, taken from the wire itself.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use obkit::{testing::from_fn, transport::SharedTransport};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Arc<Mutex<BTreeMap<String, &'static str>>>);

/// Shorter than this and a secret is searched for as a whole.
const NEEDLE: usize = 24;

/// A search that never met one of these proves nothing of it.
const KINDS: [&str; 8] = [
    "access token",
    "client assertion",
    "DPoP proof",
    "nonce",
    "private key (d)",
    "private key (PEM)",
    "damaged key",
    "personal data",
];

impl Secrets {
    pub(crate) fn add(&self, kind: &'static str, secret: impl Into<String>) {
        let secret = secret.into();
        if secret.len() >= 8 {
            self.0.lock().unwrap().insert(secret, kind);
        }
    }

    /// The private key in its two texts: `d` of the JWK, and each line of the PEM.
    pub(crate) fn add_key(&self, jwk: &str) {
        let key = obkit::jose::SigningKey::from_bytes(jwk.as_bytes()).unwrap();
        let members: serde_json::Value = serde_json::from_str(jwk).unwrap();
        self.add("private key (d)", members["d"].as_str().unwrap());
        let pem = key.to_pkcs8_pem().unwrap();
        for line in pem.expose().lines().filter(|line| !line.starts_with('-')) {
            self.add("private key (PEM)", line);
        }
    }

    /// For another process: kind and secret in each line.
    pub(crate) fn write(&self, path: &Path) {
        let secrets = self.0.lock().unwrap();
        let lines = secrets
            .iter()
            .map(|(secret, kind)| format!("{kind}\t{secret}\n"));
        std::fs::write(path, lines.collect::<String>()).unwrap();
    }

    pub(crate) fn read(path: &Path) -> Self {
        let secrets = Self::default();
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let (kind, secret) = line.split_once('\t').unwrap();
            secrets.add(
                KINDS
                    .iter()
                    .find(|known| **known == kind)
                    .unwrap_or(&"other"),
                secret,
            );
        }
        secrets
    }

    /// Notes what passes through a transport.
    pub(crate) fn recording(&self, inner: impl Into<SharedTransport>) -> SharedTransport {
        let (secrets, inner) = (self.clone(), inner.into());
        from_fn(move |request: Request<Bytes>| {
            let (secrets, inner) = (secrets.clone(), inner.clone());
            async move {
                secrets.note_request(&request);
                let answer = inner.send(request).await?;
                secrets.note_answer(&answer);
                Ok(answer)
            }
        })
        .into()
    }

    fn note_request(&self, request: &Request<Bytes>) {
        if let Some(value) = text(request.headers(), "authorization") {
            self.add_jwt("access token", value.split(' ').next_back().unwrap());
        }
        if let Some(proof) = text(request.headers(), "dpop") {
            self.add_jwt("DPoP proof", proof);
        }
        let body = String::from_utf8_lossy(request.body());
        for pair in body.split('&') {
            if let Some(assertion) = pair.strip_prefix("client_assertion=") {
                self.add_jwt("client assertion", assertion);
            }
        }
    }

    fn note_answer(&self, answer: &Response<Bytes>) {
        if let Some(nonce) = text(answer.headers(), "dpop-nonce") {
            self.add("nonce", nonce);
        }
        let body: Option<serde_json::Value> = serde_json::from_slice(answer.body()).ok();
        let token = body.as_ref().and_then(|body| body.get("access_token"));
        if let Some(token) = token.and_then(serde_json::Value::as_str) {
            self.add_jwt("access token", token);
        }
    }

    /// The whole, and the parts that differ from one to the next: a signature alone would let
    /// nobody in, but it has no business in a log either.
    fn add_jwt(&self, kind: &'static str, jwt: &str) {
        self.add(kind, jwt);
        if let Some(payload) = jwt.split('.').nth(1) {
            self.add("payload", payload);
        }
        if let Some((_, signature)) = jwt.rsplit_once('.') {
            self.add("signature", signature);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(crate) fn kinds(&self) -> String {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for kind in self.0.lock().unwrap().values() {
            *kinds.entry(kind).or_default() += 1;
        }
        let kinds: Vec<_> = kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        kinds.join(", ")
    }

    /// A search for nothing finds nothing: every kind must have passed.
    pub(crate) fn must_hold(&self) {
        let secrets = self.0.lock().unwrap();
        let kinds: BTreeSet<_> = secrets.values().copied().collect();
        for kind in KINDS {
            assert!(kinds.contains(kind), "no {kind} passed");
        }
    }

    pub(crate) fn needles(&self) -> usize {
        self.all_needles().len()
    }

    /// What of the secrets is in `text`: kind and where, never the secret.
    pub(crate) fn found_in(&self, text: &str) -> Vec<String> {
        let needles = self.all_needles();
        let found = needles.iter().filter_map(|(needle, kind)| {
            let at = text.find(needle.as_str())?;
            let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let before: String = text[line_start..at].chars().take(300).collect();
            Some(format!(
                "{kind} at byte {at}, in the line that begins {before:?}"
            ))
        });
        found.collect()
    }

    /// The middle of each secret: whoever prints a secret whole prints it too.
    fn all_needles(&self) -> BTreeMap<String, &'static str> {
        let secrets = self.0.lock().unwrap();
        let middle = |secret: &str| {
            let from = secret.len().saturating_sub(NEEDLE) / 2;
            secret[from..(from + NEEDLE).min(secret.len())].to_owned()
        };
        secrets
            .iter()
            .map(|(secret, kind)| (middle(secret), *kind))
            .collect()
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
