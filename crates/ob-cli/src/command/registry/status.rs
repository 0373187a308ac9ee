//! `ob registry suspend|resume|offboard`.

use super::{change::known, existing, refused};
use crate::{
    cli::{ChangeArgs, StepArgs},
    command::change::edit,
    exit::{Failure, PROBLEMS},
    output::{self, Format},
};
use jiff::Timestamp;
use obkit::{
    BusinessId, Code,
    registry::{Receipt, ReceiptLine, ReceiptState, Record, Registry, Status},
};
use serde_json::{Value, json};
use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

/// Takes it out of service and shows the receipt: exit code 9 while a replica has not said that
/// it obeys.
pub(super) async fn withdraw(
    format: Format,
    id: &BusinessId,
    to: Status,
    wait: Duration,
    step: &StepArgs,
) -> Result<ExitCode, Failure> {
    let registry = existing(&step.place).await?;
    let was = known(&registry, id)?.third_party().status();
    let record = become_status(&registry, id, to, step).await?;
    let in_service = matches!(
        was,
        Status::Active | Status::Suspended | Status::Offboarding
    );
    let receipt = if in_service {
        receipt(&registry, id, wait).await?
    } else {
        None
    };
    output::result(format, &as_json(&record, was, receipt.as_ref()), |_| {
        as_text(&record, was, receipt.as_ref())
    })?;
    let obeyed = receipt
        .is_none_or(|receipt| receipt.resumed.is_none() && receipt.replicas.iter().all(is_quiet));
    Ok(if obeyed {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PROBLEMS)
    })
}

async fn receipt(
    registry: &Registry,
    id: &BusinessId,
    wait: Duration,
) -> Result<Option<Receipt>, Failure> {
    match registry.receipt(id, wait).await {
        Ok(receipt) => Ok(Some(receipt)),
        // It came here out of service, by an import for example.
        Err(error) if error.code() == Code::R001 => Ok(None),
        Err(error) => {
            let what = format!("{id} is out of service, but its receipt cannot be read: {error}");
            Err(Failure::coded(error.code(), what))
        }
    }
}

pub(super) async fn resume(
    format: Format,
    id: &BusinessId,
    step: &StepArgs,
) -> Result<(), Failure> {
    let registry = existing(&step.place).await?;
    let was = known(&registry, id)?.third_party().status();
    let record = become_status(&registry, id, Status::Active, step).await?;
    output::result(format, &as_json(&record, was, None), |_| {
        headline(&record, was)
    })
}

pub(super) async fn offboard(
    format: Format,
    id: &BusinessId,
    finish: bool,
    wait: Duration,
    step: &StepArgs,
) -> Result<ExitCode, Failure> {
    let registry = existing(&step.place).await?;
    let to = match known(&registry, id)?.third_party().status() {
        Status::Draft | Status::Onboarding | Status::Offboarded => Status::Offboarded,
        Status::Offboarding if finish => Status::Offboarded,
        Status::Active | Status::Suspended if finish => {
            let what = format!(
                "{id} must be offboarding before it is finished: `ob registry offboard {id}` first"
            );
            return Err(Failure::coded(Code::R006, what));
        }
        _ => Status::Offboarding,
    };
    withdraw(format, id, to, wait, step).await
}

async fn become_status(
    registry: &Registry,
    id: &BusinessId,
    to: Status,
    step: &StepArgs,
) -> Result<Record, Failure> {
    let change = ChangeArgs {
        reason: Some(step.reason.clone()),
        by: step.by.clone(),
    };
    let mut edit = edit(registry, &change, &step.reason)?;
    if let Some(version) = step.expect.expect_version {
        edit = edit.expecting(version);
    }
    edit.set_status(id, to).await.map_err(refused)
}

fn headline(record: &Record, was: Status) -> String {
    let it = record.third_party();
    let (id, now, version) = (it.business_id(), it.status(), record.version());
    if was == now {
        format!("{id} is {now} already; nothing was changed (version {version})")
    } else {
        format!("{id}: {was} → {now}, version {version}")
    }
}

fn as_text(record: &Record, was: Status, receipt: Option<&Receipt>) -> String {
    let mut text = headline(record, was);
    let Some(receipt) = receipt else {
        return text;
    };
    text.push_str(&format!("\nwritten down  {}", moment(receipt.committed_at)));
    if receipt.replicas.is_empty() {
        text.push_str(
            "\nNo serving process is known to this registry, so none was asked. One that opened it\n\
             and does not follow it sees the change when it next reads the registry.",
        );
        return text;
    }
    let mut table = output::table(&["replica", "state", "in force", "last call sent"]);
    for line in &receipt.replicas {
        table.add_row(row(line));
    }
    text.push_str(&format!("\n\n{}\n\n", table.trim_fmt()));
    text.push_str(&match (receipt.quiet_at(), receipt.resumed) {
        (Some(at), _) => format!("Nothing is sent for it any more since {}.", moment(at)),
        (None, Some(revision)) => {
            format!("It is in service again: somebody resumed it (revision {revision}).")
        }
        (None, None) => {
            let owing = receipt.replicas.iter().filter(|line| !is_quiet(line));
            let names: Vec<_> = owing.map(|line| line.replica.as_str()).collect();
            let names = names.join(", ");
            format!(
                "Not everywhere in force: {names} did not say that it obeys.\nOne that was killed \
                 for good leaves the list by `ob registry replicas --sign-off NAME`."
            )
        }
    });
    text
}

fn row(line: &ReceiptLine) -> [String; 4] {
    let name = line.replica.to_string();
    let heard = |heard: &Duration| format!("heard of {:.1} s ago", heard.as_secs_f64());
    let (state, at, last) = match &line.state {
        ReceiptState::Quiet(it) => {
            let last = it.last_call_at.map_or_else(|| "none".to_owned(), moment);
            ("quiet".to_owned(), moment(it.effective_at), last)
        }
        ReceiptState::Waiting { heard: ago } => (
            format!("waiting, {}", heard(ago)),
            String::new(),
            String::new(),
        ),
        ReceiptState::Silent { heard: ago } => (
            format!("silent, {}", heard(ago)),
            String::new(),
            String::new(),
        ),
        ReceiptState::StartedAfter { started_at } => {
            let state = "started after it".to_owned();
            (state, moment(*started_at), String::new())
        }
        _ => ("unknown".to_owned(), String::new(), String::new()),
    };
    [name, state, at, last]
}

fn is_quiet(line: &ReceiptLine) -> bool {
    use ReceiptState::{Quiet, StartedAfter};
    matches!(line.state, Quiet(_) | StartedAfter { .. })
}

fn as_json(record: &Record, was: Status, receipt: Option<&Receipt>) -> Value {
    let it = record.third_party();
    json!({
        "schema": "ob.registry-status/1",
        "business_id": it.business_id(),
        "from": was,
        "status": it.status(),
        "version": record.version(),
        "receipt": receipt.map(receipt_json),
    })
}

fn receipt_json(receipt: &Receipt) -> Value {
    let replicas: Vec<_> = receipt.replicas.iter().map(line_json).collect();
    json!({
        "revision": receipt.revision,
        "committed_at": moment(receipt.committed_at),
        "quiet_at": receipt.quiet_at().map(moment),
        "resumed": receipt.resumed,
        "replicas": replicas,
    })
}

fn line_json(line: &ReceiptLine) -> Value {
    let heard = |state: &str, heard: &Duration| json!({"replica": line.replica, "state": state, "heard_seconds": heard.as_secs()});
    match &line.state {
        ReceiptState::Quiet(it) => json!({
            "replica": line.replica,
            "state": "quiet",
            "effective_at": moment(it.effective_at),
            "last_call_at": it.last_call_at.map(moment),
            "quiet_at": moment(it.quiet_at),
        }),
        ReceiptState::Waiting { heard: ago } => heard("waiting", ago),
        ReceiptState::Silent { heard: ago } => heard("silent", ago),
        ReceiptState::StartedAfter { started_at } => json!({
            "replica": line.replica,
            "state": "started-after",
            "started_at": moment(*started_at),
        }),
        _ => json!({"replica": line.replica, "state": "unknown"}),
    }
}

/// RFC 3339 in UTC, to the millisecond.
pub(super) fn moment(at: SystemTime) -> String {
    Timestamp::try_from(at).map_or_else(|_| "?".to_owned(), |at| format!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_replica_that_started_after_the_change_owes_nothing() {
        let line = ReceiptLine {
            replica: "api-1".parse().unwrap(),
            state: ReceiptState::StartedAfter {
                started_at: SystemTime::UNIX_EPOCH + Duration::from_secs(7),
            },
        };
        assert!(is_quiet(&line));
        let at = "1970-01-01T00:00:07.000Z";
        assert_eq!(row(&line), ["api-1", "started after it", at, ""]);
        let expected = json!({"replica": "api-1", "state": "started-after", "started_at": at});
        assert_eq!(line_json(&line), expected);
    }
}
