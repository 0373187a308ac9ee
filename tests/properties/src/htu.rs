//! The target URI of a proof.

use ob_jose::Htu;

use crate::{random, spoken};

/// Two URIs, one per line: what is accepted keeps its path byte for byte, is its own text, and
/// normalising it twice is normalising it once; the comparison is the normalised texts'.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let read: Vec<Htu> = text.lines().take(2).filter_map(one).collect();
    if let [first, second] = read.as_slice() {
        let same = first.is_same_target(second);
        assert_eq!(same, second.is_same_target(first));
        assert_eq!(same, first.normalised() == second.normalised());
    }
}

fn one(uri: &str) -> Option<Htu> {
    let htu = match Htu::from_uri(uri) {
        Ok(htu) => htu,
        Err(error) => {
            spoken::check(&error);
            return None;
        }
    };
    let text = htu.as_str();
    assert!(text.bytes().all(|b| b.is_ascii_graphic()), "{text:?}");
    assert!(!text.contains(['?', '#', '"', '\\']), "{text:?}");
    let path = path(text);
    assert!(path.starts_with('/'), "{text}");
    let sent = uri.split(['?', '#']).next().unwrap_or_default();
    assert!(sent.ends_with(path) || path == "/", "{uri:?} became {text}");
    assert_eq!(Htu::from_uri(text).ok().as_ref(), Some(&htu), "{text}");
    assert_eq!(
        Htu::from_uri(&format!("{text}?a=/b#c?d")).ok().as_ref(),
        Some(&htu)
    );

    let normal = htu.normalised();
    let again = Htu::from_uri(&normal).ok();
    assert!(
        again
            .as_ref()
            .is_some_and(|again| again.normalised() == normal),
        "{normal}"
    );
    assert!(
        again.is_some_and(|again| again.is_same_target(&htu)),
        "{normal}"
    );
    let segments: Vec<&str> = self::path(&normal).split('/').collect();
    assert!(
        !segments.contains(&".") && !segments.contains(&".."),
        "{normal}"
    );
    // Nothing that separates is ever made of an escape.
    let has_dot_segments = path.contains("/.") || path.to_uppercase().contains("%2E");
    if !has_dot_segments {
        assert_eq!(
            segments.len(),
            path.split('/').count(),
            "{path} became {normal}"
        );
    }
    Some(htu)
}

fn path(uri: &str) -> &str {
    let authority = uri.find("://").map_or(0, |at| at + 3);
    let rest = uri.get(authority..).unwrap_or_default();
    rest.find('/')
        .and_then(|at| rest.get(at..))
        .unwrap_or_default()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = random::texts(b"ab/.%2Ee:@[]?#", 24, 64)
        .into_iter()
        .map(|path| [b"https://a.example/", path.as_slice()].concat())
        .collect();
    seeds.extend(random::seeds([
        "https://api.example/v1/a%2Fb\nhttps://API.example:443/v1/%61%2fb?limit=1",
        "https://api.example/a/../b\nhttps://api.example/b",
        "https://api.example/a/%2e%2E/b\nhttps://api.example/b",
        "http://[::1]:80/x\nhttp://[::1]/x",
        "https://a.example:\nhttps://a.example:0443/",
        "https://user@a.example/",
        "https://a.example/%252e%252e/",
        "https://a.example//..//./",
        "ftp://a.example/",
    ]));
    seeds
}
