//! The journal, checked against what the sandbox counted.

use super::{
    stage::Stage,
    story::{Story, count, ensure},
};
use crate::exit::Failure;
use obkit::journal::Usage;
use std::collections::BTreeMap;

/// Usage per third-party, by the journal; it must agree with what arrived at the sandbox.
pub(super) async fn usage(
    stage: &Stage,
    story: &mut Story,
) -> Result<BTreeMap<String, u64>, Failure> {
    story.act("The journal: a record per attempt; usage is a sum over it");
    let records = stage.journal.records();
    let usage = Usage::fold(&records);
    let arrived = stage.sandbox.sandbox().counters().api_requests_by_party;
    let mut by_party = BTreeMap::new();
    for (id, totals) in usage.iter() {
        let totals = totals.total();
        let sent = totals.ok + totals.failed;
        if sent > 0 {
            by_party.insert(id.to_string(), sent);
        }
    }
    for party in stage.active()? {
        let id = party.id().as_str();
        let (journal, sandbox) = (by_party.get(id), arrived.get(id));
        // The judge's hand-made request went past obkit, so it is in no journal.
        let by_hand = u64::from(id == super::stage::UNLICENSED);
        ensure(
            journal.copied().unwrap_or_default() + by_hand == sandbox.copied().unwrap_or_default(),
            format_args!("{id}: the journal has {journal:?} sent calls, the sandbox {sandbox:?}"),
        )?;
    }
    story.tell(format_args!(
        "{}; calls sent = calls that arrived, for every third-party",
        count(records.len() as u64, "record")
    ));
    for (id, calls) in by_party.iter().take(4) {
        story.tell_of(id, count(*calls, "call"));
    }
    if by_party.len() > 4 {
        story.tell(format_args!("and {} more", by_party.len() - 4));
    }
    Ok(by_party)
}
