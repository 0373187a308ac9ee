//! The architecture's tables as data.

/// One crate: whom of the house it may know, which third-party crates it must not.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) may_know: &'static [&'static str],
    pub(super) must_not_know: &'static [&'static str],
    pub(super) reason: &'static str,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "ob-core",
        may_know: &[],
        must_not_know: &[
            "async-trait",
            "bytes",
            "futures-util",
            "http",
            "http-body",
            "http-body-util",
            "httpdate",
            "jiff",
            "rust_decimal",
            "serde_json",
            "tokio",
            "toml",
            "tower",
            "tracing",
            "url",
        ],
        reason: "the words everyone shares know nobody",
    },
    Row {
        name: "ob-jose",
        may_know: &[],
        must_not_know: &[
            "bytes",
            "futures-util",
            "http",
            "http-body",
            "http-body-util",
            "httpdate",
            "jiff",
            "tokio",
            "tower",
            "tracing",
            "url",
        ],
        reason: "it is pure: no HTTP, no OAuth endpoint, no time of day, no platform",
    },
    Row {
        name: "ob-transport",
        may_know: &[],
        must_not_know: &["jiff", "rust_decimal", "serde", "serde_json", "toml"],
        reason: "it moves bytes and knows no OAuth, no JOSE, no platform",
    },
    Row {
        name: "ob-api",
        may_know: &["ob-core"],
        must_not_know: &[
            "arc-swap",
            "async-trait",
            "futures-util",
            "http-body",
            "http-body-util",
            "tokio",
            "tower",
        ],
        reason: "it is values only: no keys, no tokens, no sockets",
    },
    Row {
        name: "ob-registry",
        may_know: &["ob-core"],
        must_not_know: &["http", "http-body", "http-body-util", "httpdate", "tower"],
        reason: "it knows no keys, no tokens, no HTTP",
    },
    Row {
        name: "ob-journal",
        may_know: &["ob-core"],
        must_not_know: &["http", "http-body", "http-body-util", "httpdate", "tower"],
        reason: "it knows no HTTP and no tokens",
    },
    Row {
        name: "ob-auth",
        may_know: &["ob-core", "ob-jose", "ob-transport"],
        must_not_know: &["iban_validate", "jiff", "rust_decimal", "sqlx", "tower"],
        reason: "it knows no payloads, no registry, no journal",
    },
    Row {
        name: "obkit",
        may_know: &[
            "ob-api",
            "ob-auth",
            "ob-core",
            "ob-jose",
            "ob-journal",
            "ob-registry",
            "ob-transport",
        ],
        must_not_know: &["hyper", "hyper-util", "redis", "rustls", "sqlx", "tower"],
        reason: "the facade composes and holds no adapter",
    },
    Row {
        name: "ob-sandbox",
        may_know: &["ob-api", "ob-core", "ob-jose"],
        must_not_know: &[],
        reason: "an oracle shares no code with what it judges",
    },
    Row {
        name: "ob-gateway",
        may_know: &["obkit"],
        must_not_know: &[],
        reason: "it speaks to the facade, never to the inside of auth",
    },
    Row {
        name: "ob-cli",
        may_know: &["ob-gateway", "ob-sandbox", "obkit"],
        must_not_know: &[],
        reason: "it speaks to the facade and the servers, never to the inside of auth",
    },
];

/// What ob-sandbox may not even test with.
pub(super) const ORACLE_STRANGERS: &[&str] = &["ob-auth", "ob-registry", "ob-transport", "obkit"];

/// Third-party crate → the only crates that may depend on it.
pub(super) const DOORS: &[(&str, &[&str])] = &[
    ("aws-lc-rs", &["ob-jose"]),
    ("axum", &["ob-gateway", "ob-sandbox"]),
    ("base64ct", &["ob-jose"]),
    ("clap", &["ob-cli"]),
    ("comfy-table", &["ob-cli"]),
    ("ed25519-dalek", &["ob-jose"]),
    ("elliptic-curve", &["ob-jose"]),
    ("getrandom", &["ob-core"]),
    ("hyper", &["ob-sandbox", "ob-transport"]),
    ("hyper-rustls", &["ob-transport"]),
    ("hyper-util", &["ob-sandbox", "ob-transport"]),
    ("indicatif", &["ob-cli"]),
    ("jsonwebtoken", &["ob-jose"]),
    ("p256", &["ob-jose"]),
    ("quick_cache", &["ob-auth"]),
    ("rcgen", &["ob-sandbox"]),
    ("redis", &["ob-auth"]),
    ("rustls", &["ob-transport"]),
    ("rustls-pki-types", &["ob-sandbox", "ob-transport"]),
    ("rustls-platform-verifier", &["ob-transport"]),
    ("sqlx", &["ob-registry"]),
    ("tokio-rustls", &["ob-sandbox"]),
    ("tracing-subscriber", &["ob-cli", "ob-gateway"]),
    ("x509-parser", &["ob-registry"]),
];

/// Third-party crates no crate of the house may name, with the reason.
pub(super) const NOWHERE: &[(&str, &str)] = &[
    ("anyhow", "a library's error is a type"),
    ("chrono", "dates are jiff's"),
    ("dashmap", "its guards live across an await"),
    ("josekit", "it brings OpenSSL"),
    ("lazy_static", "std has LazyLock"),
    (
        "moka",
        "the token cache is quick_cache, three times faster and bounded as well",
    ),
    ("native-tls", "TLS is rustls"),
    ("once_cell", "std has OnceLock"),
    ("openssl", "crypto is aws-lc-rs"),
    (
        "rand",
        "randomness comes from ob-core's one source, which asks the operating system",
    ),
    (
        "reqwest",
        "it weighs more than hyper-util and its types leak",
    ),
    ("ring", "crypto is aws-lc-rs"),
    ("rsa", "RUSTSEC-2023-0071 (Marvin) has no patched release"),
];
