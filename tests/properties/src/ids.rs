//! Ids and scopes: what may stand in a header or a path.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use http::HeaderValue;
use ob_api::{AccountId, CountryCode, FlowId, FlowUrl, ProviderId, TransactionId};
use ob_core::{
    ApplicationId, BusinessId, ClientId, ConsentId, Scope, Scopes, UseCaseConfigurationId,
};
use ob_jose::Thumbprint;

use crate::{random, spoken};

/// What is accepted can stand in a header as it is and is read back as the same value.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    same_text::<ClientId>(text, 128);
    same_text::<BusinessId>(text, 128);
    same_text::<ConsentId>(text, 128);
    same_text::<Scope>(text, 256);
    same_text::<Thumbprint>(text, 43);
    in_lower_case::<ApplicationId>(text);
    in_lower_case::<UseCaseConfigurationId>(text);
    scopes(text);

    one_segment::<AccountId>(text);
    one_segment::<FlowId>(text);
    one_segment::<ProviderId>(text);
    one_segment::<TransactionId>(text);
    same_text::<CountryCode>(text, 2);
    match text.parse::<FlowUrl>() {
        Ok(url) => {
            in_header(url.as_str(), usize::MAX);
            assert_eq!(url.as_str(), text);
            assert!(
                text.starts_with("https://") || text.starts_with("http://"),
                "{text}"
            );
        }
        Err(error) => spoken::check(&error),
    }
}

fn same_text<T: FromStr<Err: std::error::Error + 'static> + Display + Debug>(
    text: &str,
    longest: usize,
) {
    match text.parse::<T>() {
        Ok(id) => {
            assert_eq!(id.to_string(), text);
            in_header(text, longest);
            spoken::check_debug(&id);
        }
        Err(error) => spoken::check(&error),
    }
}

fn in_lower_case<T>(text: &str)
where
    T: FromStr<Err: std::error::Error + 'static> + Display + Debug + PartialEq,
{
    match text.parse::<T>() {
        Ok(id) => {
            let shown = id.to_string();
            assert_eq!(shown, text.to_ascii_lowercase());
            in_header(&shown, 36);
            assert_eq!(shown.parse::<T>().ok(), Some(id));
        }
        Err(error) => spoken::check(&error),
    }
}

fn one_segment<T: FromStr<Err: std::error::Error + 'static> + AsRef<str> + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(id) => {
            assert_eq!(id.as_ref(), text);
            assert!((1..=128).contains(&text.chars().count()), "{text:?}");
            assert!(
                !text.contains(['/', '\\']) && text != "." && text != "..",
                "{text:?}"
            );
            assert!(!text.contains(char::is_control), "{text:?}");
            spoken::check_debug(&id);
        }
        Err(error) => spoken::check(&error),
    }
}

fn scopes(text: &str) {
    match text.parse::<Scopes>() {
        Ok(scopes) => {
            let shown = scopes.to_string();
            in_header(&shown, text.len());
            assert_eq!(shown.parse::<Scopes>().as_ref(), Ok(&scopes));
            let mut words: Vec<&str> = text.split(' ').collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(shown, words.join(" "));
            assert!(scopes.is_subset(&scopes) && scopes.difference(&scopes).is_empty());
        }
        Err(error) => spoken::check(&error),
    }
}

fn in_header(text: &str, longest: usize) {
    assert!((1..=longest).contains(&text.len()), "{text:?}");
    assert!(text.bytes().all(|b| matches!(b, b' '..=b'~')), "{text:?}");
    assert!(HeaderValue::from_str(text).is_ok(), "{text:?}");
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = random::texts(b"abcXYZ019._- :/%\r\n\"\\", 40, 64);
    seeds.extend(random::seeds([
        "tpp-acme",
        "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11",
        "0E2F6C1E-7D5D-4A43-9A6E-1F3B8F0F9A11",
        "consents:create ob_data ob_data",
        "acme\r\nX-Admin: 1",
        "..",
        "a/b",
        "DE",
        "https://flow.example/start?session=x",
        "https://bank.example@evil.example/",
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
        "caf\u{e9} \u{202e}",
    ]));
    seeds
}
