//! `ob expiring`.

use crate::{
    authority::{Authority, DAY},
    child::{Done, members, ob, text},
};
use icalendar::parser::{read_calendar, unfold};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, time::SystemTime};
use tempfile::TempDir;

struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Self { dir }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path: PathBuf = self.dir.path().join(name);
        fs::write(&path, content).unwrap();
        text(&path)
    }

    /// A registry of licensed third-parties with these certificates.
    fn registry(&self, parties: &[(&str, &[&str])]) -> String {
        let rows: Vec<_> = parties
            .iter()
            .map(|(id, certificates)| {
                json!({
                    "business_id": id,
                    "legal_name": "Acme GmbH",
                    "status": "onboarding",
                    "licence": "licensed",
                    "scopes": ["ob_data"],
                    "certificates": certificates,
                })
            })
            .collect();
        let registry = json!({"schema": "ob.registry/1", "third_party": rows});
        let from = self.file("import.json", registry.to_string());
        let into = text(&self.dir.path().join("registry.toml"));
        ob(&["registry", "import", &from, "--registry", &into], 0);
        into
    }
}

#[track_caller]
fn expiring(args: &[&str], status: i32) -> Done {
    ob(&[&["expiring"], args].concat(), status)
}

#[track_caller]
fn whole(args: &[&str], status: i32) -> Value {
    let done = expiring(&[args, &["-o", "json"]].concat(), status);
    serde_json::from_str(&done.out).unwrap()
}

/// What a row is about: whose, and how many days are left.
fn told(whole: &Value) -> Vec<(String, i64)> {
    let items = whole["items"].as_array().unwrap();
    let of = |it: &Value| {
        let whose = it["third_party"].as_str().unwrap_or("-").to_owned();
        (whose, it["days_left"].as_i64().unwrap())
    };
    items.iter().map(of).collect()
}

#[test]
fn lists_what_ends_and_what_has_ended() {
    let desk = Desk::new();
    let authority = Authority::new("Root");
    let [past, near, far] = [-3, 10, 100].map(|days| authority.qwac("Acme GmbH", days));
    let renewed = [
        authority.qwac("Acme GmbH", 5),
        authority.qwac("Acme GmbH", 300),
    ];
    let renewed: Vec<_> = renewed.iter().map(String::as_str).collect();
    let registry = desk.registry(&[
        ("past", &[&past]),
        ("near", &[&near]),
        ("far", &[&far]),
        ("renewed", &renewed),
    ]);
    let args = ["--registry", registry.as_str()];
    let view = whole(&args, 9);
    insta::assert_snapshot!(members(&view).join(" "), @"at items schema urgent within");
    assert_eq!(view["schema"], "ob.expiring/1");
    assert_eq!(
        (&view["within"], &view["urgent"]),
        (&"30d".into(), &2.into())
    );
    let rows = [("past", -3), ("renewed", 5), ("near", 10)];
    assert_eq!(told(&view), rows.map(|(id, days)| (id.to_owned(), days)));
    let items = view["items"].as_array().unwrap();
    insta::assert_snapshot!(members(&items[1]).join(" "), @"days_left ended ends_at id kind renewed_by third_party what");
    assert_eq!(
        (&items[0]["ended"], &items[2]["ended"]),
        (&true.into(), &false.into())
    );
    assert!(items[1]["renewed_by"]["fingerprint"].is_string());
    assert!(items[2]["renewed_by"].is_null());
    let lines = expiring(&[&args[..], &["-o", "jsonl"]].concat(), 9).out;
    let lines: Vec<Value> = lines
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(&lines, items);
    let table = expiring(&args, 9).out;
    for words in [
        "in 10 days",
        "2 days ago",
        "nothing took over",
        "renewed until 2",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    // The span decides.
    let wider = whole(&[&args[..], &["--within", "16w"]].concat(), 9);
    assert_eq!(told(&wider).len(), 4);
}

/// Nothing that ends, or only what something takes over from, is 0.
#[test]
fn nothing_near_is_0() {
    let desk = Desk::new();
    let authority = Authority::new("Root");
    let (old, new) = (
        authority.qwac("Acme GmbH", 5),
        authority.qwac("Acme GmbH", 300),
    );
    let registry = desk.registry(&[("renewed", &[&old, &new])]);
    let view = whole(&["--registry", &registry], 0);
    assert_eq!((&view["urgent"], told(&view).len()), (&0.into(), 1));
    let none = expiring(&["--registry", &registry, "--within", "12h"], 0);
    assert_eq!(none.out, "nothing ends within 12h\n");
    let none = expiring(
        &["--registry", &registry, "--within", "12h", "-o", "jsonl"],
        0,
    );
    assert_eq!(none.out, "");
}

/// The calendar is read by a parser that is not ours, and says the same when written again.
#[test]
fn the_calendar_is_one() {
    let desk = Desk::new();
    let authority = Authority::new("Root");
    let certificate = authority.qwac("Acme GmbH", 10);
    let registry = desk.registry(&[("acme", &[&certificate])]);
    let ics = ["--registry", &registry, "-o", "ics"];
    let text = expiring(&ics, 9).out;
    assert!(
        text.split_terminator("\r\n")
            .all(|line| line.len() <= 75 && !line.contains('\n'))
    );
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let unfolded = unfold(&text);
    let calendar = read_calendar(&unfolded).unwrap();
    let [event] = &calendar.components[..] else {
        panic!("{text}")
    };
    let value = |name: &str| {
        event
            .find_prop(name)
            .unwrap()
            .val
            .clone()
            .unescape_text()
            .to_string()
    };
    assert!(value("SUMMARY").starts_with("acme: QWAC of "), "{text}");
    assert_eq!(value("DTSTART").len(), "20261123T100000Z".len());
    let [alarm] = &event.components[..] else {
        panic!("{text}")
    };
    assert_eq!(alarm.find_prop("TRIGGER").unwrap().val.as_str(), "-P7D");
    let item = &whole(&["--registry", &registry], 9)["items"][0];
    let uid = format!("ob-certificate-acme-{}", item["id"].as_str().unwrap());
    assert_eq!(value("UID"), uid);
    let again = expiring(&ics, 9).out;
    assert!(
        unfold(&again).contains(&uid),
        "the same event again: {again}"
    );
    // Where nothing ends there is a calendar, too.
    let nothing = expiring(&[&ics[..], &["--within", "1h"]].concat(), 0).out;
    let unfolded = unfold(&nothing);
    assert_eq!(read_calendar(&unfolded).unwrap().components.len(), 1);
}

#[test]
fn consents_end_too() {
    let desk = Desk::new();
    let at = |seconds: u64| {
        let from = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let at = SystemTime::UNIX_EPOCH + from + std::time::Duration::from_secs(seconds);
        obkit::api::Timestamp::try_from(at).unwrap().to_string()
    };
    let day = DAY.as_secs();
    let line = |id: &str, status: &str, expires_at: Value| {
        json!({
            "schema": "ob.consent/1", "for": "acme", "consent": format!("acme/{id}"),
            "status": status, "created_at": null, "expires_at": expires_at,
        })
    };
    let lines = [
        // Read again later: the later line counts.
        line("c-1", "ACTIVE", json!(at(100 * day))),
        line("c-1", "ACTIVE", json!(at(3 * day + day / 2))),
        line("c-2", "REVOKED", json!(at(2 * day))),
        line("c-3", "EXPIRED", json!("2023-11-28T00:00:00.0000000+00:00")),
        line("c-4", "ACTIVE", Value::Null),
        line("c-5", "ACTIVE", json!(at(40 * day))),
    ];
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    let file = desk.file("consents.jsonl", lines.join("\n") + "\n\n");
    let done = expiring(&["--consents", &file, "-o", "json"], 9);
    let view: Value = serde_json::from_str(&done.out).unwrap();
    let ids: Vec<_> = view["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert_eq!(ids, ["acme/c-3", "acme/c-1"]);
    assert_eq!(view["items"][1]["days_left"], 3);
    assert!(
        done.err.contains("1 of 4 consents say no expires_at"),
        "{}",
        done.err
    );

    for (bad, why) in [
        ("{\"schema\":\"ob.consent/1\"}", "line 2: "),
        ("nonsense", "line 2: "),
        (
            "{\"schema\":\"ob.token/1\",\"for\":\"acme\",\"consent\":\"acme/c\"}",
            "needs ob.consent/1",
        ),
        (
            "{\"schema\":\"ob.consent/1\",\"for\":\"other\",\"consent\":\"acme/c\"}",
            "acme's",
        ),
        (
            "{\"schema\":\"ob.consent/1\",\"for\":\"acme\",\"consent\":\"acme/c\",\"expires_at\":\"soon\"}",
            "expires_at",
        ),
    ] {
        let file = desk.file("bad.jsonl", format!("{}\n{bad}\n", lines[0]));
        let done = expiring(&["--consents", &file], 3);
        assert!(done.err.contains("bad.jsonl, line 2: "), "{}", done.err);
        assert!(done.err.contains(why), "{why}: {}", done.err);
        assert_eq!(done.out, "");
    }
}

#[test]
fn keys_end_where_they_say_so() {
    let desk = Desk::new();
    let (certificate, key) = Authority::new("Root").qwac_with_key("Integrator AG", 100_000);
    let jwk = |more: Value| {
        let mut key = json!({"kty": "EC", "crv": "P-256", "kid": "2026-1", "d": "SECRETSECRET"});
        for (name, value) in more.as_object().unwrap() {
            key[name] = value.clone();
        }
        key.to_string()
    };
    let x5c: String = certificate
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    for (content, id) in [
        (jwk(json!({"exp": 1_700_000_000})), Some("2026-1")),
        (
            json!({"key": {"kty": "EC", "kid": "v/1"}, "attributes": {"exp": 1_700_000_000}})
                .to_string(),
            Some("v/1"),
        ),
        (
            json!({"keys": [{"kty": "EC", "kid": "a"}, {"kty": "EC", "kid": "b", "exp": 1}]})
                .to_string(),
            Some("b"),
        ),
        (jwk(json!({"x5c": [x5c]})), None),
        (certificate.clone(), None),
    ] {
        let file = desk.file("key", &content);
        let done = expiring(&["--key", &file, "-o", "json"], 9);
        let view: Value = serde_json::from_str(&done.out).unwrap();
        assert_eq!(view["items"].as_array().unwrap().len(), 1, "{content}");
        let found = view["items"][0]["id"].as_str().unwrap();
        assert_eq!(found.len() == 64, id.is_none(), "{found}");
        assert!(id.is_none_or(|id| id == found), "{found}");
        assert!(!(done.out + &done.err).contains("SECRET"));
    }
    let endless = desk.file("endless", jwk(json!({})));
    let done = expiring(&["--key", &endless], 0);
    assert!(done.err.contains("no end of their own"), "{}", done.err);
    for bad in [
        jwk(json!({"exp": "SECRET"})),
        jwk(json!({"x5c": ["SECRET"]})),
        "{\"kty\": SECRET}".to_owned(),
        "{}".to_owned(),
        key.clone(),
    ] {
        let file = desk.file("bad", &bad);
        let done = expiring(&["--key", &file], 3);
        assert!(!done.err.contains("SECRET"), "{}", done.err);
        assert!(
            !done.err.contains(key.lines().nth(1).unwrap()),
            "{}",
            done.err
        );
    }
}

#[test]
fn mistakes_in_the_words_are_2() {
    for args in [
        &[][..],
        &["--within", "30d"],
        &["--registry", "x.toml", "--within", "30"],
        &["--registry", "x.toml", "--within", "0d"],
        &["--registry", "x.toml", "--config", "y.toml"],
    ] {
        assert_eq!(expiring(args, 2).out, "", "{args:?}");
    }
    expiring(&["--registry", "/no/such/registry.toml"], 3);
}
