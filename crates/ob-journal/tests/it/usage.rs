//! Usage: a fold that does not care about order.

use crate::sample::{acting, record, records};
use ob_core::Code;
use ob_journal::{Counts, Outcome, Record, Usage};
use proptest::prelude::*;
use std::time::SystemTime;

fn attempt(party: u32, operation: &'static str, number: u32, outcome: Outcome) -> Record {
    Record::new(&acting(party), operation, SystemTime::UNIX_EPOCH, outcome).attempt(number)
}

/// A call that worked at the third attempt, one that was refused here, and another third-party.
fn some() -> Vec<Record> {
    let failed = Outcome::Failed {
        code: Code::N504,
        status: None,
        sent: ob_core::Sent::Maybe,
    };
    vec![
        attempt(1, "accounts.list", 1, failed),
        attempt(1, "accounts.list", 2, failed),
        attempt(1, "accounts.list", 3, Outcome::Ok { status: 200 }),
        attempt(
            1,
            "consents.create",
            1,
            Outcome::Refused { code: Code::R005 },
        ),
        attempt(2, "accounts.list", 1, Outcome::Ok { status: 200 }),
    ]
}

fn numbers(it: Counts) -> [u64; 5] {
    [it.calls, it.attempts, it.ok, it.refused, it.failed]
}

#[test]
fn calls_and_attempts_are_told_apart() {
    let usage = Usage::fold(&some());
    let one = usage.of(acting(1).business_id()).expect("it has usage");
    assert_eq!(one.of("accounts.list").map(numbers), Some([1, 3, 1, 0, 2]));
    assert_eq!(
        one.of("consents.create").map(numbers),
        Some([1, 1, 0, 1, 0])
    );
    assert_eq!(one.of("accounts.get"), None);
    assert_eq!(numbers(one.total()), [2, 4, 1, 1, 2]);
    assert_eq!(numbers(usage.total()), [3, 5, 2, 1, 2]);
    assert!(usage.of(acting(3).business_id()).is_none());
    let names: Vec<_> = one.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["accounts.list", "consents.create"]);
    assert_eq!(usage.iter().len(), 2);
}

#[test]
fn the_shape_is_stable() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&Usage::fold(&some())).unwrap(), @r#"
    {
      "schema": "ob.usage/1",
      "total": {
        "calls": 3,
        "attempts": 5,
        "ok": 2,
        "refused": 1,
        "failed": 2
      },
      "third_parties": {
        "party-1": {
          "total": {
            "calls": 2,
            "attempts": 4,
            "ok": 1,
            "refused": 1,
            "failed": 2
          },
          "operations": {
            "accounts.list": {
              "calls": 1,
              "attempts": 3,
              "ok": 1,
              "refused": 0,
              "failed": 2
            },
            "consents.create": {
              "calls": 1,
              "attempts": 1,
              "ok": 0,
              "refused": 1,
              "failed": 0
            }
          }
        },
        "party-2": {
          "total": {
            "calls": 1,
            "attempts": 1,
            "ok": 1,
            "refused": 0,
            "failed": 0
          },
          "operations": {
            "accounts.list": {
              "calls": 1,
              "attempts": 1,
              "ok": 1,
              "refused": 0,
              "failed": 0
            }
          }
        }
      }
    }
    "#);
}

proptest! {
    #[test]
    fn order_does_not_matter(
        (one, other) in prop::collection::vec(0u32..1000, 0..60)
            .prop_flat_map(|numbers| (Just(numbers.clone()), Just(numbers).prop_shuffle()))
    ) {
        let fold = |numbers: &[u32]| Usage::fold(&numbers.iter().map(|n| record(*n)).collect::<Vec<_>>());
        prop_assert_eq!(fold(&one), fold(&other));
    }

    #[test]
    fn parts_add_up_to_the_whole(count in 0u32..80, cut in 0u32..80) {
        let all = records(count);
        let (first, second) = all.split_at(cut.min(count) as usize);
        let mut forward = Usage::fold(first);
        forward.merge(Usage::fold(second));
        let mut backward = Usage::fold(second);
        backward.merge(Usage::fold(first));
        let whole = Usage::fold(&all);
        prop_assert_eq!(&forward, &whole);
        prop_assert_eq!(&backward, &whole);
        let total = whole.total();
        prop_assert_eq!(total.attempts, u64::from(count));
        prop_assert_eq!(total.attempts, total.ok + total.refused + total.failed);
        prop_assert!(total.calls <= total.attempts);
    }
}
