//! From what is there to what is wanted.

use crate::sample::{builder, edit, party, registry};
use ob_core::Code;
use ob_registry::{IntegratorProfile, Plan, Status, Step, ThirdParty};

fn id(n: u32) -> ob_core::BusinessId {
    format!("party-{n}").parse().unwrap()
}

fn every_status() -> Vec<ThirdParty> {
    let all = Status::ALL.iter().zip(1..);
    all.map(|(status, n)| party(n, *status)).collect()
}

fn profile() -> IntegratorProfile {
    let application = crate::sample::application(999);
    IntegratorProfile::new("Integrator AG", "int-1".parse().unwrap(), application).unwrap()
}

#[tokio::test]
async fn who_is_not_wanted_leaves_by_a_legal_way() {
    let registry = registry(every_status()).await;
    let plan = registry.plan(vec![party(9, Status::Draft)], None).unwrap();
    let offboarded: Vec<_> = plan.offboards().map(ToString::to_string).collect();
    assert_eq!(offboarded, ["party-2", "party-3", "party-4"]);
    let before = registry.records();
    let refused = edit(&registry).apply(&plan, false).await.unwrap_err();
    assert_eq!(refused.code(), Code::R006);
    assert!(
        refused.to_string().contains("party-2, party-3, party-4"),
        "{refused}"
    );
    assert_eq!(registry.records(), before);
    edit(&registry).apply(&plan, true).await.unwrap();
    let status = |n| registry.get(&id(n)).map(|it| it.status());
    assert_eq!(status(1), None, "a draft is removed");
    assert_eq!(status(2), Some(Status::Offboarded));
    assert_eq!(status(3), Some(Status::Offboarding));
    assert_eq!(status(4), Some(Status::Offboarding));
    assert_eq!(status(5), Some(Status::Offboarding));
    assert_eq!(status(6), Some(Status::Offboarded));
    assert_eq!(status(9), Some(Status::Draft));
}

#[tokio::test]
async fn what_is_wanted_is_there_afterwards_and_then_nothing_is_left_to_do() {
    let registry = registry(every_status()).await;
    let mut wanted = every_status();
    wanted[2] = wanted[2]
        .to_builder()
        .legal_name("Other AG")
        .status(Status::Suspended)
        .build()
        .unwrap();
    wanted.push(party(9, Status::Active));
    let plan = registry.plan(wanted.clone(), Some(profile())).unwrap();
    let actions: Vec<_> = plan
        .steps()
        .iter()
        .map(|step| match step {
            Step::Add { .. } => "add",
            Step::Change { .. } => "change",
            Step::Integrator { .. } => "integrator",
            _ => "other",
        })
        .collect();
    assert_eq!(actions, ["integrator", "change", "add"]);
    let differences = plan.steps()[1].differences();
    let fields: Vec<_> = differences.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["legal_name", "status"]);
    assert_eq!(differences[1].before.as_deref(), Some("active"));
    assert_eq!(differences[1].after.as_deref(), Some("suspended"));
    let read = Plan::from_json(&plan.to_json().unwrap()).unwrap();
    assert_eq!(read, plan);
    edit(&registry).apply(&read, false).await.unwrap();
    assert_eq!(
        registry.integrator_profile().unwrap().legal_name(),
        "Integrator AG"
    );
    assert!(registry.plan(wanted, Some(profile())).unwrap().is_empty());
}

#[tokio::test]
async fn a_stale_plan_is_refused_and_changes_nothing() {
    let registry = registry([party(1, Status::Active)]).await;
    let plan = registry
        .plan(
            vec![party(1, Status::Active), party(2, Status::Active)],
            None,
        )
        .unwrap();
    edit(&registry).put(party(3, Status::Active)).await.unwrap();
    let before = registry.records();
    let refused = edit(&registry).apply(&plan, true).await.unwrap_err();
    assert_eq!(refused.code(), Code::R013);
    assert_eq!(registry.records(), before);
}

#[tokio::test]
async fn a_plan_for_another_registry_at_the_same_revision_is_refused() {
    let here = registry([party(1, Status::Active)]).await;
    let there = registry([builder(1)
        .status(Status::Active)
        .legal_name("Other")
        .build()
        .unwrap()])
    .await;
    assert_eq!(here.revision(), there.revision());
    for wanted in [vec![], vec![party(1, Status::Suspended)]] {
        let plan = here.plan(wanted, None).unwrap();
        let refused = edit(&there).apply(&plan, true).await.unwrap_err();
        assert_eq!(refused.code(), Code::R013, "{refused}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_not_planned() {
    let registry = registry(every_status()).await;
    let all = |change: &dyn Fn(&mut Vec<ThirdParty>)| {
        let mut all = every_status();
        change(&mut all);
        registry.plan(all, None).unwrap_err().code()
    };
    assert_eq!(all(&|all| all[5] = party(6, Status::Active)), Code::R006);
    let twin = || {
        party(7, Status::Draft)
            .to_builder()
            .client_id(crate::sample::client(3))
            .build()
            .unwrap()
    };
    assert_eq!(all(&|all| all.push(twin())), Code::R002);
    assert_eq!(all(&|all| all.push(party(1, Status::Draft))), Code::R002);
    // The one that has the id stays as a row when it leaves.
    let leaving = registry.plan(vec![twin()], None).unwrap_err();
    assert_eq!(leaving.code(), Code::R002);
}

#[test]
fn only_a_plan_is_read_as_one() {
    for text in [
        "",
        "{}",
        r#"{"schema":"ob.registry-plan/2","base":1,"steps":[]}"#,
        r#"{"schema":"ob.registry-plan/1","base":1,"steps":[{"action":"drop"}]}"#,
    ] {
        assert_eq!(
            Plan::from_json(text).unwrap_err().code(),
            Code::R008,
            "{text}"
        );
    }
}

/// A plan is a file that passes through hands: a step that is about two third-parties, or does
/// more than it says, is none.
#[tokio::test]
async fn a_step_that_does_more_than_it_says_is_no_step() {
    let registry = registry([party(1, Status::Active), party(2, Status::Active)]).await;
    let suspended = party(1, Status::Suspended);
    let plan = registry.plan(vec![suspended], None).unwrap();
    let text = plan.to_json().unwrap();
    assert_eq!(Plan::from_json(&text).unwrap(), plan);
    let changed = |path: &str, value: serde_json::Value| {
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        *json.pointer_mut(path).unwrap() = value;
        Plan::from_json(&json.to_string()).unwrap_err()
    };
    for (path, value) in [
        ("/steps/0/third_party/business_id", "party-2"),
        ("/steps/1/third_party/business_id", "party-1"),
        ("/steps/1/third_party/client_id", "client-9"),
        ("/steps/1/third_party/status", "active"),
    ] {
        let refused = changed(path, value.into());
        assert_eq!(refused.code(), Code::R008, "{path}");
        assert!(
            refused.to_string().contains("is not one that is planned"),
            "{refused}"
        );
    }
}
