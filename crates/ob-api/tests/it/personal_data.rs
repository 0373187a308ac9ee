//! No personal data in any `Debug` or error (standards L5).

use crate::support::{UUID, answer, error};
use ob_api::*;

const CANARIES: [&str; 8] = [
    "user-4711",
    "erika@example.com",
    "Erika",
    "370400440532013000",
    "5320130",
    "Rent",
    "s3cr3t",
    "Cafe",
];

fn assert_clean(shown: &str) {
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}

#[test]
fn values_and_operations_print_no_personal_data() {
    let user = EndUser::new("user-4711", "erika@example.com");
    let create = CreateConsent(NewConsent::new(UUID.parse().unwrap(), user.clone()));
    assert_clean(&format!("{create:?} {:?}", create.request().unwrap()));
    let flow = CreateManagedFlow::new(
        "c-1".parse().unwrap(),
        NewManagedFlow::connect_accounts(user),
    );
    assert_clean(&format!("{flow:?} {:?}", flow.request().unwrap()));

    let accounts = ListAccounts::new("c-1".parse().unwrap());
    let body = r#"{"items":[{"id":"a-1","name":"Erika's account","identifiers":{"iban":"DE89370400440532013000","bban":"370400440532013000"},"holders":[{"name":"Erika M","role":"OWNER"}],"additionalInformation":{"owner":"Erika"}}]}"#;
    let page = answer(&accounts, 200, body).unwrap();
    insta::assert_snapshot!(format!("{:?}", page.items[0].identifiers), @"Some(Identifiers { iban: Some(ReportedIban(DE****************3000)), bban: Some([personal]) })");
    assert_clean(&format!("{page:?} {page:#?}"));

    let transactions = ListTransactions::new("c-1".parse().unwrap(), "a-1".parse().unwrap());
    let body = r#"{"items":[{"id":"t-1","description":"Rent Erika","counterparty":{"name":"Cafe","iban":"DE89 3704 0044 0532 0130 00 5320130"},"enrichment":{"name":"Cafe"}}]}"#;
    assert_clean(&format!("{:?}", answer(&transactions, 200, body).unwrap()));

    let flow = ManagedFlow::new("https://flow.example/s3cr3t?x=s3cr3t".parse().unwrap());
    assert_clean(&format!("{flow:?}"));
}

#[test]
fn errors_print_no_personal_data() {
    let body = r#"{"Errors":{"Error":[{"Description":"erika@example.com has DE89370400440532013000","Details":{"x":"Erika"}}]}}"#;
    let failed = error(400, body);
    assert_eq!(failed.description().as_deref(), Some("[email] has [iban]"));
    assert_clean(&format!("{failed} {failed:?} {:?}", failed.envelope()));
    for body in [
        r#"{"error":"x","error_description":"erika@example.com"}"#,
        r#"{"title":"erika@example.com","detail":"DE89370400440532013000"}"#,
        r#"{"error":"erika@example.com"}"#,
    ] {
        let failed = error(400, body);
        assert_clean(&format!("{failed} {failed:?} {:?}", failed.envelope()));
    }
    let list = ListAccounts::new("c-1".parse().unwrap());
    for body in [
        r#"{"items":[{"id":"a","holders":"Erika"}]}"#,
        r#"{"items":[{"id":"a","currency":"Erika"}]}"#,
        r#"{"items":[{"id":"a","holders":[{"name":{"Erika":1}}]}]}"#,
    ] {
        let failed = answer(&list, 200, body).unwrap_err();
        assert_clean(&format!("{failed} {failed:?}"));
    }
    assert_clean(
        &"DE89370400440532013001"
            .parse::<Iban>()
            .unwrap_err()
            .to_string(),
    );
    assert_clean(
        &"javascript:s3cr3t"
            .parse::<FlowUrl>()
            .unwrap_err()
            .to_string(),
    );
}
