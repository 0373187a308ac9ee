//! What the end user's browser brings back.

use crate::{FlowId, FlowStatus, path::encode_query};
use ob_core::ConsentId;
use std::fmt;

/// The query with which the end user comes back to the redirect URL that was fixed at
/// onboarding: `consentId`, `flowId`, `status` (ASSUMED).
///
/// It travels through a browser: a hint, not evidence. Read the consent before relying on it.
///
/// ```
/// use ob_api::{FlowReturn, FlowStatus};
/// let back = FlowReturn::from_query("consentId=c-1&status=COMPLETED&x=y");
/// assert_eq!(back.status, Some(FlowStatus::Completed));
/// assert_eq!(back.to_string(), "consentId=c-1&status=COMPLETED");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlowReturn {
    /// The consent.
    pub consent_id: Option<ConsentId>,
    /// The flow.
    pub flow_id: Option<FlowId>,
    /// How it ended.
    pub status: Option<FlowStatus>,
}

impl FlowReturn {
    /// What the platform would send back for this flow.
    #[must_use]
    pub const fn new(consent_id: ConsentId, flow_id: FlowId, status: FlowStatus) -> Self {
        Self {
            consent_id: Some(consent_id),
            flow_id: Some(flow_id),
            status: Some(status),
        }
    }

    /// Reads a query without its question mark.
    ///
    /// Never fails: a member that is missing, malformed or there twice is `None`.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        Self {
            consent_id: member(query, "consentId").and_then(|text| text.parse().ok()),
            flow_id: member(query, "flowId").and_then(|text| text.parse().ok()),
            status: member(query, "status").map(FlowStatus::from),
        }
    }
}

/// The query without its question mark.
impl fmt::Display for FlowReturn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = [
            ("consentId", self.consent_id.as_ref().map(ConsentId::as_str)),
            ("flowId", self.flow_id.as_ref().map(FlowId::as_str)),
            ("status", self.status.as_ref().map(FlowStatus::as_str)),
        ];
        let pairs = members
            .iter()
            .filter_map(|(name, value)| value.map(|value| (*name, value)));
        f.write_str(&encode_query(pairs).unwrap_or_default())
    }
}

fn member(query: &str, name: &str) -> Option<String> {
    let mut values = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(key, _)| *key == name);
    let (_, value) = values.next()?;
    values.next().is_none().then(|| decode(value)).flatten()
}

/// Percent-decoding of a form value; `None` for broken escapes or what is not UTF-8.
fn decode(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn twice_or_malformed_is_nothing() {
        for query in [
            "consentId=a&consentId=b",
            "consentId=a%2Fb",
            "consentId=%zz",
            "consentId",
            "",
        ] {
            assert_eq!(
                FlowReturn::from_query(query),
                FlowReturn::default(),
                "{query}"
            );
        }
    }

    proptest! {
        #[test]
        fn round_trips(flow in "[^/\\\\\\pC]{1,20}", status in ".{0,20}") {
            prop_assume!(flow.parse::<FlowId>().is_ok());
            let back = FlowReturn::new("c-1".parse().unwrap(), flow.parse().unwrap(), FlowStatus::from(status));
            prop_assert_eq!(FlowReturn::from_query(&back.to_string()), back);
        }

        #[test]
        fn never_panics(query in ".{0,60}") {
            let _ = FlowReturn::from_query(&query);
        }
    }
}
