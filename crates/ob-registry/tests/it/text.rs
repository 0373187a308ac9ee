//! The text forms: their shape, and what is refused where.

use crate::sample::{application, builder, certificate, client, licensed, party, signing_service};
use ob_core::Code;
use ob_registry::{
    Actor, Contact, ContactRole, IntegratorProfile, Licence, Reason, RegistryError, ReplicaName,
    Status, ThirdParty, UseCase, from_json, from_toml, to_json, to_toml,
};

fn fleet() -> Vec<ThirdParty> {
    let first = builder(1)
        .status(Status::Active)
        .licence(licensed())
        .country("DE".parse().unwrap())
        .country("AT".parse().unwrap())
        .use_case("account information".parse().unwrap());
    let custody = Licence::licensed(vec![certificate(2)], signing_service());
    let second = builder(2).licence(custody).legal_name("Müller \"&\" Söhne");
    let third = builder(3).scopes(ob_core::Scopes::none());
    [first, second, third]
        .map(|it| it.build().unwrap())
        .to_vec()
}

/// The text with one line in the place of the lines of each PEM body.
fn without_bodies(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "-----BEGIN CERTIFICATE-----" => out += "-----BEGIN CERTIFICATE-----\n(base64)\n",
            _ if !inside || line.starts_with("-----END") => out += &format!("{line}\n"),
            _ => {}
        }
        inside = line.starts_with("-----BEGIN") || (inside && !line.starts_with("-----END"));
    }
    out
}

#[test]
fn the_toml_file() {
    insta::assert_snapshot!(without_bodies(&to_toml(&fleet()).unwrap()), @r##"
    schema = "ob.registry/1"

    [[third_party]]
    business_id = "party-1"
    legal_name = "Acme GmbH"
    client_id = "client-1"
    application_id = "00000000-0000-0000-0000-000000000001"
    status = "active"
    licence = "licensed"
    countries = [
        "AT",
        "DE",
    ]
    use_cases = ["account information"]
    scopes = [
        "a",
        "b",
    ]
    certificates = [
        """
    -----BEGIN CERTIFICATE-----
    (base64)
    -----END CERTIFICATE-----
    """,
        """
    -----BEGIN CERTIFICATE-----
    (base64)
    -----END CERTIFICATE-----
    """,
    ]

    [third_party.azure_key_vault]
    vault = "https://acme-kv.vault.azure.net"
    key = "qseal-2026"
    version = "78deebed173b48e48f55abf87ed4cf71"

    [[third_party]]
    business_id = "party-2"
    legal_name = 'Müller "&" Söhne'
    client_id = "client-2"
    application_id = "00000000-0000-0000-0000-000000000002"
    status = "draft"
    licence = "licensed"
    scopes = [
        "a",
        "b",
    ]
    certificates = ["""
    -----BEGIN CERTIFICATE-----
    (base64)
    -----END CERTIFICATE-----
    """]

    [third_party.signing_service]
    url = "https://sign.example/v1"

    [[third_party]]
    business_id = "party-3"
    legal_name = "Acme GmbH"
    client_id = "client-3"
    application_id = "00000000-0000-0000-0000-000000000003"
    status = "draft"
    licence = "unlicensed"
    scopes = []
    "##);
}

#[test]
fn the_json_file() {
    insta::assert_snapshot!(to_json(&[party(1, Status::Active)]).unwrap(), @r##"
    {
      "schema": "ob.registry/1",
      "third_party": [
        {
          "business_id": "party-1",
          "legal_name": "Acme GmbH",
          "client_id": "client-1",
          "application_id": "00000000-0000-0000-0000-000000000001",
          "status": "active",
          "licence": "unlicensed",
          "scopes": [
            "a",
            "b"
          ]
        }
      ]
    }
    "##);
}

#[test]
fn both_read_back() {
    assert_eq!(from_toml(&to_toml(&fleet()).unwrap()).unwrap(), fleet());
    assert_eq!(from_json(&to_json(&fleet()).unwrap()).unwrap(), fleet());
}

#[test]
fn crlf_and_comments_are_fine() {
    let text = format!("# ours\n{}", to_toml(&fleet()).unwrap()).replace('\n', "\r\n");
    assert_eq!(from_toml(&text).unwrap(), fleet());
}

/// The text of one licensed party.
fn licensed_party() -> String {
    let party = builder(1)
        .licence(licensed())
        .status(Status::Active)
        .country("DE".parse().unwrap());
    to_toml(&[party.build().unwrap()]).unwrap()
}

/// Changes the text of one party and returns the refusal.
fn toml_with(from: &str, to: &str) -> RegistryError {
    let text = licensed_party();
    assert!(text.contains(from), "{from} is not in {text}");
    from_toml(&text.replacen(from, to, 1)).unwrap_err()
}

fn json_with(from: &str, to: &str) -> RegistryError {
    let text = to_json(&[party(1, Status::Active)]).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    from_json(&text.replacen(from, to, 1)).unwrap_err()
}

fn check(error: &RegistryError, expected: &str, line: Option<usize>) {
    assert_eq!(error.code(), Code::R008, "{error}");
    assert!(error.to_string().contains(expected), "{error} / {expected}");
    assert_eq!(error.place().map(|(line, _)| line), line, "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
}

#[test]
fn toml_names_line_and_reason() {
    let check =
        |from: &str, to: &str, expected: &str, line| check(&toml_with(from, to), expected, line);
    check(
        "legal_name",
        "legal_nam",
        "unknown field `legal_nam`",
        Some(5),
    );
    check(
        "legal_name = \"Acme GmbH\"\n",
        "",
        "missing field `legal_name`",
        Some(3),
    );
    check("\"Acme GmbH\"", "7", "invalid type: integer", Some(5));
    check("\"Acme GmbH\"", "\"\"", "legal name", Some(3));
    check("\"party-1\"", "\"party 1\"", "business id", Some(4));
    check("\"client-1\"", "\"\"", "client id", Some(6));
    check("\"00000000-", "\"{00000000-", "application id", Some(7));
    check("\"active\"", "\"live\"", "unknown variant `live`", Some(8));
    check(
        "\"licensed\"",
        "\"unlicensed\"",
        "being unlicensed",
        Some(3),
    );
    check("\"DE\"", "\"UK\"", "ISO 3166-1", Some(10));
    let vault = "[third_party.azure_key_vault]";
    let line = licensed_party().lines().position(|line| line == vault);
    check(
        vault,
        "[third_party.hsm]",
        "unknown field `hsm`",
        line.map(|before| before + 1),
    );
}

#[test]
fn json_names_line_and_reason() {
    let check =
        |from: &str, to: &str, expected: &str, line| check(&json_with(from, to), expected, line);
    check(
        "\"legal_name\"",
        "\"legal_nam\"",
        "unknown field `legal_nam`",
        Some(6),
    );
    check("\"Acme GmbH\"", "7", "invalid type: integer `7`", Some(6));
    check(
        "\"Acme GmbH\"",
        "[\"CANARY\"]",
        "invalid type: sequence",
        Some(6),
    );
    check(
        "\"client_id\"",
        "\"legal_name\"",
        "duplicate field `legal_name`",
        Some(7),
    );
    check("\"a\",", "\"a b\",", "scope list", Some(13));
    check("\n}\n", "", "EOF", Some(16));
    check("\n}\n", "}{", "trailing characters", Some(16));
}

/// serde reads a struct from a list of its values as well; a registry does not.
#[test]
fn a_row_without_names_is_refused() {
    let row = r#"["party-1", "Acme", "client-1", "00000000-0000-0000-0000-000000000001", "active",
        "unlicensed", [], [], ["a"], [], null, null]"#;
    let text = format!("{{\"schema\": \"ob.registry/1\",\n \"third_party\": [{row}]}}");
    check(
        &from_json(&text).unwrap_err(),
        "object with named fields",
        Some(2),
    );
}

#[test]
fn other_schemas_are_named() {
    check(
        &toml_with("registry/1", "registry/2"),
        "of another version",
        None,
    );
    check(
        &json_with("registry/1", "registry/2"),
        "of another version",
        None,
    );
    check(
        &toml_with("ob.registry/1", "ob.journal/1"),
        "not a registry",
        None,
    );
    check(
        &toml_with("schema = \"ob.registry/1\"", ""),
        "no schema",
        None,
    );
    check(
        &json_with("\"ob.registry/1\"", "1"),
        "invalid type",
        Some(2),
    );
    // A newer file brings fields that are unknown here; the schema is what is told.
    let newer = from_toml("schema = \"ob.registry/2\"\nfrozen = true\n").unwrap_err();
    check(&newer, "of another version", None);
    for nothing in ["", " ", "\n", "# nothing"] {
        check(&from_toml(nothing).unwrap_err(), "no schema", None);
    }
    check(&from_json("").unwrap_err(), "EOF", Some(1));
    check(&from_json("null").unwrap_err(), "invalid type", Some(1));
    check(&from_toml("schema = ").unwrap_err(), "", Some(1));
}

#[test]
fn collisions_inside_a_text_are_refused_whole() {
    let twin = |n: u32| {
        builder(n)
            .client_id("same".parse().unwrap())
            .build()
            .unwrap()
    };
    let cases = [
        [party(1, Status::Draft), party(1, Status::Active)],
        [twin(1), twin(2)],
    ];
    for all in cases {
        assert_eq!(
            from_toml(&to_toml(&all).unwrap()).unwrap_err().code(),
            Code::R002
        );
        assert_eq!(
            from_json(&to_json(&all).unwrap()).unwrap_err().code(),
            Code::R002
        );
    }
}

#[test]
fn no_value_is_quoted_that_may_be_a_key() {
    let secret = "MIGHAgEAMBMGByqGSM49CANARY";
    let key = format!("-----BEGIN PRIVATE KEY-----\\n{secret}\\n-----END PRIVATE KEY-----");
    let in_place = [
        toml_with("\"Acme GmbH\"", &format!("\"{key}\"")),
        toml_with("certificates = [", &format!("certificates = [\"{key}\",")),
        toml_with(
            "schema =",
            &format!("certificates = \"{secret}\"\nschema ="),
        ),
        toml_with(
            "countries = [",
            &format!("use_cases = \"{secret}\"\ncountries = ["),
        ),
        toml_with("\"active\"", &format!("{{ key = \"{secret}\" }}")),
        json_with("\"Acme GmbH\"", &format!("\"{key}\"")),
        json_with(
            "\"scopes\": [",
            &format!("\"countries\": \"{secret}\", \"scopes\": ["),
        ),
        json_with(
            "\"scopes\": [",
            &format!("\"certificates\": [\"{secret}\"], \"scopes\": ["),
        ),
        json_with(
            "\"scopes\": [",
            &format!("\"signing_service\": \"{secret}\", \"scopes\": ["),
        ),
        json_with(
            "\"scopes\": [",
            &format!("\"signing_service\": {{\"url\": \"https://u:{secret}@h\"}}, \"scopes\": ["),
        ),
    ];
    for error in in_place {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("CANARY"), "{shown}");
        assert_eq!(error.code(), Code::R008);
    }
}

#[test]
fn a_private_key_is_found_wherever_it_stands() {
    let error =
        from_toml("schema = \"ob.registry/1\"\n# -----BEGIN EC PRIVATE KEY-----\n").unwrap_err();
    check(&error, "private key", Some(2));
    assert_eq!(error.place(), Some((2, 17)));
}

/// Where text of people stands, one after the other, nobody can write a private key: what was
/// written could not be read again.
#[tokio::test]
async fn a_private_key_is_written_nowhere() {
    let key = "-----BEGIN PRIVATE KEY-----CANARY";
    let acme = || ThirdParty::draft("acme".parse().unwrap(), "Acme GmbH");
    let contact = format!("primary:{key}:a@b");
    let email = "a@b".parse().unwrap();
    let refused: Vec<RegistryError> = vec![
        acme().legal_name(key).build().unwrap_err(),
        acme().notes(format!("note\n{key}")).build().unwrap_err(),
        key.parse::<UseCase>().unwrap_err(),
        key.parse::<Actor>().unwrap_err(),
        key.parse::<Reason>().unwrap_err(),
        key.parse::<ReplicaName>().unwrap_err(),
        contact.parse::<Contact>().unwrap_err(),
        Contact::new(ContactRole::Primary, key, email).unwrap_err(),
        IntegratorProfile::new(key, client(1), application(1)).unwrap_err(),
    ];
    for error in refused {
        let shown = format!("{error} {error:?}");
        assert_eq!(error.code(), Code::R009, "{shown}");
        assert!(!shown.contains("CANARY"), "{shown}");
    }
    let registry = crate::sample::registry([acme().build().unwrap()]).await;
    let edit = registry.edit("maria", key);
    assert_eq!(edit.unwrap_err().code(), Code::R009);
}
