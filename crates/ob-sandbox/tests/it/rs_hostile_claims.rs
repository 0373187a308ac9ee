//! Hostile claims at the API, rightly signed (attack list L1): missing, doubled, of another type,
//! out of range, for somebody else.

use crate::rs_stage::{DOORS, Door, Stage, with_member};
use ob_jose::ath;
use serde_json::{Value, json};

const TOKEN_CLAIMS: [&str; 7] = ["iss", "sub", "client_id", "aud", "jti", "iat", "exp"];
const PROOF_CLAIMS: [&str; 5] = ["jti", "htm", "htu", "iat", "ath"];

fn required(door: Door) -> &'static [&'static str] {
    match door {
        Door::Token => &TOKEN_CLAIMS,
        Door::Proof => &PROOF_CLAIMS,
    }
}

/// Every row that a claim of the wrong kind may be refused under.
const KIND: [&str; 8] = [
    "R090", "R103", "R104", "R144", "R145", "R175", "R182", "R185",
];

/// The resource server needs each claim of a token and of a proof, in its one JSON type.
///
/// Rows: R090, R103, R144, R145, R179, R180, R184, L1.16, L2.5
#[tokio::test]
async fn each_claim_is_there_and_of_its_type() {
    let stage = Stage::new().await;
    for door in DOORS {
        for name in required(door) {
            let mut claims = stage.claims(door);
            claims.as_object_mut().unwrap().remove(*name);
            let text = stage.with_claims(door, &claims).await;
            stage.refuses(door, text, (&KIND, name)).await;
        }
        let optional: &[&str] = match door {
            Door::Token => &["scope", "act", "cnf", "nbf", "consent_id"],
            Door::Proof => &["nonce", "nbf", "exp"],
        };
        let values = [
            json!("x\u{0}y"),
            json!(""),
            json!(7),
            json!(1.5),
            json!(true),
            json!([]),
            json!([7]),
            json!({}),
            Value::Null,
        ];
        for name in required(door).iter().chain(optional) {
            for value in &values {
                if is_legal(name, value) {
                    continue;
                }
                let mut claims = stage.claims(door);
                claims[*name] = value.clone();
                let text = stage.with_claims(door, &claims).await;
                let before = stage.rig.sandbox.counters().api_requests_admitted;
                let reply = stage.knock(door, text).await;
                assert_eq!(reply.status.as_u16(), 401, "{name} = {value}");
                let after = stage.rig.sandbox.counters().api_requests_admitted;
                assert_eq!(after, before, "{name} = {value}");
            }
        }
    }
}

/// What is of the right kind here, or out of range in a way other tests look at.
fn is_legal(name: &str, value: &Value) -> bool {
    match name {
        // Long past, as a beginning.
        "nbf" => value.is_number(),
        // An unknown nonce is ignored while nonces are off; a consent nobody has is no type error.
        "nonce" | "consent_id" => value.is_string(),
        // A long past `iat` does not matter for a token that has not ended.
        "iat" => value.is_number(),
        _ => false,
    }
}

/// Every name once, at every depth and however it is written: doubled claims are refused by the
/// resource server even if both values are right; so is any claims set that is no strict JSON.
///
/// Rows: R127, R128, L1.15, L1.20
#[tokio::test]
async fn claims_are_strict_json() {
    let stage = Stage::new().await;
    for door in DOORS {
        let (header, claims) = (stage.header(door).to_string(), stage.claims(door));
        let text = claims.to_string();
        let mut sets: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, value) in claims.as_object().unwrap() {
            sets.push((name.clone(), with_member(&claims, name, value).into()));
            let escaped = format!("\\u{:04x}{}", name.as_bytes()[0], &name[1..]);
            sets.push((
                escaped.clone(),
                with_member(&claims, &escaped, value).into(),
            ));
        }
        let rest = &text[1..];
        for (what, set) in [
            ("nested", format!("{{\"x\":{{\"jkt\":1,\"jkt\":1}},{rest}")),
            ("mark", format!("\u{feff}{text}")),
            ("trailing", format!("{text}x")),
            ("two sets", format!("{text}{text}")),
            ("an array", format!("[{text}]")),
            ("surrogate", format!("{{\"x\":\"\\ud800\",{rest}")),
            ("infinite", format!("{{\"x\":1e400,{rest}")),
            ("not a number", format!("{{\"x\":NaN,{rest}")),
            ("comment", format!("{{/**/{rest}")),
        ] {
            sets.push((what.into(), set.into()));
        }
        let utf_16 = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        sets.push(("UTF-16".into(), utf_16));
        let overlong = [b"{\"x\":\"\xc0\xaf\",", rest.as_bytes()].concat();
        sets.push(("overlong".into(), overlong));
        for (what, set) in sets {
            let text = stage.signed(door, (&header, set)).await;
            stage.refuses(door, text, (&["R127"], &what)).await;
        }
    }
    let act = stage.claims(Door::Token)["act"]["sub"].clone();
    let cnf = stage.claims(Door::Token)["cnf"]["jkt"].clone();
    for (name, member, value) in [("act", "sub", act), ("cnf", "jkt", cnf)] {
        let mut claims = stage.claims(Door::Token);
        claims.as_object_mut().unwrap().remove(name);
        let twice = format!("{{\"{name}\":{{\"{member}\":{value},\"{member}\":{value}}},");
        let set = twice + &claims.to_string()[1..];
        let header = stage.header(Door::Token).to_string();
        let text = stage.signed(Door::Token, (header, set)).await;
        stage.refuses(Door::Token, text, (&["R127"], name)).await;
    }
}

/// Times are JSON numbers of seconds within reach; fractions are fine, texts, milliseconds and
/// numbers beyond all calendars are not.
///
/// Rows: R144, L1.17
#[tokio::test]
async fn times_out_of_range() {
    let stage = Stage::new().await;
    let now = stage.rig.iat();
    let extremes = [
        "-1",
        "-9223372036854775808",
        "9007199254740993",
        "1e308",
        "1773144000000",
        "\"1773144000\"",
        "[1773144000]",
        "true",
        "null",
    ];
    for door in DOORS {
        for name in ["iat", "nbf", "exp"] {
            for extreme in extremes {
                let text = with_time(&stage, door, (name, extreme)).await;
                stage
                    .refuses(door, text, (&["R144"], &format!("{name} {extreme}")))
                    .await;
            }
            let text = with_time(&stage, door, (name, "1e400")).await;
            stage.refuses(door, text, (&["R127"], "1e400")).await;
        }
        for name in ["iat", "nbf"] {
            let text = with_time(&stage, door, (name, "2147483648")).await;
            stage.refuses(door, text, (&["R017"], name)).await;
        }
        let ended = match door {
            Door::Token => "R179",
            Door::Proof => "R101",
        };
        for exp in ["0".to_owned(), (now - 1).to_string(), now.to_string()] {
            let text = with_time(&stage, door, ("exp", &exp)).await;
            stage.refuses(door, text, (&[ended], &exp)).await;
        }
        for (name, good) in [
            ("exp", format!("{now}.5")),
            ("exp", "2147483648".into()),
            ("iat", format!("{}.25", now - 1)),
            ("nbf", "0".into()),
        ] {
            let text = with_time(&stage, door, (name, &good)).await;
            stage.accepts(door, text, &format!("{name} {good}")).await;
        }
    }
    let text = with_time(&stage, Door::Proof, ("iat", "0")).await;
    stage.refuses(Door::Proof, text, (&["R100"], "iat 0")).await;
}

/// A right text with one time written as given.
async fn with_time(stage: &Stage, door: Door, (name, time): (&str, &str)) -> String {
    let mut claims = stage.claims(door);
    claims.as_object_mut().unwrap().remove(name);
    let set = format!("{{\"{name}\":{time},{}", &claims.to_string()[1..]);
    let header = stage.header(door).to_string();
    stage.signed(door, (header, set)).await
}

/// `iat` and `nbf` of tokens and proofs at the resource server: what lies up to 30 s ahead
/// passes, 10 s certainly, 60 s certainly not.
///
/// Rows: R017, R100, R101, L2.6, L2.14
#[tokio::test]
async fn clocks_may_differ_by_half_a_minute() {
    let stage = Stage::new().await;
    let now = i64::try_from(stage.rig.iat()).unwrap();
    for door in DOORS {
        for name in ["iat", "nbf"] {
            for ahead in [-10, -1, 0, 8, 10, 11, 30, 31, 59, 60, 61, 3600] {
                let text = with_time(&stage, door, (name, &(now + ahead).to_string())).await;
                let what = format!("{name} {ahead:+}");
                if ahead <= 30 {
                    stage.accepts(door, text, &what).await;
                } else {
                    stage.refuses(door, text, (&["R017"], &what)).await;
                }
            }
        }
    }
    for (ago, fresh) in [(119, true), (120, true), (121, false), (3600, false)] {
        let text = with_time(&stage, Door::Proof, ("iat", &(now - ago).to_string())).await;
        if fresh {
            stage.accepts(Door::Proof, text, "old").await;
        } else {
            stage.refuses(Door::Proof, text, (&["R100"], "stale")).await;
        }
    }
    let mut claims = stage.claims(Door::Proof);
    (claims["nbf"], claims["exp"]) = (json!(now), json!(now + 300));
    let text = stage.with_claims(Door::Proof, &claims).await;
    stage
        .accepts(Door::Proof, text, "nbf and exp of a proof")
        .await;
}

/// Only tokens for this API are taken: `aud` holds its identifier exactly, alone or among other
/// strings.
///
/// Rows: R142, R145, R177, R179, L1.21
#[tokio::test]
async fn tokens_for_other_audiences() {
    let stage = Stage::new().await;
    let own = stage.rig.sandbox.api_base().to_owned();
    let host = own.strip_prefix("https://").unwrap();
    let others = [
        json!(stage.rig.sandbox.token_url()),
        json!("https://other-api.example"),
        json!(["https://other-api.example"]),
        json!(format!("{own}/")),
        json!(own.to_uppercase()),
        json!(format!("https://{}", host.replace('s', "%73"))),
        json!(format!("{own}:443")),
        json!(format!("http://{host}")),
        json!(format!(" {own}")),
        json!(format!("{own} https://other-api.example")),
        json!([own, 5]),
        json!([[own]]),
        json!([]),
        json!(""),
        json!(5),
        json!({"aud": own}),
        Value::Null,
    ];
    for aud in others {
        let mut claims = stage.claims(Door::Token);
        claims["aud"] = aud.clone();
        let text = stage.with_claims(Door::Token, &claims).await;
        let rules = ["R145", "R175"];
        stage
            .refuses(Door::Token, text, (&rules, &aud.to_string()))
            .await;
    }
    for aud in [json!([own]), json!(["https://other-api.example", own])] {
        let mut claims = stage.claims(Door::Token);
        claims["aud"] = aud.clone();
        let text = stage.with_claims(Door::Token, &claims).await;
        stage.accepts(Door::Token, text, &aud.to_string()).await;
    }
}

/// The actor of a token at the resource server: an object whose outermost `sub` is the client,
/// there whenever the token is for somebody else, a few levels deep at most; inner actors are
/// history and give nothing.
///
/// Rows: R183, R184, R185, R188, L3.7
#[tokio::test]
async fn the_actor_is_the_client() {
    let stage = Stage::new().await;
    let right = stage.claims(Door::Token);
    let client = right["client_id"].clone();
    let chain = |levels: usize| {
        let innermost = json!({"sub": "inner"});
        let inner = (2..levels).fold(innermost, |act, _| json!({"sub": "inner", "act": act}));
        json!({"sub": client, "act": inner})
    };
    let refused = [
        (json!("x"), "R182"),
        (json!([client]), "R182"),
        (json!(1), "R182"),
        (Value::Null, "R182"),
        (json!({}), "R182"),
        (json!({"sub": ""}), "R182"),
        (json!({"sub": null}), "R182"),
        (json!({"sub": [client]}), "R182"),
        (json!({"sub": "another-client"}), "R185"),
        (json!({"sub": right["sub"]}), "R185"),
        (json!({"sub": "inner", "act": {"sub": client}}), "R185"),
        (json!({"sub": client, "act": "x"}), "R182"),
        (chain(6), "R184"),
        (chain(20), "R184"),
    ];
    for (act, rule) in refused {
        let mut claims = right.clone();
        claims["act"] = act.clone();
        let text = stage.with_claims(Door::Token, &claims).await;
        stage
            .refuses(Door::Token, text, (&[rule], &act.to_string()))
            .await;
    }
    let mut none = right.clone();
    none.as_object_mut().unwrap().remove("act");
    let text = stage.with_claims(Door::Token, &none).await;
    stage
        .refuses(Door::Token, text, (&["R185"], "no actor"))
        .await;
    let mut own = right.clone();
    own["act"] = json!({"sub": right["sub"]});
    own["client_id"] = right["sub"].clone();
    let text = stage.with_claims(Door::Token, &own).await;
    stage
        .refuses(Door::Token, text, (&["R185"], "the actor is the subject"))
        .await;

    let deep = "{\"sub\":\"a\",\"act\":".repeat(150) + "1" + &"}".repeat(150);
    let set = format!("{{\"act\":{deep},{}", &none.to_string()[1..]);
    let header = stage.header(Door::Token).to_string();
    let text = stage.signed(Door::Token, (header, set)).await;
    stage
        .refuses(Door::Token, text, (&["R127", "R184"], "deep"))
        .await;

    let mut claims = right.clone();
    claims["act"] = chain(5);
    let text = stage.with_claims(Door::Token, &claims).await;
    stage.accepts(Door::Token, text, "five levels").await;

    let privileged = [
        json!("root"),
        json!(stage.rig.party("nordlicht-pay").client_id),
    ];
    for inner in privileged {
        let mut claims = right.clone();
        claims["act"] = json!({"sub": client, "act": {"sub": inner, "scope": "ob_data"}});
        let text = stage.with_claims(Door::Token, &claims).await;
        stage.accepts(Door::Token, &text, "history").await;
        let proof = stage.proof_claims("GET", "/accounts", &text);
        let proof = stage.with_claims(Door::Proof, &proof).await;
        let reply = stage
            .rig
            .call("GET", "/accounts", &stage.headers(&text, &proof))
            .await;
        reply.assert_refused(403, "INSUFFICIENT_SCOPE", "R032");
    }
}

/// A token is bound by `cnf.jkt` alone: without it, by another method, or by both, it is not
/// taken where tokens are bound.
///
/// Rows: R103, R033, L2.9
#[tokio::test]
async fn the_confirmation_is_a_thumbprint() {
    let stage = Stage::new().await;
    let jkt = stage.claims(Door::Token)["cnf"]["jkt"].clone();
    let other = ath("other");
    for cnf in [
        json!({}),
        json!({"jkt": ""}),
        json!({"jkt": 5}),
        json!({"jkt": [jkt]}),
        json!({"jkt": null}),
        json!({"jkt": format!("{}=", jkt.as_str().unwrap())}),
        json!({"jkt": jkt, "x5t#S256": other}),
        json!({"x5t#S256": other}),
        json!([{"jkt": jkt}]),
        json!(jkt),
        Value::Null,
    ] {
        let mut claims = stage.claims(Door::Token);
        claims["cnf"] = cnf.clone();
        let text = stage.with_claims(Door::Token, &claims).await;
        stage
            .refuses(Door::Token, text, (&["R103"], &cnf.to_string()))
            .await;
    }
    let mut claims = stage.claims(Door::Token);
    claims.as_object_mut().unwrap().remove("cnf");
    let unbound = stage.with_claims(Door::Token, &claims).await;
    stage
        .refuses(Door::Token, &unbound, (&["R103"], "no cnf"))
        .await;
    let bearer = stage.rig.bearer("acme-budget", &unbound);
    let reply = stage.rig.call("GET", "/providers", &bearer).await;
    reply.assert_refused(401, "INVALID_TOKEN", "R010");

    let mut claims = stage.claims(Door::Token);
    claims["cnf"] = json!({"jkt": other});
    let foreign = stage.with_claims(Door::Token, &claims).await;
    let proof = stage.proof_claims("GET", "/providers", &foreign);
    let proof = stage.with_claims(Door::Proof, &proof).await;
    let headers = stage.headers(&foreign, &proof);
    stage
        .refuses_call(Door::Proof, &headers, ("R103", "bound to another key"))
        .await;
}

/// A token whose `jti` was never issued, or was revoked, is not valid, however well it is signed;
/// nor is one for a subject that is no third-party here.
///
/// Rows: R031, R196, R044
#[tokio::test]
async fn only_tokens_that_were_issued() {
    let stage = Stage::new().await;
    let mut claims = stage.claims(Door::Token);
    claims["jti"] = "never-issued".into();
    let text = stage.with_claims(Door::Token, &claims).await;
    stage
        .refuses(Door::Token, text, (&["R031"], "unknown jti"))
        .await;
    for sub in [
        "tpp-unknown".to_owned(),
        stage.rig.party("oldtown-loans").client_id.to_string(),
        stage
            .rig
            .sandbox
            .foreign_third_party()
            .unwrap()
            .client_id
            .to_string(),
        stage.rig.sandbox.issuer().to_owned(),
        claims["sub"].as_str().unwrap().to_uppercase(),
    ] {
        let mut claims = stage.claims(Door::Token);
        claims["sub"] = sub.as_str().into();
        let text = stage.with_claims(Door::Token, &claims).await;
        stage.refuses(Door::Token, text, (&["R196"], &sub)).await;
    }
    let right = stage.right(Door::Token).await;
    stage.accepts(Door::Token, &right, "issued").await;
    assert_eq!(stage.rig.sandbox.revoke_tokens("acme-budget"), 1);
    stage
        .refuses(Door::Token, right, (&["R031"], "revoked"))
        .await;
}
