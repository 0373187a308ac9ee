//! Attack lists L1 and L2 against the three verifiers, and the matrix that keeps their tokens
//! apart (R143).

use std::time::SystemTime;

use ob_jose::{
    AccessTokenVerifier, Algorithm, AssertionVerifier, ExpectedProof, Htu, JwkSet, ProofVerifier,
    Refusal, RegisteredClient, SigningKey, Thumbprint, ath, base64url,
};
use serde_json::{Value, json};

use crate::support::{API, CLIENT, ISSUER, NOW, TOKEN_URL, at, key, seal, with};

/// One verifier with everything it trusts, and the token it accepts.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) key: SigningKey,
    pub(crate) header: Value,
    pub(crate) claims: Value,
    kind: Kind,
}

enum Kind {
    Assertion,
    ProofAtServer,
    ProofAtApi { ath: String, jkt: Thumbprint },
    AccessToken,
}

const ACCESS_TOKEN: &str = "presented-access-token";

impl Target {
    pub(crate) fn all(algorithm: Algorithm) -> Vec<Self> {
        vec![
            Self::assertion(algorithm),
            Self::proof_at_server(algorithm),
            Self::proof_at_api(algorithm),
            Self::access_token(algorithm),
        ]
    }

    pub(crate) fn assertion(algorithm: Algorithm) -> Self {
        Self {
            name: "assertion",
            key: key(algorithm).with_kid("k1"),
            header: json!({"typ": "client-authentication+jwt", "alg": algorithm.as_str(), "kid": "k1"}),
            claims: json!({"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "j1", "iat": NOW,
                "nbf": NOW, "exp": NOW + 60}),
            kind: Kind::Assertion,
        }
    }

    pub(crate) fn proof_at_server(algorithm: Algorithm) -> Self {
        let key = key(algorithm);
        Self {
            name: "proof at the token endpoint",
            header: json!({"typ": "dpop+jwt", "alg": algorithm.as_str(), "jwk": key.public_jwk().to_value()}),
            claims: json!({"jti": "j1", "htm": "POST", "htu": TOKEN_URL, "iat": NOW, "nonce": "n",
                "nbf": NOW, "exp": NOW + 300}),
            key,
            kind: Kind::ProofAtServer,
        }
    }

    pub(crate) fn proof_at_api(algorithm: Algorithm) -> Self {
        let base = Self::proof_at_server(algorithm);
        let ath = ath(ACCESS_TOKEN);
        let claims = with(&base.claims, "ath", Some(json!(ath)));
        let jkt = base.key.thumbprint().clone();
        Self {
            name: "proof at the API",
            claims,
            kind: Kind::ProofAtApi { ath, jkt },
            ..base
        }
    }

    pub(crate) fn access_token(algorithm: Algorithm) -> Self {
        Self {
            name: "access token",
            key: key(algorithm).with_kid("k1"),
            header: json!({"typ": "at+jwt", "alg": algorithm.as_str(), "kid": "k1"}),
            claims: json!({"iss": ISSUER, "aud": API, "sub": "third-party", "client_id": CLIENT,
                "act": {"sub": CLIENT}, "scope": "a b", "jti": "t1", "iat": NOW, "nbf": NOW,
                "exp": NOW + 300, "cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
            kind: Kind::AccessToken,
        }
    }

    pub(crate) fn token(&self, header: &Value, claims: &Value) -> String {
        seal(
            &self.key,
            header.to_string().as_bytes(),
            claims.to_string().as_bytes(),
        )
    }

    pub(crate) fn good(&self) -> String {
        self.token(&self.header, &self.claims)
    }

    pub(crate) fn judge(&self, token: &str) -> Result<(), Refusal> {
        self.judge_at(token, at(NOW))
    }

    pub(crate) fn judge_at(&self, token: &str, now: SystemTime) -> Result<(), Refusal> {
        let keys = JwkSet::new([self.key.public_jwk().clone()]);
        self.judge_with(token, now, keys)
    }

    /// Where only `keys` are registered for the client, or published by the issuer.
    pub(crate) fn judge_with(
        &self,
        token: &str,
        now: SystemTime,
        keys: JwkSet,
    ) -> Result<(), Refusal> {
        let htu = Htu::from_uri(TOKEN_URL).unwrap();
        match &self.kind {
            Kind::Assertion => {
                let client = RegisteredClient {
                    client_id: CLIENT,
                    keys: &keys,
                    algorithm: None,
                };
                AssertionVerifier::new(ISSUER)
                    .verify(token, &client, now)
                    .map(drop)
            }
            Kind::ProofAtServer => {
                let expected = ExpectedProof::new("POST", &htu, now);
                ProofVerifier::new().verify(token, &expected).map(drop)
            }
            Kind::ProofAtApi { ath, jkt } => {
                let expected = ExpectedProof::new("POST", &htu, now).with_token(ath, jkt);
                ProofVerifier::new().verify(token, &expected).map(drop)
            }
            Kind::AccessToken => AccessTokenVerifier::new(ISSUER, API, keys)
                .verify(token, now)
                .map(drop),
        }
    }

    /// With one header parameter or claim changed.
    pub(crate) fn bent(&self, part: &str, name: &str, value: Option<Value>) -> String {
        match part {
            "header" => self.token(&with(&self.header, name, value), &self.claims),
            _ => self.token(&self.header, &with(&self.claims, name, value)),
        }
    }

    #[track_caller]
    pub(crate) fn refuses(&self, what: &str, token: &str) -> Refusal {
        match self.judge(token) {
            Err(refusal) => {
                let shown = format!("{refusal} {refusal:?}");
                let quoted = token.len() > 40 && shown.contains(token);
                assert!(!quoted, "{}: {what} quotes the token", self.name);
                refusal
            }
            Ok(()) => panic!("{} accepts {what}", self.name),
        }
    }

    #[track_caller]
    pub(crate) fn refuses_under(&self, rule: &str, part: &str, name: &str, value: Option<Value>) {
        let what = format!("{part} {name} = {value:?}");
        let refusal = self.refuses(&what, &self.bent(part, name, value));
        assert_eq!(refusal.rule(), rule, "{}: {what}: {refusal}", self.name);
    }
}

/// Every algorithm of the set is accepted by every verifier; the refusals below mean something.
///
/// Rows: R035, R123
#[test]
fn the_good_tokens_are_good() {
    for algorithm in Algorithm::ALL {
        for target in Target::all(algorithm) {
            target
                .judge(&target.good())
                .unwrap_or_else(|refusal| panic!("{}: {refusal}", target.name));
        }
    }
}

/// At all four verifiers.
///
/// Rows: R035, R036, R092, R129, L1.1, L1.4
#[test]
fn l1_1_l1_4_algorithms() {
    for target in Target::all(Algorithm::Es256) {
        for alg in ["none", "None", "NONE", "nOnE", "none "] {
            target.refuses_under("R036", "header", "alg", Some(json!(alg)));
        }
        for alg in [
            "",
            "HS256",
            "HS384",
            "HS512",
            "RS256",
            "RS384",
            "RS512",
            "PS384",
            "PS512",
            "ES384",
            "ES512",
            "ES256K",
            "ESP256",
            "es256",
            "Es256",
            "ps256",
            "eddsa",
            "ed25519",
            "Ed448",
            "ML-DSA-44",
            "dir",
            "RSA-OAEP",
            "ES256\0",
            " ES256",
            "X",
        ] {
            target.refuses_under("R035", "header", "alg", Some(json!(alg)));
        }
        for alg in [
            Value::Null,
            json!(1),
            json!(["ES256"]),
            json!({}),
            json!(true),
        ] {
            target.refuses_under("R129", "header", "alg", Some(alg));
        }
        target.refuses_under("R129", "header", "alg", None);
        for alg in ["PS256", "EdDSA"] {
            target.refuses(
                "another algorithm of the set",
                &target.bent("header", "alg", Some(json!(alg))),
            );
        }
    }
}

/// At all four verifiers: one compact JWS and nothing else.
///
/// Rows: R089, R123, R124, R125, R146, L1.2, L1.14, L1.20
#[test]
fn l1_2_l1_14_l1_20_serialisation() {
    for target in Target::all(Algorithm::Es256) {
        let good = target.good();
        let parts: Vec<&str> = good.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            panic!()
        };
        let flattened = json!({"protected": header, "payload": claims, "signature": signature});
        let spaced = format!("{header} .{claims}.{signature}");
        let cases = [
            String::new(),
            header.to_owned(),
            format!("{header}.{claims}"),
            format!("{header}.{claims}."),
            format!(".{claims}.{signature}"),
            format!("{header}..{signature}"),
            format!("{good}.x"),
            format!("{good}.x.y"),
            format!("{good} {good}"),
            format!("{good},{good}"),
            format!("{good}\n"),
            format!(" {good}"),
            format!("{good}="),
            format!("\u{feff}{good}"),
            format!("{header}.{claims}.{signature}\0"),
            good.chars().flat_map(|c| [c, '\0']).collect(),
            format!("{good}~"),
            spaced,
            flattened.to_string(),
            json!({"payload": claims, "signatures": [flattened]}).to_string(),
            good.replace('-', "+").replace('_', "/") + "+",
            good.replace('.', "%2E"),
        ];
        for case in cases {
            target.refuses(&case, &case);
        }
        assert_eq!(
            target.refuses("a JWE", &format!("{good}.x.y")).rule(),
            "R146"
        );
    }
}

/// At all four verifiers.
///
/// Rows: R125, L1.14
#[test]
fn l1_14_no_signature_has_a_malleable_twin() {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for target in Target::all(Algorithm::Es256) {
        let good = target.good();
        let (head, last) = good.split_at(good.len() - 1);
        for twin in ALPHABET.chars().filter(|c| !last.contains(*c)) {
            target.refuses("a twin", &format!("{head}{twin}"));
        }
    }
}

/// At all four verifiers.
///
/// Rows: R060, R131, R132, R133, R134, L1.5, L1.6, L1.7, L1.8, L1.9
#[test]
fn l1_5_to_l1_9_headers() {
    let attacker = key(Algorithm::Es256);
    for target in Target::all(Algorithm::Es256) {
        let is_proof = target.name.starts_with("proof");
        // A key or a link to one in the header changes nothing: the attacker's signature fails.
        for (name, value) in [
            ("jwk", attacker.public_jwk().to_value()),
            ("jku", json!("https://attacker.example/jwks")),
            ("jku", json!("http://169.254.169.254/")),
            ("x5u", json!("file:///etc/passwd")),
            ("x5c", json!(["MIIB"])),
            ("x5t", json!("AAAA")),
            ("jku", json!("http://127.0.0.1:1/jwks")),
        ] {
            if is_proof && name == "jwk" {
                continue;
            }
            let header = with(&target.header, name, Some(value));
            let forged = seal(
                &attacker,
                header.to_string().as_bytes(),
                target.claims.to_string().as_bytes(),
            );
            target.refuses(name, &forged);
        }
        for (rule, name, value) in [
            ("R131", "crit", json!(["exp"])),
            ("R131", "crit", json!([])),
            ("R131", "crit", json!(["b64"])),
            ("R131", "crit", json!("x")),
            ("R131", "crit", json!(["exp", "exp"])),
            ("R131", "crit", json!(["alg"])),
            ("R131", "crit", json!(["absent"])),
            ("R131", "crit", Value::Null),
            ("R132", "b64", json!(false)),
            ("R132", "b64", json!(true)),
            ("R146", "zip", json!("DEF")),
            ("R146", "enc", json!("A256GCM")),
            ("R133", "kid", json!(["k1"])),
            ("R133", "kid", json!(1)),
            ("R133", "kid", Value::Null),
            ("R133", "kid", json!("k".repeat(257))),
            ("R147", "kid", json!("k".repeat(1 << 20))),
            ("R143", "typ", json!(["dpop+jwt"])),
            ("R143", "typ", Value::Null),
        ] {
            target.refuses_under(rule, "header", name, Some(value));
        }
        if is_proof {
            continue;
        }
        for kid in [
            "../../etc/passwd",
            "k1' OR '1'='1",
            "k1\0",
            "$(id)",
            "K1",
            "",
            "k1 ",
        ] {
            target.refuses(kid, &target.bent("header", "kid", Some(json!(kid))));
        }
    }
}

/// At all four verifiers, in all three algorithms.
///
/// Rows: R058, R093, R135, R136, R137, L1.10
#[test]
fn l1_10_l1_12_signatures() {
    for algorithm in Algorithm::ALL {
        for target in Target::all(algorithm) {
            let good = target.good();
            let (input, signature) = good.rsplit_once('.').unwrap();
            let signature = base64url::decode(signature).unwrap();
            let mut flipped = signature.clone();
            flipped[7] ^= 1;
            let der = [
                &[0x30, 0x44, 2, 0x20],
                &signature[..32],
                &[2, 0x20],
                &signature[32..64],
            ]
            .concat();
            for bad in [
                flipped,
                vec![0; signature.len()],
                vec![0xff; signature.len()],
                signature[1..].to_vec(),
                [&signature[..], &[0]].concat(),
                [&[0], &signature[..]].concat(),
                vec![0],
                der,
            ] {
                let token = format!("{input}.{}", base64url::encode(&bad));
                let rule = target.refuses("a bad signature", &token).rule();
                assert!(["R058", "R093", "R179"].contains(&rule), "{rule}");
            }
        }
    }
}

/// At all four verifiers, at every depth.
///
/// Rows: R126, R127, L1.15
#[test]
fn l1_15_duplicates_and_escaped_twins() {
    for target in Target::all(Algorithm::EdDsa) {
        let (header, claims) = (target.header.to_string(), target.claims.to_string());
        let twice = |text: &str, name: &str| {
            let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
            [name.to_owned(), escaped]
                .map(|name| text.replacen('{', &format!("{{\"{name}\":\"x\","), 1))
        };
        for name in target.header.as_object().unwrap().keys() {
            for bad in twice(&header, name) {
                let token = seal(&target.key, bad.as_bytes(), claims.as_bytes());
                assert_eq!(target.refuses(&bad, &token).rule(), "R126");
            }
        }
        for name in target.claims.as_object().unwrap().keys() {
            for bad in twice(&claims, name) {
                let token = seal(&target.key, header.as_bytes(), bad.as_bytes());
                assert_eq!(target.refuses(&bad, &token).rule(), "R127");
            }
        }
        for (outer, inner) in [
            ("\"jwk\":{", "\"kty\":\"OKP\","),
            ("\"cnf\":{", "\"jkt\":\"x\","),
            ("\"act\":{", "\"sub\":\"x\","),
        ] {
            let double = format!("{outer}{inner}");
            let token = seal(
                &target.key,
                header.replace(outer, &double).as_bytes(),
                claims.replace(outer, &double).as_bytes(),
            );
            if header.contains(outer) || claims.contains(outer) {
                target.refuses(outer, &token);
            }
        }
    }
}

/// At all four verifiers.
///
/// Rows: R090, R144, L1.16
#[test]
fn l1_16_type_confusion_of_every_claim() {
    for target in Target::all(Algorithm::EdDsa) {
        for (name, good) in target.claims.as_object().unwrap() {
            for bad in [
                Value::Null,
                json!(true),
                json!(7),
                json!("7"),
                json!(["7"]),
                json!({"x": 7}),
            ] {
                let same = std::mem::discriminant(&bad) == std::mem::discriminant(good);
                if !same {
                    let what = format!("{name} = {bad}");
                    target.refuses(&what, &target.bent("claims", name, Some(bad)));
                }
            }
        }
    }
}

/// At all four verifiers; `iat` of an assertion may be missing.
///
/// Rows: R050, R051, R052, R053, R055, R090, L1.16
#[test]
fn l1_16_missing_claims() {
    for target in Target::all(Algorithm::EdDsa) {
        let optional = ["nbf", "nonce", "scope", "cnf"];
        let may_lack = |name: &str| match target.name {
            "assertion" => name == "iat" || optional.contains(&name),
            "access token" => optional.contains(&name),
            _ => name == "exp" || optional.contains(&name),
        };
        for name in target.claims.as_object().unwrap().keys() {
            let verdict = target.judge(&target.bent("claims", name, None));
            assert_eq!(
                verdict.is_ok(),
                may_lack(name),
                "{}: {name}: {verdict:?}",
                target.name
            );
        }
    }
}

/// At all four verifiers.
///
/// Rows: R053, R128, R144, L1.17
#[test]
fn l1_17_extreme_times() {
    for target in Target::all(Algorithm::EdDsa) {
        for name in ["iat", "exp", "nbf"] {
            for raw in [
                "-1",
                "9007199254740993",
                "1e308",
                "1e400",
                "1763800000000",
                "\"1763800000\"",
                "NaN",
                "-1e9",
            ] {
                let claims = target.claims.to_string();
                let was = format!("\"{name}\":{}", target.claims[name]);
                let bad = claims.replace(&was, &format!("\"{name}\":{raw}"));
                assert_ne!(bad, claims);
                let token = seal(
                    &target.key,
                    target.header.to_string().as_bytes(),
                    bad.as_bytes(),
                );
                target.refuses(&format!("{name} = {raw}"), &token);
            }
        }
        target.refuses("exp = 0", &target.bent("claims", "exp", Some(json!(0))));
        // 2^31 lies in the year 2038: nothing was made then or is valid only from then.
        for name in ["iat", "nbf"] {
            target.refuses_under("R017", "claims", name, Some(json!(1_u64 << 31)));
        }
    }
}

/// At all four verifiers.
///
/// Rows: R126, R127, R128, R147, L1.19
#[test]
fn l1_19_size_depth_and_counts() {
    for target in Target::all(Algorithm::EdDsa) {
        let mut deep = json!(1);
        for _ in 0..40 {
            deep = json!({ "a": deep });
        }
        target.refuses(
            "deep claims",
            &target.bent("claims", "x", Some(deep.clone())),
        );
        target.refuses("a deep header", &target.bent("header", "x", Some(deep)));
        for size in [8193, 1 << 20, 100 << 20] {
            let rule = target.refuses("a huge token", &"A".repeat(size)).rule();
            assert_eq!(rule, "R147");
        }
        let deeper = format!("{{\"x\":{}{}}}", "[".repeat(2000), "]".repeat(2000));
        let header = target.header.to_string();
        let token = seal(&target.key, header.as_bytes(), deeper.as_bytes());
        assert_eq!(target.refuses("2,000 levels", &token).rule(), "R127");
        let many: Value = (0..300)
            .map(|n| (format!("member{n}"), json!(n)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        target
            .judge(&target.bent("claims", "many", Some(many)))
            .unwrap();
        for (header, payload) in [
            (&b"[]"[..], &b"{}"[..]),
            (b"\xef\xbb\xbf{\"alg\":\"EdDSA\"}", b"{}"),
            (b"{\"alg\":\"EdDSA\"} x", b"{}"),
            (b"{\0\"\0a\0l\0g\0", b"{}"),
            (b"{\"alg\":\"EdDSA\",\"x\":\"\xc0\xaf\"}", b"{}"),
            (b"null", b"{}"),
        ] {
            assert_eq!(
                target
                    .refuses("a bad header", &seal(&target.key, header, payload))
                    .rule(),
                "R126"
            );
        }
        let header = target.header.to_string();
        for payload in [
            &b"[]"[..],
            b"null",
            b"\"x\"",
            b"\xef\xbb\xbf{}",
            b"{}{}",
            b"{\"iss\":\"\\ud800\"}",
        ] {
            let token = seal(&target.key, header.as_bytes(), payload);
            assert_eq!(target.refuses("bad claims", &token).rule(), "R127");
        }
    }
}

/// At all four verifiers.
///
/// Rows: R057, R105
#[test]
fn r105_r057_unknown_members_are_ignored() {
    for target in Target::all(Algorithm::EdDsa) {
        for part in ["header", "claims"] {
            target
                .judge(&target.bent(part, "unknown", Some(json!({"x": [1]}))))
                .unwrap();
        }
    }
}

/// At all four verifiers, each against the tokens of the other three.
///
/// Rows: R143, L1.18, L2.13
#[test]
fn r143_no_token_passes_for_another() {
    for algorithm in Algorithm::ALL {
        // One key in every role is the attacker's best case.
        let shared = key(algorithm).with_kid("k1");
        let mut targets = Target::all(algorithm);
        for target in &mut targets {
            target.key = shared.clone();
            if target.header.get("jwk").is_some() {
                target.header = with(&target.header, "jwk", Some(shared.public_jwk().to_value()));
                target.header = with(&target.header, "kid", Some(json!("k1")));
            }
            if let Kind::ProofAtApi { jkt, .. } = &mut target.kind {
                *jkt = shared.thumbprint().clone();
            }
        }
        // All claims of all tokens in one: only the type keeps them apart.
        let mut union = json!({});
        for target in &targets {
            union
                .as_object_mut()
                .unwrap()
                .extend(target.claims.as_object().unwrap().clone());
        }
        for from in &targets {
            for to in &targets {
                let same = from.name == to.name;
                assert_eq!(
                    to.judge(&from.good()).is_ok(),
                    same,
                    "{} as {}",
                    from.name,
                    to.name
                );
                let both_proofs = from.name.starts_with("proof") && to.name.starts_with("proof");
                if !same && !both_proofs {
                    to.refuses(
                        "all claims under another type",
                        &from.token(&from.header, &union),
                    );
                }
            }
        }
    }
}

/// Rows: R091, R143, R178
#[test]
fn r143_types_are_exact() {
    let assertion = Target::assertion(Algorithm::EdDsa);
    for typ in [
        "JWT",
        "application/JWT",
        "client-authentication+jwt",
        "application/client-authentication+jwt",
    ] {
        assertion
            .judge(&assertion.bent("header", "typ", Some(json!(typ))))
            .unwrap();
    }
    assertion
        .judge(&assertion.bent("header", "typ", None))
        .unwrap();
    for typ in [
        "at+jwt",
        "dpop+jwt",
        "jwt",
        "JOSE",
        "client-authentication+JWT",
        "",
    ] {
        assertion.refuses_under("R143", "header", "typ", Some(json!(typ)));
    }
    for proof in [
        Target::proof_at_server(Algorithm::EdDsa),
        Target::proof_at_api(Algorithm::EdDsa),
    ] {
        for typ in [
            "JWT",
            "at+jwt",
            "DPOP+JWT",
            "dpop+jwt+x",
            "application/dpop+jwt",
            "",
        ] {
            proof.refuses_under("R091", "header", "typ", Some(json!(typ)));
        }
        proof.refuses_under("R091", "header", "typ", None);
    }
    let token = Target::access_token(Algorithm::EdDsa);
    token
        .judge(&token.bent("header", "typ", Some(json!("application/at+jwt"))))
        .unwrap();
    for typ in ["JWT", "dpop+jwt", "AT+JWT", ""] {
        token.refuses_under("R178", "header", "typ", Some(json!(typ)));
    }
    token.refuses_under("R178", "header", "typ", None);
}

/// At all four verifiers: the fully-specified name of RFC 9864.
///
/// Rows: R035, R130
#[test]
fn r035_the_alias_ed25519_is_read() {
    for target in Target::all(Algorithm::EdDsa) {
        target
            .judge(&target.bent("header", "alg", Some(json!("Ed25519"))))
            .unwrap();
    }
}
