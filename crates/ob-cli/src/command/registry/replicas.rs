//! `ob registry replicas`.

use super::{refused, status::moment};
use crate::{
    exit::Failure,
    output::{self, Format},
};
use obkit::registry::{Receipt, Registry, ReplicaName, ReplicaReport};
use serde_json::{Value, json};
use std::time::Duration;

/// Shows them, or takes one that is gone off the list first.
pub(super) async fn run(
    format: Format,
    registry: &Registry,
    gone: Option<&ReplicaName>,
) -> Result<(), Failure> {
    if let Some(name) = gone {
        sign_off(registry, name).await?;
    }
    let all = registry.replicas().await.map_err(refused)?;
    let rows: Vec<_> = all.iter().map(as_json).collect();
    let whole = json!({"schema": "ob.registry-replicas/1", "replicas": rows});
    if format == Format::Text && all.is_empty() {
        output::say("no replica follows this registry");
    }
    output::paged_list(format, &whole, &rows, true, || {
        let mut table = output::table(&["replica", "state", "started", "serves revision"]);
        for (report, heard) in &all {
            table.add_row([
                report.replica.to_string(),
                format!(
                    "{}, heard of {:.1} s ago",
                    state(*heard),
                    heard.as_secs_f64()
                ),
                moment(report.started_at),
                report.revision.to_string(),
            ]);
        }
        table
    })
}

/// One that lives would be back on the list within a second.
async fn sign_off(registry: &Registry, name: &ReplicaName) -> Result<(), Failure> {
    let all = registry.replicas().await.map_err(refused)?;
    let Some((_, heard)) = all.iter().find(|(report, _)| report.replica == *name) else {
        let what = format!("no replica {name} is known; `ob registry replicas` shows them");
        return Err(Failure::usage(what));
    };
    if *heard < Receipt::SILENT_AFTER {
        let ago = heard.as_secs_f64();
        let what = format!("{name} lives: it was heard of {ago:.1} s ago; end it first");
        return Err(Failure::usage(what));
    }
    registry.sign_off(name).await.map_err(refused)?;
    output::say(format_args!(
        "{name} is off the list: no receipt asks it any more"
    ));
    Ok(())
}

fn state(heard: Duration) -> &'static str {
    match heard < Receipt::SILENT_AFTER {
        true => "live",
        false => "silent",
    }
}

fn as_json((report, heard): &(ReplicaReport, Duration)) -> Value {
    json!({
        "replica": report.replica,
        "state": state(*heard),
        "heard_seconds": heard.as_secs(),
        "started_at": moment(report.started_at),
        "revision": report.revision,
    })
}
