//! The shape of every request.

use crate::support::UUID;
use ob_api::*;
use std::fmt::Write as _;

fn consent() -> ob_core::ConsentId {
    "c-1".parse().unwrap()
}

fn new_consent() -> NewConsent {
    NewConsent::new(
        UUID.parse().unwrap(),
        EndUser::new("user-1", "user@example.com"),
    )
}

/// Everything an operation says about itself.
fn shape<O: Operation>(operation: &O) -> String {
    let request = operation.request().unwrap();
    let mut text = format!(
        "{} {} {}",
        operation.name(),
        request.method(),
        request.target()
    );
    if let Some(body) = request.body() {
        write!(text, "\n{}", str::from_utf8(body).unwrap()).unwrap();
    }
    write!(
        text,
        "\nscopes {} | family {} | {:?} | consent {:?} | touches {:?}",
        operation.scopes(),
        operation.family().as_str(),
        operation.idempotency(),
        operation.consent(),
        operation.touched_consent(),
    )
    .unwrap();
    text
}

#[test]
fn create_consent() {
    insta::assert_snapshot!(shape(&CreateConsent(new_consent())), @r#"
    consents.create POST /consents
    {"useCaseConfigurationId":"5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10","endUsers":[{"identifier":"user-1","email":"user@example.com"}]}
    scopes consents:create | family consents | Key | consent None | touches None
    "#);
}

#[test]
fn get_and_delete_consent() {
    insta::assert_snapshot!(shape(&GetConsent(consent())), @r"
    consents.get GET /consents/c-1
    scopes consents:create | family consents | Safe | consent None | touches Some(ConsentId(c-1))
    ");
    insta::assert_snapshot!(shape(&DeleteConsent(consent())), @r"
    consents.delete DELETE /consents/c-1
    scopes consents:create | family consents | Safe | consent None | touches Some(ConsentId(c-1))
    ");
}

#[test]
fn managed_flows() {
    let flow = NewManagedFlow::connect_accounts(EndUser::identified("user-1")).language("en");
    insta::assert_snapshot!(shape(&CreateManagedFlow::new(consent(), flow)), @r#"
    flows.create POST /consents/c-1/managed-flows
    {"type":"CONNECT_ACCOUNTS","endUser":{"identifier":"user-1"},"language":"en"}
    scopes consents:create | family consents | None | consent None | touches Some(ConsentId(c-1))
    "#);
    let flow = NewManagedFlow::reauthenticate_connection(EndUser::identified("user-1"));
    let create = CreateManagedFlow::new(consent(), flow);
    assert_eq!(
        create.request().unwrap().body().unwrap(),
        r#"{"type":"REAUTHENTICATE_CONNECTION","endUser":{"identifier":"user-1"}}"#
    );
    let get = GetManagedFlow::new(consent(), "f 1".parse().unwrap());
    insta::assert_snapshot!(shape(&get), @r"
    flows.get GET /consents/c-1/managed-flows/f%201
    scopes consents:create | family consents | Safe | consent None | touches Some(ConsentId(c-1))
    ");
}

#[test]
fn accounts() {
    insta::assert_snapshot!(shape(&ListAccounts::new(consent())), @r"
    accounts.list GET /accounts
    scopes ob_data | family data | Safe | consent Some(ConsentId(c-1)) | touches Some(ConsentId(c-1))
    ");
    let all = ListAccounts::new(consent())
        .include(Include::ALL.into_iter().rev())
        .include([Include::Holders])
        .limit(50)
        .offset(100);
    assert_eq!(
        all.request().unwrap().target(),
        "/accounts?include=balances,holders,identifiers,additionalInformation&limit=50&offset=100"
    );
    let get = GetAccount::new(consent(), UUID.parse().unwrap());
    insta::assert_snapshot!(shape(&get), @r"
    accounts.get GET /accounts/5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10
    scopes ob_data | family data | Safe | consent Some(ConsentId(c-1)) | touches Some(ConsentId(c-1))
    ");
}

#[test]
fn transactions() {
    let list = ListTransactions::new(consent(), "a-1".parse().unwrap())
        .from("2024-01-01".parse().unwrap())
        .to("2024-01-01".parse().unwrap())
        .limit(1)
        .offset(0);
    insta::assert_snapshot!(shape(&list), @r"
    transactions.list GET /accounts/a-1/transactions?from=2024-01-01&to=2024-01-01&limit=1&offset=0
    scopes ob_data | family data | Safe | consent Some(ConsentId(c-1)) | touches Some(ConsentId(c-1))
    ");
    insta::assert_snapshot!(shape(&GetTransaction::new(consent(), "t:1".parse().unwrap())), @r"
    transactions.get GET /transactions/t%3A1
    scopes ob_data | family data | Safe | consent Some(ConsentId(c-1)) | touches Some(ConsentId(c-1))
    ");
}

#[test]
fn providers() {
    let list = ListProviders::new().country("DE".parse().unwrap()).limit(5);
    insta::assert_snapshot!(shape(&list), @r"
    providers.list GET /providers?country=DE&limit=5
    scopes ob_providers | family providers | Safe | consent None | touches None
    ");
    assert_eq!(
        ListProviders::new().request().unwrap().target(),
        "/providers"
    );
}

#[test]
fn what_the_platform_is_known_to_refuse_is_not_sent() {
    let mut nobody = new_consent();
    nobody.end_users.clear();
    let mut mailless = new_consent();
    mailless.end_users = vec![EndUser::identified("user-1")];
    let refused = [
        CreateConsent(nobody).request(),
        CreateConsent(mailless).request(),
        CreateConsent(NewConsent::new(
            UUID.parse().unwrap(),
            EndUser::new("", "a@b"),
        ))
        .request(),
        CreateConsent(NewConsent::new(
            UUID.parse().unwrap(),
            EndUser::new("u", ""),
        ))
        .request(),
        CreateManagedFlow::new(
            consent(),
            NewManagedFlow::connect_accounts(EndUser::identified("")),
        )
        .request(),
        ListAccounts::new(consent()).limit(0).request(),
        ListProviders::new().limit(0).request(),
        ListTransactions::new(consent(), "a".parse().unwrap())
            .from("2024-01-02".parse().unwrap())
            .to("2024-01-01".parse().unwrap())
            .request(),
    ];
    let messages: Vec<_> = refused
        .into_iter()
        .map(|request| {
            let error = request.unwrap_err();
            assert_eq!(error.code().as_str(), "OB-A100");
            assert_eq!(error.sent(), ob_core::Sent::No);
            error.to_string()
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    endUsers cannot be sent: needs an end user
    email cannot be sent: needs the end user's e-mail address
    identifier cannot be sent: needs your id of the end user
    email cannot be sent: needs the end user's e-mail address
    identifier cannot be sent: needs your id of the end user
    limit 0 cannot be sent: needs at least 1
    limit 0 cannot be sent: needs at least 1
    from cannot be sent: needs a day that is not after `to`
    ");
}

#[test]
fn bodies_read_back_as_the_sandbox_reads_them() {
    let create = CreateConsent(new_consent());
    let body = create.request().unwrap().body().unwrap().clone();
    assert_eq!(
        serde_json::from_slice::<NewConsent>(&body).unwrap(),
        create.0
    );
    let without_email = r#"{"useCaseConfigurationId":"5f0c4d6e-0f43-4a53-8f0a-6a5a3f8f6f10","endUsers":[{"identifier":"u"}],"x":1}"#;
    let read: NewConsent = serde_json::from_str(without_email).unwrap();
    assert_eq!(read.end_users[0].email, None);
}
