//! One attempt.

use jiff::Timestamp;
use ob_core::{ActingFor, ApplicationId, BusinessId, ClientId, Code, ConsentId, Sent};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

mod row;
use row::Row;

/// One attempt to do something for a third-party.
///
/// It serialises as one flat JSON object, schema `ob.journal/1`:
///
/// ```
/// use ob_core::ActingFor;
/// use ob_journal::{Outcome, Record};
/// use std::time::{Duration, SystemTime};
///
/// let acme = ActingFor::third_party(
///     "acme".parse()?,
///     "tpp-acme".parse()?,
///     "0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11".parse()?,
/// );
/// let record = Record::new(&acme, "accounts.list", SystemTime::UNIX_EPOCH, Outcome::Ok { status: 200 })
///     .duration(Duration::from_millis(87));
/// assert_eq!(
///     serde_json::to_string(&record)?,
///     concat!(
///         r#"{"schema":"ob.journal/1","time":"1970-01-01T00:00:00.000Z","business_id":"acme","#,
///         r#""client_id":"tpp-acme","application_id":"0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11","#,
///         r#""operation":"accounts.list","attempt":1,"outcome":"ok","status":200,"duration_us":87000}"#,
///     )
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Row", into = "Row")]
pub struct Record {
    time: Timestamp,
    business_id: BusinessId,
    client_id: ClientId,
    application_id: ApplicationId,
    operation: Cow<'static, str>,
    consent: Option<ConsentId>,
    correlation: Option<String>,
    attempt: u32,
    outcome: Outcome,
    duration_us: u64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The platform did it.
    Ok {
        /// The HTTP status of its answer.
        status: u16,
    },
    /// Refused here: the attempt never left the process.
    Refused {
        /// Why.
        code: Code,
    },
    /// It failed.
    Failed {
        /// Why.
        code: Code,
        /// The HTTP status of the answer, if one came.
        status: Option<u16>,
        /// Whether the attempt left the process.
        sent: Sent,
    },
}

impl Record {
    /// The first attempt at `operation` (for example `consents.create`) for `party`, begun at
    /// `time`. Times are kept in milliseconds, the precision that is written.
    ///
    /// What cannot stand in a log line is replaced in `operation`: it is a name, not a text.
    pub fn new(
        party: &ActingFor,
        operation: impl Into<Cow<'static, str>>,
        time: SystemTime,
        outcome: Outcome,
    ) -> Self {
        Self {
            time: in_millis(time),
            business_id: party.business_id().clone(),
            client_id: party.client_id().clone(),
            application_id: *party.application_id(),
            operation: named(operation.into()),
            consent: None,
            correlation: None,
            attempt: 1,
            outcome,
            duration_us: 0,
        }
    }

    /// The consent that the attempt was about.
    #[must_use]
    pub fn consent(mut self, id: Option<ConsentId>) -> Self {
        self.consent = id;
        self
    }

    /// The correlation id of the answer. It is foreign text: at most 128 characters of printable
    /// ASCII are kept, any other character becomes `_`, an empty one is none.
    #[must_use]
    pub fn correlation(mut self, id: Option<&str>) -> Self {
        self.correlation = id.map(printable).filter(|id| !id.is_empty());
        self
    }

    /// Which attempt of its call this is, from 1 (default). 0 is taken as 1.
    #[must_use]
    pub fn attempt(mut self, number: u32) -> Self {
        self.attempt = number.max(1);
        self
    }

    /// How long the attempt took. Kept in microseconds.
    #[must_use]
    pub fn duration(mut self, took: Duration) -> Self {
        self.duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self
    }

    /// When the attempt began.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        self.time.into()
    }

    /// For whom: your own name for the third-party.
    #[must_use]
    pub fn business_id(&self) -> &BusinessId {
        &self.business_id
    }

    /// For whom: the client id at the platform.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// For whom: the application id at the platform.
    #[must_use]
    pub fn application_id(&self) -> &ApplicationId {
        &self.application_id
    }

    /// What was attempted, for example `consents.create`.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The consent that the attempt was about.
    #[must_use]
    pub fn consent_id(&self) -> Option<&ConsentId> {
        self.consent.as_ref()
    }

    /// The correlation id of the answer, made printable.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation.as_deref()
    }

    /// Which attempt of its call this is, from 1.
    #[must_use]
    pub fn attempt_number(&self) -> u32 {
        self.attempt
    }

    /// How the attempt ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// How long the attempt took, to the microsecond.
    #[must_use]
    pub fn took(&self) -> Duration {
        Duration::from_micros(self.duration_us)
    }
}

/// To the millisecond. Times outside the years -9999 to 9999 become those limits.
fn in_millis(time: SystemTime) -> Timestamp {
    let limit = if time < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    let exact = Timestamp::try_from(time).unwrap_or(limit);
    Timestamp::from_millisecond(exact.as_millisecond()).unwrap_or(limit)
}

fn named(operation: Cow<'static, str>) -> Cow<'static, str> {
    if is_printable(&operation) {
        return operation;
    }
    match printable(&operation) {
        name if name.is_empty() => Cow::Borrowed("unnamed"),
        name => Cow::Owned(name),
    }
}

/// Foreign text cut to 128 characters of printable ASCII.
fn printable(text: &str) -> String {
    let graphic = |c: char| if c.is_ascii_graphic() { c } else { '_' };
    text.trim().chars().take(MAX_TEXT).map(graphic).collect()
}

fn is_printable(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// A UUID is 36, a W3C trace context 55 characters long; more is somebody's payload.
const MAX_TEXT: usize = 128;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn record() -> Record {
        let acme = ActingFor::third_party(
            "acme".parse().unwrap(),
            "tpp-acme".parse().unwrap(),
            ApplicationId::from_bytes([7; 16]),
        );
        let outcome = Outcome::Ok { status: 200 };
        Record::new(&acme, "accounts.list", SystemTime::UNIX_EPOCH, outcome)
    }

    fn time_of(time: SystemTime) -> String {
        Row::from(Record {
            time: in_millis(time),
            ..record()
        })
        .time()
        .to_owned()
    }

    #[test]
    fn time_is_utc_with_three_digits() {
        let epoch = SystemTime::UNIX_EPOCH;
        let check = |since: Duration, expected| assert_eq!(time_of(epoch + since), expected);
        check(Duration::ZERO, "1970-01-01T00:00:00.000Z");
        check(Duration::from_nanos(1_999_999), "1970-01-01T00:00:00.001Z");
        check(
            Duration::from_millis(1_800_000_000_120),
            "2027-01-15T08:00:00.120Z",
        );
        let before = epoch - Duration::from_millis(1);
        assert_eq!(time_of(before), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_time_beyond_the_calendar_is_its_limit() {
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert!(time_of(far).starts_with("9999-12-"));
        let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1 << 40);
        assert!(time_of(early).starts_with("-009999-01-"));
    }

    #[test]
    fn foreign_text_is_cut_and_made_printable() {
        let check = |text: &str, expected: Option<&str>| {
            let record = record().correlation(Some(text));
            assert_eq!(record.correlation_id(), expected, "{text:?}");
        };
        check("0af7651916cd43dd", Some("0af7651916cd43dd"));
        check("a\r\nX-Admin: 1", Some("a__X-Admin:_1"));
        check("\u{1b}[31m", Some("_[31m"));
        check("\u{202e}abc", Some("_abc"));
        check("", None);
        check(" \t", None);
        let long = "x".repeat(10_000);
        check(&long, Some(&"x".repeat(128)));
    }

    #[test]
    fn an_operation_is_a_name() {
        let named = |text: &'static str| named(text.into()).into_owned();
        assert_eq!(named("consents.create"), "consents.create");
        assert_eq!(named("a b\n"), "a_b");
        assert_eq!(named("  "), "unnamed");
    }

    #[test]
    fn attempts_count_from_one() {
        assert_eq!(record().attempt(0).attempt_number(), 1);
        assert_eq!(record().attempt(3).attempt_number(), 3);
    }

    #[test]
    fn an_endless_duration_is_the_longest() {
        assert_eq!(
            record().duration(Duration::MAX).took().as_micros(),
            u64::MAX.into()
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_is_one_line_and_reads_back(
            operation in ".{0,200}",
            correlation in prop::option::of(".{0,200}"),
            since in any::<u32>(),
            attempt in any::<u32>(),
        ) {
            let mut made = record().correlation(correlation.as_deref()).attempt(attempt);
            made.operation = named(operation.into());
            made.time = in_millis(SystemTime::UNIX_EPOCH + Duration::from_micros(since.into()));
            let line = serde_json::to_string(&made).unwrap();
            prop_assert!(line.bytes().all(|b| b == b' ' || b.is_ascii_graphic()));
            prop_assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), made);
        }
    }
}
