//! One request, as the handlers see it.

use crate::refused::{Reason, because};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use jiff::Timestamp;
use std::time::SystemTime;
use uuid::Uuid;

/// A request, with the moment it is judged at and the ids it is answered under.
///
/// No `Debug`: its headers are secrets.
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) now: SystemTime,
    pub(crate) correlation: String,
    pub(crate) interaction: String,
}

impl Exchange {
    /// `fresh` are two ids for this exchange: the correlation id, and the interaction id in case
    /// the client sent none or none that is a UUID (R216: replaced, never reflected raw).
    pub(crate) fn new(request: Request<Bytes>, now: SystemTime, fresh: [Uuid; 2]) -> Self {
        let (parts, body) = request.into_parts();
        let [correlation, made] = fresh;
        let interaction = one_uuid(&parts.headers).unwrap_or(made);
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            body,
            now,
            correlation: correlation.to_string(),
            interaction: interaction.to_string(),
        }
    }

    /// The one value of a header, or none.
    ///
    /// # Errors
    /// More than one line, or bytes that are not visible ASCII. `rule` names the requirement.
    pub(crate) fn single(
        &self,
        name: &'static str,
        rule: &'static str,
    ) -> Result<Option<&str>, Reason> {
        let mut lines = self.headers.get_all(name).iter();
        let Some(first) = lines.next() else {
            return Ok(None);
        };
        let wanted = || because(rule, name).expected("one header line of visible ASCII");
        if lines.next().is_some() {
            let lines = self.headers.get_all(name).iter().count();
            return Err(wanted().found(format!("{lines} lines")));
        }
        let text = first.to_str().map_err(|_| wanted().found("other bytes"))?;
        Ok(Some(text))
    }

    /// The first value of a header, for counting only: whatever is decided is decided on
    /// [`single`](Self::single).
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The moment of judgement. The sandbox's clock shows no time that `jiff` cannot hold.
    pub(crate) fn timestamp(&self) -> Timestamp {
        timestamp(self.now)
    }

    /// The day of judgement, in UTC.
    pub(crate) fn today(&self) -> jiff::civil::Date {
        jiff::tz::Offset::UTC.to_datetime(self.timestamp()).date()
    }
}

pub(crate) fn timestamp(at: SystemTime) -> Timestamp {
    Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn one_uuid(headers: &HeaderMap) -> Option<Uuid> {
    let mut lines = headers.get_all(INTERACTION_ID).iter();
    let only = lines.next().filter(|_| lines.next().is_none())?;
    let text = only.to_str().ok().filter(|text| text.len() == 36)?;
    Uuid::try_parse(text).ok()
}

pub(crate) const ON_BEHALF_OF: &str = "x-on-behalf-of";
pub(crate) const APPLICATION_ID: &str = "x-application-id";
pub(crate) const CONSENT_ID: &str = "x-consent-id";
pub(crate) const DPOP: &str = "dpop";
pub(crate) const DPOP_NONCE: &str = "dpop-nonce";
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub(crate) const INTERACTION_ID: &str = "x-fapi-interaction-id";
pub(crate) const CORRELATION_ID: &str = "correlation-id";
/// Sent by a test harness, read by the sandbox only: for whom the caller meant the request.
pub(crate) const MEANT_FOR: &str = "x-sandbox-meant-for";
/// The id of the explanation of a refusal.
pub(crate) const REFUSAL: &str = "x-sandbox-refusal";
