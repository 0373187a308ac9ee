//! What holds for every input.

use http::{HeaderMap, StatusCode};
use ob_api::*;
use ob_core::ConsentId;
use proptest::prelude::*;

fn consent() -> ConsentId {
    "c-1".parse().unwrap()
}

/// Lets every operation read the answer; whatever comes, it is a value or an error that can be
/// shown.
fn everybody_reads(answer: &Answer<'_>) -> Vec<Option<ApiError>> {
    let flow = NewManagedFlow::connect_accounts(EndUser::identified("u"));
    let user = EndUser::new("u", "a@b");
    let create = NewConsent::new(crate::support::UUID.parse().unwrap(), user);
    vec![
        CreateConsent(create).parse(answer).err(),
        GetConsent(consent()).parse(answer).err(),
        DeleteConsent(consent()).parse(answer).err(),
        CreateManagedFlow::new(consent(), flow).parse(answer).err(),
        GetManagedFlow::new(consent(), "f".parse().unwrap())
            .parse(answer)
            .err(),
        ListAccounts::new(consent()).parse(answer).err(),
        GetAccount::new(consent(), "a".parse().unwrap())
            .parse(answer)
            .err(),
        ListTransactions::new(consent(), "a".parse().unwrap())
            .parse(answer)
            .err(),
        GetTransaction::new(consent(), "t".parse().unwrap())
            .parse(answer)
            .err(),
        ListProviders::new().parse(answer).err(),
    ]
}

fn check_no_panic(status: u16, body: &[u8]) {
    let headers = HeaderMap::new();
    let status = StatusCode::from_u16(status).unwrap();
    for error in everybody_reads(&Answer::new(status, &headers, body))
        .into_iter()
        .flatten()
    {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
        assert!(shown.len() < 8000);
        assert!(status != StatusCode::OK || error.code() == ob_core::Code::A502);
    }
}

/// JSON with the members that the shapes have, and values of any type in them.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        prop::sample::select(vec!["EUR", "12.30", "c-1", "ACTIVE", "2024-02-29"])
            .prop_map(Into::into),
    ];
    let name = prop::sample::select(vec![
        "items",
        "total",
        "id",
        "consentId",
        "status",
        "type",
        "amount",
        "currency",
        "balances",
        "holders",
        "identifiers",
        "iban",
        "flowUrl",
        "flowId",
        "createdAt",
        "endUsers",
        "Errors",
        "Error",
        "ReasonCode",
        "Description",
        "error",
        "title",
        "detail",
        "bookingDate",
        "counterparty",
        "identifier",
        "Details",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map(name.clone(), inner, 0..7).prop_map(|members| members
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(
        status in 100..600_u16,
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        check_no_panic(status, &body);
    }

    #[test]
    fn no_json_makes_a_parser_panic(
        status in prop::sample::select(vec![200_u16, 201, 202, 204, 302, 400, 401, 403, 500]),
        body in json(),
    ) {
        check_no_panic(status, body.to_string().as_bytes());
    }

    #[test]
    fn a_truncated_answer_is_an_error(cut in 0..95_usize) {
        let body = br#"{"items":[{"id":"a-1","balances":[{"amount":{"amount":"1.00","currency":"EUR"}}]}],"total":1}"#;
        let headers = HeaderMap::new();
        let cut = body.get(..cut.min(body.len() - 1)).unwrap();
        let read = ListAccounts::new(consent()).parse(&Answer::new(StatusCode::OK, &headers, cut));
        prop_assert_eq!(read.unwrap_err().code(), ob_core::Code::A502);
    }

    /// Rows: L4.2
    #[test]
    fn l4_an_id_is_always_exactly_one_segment(id in "(?s).{0,40}") {
        if let Ok(account) = id.parse::<AccountId>() {
            let list = ListTransactions::new(consent(), account);
            let path = list.request().unwrap().path().to_owned();
            let segments: Vec<_> = path.split('/').collect();
            prop_assert_eq!(segments.len(), 4);
            prop_assert!(path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~%".contains(&b)));
            prop_assert!(!matches!(segments[2], "" | "." | ".."));
            let uri: http::Uri = format!("https://api.example{path}").parse().unwrap();
            prop_assert_eq!(uri.path(), &path);
            prop_assert_eq!(uri.query(), None);
            prop_assert_eq!(decoded(segments[2]), id);
        }
    }

    #[test]
    fn unknown_values_round_trip(text in "(?s).{0,30}") {
        let json = serde_json::to_string(&text).unwrap();
        round_trips::<ConsentStatus>(&json);
        round_trips::<ConsentType>(&json);
        round_trips::<FlowStatus>(&json);
        round_trips::<FlowType>(&json);
        round_trips::<AccountType>(&json);
        round_trips::<BalanceType>(&json);
        round_trips::<HolderRole>(&json);
        round_trips::<TransactionStatus>(&json);
        round_trips::<ReasonCode>(&json);
        round_trips::<ReportedIban>(&json);
        let shown = ConsentStatus::from(text).to_string();
        prop_assert!(!shown.contains(|c: char| c.is_control()));
    }

    #[test]
    fn values_are_what_they_were_after_writing(body in json()) {
        let body = body.to_string();
        stable::<Page<Account>>(&body);
        stable::<Page<Transaction>>(&body);
        stable::<Page<Provider>>(&body);
        stable::<Consent>(&body);
        stable::<ManagedFlow>(&body);
        stable::<NewConsent>(&body);
        stable::<NewManagedFlow>(&body);
        stable::<GatewayErrors>(&body);
        stable::<OAuthError>(&body);
        stable::<Problem>(&body);
    }
}

fn round_trips<T: serde::Serialize + serde::de::DeserializeOwned>(json: &str) {
    let value: T = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
}

/// What can be read can be written and read again.
fn stable<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    json: &str,
) {
    if let Ok(value) = serde_json::from_str::<T>(json) {
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&written).unwrap(), value);
    }
}

fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let hex = str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn known_values_are_known_and_distinct() {
    fn check<T: for<'a> From<&'a str> + PartialEq + std::fmt::Debug>(
        known: &[T],
        text: fn(&T) -> &str,
    ) {
        let mut seen = std::collections::HashSet::new();
        for value in known {
            assert_eq!(&T::from(text(value)), value);
            assert!(seen.insert(text(value)), "{value:?} stands twice");
        }
    }
    check(ConsentStatus::KNOWN, ConsentStatus::as_str);
    check(ConsentType::KNOWN, ConsentType::as_str);
    check(FlowStatus::KNOWN, FlowStatus::as_str);
    check(FlowType::KNOWN, FlowType::as_str);
    check(AccountType::KNOWN, AccountType::as_str);
    check(BalanceType::KNOWN, BalanceType::as_str);
    check(HolderRole::KNOWN, HolderRole::as_str);
    check(TransactionStatus::KNOWN, TransactionStatus::as_str);
    check(ReasonCode::KNOWN, ReasonCode::as_str);
}
