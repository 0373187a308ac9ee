//! The file of third-parties, as TOML and as JSON.

use ob_registry::{RegistryError, Status, ThirdParty, from_json, from_toml, to_json, to_toml};

use crate::{random, spoken};

/// What is read is checked, and comes back the same from either form; what is refused is told on
/// a short line.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for read in [from_toml(text), from_json(text)] {
        match read {
            Ok(parties) => written_again(&parties),
            Err(error) => spoken::check(&error),
        }
    }
}

fn written_again(parties: &[ThirdParty]) {
    let same = |again: Result<Vec<ThirdParty>, RegistryError>, text: &str| {
        assert!(
            again.as_ref().is_ok_and(|again| again == parties),
            "{again:?} from {text}"
        );
    };
    let toml = to_toml(parties).expect("what was checked can be written");
    same(from_toml(&toml), &toml);
    let json = to_json(parties).expect("what was checked can be written");
    same(from_json(&json), &json);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let id = |text: &str| text.parse().expect("a constant id");
    let application = "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11";
    let application = application.parse().expect("a constant id");
    let acme = ThirdParty::builder(
        id("acme"),
        "Acme GmbH",
        "tpp-acme".parse().expect("a constant id"),
        application,
    )
    .country("DE".parse().expect("a constant country"))
    .scopes("consents:create ob_data".parse().expect("constant scopes"))
    .status(Status::Active)
    .build()
    .expect("a third-party of constants");
    let toml = to_toml(&[&acme]).expect("what was checked can be written");
    let json = to_json(&[&acme]).expect("what was checked can be written");
    let mut seeds = random::seeds([
        toml.as_str(),
        json.as_str(),
        &toml.replace("acme", "acme\u{202e}"),
        &toml.replace("third_party", "third_partie"),
        &toml.replace("active", "suspended"),
        &format!(
            "{toml}{}",
            toml.split_once("\n\n").map_or("", |(_, rest)| rest)
        ),
        "schema = \"ob.registry/2\"",
        "schema = \"ob.registry/1\"\n[[third_party]]\n\"\\r\\n\" = 1",
        "{\"schema\":\"ob.registry/1\",\"third_party\":[{\"a\":1,\"a\":2}]}",
    ]);
    seeds.extend(random::texts(b"[]{}=\"\\\n ,third_party.schema1", 60, 32));
    seeds
}
