//! Claims read with their exact types, and the times among them judged.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use crate::Refusal;
use crate::echo::echo;

/// Longest identifier that is accepted: it is stored and logged (R104).
pub(crate) const LONGEST_ID: usize = 256;

/// The claims of one token and the row that a missing or ill-typed one violates.
pub(crate) struct Claims {
    pub(crate) map: Map<String, Value>,
    pub(crate) rule: &'static str,
}

impl Claims {
    pub(crate) fn text(&self, name: &'static str) -> Result<&str, Refusal> {
        self.text_under(name, self.rule)
    }

    /// A required string whose absence violates another row than the token's own.
    pub(crate) fn text_under(
        &self,
        name: &'static str,
        rule: &'static str,
    ) -> Result<&str, Refusal> {
        match self.map.get(name) {
            Some(Value::String(text)) => Ok(text),
            other => Err(Refusal::kind(rule, name, "a string", other)),
        }
    }

    pub(crate) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match self.map.get(name) {
            None => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    /// An identifier of 1 to 256 printable ASCII characters.
    pub(crate) fn id(&self, name: &'static str, rule: &'static str) -> Result<&str, Refusal> {
        let id = self.text_under(name, rule)?;
        if (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| matches!(b, b' '..=b'~')) {
            return Ok(id);
        }
        let found = match id.len() {
            0 => "an empty string".to_owned(),
            n if n > LONGEST_ID => format!("{n} octets"),
            _ => echo(id),
        };
        Err(Refusal::new(
            rule,
            name,
            "1 to 256 printable ASCII characters",
            found,
        ))
    }

    pub(crate) fn time(
        &self,
        name: &'static str,
        rule: &'static str,
    ) -> Result<NumericDate, Refusal> {
        match self.map.get(name) {
            Some(value @ Value::Number(_)) => NumericDate::read(value, name),
            Some(other) => Err(Refusal::kind("R144", name, "a number", Some(other))),
            None => Err(Refusal::kind(rule, name, "a number", None)),
        }
    }

    pub(crate) fn optional_time(&self, name: &'static str) -> Result<Option<NumericDate>, Refusal> {
        self.map
            .contains_key(name)
            .then(|| self.time(name, "R144"))
            .transpose()
    }
}

/// Seconds since the epoch, possibly fractional (RFC 7519 section 2), kept in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NumericDate(i64);

/// The last second of the year 9999: beyond it are milliseconds taken for seconds, and nonsense.
const LAST_SECOND: f64 = 253_402_300_799.0;

impl NumericDate {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked before"
    )]
    fn read(value: &Value, name: &'static str) -> Result<Self, Refusal> {
        match value.as_f64() {
            Some(seconds) if (0.0..=LAST_SECOND).contains(&seconds) => {
                Ok(Self((seconds * 1e6).round() as i64))
            }
            _ => Err(Refusal::new(
                "R144",
                name,
                "seconds since 1970, at most 253402300799",
                "a number outside that range",
            )),
        }
    }

    pub(crate) fn of(time: SystemTime) -> Self {
        let micros = |d: Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
        Self(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => micros(after),
            Err(before) => -micros(before.duration()),
        })
    }

    pub(crate) fn to_system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.0.unsigned_abs())
    }

    /// How far `self` lies after `other`, zero where it does not.
    pub(crate) fn after(self, other: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(other.0)).unwrap_or(0))
    }
}

/// The furthest a claim may lie ahead, whatever is configured (R017).
pub(crate) const FURTHEST_AHEAD: Duration = Duration::from_secs(60);

/// The clock of the verifier and how far others may be ahead of it.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) now: NumericDate,
    pub(crate) max_ahead: Duration,
}

impl Clock {
    pub(crate) fn new(now: SystemTime, max_ahead: Duration) -> Self {
        Self {
            now: NumericDate::of(now),
            max_ahead: max_ahead.min(FURTHEST_AHEAD),
        }
    }

    /// `iat` or `nbf` must not lie further ahead than allowed (R017).
    pub(crate) fn not_ahead(&self, name: &'static str, time: NumericDate) -> Result<(), Refusal> {
        let ahead = time.after(self.now);
        if ahead <= self.max_ahead {
            return Ok(());
        }
        let expected = format!("at most {} s ahead", self.max_ahead.as_secs());
        Err(Refusal::new(
            "R017",
            name,
            expected,
            seconds(ahead, "ahead"),
        ))
    }

    /// `iat` must not be older than `limit`.
    pub(crate) fn not_older(
        &self,
        rule: &'static str,
        iat: NumericDate,
        limit: Duration,
    ) -> Result<(), Refusal> {
        let age = self.now.after(iat);
        if age <= limit {
            return Ok(());
        }
        let expected = format!("at most {} s ago", limit.as_secs());
        Err(Refusal::new(rule, "iat", expected, seconds(age, "ago")))
    }

    /// `exp` must lie ahead; equal is expired (R144).
    pub(crate) fn not_expired(
        &self,
        rule: &'static str,
        exp: NumericDate,
        leeway: Duration,
    ) -> Result<(), Refusal> {
        let past = self.now.after(exp);
        if exp > self.now || past < leeway {
            return Ok(());
        }
        Err(Refusal::new(
            rule,
            "exp",
            "a time in the future",
            seconds(past, "ago"),
        ))
    }
}

fn seconds(span: Duration, direction: &str) -> String {
    format!("{} s {direction}", span.as_secs_f64())
}
