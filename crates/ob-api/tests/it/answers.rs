//! Every answer that the platform's description shows, and what can be wrong with one.

use crate::support::{UUID, answer, answer_with};
use ob_api::*;
use ob_core::Code;

fn consent_id() -> ob_core::ConsentId {
    "c-1".parse().unwrap()
}

fn get() -> GetConsent {
    GetConsent(consent_id())
}

/// Reads an answer and writes it again: the sandbox writes what the client reads.
fn rewritten<O: Operation<Output: serde::Serialize>>(operation: &O, body: &str) -> String {
    serde_json::to_string(&answer(operation, 200, body).unwrap()).unwrap()
}

#[test]
fn consent() {
    let body = r#"{"consentId":"c-1","endUsers":[{"identifier":"user-1","email":"user@example.com"}],"createdAt":"2023-11-28T00:00:00.0000000+00:00","status":"ACTIVE","expiresAt":"2024-11-28T00:00:00.0000000+00:00","useCaseConfigurationId":"5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10","type":"ONGOING"}"#;
    assert_eq!(rewritten(&get(), body), body);
    let consent = answer(&get(), 200, body).unwrap();
    assert!(consent.is_active());
    assert_eq!(consent.consent_type, Some(ConsentType::Ongoing));
    assert_eq!(
        rewritten(&get(), r#"{"consentId":"c-1"}"#),
        r#"{"consentId":"c-1"}"#
    );
    let nulls =
        r#"{"consentId":"c-1","endUsers":null,"createdAt":null,"status":null,"new":{"x":[1]}}"#;
    assert_eq!(rewritten(&get(), nulls), r#"{"consentId":"c-1"}"#);
}

#[test]
fn managed_flow() {
    let body = r#"{"flowUrl":"https://flow.example/1","flowId":"f-1","status":"AUTHORIZING","expiresAt":"2023-11-28T00:00:00.0000000+00:00"}"#;
    let read = GetManagedFlow::new(consent_id(), "f-1".parse().unwrap());
    assert_eq!(rewritten(&read, body), body);
    let flow = NewManagedFlow::connect_accounts(EndUser::identified("u"));
    let create = CreateManagedFlow::new(consent_id(), flow);
    let flow = answer(&create, 201, r#"{"flowUrl":"https://flow.example/1"}"#).unwrap();
    assert_eq!(flow.flow_url.unwrap().as_str(), "https://flow.example/1");
    for body in [
        r#"{"flowId":"f-1"}"#,
        r#"{"flowUrl":null}"#,
        r#"{"flowUrl":"javascript:alert(1)"}"#,
    ] {
        assert_eq!(
            answer(&create, 201, body).unwrap_err().code(),
            Code::A502,
            "{body}"
        );
    }
}

#[test]
fn accounts() {
    let body = r#"{"items":[{"id":"a-1","providerId":"mock-bank","name":"Giro","type":"CURRENT","currency":"EUR","identifiers":{"iban":"DE89370400440532013000","bban":"370400440532013000"},"balances":[{"type":"INTERIM_BOOKED","amount":{"amount":"123.45","currency":"EUR"},"referenceDate":"2023-11-28"}],"holders":[{"name":"Erika Mustermann","role":"OWNER"}],"additionalInformation":{"x":1}}],"total":1}"#;
    let list = ListAccounts::new(consent_id());
    assert_eq!(rewritten(&list, body), body);
    assert_eq!(rewritten(&list, r#"{"items":[]}"#), r#"{"items":[]}"#);
    for total in [r#""5""#, "5.0", "-1", "null", "[]"] {
        let body = format!(r#"{{"items":[{{"id":"a-1"}}],"total":{total}}}"#);
        assert_eq!(answer(&list, 200, &body).unwrap().total, None, "{total}");
    }
    let one = GetAccount::new(consent_id(), "a-1".parse().unwrap());
    assert_eq!(
        rewritten(&one, r#"{"id":"a-1","more":1}"#),
        r#"{"id":"a-1"}"#
    );
}

#[test]
fn transactions() {
    let body = r#"{"items":[{"id":"t-1","accountId":"a-1","status":"BOOKED","amount":{"amount":"-12.30","currency":"EUR"},"bookingDate":"2023-11-28","valueDate":"2023-11-27","description":"Coffee","counterparty":{"name":"Cafe","iban":"DE89 XXXX"},"enrichment":{"enrichmentDate":"2023-11-29"}},{"id":"t-2","status":"PENDING"}]}"#;
    let list = ListTransactions::new(consent_id(), "a-1".parse().unwrap());
    assert_eq!(rewritten(&list, body), body);
    let one = GetTransaction::new(consent_id(), "t-1".parse().unwrap());
    assert_eq!(rewritten(&one, r#"{"id":"t-1"}"#), r#"{"id":"t-1"}"#);
}

#[test]
fn providers() {
    let body = r#"{"items":[{"id":"mock-bank","displayName":"Mock Bank","countryCode":"DE"},{"id":"x","countryCode":"somewhere"}]}"#;
    assert_eq!(rewritten(&ListProviders::new(), body), body);
}

/// A value that this client does not know is kept, whatever it is the value of.
///
/// Rows: R228, R229, R230
#[test]
fn unknown_values_are_no_outage() {
    let body = r#"{"consentId":"c-1","status":"PAUSED","type":"WEEKLY"}"#;
    assert_eq!(rewritten(&get(), body), body);
    let body = r#"{"items":[{"id":"a","type":"CRYPTO","balances":[{"type":"SOMETHING","amount":{"amount":"1","currency":"XYZ"}}],"holders":[{"role":"GUARDIAN"}]}]}"#;
    assert_eq!(rewritten(&ListAccounts::new(consent_id()), body), body);
    // A pending transaction may lack its booking date.
    let body = r#"{"id":"t-1","status":"INFORMATION"}"#;
    let transaction = GetTransaction::new(consent_id(), "t-1".parse().unwrap());
    assert_eq!(rewritten(&transaction, body), body);
}

#[test]
fn content_type_is_checked() {
    let body = r#"{"consentId":"c-1"}"#;
    for good in [
        "application/json",
        "application/json;charset=utf-8",
        "Application/JSON ; charset=UTF-8",
        "application/hal+json",
    ] {
        assert!(
            answer_with(&get(), 200, &[("content-type", good)], body).is_ok(),
            "{good}"
        );
    }
    for bad in [
        "text/html",
        "text/json",
        "application/xml",
        "",
        "application/jsonp",
        "+json",
    ] {
        let error = answer_with(&get(), 200, &[("content-type", bad)], body).unwrap_err();
        assert_eq!(error.code(), Code::A502, "{bad}");
        assert_eq!(
            error.description().as_deref(),
            Some("content type is not JSON")
        );
    }
    assert!(answer_with(&get(), 200, &[], body).is_ok());
    assert!(answer_with(&get(), 200, &[], "<html></html>").is_err());
}

#[test]
fn what_is_not_understood_says_why_and_repeats_nothing() {
    let secret = "Erika";
    let cases = [
        ("", "body is empty"),
        (" ", "JSON ends too early at line 1 column 1"),
        ("<html>", "not JSON at line 1 column 1"),
        (
            r#"{"consentId":"c-1""#,
            "JSON ends too early at line 1 column 18",
        ),
        ("{}", "missing field `consentId` at line 1 column 2"),
        ("null", "not a JSON object"),
        ("[]", "not a JSON object"),
        (
            r#"{"consentId":7}"#,
            "a member has another type or form at line 1 column 14",
        ),
        (
            r#"{"consentId":"../Erika"}"#,
            "a member has another type or form at line 1 column 24",
        ),
        (
            r#"{"consentId":"c-1","status":{}}"#,
            "a member has another type or form at line 1 column 28",
        ),
        (
            r#"{"consentId":"c-1","createdAt":"Erika"}"#,
            "a member has another type or form at line 1 column 39",
        ),
        (
            r#"{"consentId":"c-1","consentId":"c-1"}"#,
            "a member stands twice at line 1 column 30",
        ),
        (
            r#"{"consentId":"c-1","new":{"a":1,"a":2}}"#,
            "a member stands twice at line 1 column 35",
        ),
        (
            r#"{"consentId":"c-2"}"#,
            "the answer is about another id than the one asked for",
        ),
    ];
    for (body, reason) in cases {
        let error = answer(&get(), 200, body).unwrap_err();
        assert_eq!(error.code(), Code::A502, "{body}");
        assert!(error.is_not_understood() && !error.is_retryable());
        assert_eq!(error.description().as_deref(), Some(reason), "{body}");
        assert!(!format!("{error} {error:?}").contains(secret));
    }
}

/// Rows: R218, R221
#[test]
fn r218_money_is_never_a_number() {
    let list = ListAccounts::new(consent_id());
    for amount in [
        "12.3",
        "12",
        "1e2",
        r#""1e2""#,
        r#"".5""#,
        r#""1,5""#,
        "null",
        r#"{"v":"1"}"#,
    ] {
        let body = format!(
            r#"{{"items":[{{"id":"a","balances":[{{"amount":{{"amount":{amount},"currency":"EUR"}}}}]}}]}}"#
        );
        assert_eq!(
            answer(&list, 200, &body).unwrap_err().code(),
            Code::A502,
            "{amount}"
        );
    }
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let upper = UUID.to_uppercase();
    let account = GetAccount::new(consent_id(), UUID.parse().unwrap());
    assert!(answer(&account, 200, &format!(r#"{{"id":"{upper}"}}"#)).is_ok());
    assert_eq!(
        answer(&account, 200, r#"{"id":"a-2"}"#).unwrap_err().code(),
        Code::A502
    );
    let transaction = GetTransaction::new(consent_id(), "t-1".parse().unwrap());
    assert!(answer(&transaction, 200, r#"{"id":"t-2"}"#).is_err());
    let flow = GetManagedFlow::new(consent_id(), "f-1".parse().unwrap());
    assert!(answer(&flow, 200, r#"{"flowId":"f-2"}"#).is_err());
    assert!(answer(&flow, 200, r#"{"status":"COMPLETED"}"#).is_ok());
}

#[test]
fn statuses_of_success() {
    let create = CreateConsent(NewConsent::new(
        UUID.parse().unwrap(),
        EndUser::new("u", "a@b"),
    ));
    let body = r#"{"consentId":"c-1"}"#;
    for status in [200, 201, 202] {
        assert!(answer(&create, status, body).is_ok(), "{status}");
    }
    for status in [203, 204, 206, 299] {
        assert_eq!(
            answer(&create, status, body).unwrap_err().code(),
            Code::A502,
            "{status}"
        );
        assert_eq!(
            answer(&get(), status, body).unwrap_err().code(),
            Code::A502,
            "{status}"
        );
    }
    for status in [200, 202, 204] {
        assert!(
            answer(&DeleteConsent(consent_id()), status, "").is_ok(),
            "{status}"
        );
    }
    assert!(answer_with(&DeleteConsent(consent_id()), 204, &[], "").is_ok());
    assert!(answer(&DeleteConsent(consent_id()), 201, "").is_err());
}

#[test]
fn accepted_is_not_an_empty_list() {
    let error = answer(&ListAccounts::new(consent_id()), 202, r#"{"items":[]}"#).unwrap_err();
    assert!(error.is_accepted() && error.is_retryable());
    let create = CreateConsent(NewConsent::new(
        UUID.parse().unwrap(),
        EndUser::new("u", "a@b"),
    ));
    assert!(answer(&create, 202, "").unwrap_err().is_accepted());
}

/// Rows: R163
#[test]
fn redirects_are_not_followed() {
    for status in [300, 301, 302, 303, 304, 307, 308, 399] {
        let error = answer(&get(), status, r#"{"consentId":"c-1"}"#).unwrap_err();
        assert_eq!(error.code(), Code::N101, "{status}");
        assert!(!error.is_retryable());
    }
}
