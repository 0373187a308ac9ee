//! A record as it is written.

use super::{Outcome, Record, is_printable};
use jiff::Timestamp;
use ob_core::{ApplicationId, BusinessId, ClientId, Code, ConsentId, Sent, Shown};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Flat, so that a line can be filtered and turned into a table without unfolding anything.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    schema: Cow<'static, str>,
    time: String,
    business_id: BusinessId,
    client_id: ClientId,
    application_id: ApplicationId,
    operation: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation: Option<String>,
    attempt: u32,
    outcome: Word,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<Cow<'static, str>>,
    duration_us: u64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Ok,
    Refused,
    Failed,
}

#[cfg(test)]
impl Row {
    pub(super) fn time(&self) -> &str {
        &self.time
    }
}

impl Row {
    fn outcome(&self) -> Result<Outcome, String> {
        let code = self.code.as_deref().map(read_code).transpose()?;
        let sent = self.sent.as_deref().map(read_sent).transpose()?;
        match (self.outcome, code, self.status, sent) {
            (Word::Ok, None, Some(status), None) => Ok(Outcome::Ok { status }),
            (Word::Refused, Some(code), None, None) => Ok(Outcome::Refused { code }),
            (Word::Failed, Some(code), status, Some(sent)) => {
                Ok(Outcome::Failed { code, status, sent })
            }
            (Word::Ok, ..) => Err("outcome ok needs a status, no code and no sent".into()),
            (Word::Refused, ..) => {
                Err("outcome refused needs a code, no status and no sent".into())
            }
            (Word::Failed, ..) => Err("outcome failed needs a code and a sent".into()),
        }
    }
}

impl From<Record> for Row {
    fn from(it: Record) -> Self {
        let (outcome, code, status, sent) = match it.outcome {
            Outcome::Ok { status } => (Word::Ok, None, Some(status), None),
            Outcome::Refused { code } => (Word::Refused, Some(code), None, None),
            Outcome::Failed { code, status, sent } => {
                (Word::Failed, Some(code), status, Some(sent))
            }
        };
        Self {
            schema: SCHEMA.into(),
            time: print_time(it.time),
            business_id: it.business_id,
            client_id: it.client_id,
            application_id: it.application_id,
            operation: it.operation,
            consent: it.consent,
            correlation: it.correlation,
            attempt: it.attempt,
            outcome,
            code: code.map(|code| code.as_str().into()),
            status,
            sent: sent.map(|sent| sent.as_str().into()),
            duration_us: it.duration_us,
        }
    }
}

impl TryFrom<Row> for Record {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        if row.schema != SCHEMA {
            let found = Shown(&row.schema);
            return Err(format!("the schema is {found}: needs {SCHEMA}"));
        }
        if row.attempt == 0 {
            return Err("the attempt is 0: needs 1 or more".into());
        }
        for text in [Some(&*row.operation), row.correlation.as_deref()] {
            if !text.is_none_or(is_printable) {
                return Err(
                    "an operation or correlation is not 1 to 128 printable characters".into(),
                );
            }
        }
        Ok(Self {
            outcome: row.outcome()?,
            time: read_time(&row.time)?,
            business_id: row.business_id,
            client_id: row.client_id,
            application_id: row.application_id,
            operation: row.operation,
            consent: row.consent,
            correlation: row.correlation,
            attempt: row.attempt,
            duration_us: row.duration_us,
        })
    }
}

/// RFC 3339 in UTC, always with three digits, so that lines sort as text.
fn print_time(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// One spelling only: what was not written by us was changed by somebody.
fn read_time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .ok()
        .filter(|time| print_time(*time) == text)
        .ok_or_else(|| {
            format!(
                "the time is {}: needs 2026-01-31T12:00:00.000Z",
                Shown(text)
            )
        })
}

fn read_code(text: &str) -> Result<Code, String> {
    text.parse()
        .ok()
        .filter(|code: &Code| code.as_str() == text)
        .ok_or_else(|| format!("the code is {}: needs one of obkit's", Shown(text)))
}

fn read_sent(text: &str) -> Result<Sent, String> {
    [Sent::No, Sent::Maybe, Sent::Yes]
        .into_iter()
        .find(|sent| sent.as_str() == text)
        .ok_or_else(|| format!("sent is {}: needs no, maybe or yes", Shown(text)))
}

const SCHEMA: &str = "ob.journal/1";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const LINE: &str = r#"{"schema":"ob.journal/1","time":"2026-11-22T20:00:00.123Z","business_id":"acme","client_id":"tpp-acme","application_id":"0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11","operation":"accounts.list","consent":"c-1","correlation":"0af7","attempt":2,"outcome":"failed","code":"OB-A404","status":404,"sent":"yes","duration_us":87123}"#;

    #[test]
    fn the_line_is_stable() {
        let record: Record = serde_json::from_str(LINE).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), LINE);
        assert_eq!(
            record.outcome(),
            Outcome::Failed {
                code: Code::A404,
                status: Some(404),
                sent: Sent::Yes
            }
        );
    }

    #[test]
    fn every_outcome_reads_back() {
        let record: Record = serde_json::from_str(LINE).unwrap();
        let codes = [Code::X001, Code::N504];
        let mut outcomes = vec![Outcome::Ok { status: 204 }];
        for code in codes {
            outcomes.push(Outcome::Refused { code });
            for sent in [Sent::No, Sent::Maybe, Sent::Yes] {
                let status = None;
                outcomes.push(Outcome::Failed { code, status, sent });
            }
        }
        for outcome in outcomes {
            let made = Record {
                outcome,
                ..record.clone()
            };
            let line = serde_json::to_string(&made).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), made);
        }
    }

    #[test]
    fn refuses_what_it_would_not_write() {
        let check = |from: &str, to: &str, expected: &str| {
            assert!(LINE.contains(from), "{from}");
            let line = LINE.replace(from, to);
            let refused = serde_json::from_str::<Record>(&line)
                .unwrap_err()
                .to_string();
            assert!(refused.contains(expected), "{refused} / {expected}");
        };
        check("journal/1", "journal/2", "ob.journal/2");
        check("\"schema\":\"ob.journal/1\",", "", "schema");
        check("00.123Z", "00Z", "the time is");
        check("00.123Z", "00.123+00:00", "the time is");
        check("2026-11-22", "2026-13-22", "the time is");
        check("\"acme\"", "\"ac me\"", "business id");
        check("0e2f6c1e-", "", "application id");
        check("\"attempt\":2", "\"attempt\":0", "attempt");
        check("\"attempt\":2", "\"attempt\":-1", "u32");
        check("\"attempt\":2", "\"attempt\":2,\"attempt\":2", "duplicate");
        check("\"failed\"", "\"lost\"", "lost");
        check("\"failed\"", "\"ok\"", "outcome ok");
        check("\"failed\"", "\"refused\"", "outcome refused");
        check("\"code\":\"OB-A404\",", "", "outcome failed");
        check("OB-A404", "ob-a404", "the code is");
        check("OB-A404", "OB-Z999", "the code is");
        check("\"yes\"", "\"YES\"", "sent is");
        check("0af7", "a b", "printable");
        check("accounts.list", "", "printable");
        check("404,", "70000,", "u16");
        check(
            "\"duration_us\"",
            "\"payload\":1,\"duration_us\"",
            "payload",
        );
    }
}
