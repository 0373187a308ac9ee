//! `ob registry history`.

use super::{change::known, refused, status::moment};
use crate::{
    exit::Failure,
    output::{self, Format},
};
use obkit::{
    BusinessId,
    registry::{Event, HistoryQuery, Registry, Revision, Subject},
};
use serde_json::json;

pub(super) async fn run(
    format: Format,
    registry: &Registry,
    id: Option<BusinessId>,
    since: Revision,
    limit: Option<usize>,
) -> Result<(), Failure> {
    let query = HistoryQuery {
        business_id: id.clone(),
        after: since,
        limit,
        newest_first: true,
    };
    let mut events = registry.history(&query).await.map_err(refused)?;
    events.reverse();
    if let Some(id) = &id
        && events.is_empty()
    {
        // Nothing of it is history, unless the question was for less than that.
        let ever = HistoryQuery {
            business_id: Some(id.clone()),
            limit: Some(1),
            ..HistoryQuery::default()
        };
        if registry.history(&ever).await.map_err(refused)?.is_empty() {
            known(registry, id)?;
        }
    }
    if format == Format::Text && events.is_empty() {
        output::say("nothing happened that was asked for");
    }
    let whole = json!({"schema": "ob.registry-history/1", "events": events});
    output::paged_list(format, &whole, &events, true, || {
        let mut table = output::table(&["revision", "when", "who", "what", "why"]);
        for event in &events {
            table.add_row([
                event.revision().to_string(),
                moment(event.at()),
                event.actor().to_string(),
                what(event),
                event.reason().to_string(),
            ]);
        }
        table
    })
}

fn what(event: &Event) -> String {
    match (event.subject(), event.transition()) {
        (Subject::Integrator(_), _) => "integrator written down".to_owned(),
        (Subject::ThirdParty { business_id, .. }, Some((None, Some(to)))) => {
            format!("{business_id} added, {to}")
        }
        (Subject::ThirdParty { business_id, .. }, Some((_, None))) => {
            format!("{business_id} removed")
        }
        (Subject::ThirdParty { business_id, .. }, Some((Some(from), Some(to)))) => {
            format!("{business_id} {from} → {to}")
        }
        (Subject::ThirdParty { business_id, .. }, None) => format!("{business_id} changed"),
        _ => "something".to_owned(),
    }
}
