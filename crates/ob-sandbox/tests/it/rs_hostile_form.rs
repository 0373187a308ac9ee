//! Hostile texts at the API, by their form and their header (attack list L1): the access token
//! and the DPoP proof go through one table.

use crate::rs_stage::{DOORS, Door, Stage, signed_by, with_member};
use ob_jose::{Algorithm, SigningKey, base64url};
use serde_json::{Value, json};
use std::net::TcpListener;

/// The row a text that is no compact serialisation violates.
fn malformed(door: Door) -> &'static str {
    match door {
        Door::Token => "R123",
        Door::Proof => "R089",
    }
}

/// The row a wrong signature violates.
fn forged(door: Door) -> &'static str {
    match door {
        Door::Token => "R179",
        Door::Proof => "R093",
    }
}

/// What is right passes at both doors, with every algorithm of the profile, under both of the
/// names that EdDSA has; so a refusal elsewhere is for what was made wrong.
///
/// Rows: R029, R033, R034, R035, R137
#[tokio::test]
async fn what_is_right_passes_with_every_algorithm() {
    for algorithm in [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa] {
        let stage = Stage::with(algorithm, |builder| builder).await;
        for door in DOORS {
            stage.accepts(door, stage.right(door).await, "right").await;
            if algorithm == Algorithm::EdDsa {
                let mut header = stage.header(door);
                header["alg"] = "Ed25519".into();
                let text = stage.with_header(door, &header).await;
                stage.accepts(door, text, "Ed25519").await;
            }
        }
    }
}

/// No spelling of `none` passes at the resource server, signed or not.
///
/// Rows: R036, R092, R129, L1.1
#[tokio::test]
async fn no_none() {
    let stage = Stage::new().await;
    for door in DOORS {
        let claims = stage.claims(door).to_string();
        let names = [
            (json!("none"), "R036"),
            (json!("None"), "R036"),
            (json!("NONE"), "R036"),
            (json!("nOnE"), "R036"),
            (json!("none "), "R036"),
            (json!(""), "R035"),
            (json!(["none"]), "R129"),
            (json!(["ES256"]), "R129"),
            (json!(0), "R129"),
            (Value::Null, "R129"),
        ];
        for (alg, rule) in names {
            let mut header = stage.header(door);
            header["alg"] = alg.clone();
            let text = stage.signed(door, (header.to_string(), &claims)).await;
            stage
                .refuses(door, &text, (&[rule], &alg.to_string()))
                .await;
            let unsigned = format!("{}.", text.rsplit_once('.').unwrap().0);
            let what = format!("{alg}, unsigned");
            stage
                .refuses(door, unsigned, (&[malformed(door)], &what))
                .await;
        }
        let mut header = stage.header(door);
        header.as_object_mut().unwrap().remove("alg");
        let text = stage.signed(door, (header.to_string(), &claims)).await;
        stage.refuses(door, text, (&["R129"], "no alg")).await;
    }
}

/// Only the algorithms of the profile pass at the resource server, by their exact names and for
/// keys of their own kind. A MAC is refused by name before any key is looked at, so what it was
/// made with makes no difference.
///
/// Rows: R035, R092, R129, R130, L1.3, L1.4, L2.8
#[tokio::test]
async fn no_other_algorithm() {
    let stage = Stage::new().await;
    let others = [
        "RS256", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512", "ES256K", "ESP256", "HS256",
        "HS384", "HS512", "Ed448", "RSA-OAEP", "dir", "es256", "ES256 ", "Es256", "X",
    ];
    for door in DOORS {
        let claims = stage.claims(door).to_string();
        let mut header = stage.header(door);
        for alg in others {
            header["alg"] = alg.into();
            let text = stage.signed(door, (header.to_string(), &claims)).await;
            stage.refuses(door, &text, (&["R035"], alg)).await;
            let (input, _) = text.rsplit_once('.').unwrap();
            let short = format!("{input}.{}", base64url::encode(&[7; 32]));
            stage.refuses(door, short, (&["R035"], alg)).await;
        }
        for alg in ["PS256", "EdDSA", "Ed25519"] {
            header["alg"] = alg.into();
            let text = stage.signed(door, (header.to_string(), &claims)).await;
            stage.refuses(door, text, (&["R130", "R179"], alg)).await;
        }
    }
}

/// Anything but three parts of canonical base64url is refused by the resource server before a
/// key is looked at: parts missing or added, padding, white space, the other alphabet, trailing
/// bits, JSON serialisations, characters of no JWT, five parts of a JWE.
///
/// Rows: R089, R123, R124, R125, R146, L1.2, L1.14, L1.20
#[tokio::test]
async fn three_parts_of_base64url() {
    let stage = Stage::new().await;
    for door in DOORS {
        let right = stage.right(door).await;
        let parts: Vec<&str> = right.split('.').collect();
        let (header, payload, signature) = (parts[0], parts[1], parts[2]);
        let shape = malformed(door);
        let wrong_parts = [
            ("", shape),
            (".", shape),
            ("..", shape),
            (&format!("{header}.{payload}"), shape),
            (&format!("{header}.{payload}."), shape),
            (&format!(".{payload}.{signature}"), shape),
            (header, shape),
            (&format!("{right}."), shape),
            (&format!(".{right}"), shape),
            (&format!("{right}.{signature}"), shape),
            (
                &format!("{header}.{payload}.{signature}.{payload}.{signature}"),
                "R146",
            ),
            (
                &format!("{header}..{payload}.{signature}.{signature}"),
                "R146",
            ),
            (
                &format!(
                    "{{\"payload\":\"{payload}\",\"protected\":\"{header}\",\"signature\":\"{signature}\"}}"
                ),
                shape,
            ),
            (
                &format!(
                    "{{\"payload\":\"{payload}\",\"signatures\":[{{\"protected\":\"{header}\",\"signature\":\"{signature}\"}}]}}"
                ),
                shape,
            ),
        ];
        for (text, rule) in wrong_parts {
            stage.refuses(door, text, (&[rule], text)).await;
        }
        let shapes = ["R124", shape];
        for junk in ["=", "==", "+", "/", "~", " ", "%41", "\"", "{", "}", ","] {
            for text in [
                format!("{header}{junk}.{payload}.{signature}"),
                format!("{header}.{payload}{junk}.{signature}"),
                format!("{header}.{payload}.{signature}{junk}x"),
                format!("{header}.{payload}.x{junk}{signature}"),
            ] {
                stage.refuses(door, text, (&shapes, junk)).await;
            }
        }
        let (kept, last) = right.split_at(right.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        stage
            .refuses(door, format!("{kept}{next}"), (&["R125"], "trailing bits"))
            .await;
        let one_over = format!("{right}AAA");
        stage
            .refuses(door, one_over, (&["R125"], "length 1 mod 4"))
            .await;
        let empty = stage
            .signed(door, (stage.header(door).to_string(), ""))
            .await;
        stage
            .refuses(door, empty, (&["R123"], "an empty payload"))
            .await;
    }
}

/// The header is one strict JSON object: UTF-8 without a mark, every name once at every depth and
/// however it is written, nothing after it, of bounded depth, with finite numbers.
///
/// Rows: R126, R128, L1.15, L1.19, L1.20
#[tokio::test]
async fn the_header_is_strict_json() {
    let stage = Stage::new().await;
    for door in DOORS {
        let (header, claims) = (stage.header(door), stage.claims(door).to_string());
        let text = header.to_string();
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        let names = header.as_object().unwrap();
        for (name, value) in names {
            headers.push((name.clone(), with_member(&header, name, value).into()));
            let escaped = format!("\\u{:04x}{}", name.as_bytes()[0], &name[1..]);
            headers.push((
                escaped.clone(),
                with_member(&header, &escaped, value).into(),
            ));
        }
        headers.push((
            "alg twice".into(),
            with_member(&header, "alg", &json!("none")).into(),
        ));
        headers.push((
            "crit twice".into(),
            format!("{{\"x\":1,\"x\":1,{}", &text[1..]).into(),
        ));
        headers.push((
            "twice, deep".into(),
            format!("{{\"x\":[{{\"a\":1,\"a\":2}}],{}", &text[1..]).into(),
        ));
        headers.push(("mark".into(), format!("\u{feff}{text}").into()));
        let utf_16 = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        headers.push(("UTF-16".into(), utf_16));
        headers.push(("trailing".into(), format!("{text} x").into()));
        headers.push(("two".into(), format!("{text}{text}").into()));
        headers.push(("an array".into(), format!("[{text}]").into()));
        headers.push(("empty".into(), Vec::new()));
        headers.push(("overlong".into(), raw_member(&text, b"\"\xc0\xaf\"")));
        headers.push(("latin-1".into(), raw_member(&text, b"\"\xe9\"")));
        headers.push(("surrogate".into(), raw_member(&text, br#""\ud800""#)));
        headers.push(("NUL".into(), raw_member(&text, b"\"\0\"")));
        headers.push(("infinite".into(), raw_member(&text, b"1e400")));
        let deep = "[".repeat(1500) + &"]".repeat(1500);
        headers.push(("deep".into(), raw_member(&text, deep.as_bytes())));
        for (what, header) in headers {
            let text = stage.signed(door, (header, &claims)).await;
            let shape: &[&str] = if what == "empty" {
                &["R123", "R089"]
            } else {
                &["R126"]
            };
            stage.refuses(door, text, (shape, &what)).await;
        }
    }
}

fn raw_member(object: &str, value: &[u8]) -> Vec<u8> {
    [b"{\"x\":", value, b",", &object.as_bytes()[1..]].concat()
}

/// Nothing may be critical, unencoded, compressed or encrypted; a `kid` is a short string; other
/// header parameters do not matter.
///
/// Rows: R105, R131, R132, R133, R146, L1.8, L1.9, L1.19
#[tokio::test]
async fn header_parameters() {
    let stage = Stage::new().await;
    for door in DOORS {
        let refused = [
            ("crit", json!(["exp"]), "R131"),
            ("crit", json!(["b64"]), "R131"),
            ("crit", json!(["alg", "alg"]), "R131"),
            ("crit", json!(["http://example.com/UNDEFINED"]), "R131"),
            ("crit", json!([]), "R131"),
            ("crit", json!("b64"), "R131"),
            ("crit", Value::Null, "R131"),
            ("b64", json!(false), "R132"),
            ("b64", json!(true), "R132"),
            ("zip", json!("DEF"), "R146"),
            ("enc", json!("A128GCM"), "R146"),
            ("kid", json!(["as-test"]), "R133"),
            ("kid", json!(1), "R133"),
            ("kid", Value::Null, "R133"),
            ("kid", json!({"kid": "as-test"}), "R133"),
            ("kid", json!("k".repeat(257)), "R133"),
            ("kid", json!("k".repeat(1 << 20)), "R147"),
        ];
        for (name, value, rule) in refused {
            let mut header = stage.header(door);
            header[name] = value.clone();
            let text = stage.with_header(door, &header).await;
            stage.refuses(door, text, (&[rule], name)).await;
        }
        let mut header = stage.header(door);
        header["cty"] = "x".into();
        header["unknown"] = json!({"a": [1, 2.5, null]});
        let text = stage.with_header(door, &header).await;
        stage.accepts(door, text, "unknown parameters").await;
    }
    for kid in [
        "../../etc/passwd",
        "as-test' OR '1'='1",
        "as-test; id",
        "as-test\u{0}",
        "AS-TEST",
        "",
        stage.rig.sandbox.integrator().kid.as_str(),
    ] {
        let mut header = stage.header(Door::Token);
        header["kid"] = kid.into();
        let text = stage.with_header(Door::Token, &header).await;
        stage.refuses(Door::Token, text, (&["R179"], kid)).await;
        let mut header = stage.header(Door::Proof);
        header["kid"] = kid.into();
        let text = stage.with_header(Door::Proof, &header).await;
        stage
            .accepts(Door::Proof, text, "the kid of a proof names nothing")
            .await;
    }
}

/// Keys that a header brings or points at are never trusted (but for a proof's own `jwk`, which
/// the token is bound to), and nothing is fetched.
///
/// Rows: R134, R103, L1.5, L1.6, L1.7, L1.22, L2.16
#[tokio::test]
async fn keys_of_the_attackers_own() {
    let stage = Stage::new().await;
    let attacker = SigningKey::generate(Algorithm::Es256).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let local = format!("http://{}/jwks", listener.local_addr().unwrap());
    let jwk = attacker.public_jwk().to_value();
    let set = json!({"keys": [jwk]});
    let mut members = vec![
        ("x", json!(1)),
        ("jwks", set),
        ("x5c", json!(["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
    ];
    for url in [
        local.as_str(),
        "https://attacker.invalid/jwks",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ] {
        members.push(("jku", url.into()));
        members.push(("x5u", url.into()));
    }
    for door in DOORS {
        let claims = stage.claims(door).to_string();
        for (name, value) in &members {
            let mut header = stage.header(door);
            header[*name] = value.clone();
            let what = format!("{name} {value}");
            let text = signed_by(&attacker, (header.to_string(), &claims)).await;
            stage.refuses(door, text, (&[forged(door)], &what)).await;
            header.as_object_mut().unwrap().remove("kid");
            let text = signed_by(&attacker, (header.to_string(), &claims)).await;
            stage.refuses(door, text, (&[forged(door)], &what)).await;
        }
        let mut header = stage.header(door);
        header["jwk"] = jwk.clone();
        let text = signed_by(&attacker, (header.to_string(), &claims)).await;
        stage.refuses(door, text, (&["R179", "R103"], "jwk")).await;
    }
    let waiting = listener.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(
        waiting,
        Err(std::io::ErrorKind::WouldBlock),
        "no connection"
    );
}

/// A token of another issuer with its own valid key, and one that a key of ours made under
/// another issuer's name, are refused; so is every token after a restart, whose keys are new.
///
/// Rows: R142, R179, L1.22, L1.23
#[tokio::test]
async fn tokens_of_other_issuers_and_of_earlier_keys() {
    let stage = Stage::new().await;
    let other = Stage::new().await;
    let text = stage.token.clone();
    other
        .refuses(Door::Token, text, (&["R179"], "another server's"))
        .await;
    for iss in ["https://evil.example", "", "https://SANDBOX.obkit.invalid"] {
        let mut claims = stage.claims(Door::Token);
        claims["iss"] = iss.into();
        let text = stage.with_claims(Door::Token, &claims).await;
        stage.refuses(Door::Token, text, (&["R179"], iss)).await;
    }
    let restarted = Stage::with(Algorithm::Es256, |builder| builder).await;
    let proof = stage.right(Door::Proof).await;
    let headers = stage.headers(&stage.token, &proof);
    restarted
        .refuses_call(Door::Token, &headers, ("R179", "after a restart"))
        .await;
}

/// What is one thing is nothing else: texts of every kind at the other doors, and every other
/// `typ` under the right key.
///
/// Rows: R091, R143, R178, L1.18, L2.13
#[tokio::test]
async fn no_text_passes_for_another() {
    let stage = Stage::new().await;
    let assertion = stage.rig.assertion().await;
    for door in DOORS {
        let (typ_rule, other) = match door {
            Door::Token => ("R178", stage.right(Door::Proof).await),
            Door::Proof => ("R091", stage.right(Door::Token).await),
        };
        stage
            .refuses(door, other, (&[typ_rule], "the other text"))
            .await;
        stage
            .refuses(door, &assertion, (&[typ_rule], "an assertion"))
            .await;
        let mut typs = vec![
            json!("JWT"),
            json!("client-authentication+jwt"),
            json!("AT+JWT"),
            json!("DPOP+JWT"),
            json!("at+jwt+x"),
            json!("dpop+jwt+x"),
            json!("application/dpop+jwt"),
            json!(""),
            json!(" at+jwt"),
        ];
        typs.push(match door {
            Door::Token => json!("dpop+jwt"),
            Door::Proof => json!("at+jwt"),
        });
        for typ in typs {
            let mut header = stage.header(door);
            header["typ"] = typ.clone();
            let text = stage.with_header(door, &header).await;
            stage
                .refuses(door, text, (&[typ_rule], &typ.to_string()))
                .await;
        }
        for typ in [json!(["at+jwt", "dpop+jwt"]), json!(1), Value::Null] {
            let mut header = stage.header(door);
            header["typ"] = typ.clone();
            let text = stage.with_header(door, &header).await;
            stage
                .refuses(door, text, (&["R143"], &typ.to_string()))
                .await;
        }
        let mut header = stage.header(door);
        header.as_object_mut().unwrap().remove("typ");
        let text = stage.with_header(door, &header).await;
        stage.refuses(door, text, (&[typ_rule], "no typ")).await;
    }
    let mut header = stage.header(Door::Token);
    header["typ"] = "application/at+jwt".into();
    let text = stage.with_header(Door::Token, &header).await;
    stage.accepts(Door::Token, text, "application/at+jwt").await;
}

/// Sizes are looked at before anything is decoded, at the limit and far above it; what is inside
/// the limit may be deep, wide or full of zeros and is refused all the same.
///
/// Rows: R147, R128, L1.19
#[tokio::test]
async fn size_depth_and_width() {
    let stage = Stage::new().await;
    for door in DOORS {
        let right = stage.right(door).await;
        for size in [8193, 1 << 20] {
            let long = right.clone() + &"A".repeat(size - right.len());
            stage.refuses(door, long, (&["R147"], "long")).await;
        }
        let just_fits = right.clone() + &"A".repeat(8192 - right.len());
        let rules = ["R125", "R179", "R093"];
        stage
            .refuses(door, just_fits, (&rules, "8192 octets"))
            .await;
        let claims = stage.claims(door);
        let deep = "[".repeat(2000) + &"]".repeat(2000);
        let text = claims.to_string();
        let deep = raw_member(&text, deep.as_bytes());
        let header = stage.header(door).to_string();
        let text = stage.signed(door, (&header, deep)).await;
        stage.refuses(door, text, (&["R127"], "deep")).await;
        let mut wide = claims.clone();
        for n in 0..400 {
            wide[format!("m{n}")] = json!(0);
        }
        let text = stage.with_claims(door, &wide).await;
        stage
            .accepts(door, text, "four hundred unknown claims")
            .await;
        let zeros = format!(
            "{}.{}.{}",
            "A".repeat(1000),
            "A".repeat(1000),
            "A".repeat(1000)
        );
        stage.refuses(door, zeros, (&["R126"], "zeros")).await;
    }
}
