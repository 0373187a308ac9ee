//! The platform's payloads.

use std::fmt::Debug;

use http::{HeaderMap, StatusCode};
use ob_api::{
    Answer, GetAccount, GetConsent, GetManagedFlow, GetTransaction, ListAccounts, ListProviders,
    ListTransactions, Operation,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::strict_tree::Tree;
use crate::{random, spoken, vectors};

/// A body. What an operation accepts is one JSON object in which each name stands once, and comes
/// back as the same value when it is written and read; what it refuses is told on a short line.
pub(crate) fn holds(data: &[u8]) {
    let headers = HeaderMap::new();
    let answer = Answer::new(StatusCode::OK, &headers, data);
    let consent = || "c-1".parse().expect("a constant id");
    let account = || "a-1".parse().expect("a constant id");
    let transaction = "t-1".parse().expect("a constant id");
    let flow = "f-1".parse().expect("a constant id");
    read(&GetConsent(consent()), &answer);
    read(&GetManagedFlow::new(consent(), flow), &answer);
    read(&ListAccounts::new(consent()), &answer);
    read(&GetAccount::new(consent(), account()), &answer);
    read(&ListTransactions::new(consent(), account()), &answer);
    read(&GetTransaction::new(consent(), transaction), &answer);
    read(&ListProviders::new(), &answer);
}

fn read<O>(operation: &O, answer: &Answer<'_>)
where
    O: Operation<Output: Serialize + DeserializeOwned + PartialEq + Debug>,
{
    match operation.parse(answer) {
        Ok(value) => {
            let tree = Tree::read(answer.body());
            let strict = tree.is_some_and(|tree| tree.is_object() && tree.has_each_name_once());
            assert!(strict, "{} accepted ambiguous JSON", operation.name());
            let text = serde_json::to_string(&value).expect("a value can be written");
            let again = serde_json::from_str::<O::Output>(&text);
            assert_eq!(
                again.ok().as_ref(),
                Some(&value),
                "{}: {text}",
                operation.name()
            );
        }
        Err(error) => spoken::check(&error),
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = random::seeds([
        r#"{"consentId":"c-1","endUsers":[{"identifier":"u","email":"u@example.com"}],"createdAt":"2023-11-28T00:00:00.0000000+00:00","status":"ACTIVE","expiresAt":"2024-01-01T01:00:00+01:00","useCaseConfigurationId":"0e2f6c1e-7d5d-4a43-9a6e-1f3b8f0f9a11","type":"RECURRING"}"#,
        r#"{"flowId":"f-1","flowUrl":"https://flow.example/start","status":"COMPLETED","expiresAt":"2024-01-01T00:00:00Z"}"#,
        r#"{"items":[{"id":"a-1","name":"Giro","currency":"EUR","type":"CURRENT","identifiers":{"iban":"DE89370400440532013000","bban":"1"},"balances":[{"type":"BOOKED","amount":{"amount":"10.00","currency":"EUR"},"date":"2024-02-29"}],"holders":[{"name":"E"}]}],"total":1}"#,
        r#"{"id":"a-1","identifiers":{"iban":"DE89 XXXX"},"balances":[],"providerId":"p"}"#,
        r#"{"items":[{"id":"t-1","status":"BOOKED","amount":{"amount":"-12.30","currency":"EUR"},"bookingDate":"2024-02-29T23:59:59.9999999Z","counterparty":{"name":"x","iban":"GB82WEST12345698765432"},"description":"d"}]}"#,
        r#"{"id":"t-1","amount":{"amount":"00000000000001.50000","currency":"JPY"},"valueDate":"2024-01-01"}"#,
        r#"{"items":[{"id":"p-1","name":"Bank","country":"DE"}],"total":1.5}"#,
        r#"{"id":"t-1","id":"t-1"}"#,
        r#"{"items":[{"id":"a-1","x":{"a":1,"a":2}}]}"#,
    ]);
    seeds.extend(
        vectors::json_documents()
            .into_iter()
            .filter(|text| text.len() < 200),
    );
    seeds
}
