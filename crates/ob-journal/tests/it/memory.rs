//! The journal in memory, through the seam.

use crate::sample::{record, records};
use ob_journal::{MemoryJournal, SharedJournal};
use std::sync::Arc;

#[tokio::test]
async fn clones_share_one_list() {
    let memory = MemoryJournal::default();
    assert!(memory.is_empty());
    let shared = SharedJournal::from(memory.clone());
    for n in 0..3 {
        shared.clone().append(&record(n)).await.unwrap();
    }
    assert_eq!(memory.records(), records(3));
    assert_eq!(memory.len(), 3);
    assert_eq!(format!("{memory:?}"), "MemoryJournal(3 records)");
}

#[tokio::test]
async fn a_pointer_to_a_journal_is_a_journal() {
    let memory = Arc::new(MemoryJournal::default());
    let shared = SharedJournal::from(Arc::clone(&memory));
    shared.append(&record(1)).await.unwrap();
    assert_eq!(memory.len(), 1);
}
