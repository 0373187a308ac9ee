//! Values as somebody outside makes and reads them.

use ob_api::*;

#[test]
fn the_sandbox_can_make_every_value() {
    let mut consent = Consent::new("c-1".parse().unwrap());
    consent.status = Some(ConsentStatus::Inactive);
    consent.created_at = Some("2023-11-28T00:00:00Z".parse().unwrap());
    insta::assert_snapshot!(serde_json::to_string(&consent).unwrap(), @r#"{"consentId":"c-1","createdAt":"2023-11-28T00:00:00.0000000+00:00","status":"INACTIVE"}"#);

    let money = Money::new("123.45".parse().unwrap(), Currency::EUR);
    let mut account = Account::new("a-1".parse().unwrap());
    account.identifiers = Some(Identifiers::iban("DE89370400440532013000"));
    account.balances = Some(vec![Balance::new(BalanceType::InterimBooked, money)]);
    account.holders = Some(vec![Holder::new("Erika", HolderRole::Owner)]);
    insta::assert_snapshot!(serde_json::to_string(&Page::of(1, vec![account])).unwrap(), @r#"{"items":[{"id":"a-1","identifiers":{"iban":"DE89370400440532013000"},"balances":[{"type":"INTERIM_BOOKED","amount":{"amount":"123.45","currency":"EUR"}}],"holders":[{"name":"Erika","role":"OWNER"}]}],"total":1}"#);

    let mut transaction = Transaction::new("t-1".parse().unwrap());
    transaction.counterparty = Some(Counterparty::named("Cafe"));
    transaction.amount = Some(money);
    insta::assert_snapshot!(serde_json::to_string(&transaction).unwrap(), @r#"{"id":"t-1","amount":{"amount":"123.45","currency":"EUR"},"counterparty":{"name":"Cafe"}}"#);

    let mut provider = Provider::new("mock-bank".parse().unwrap());
    provider.display_name = Some("Mock Bank".into());
    insta::assert_snapshot!(serde_json::to_string(&provider).unwrap(), @r#"{"id":"mock-bank","displayName":"Mock Bank"}"#);
}

#[test]
fn amounts_are_the_numbers_they_are() {
    let short: Amount = "10.0".parse().unwrap();
    let long: Amount = "10.00".parse().unwrap();
    assert_eq!(short, long);
    assert_ne!(short.to_string(), long.to_string());
    assert_eq!(std::collections::HashSet::from([short, long]).len(), 1);
    assert!(short > Amount::ZERO);
}

#[test]
fn value_errors_say_what_is_needed() {
    let messages = [
        "1e3".parse::<Amount>().unwrap_err().to_string(),
        "eur".parse::<Currency>().unwrap_err().to_string(),
        "today".parse::<Date>().unwrap_err().to_string(),
        "now".parse::<Timestamp>().unwrap_err().to_string(),
        "..".parse::<AccountId>().unwrap_err().to_string(),
        "DE".parse::<Iban>().unwrap_err().to_string(),
        "germany".parse::<CountryCode>().unwrap_err().to_string(),
    ];
    insta::assert_snapshot!(messages.join("\n"), @r#"
    "1e3" is not an amount: needs a decimal number of up to 14 digits with up to 5 behind a point, such as -12.30
    "eur" is not a currency: needs three upper-case letters
    "today" is not a date: needs the form 2024-02-29
    "now" is not a timestamp: needs an RFC 3339 date-time with an offset, such as 2023-11-28T00:00:00Z
    ".." is not an account id: needs 1 to 128 characters without slash, backslash or control characters, not a dot segment
    a text of 2 characters is not an IBAN: needs a country code and check digits from 02 to 98
    "germany" is not a country code: needs two upper-case letters
    "#);
}

/// The client keeps as many digits as a currency has: none, two or three behind the point, and
/// never by way of a binary fraction.
///
/// Rows: R221, R222
#[test]
fn amounts_keep_the_digits_of_their_currency() {
    for (amount, currency, units, scale) in [
        ("1500", "JPY", 1500, 0),
        ("5877.78", "EUR", 587_778, 2),
        ("-1.50", "EUR", -150, 2),
        ("0.10", "EUR", 10, 2),
        ("1.005", "BHD", 1005, 3),
        ("0.001", "KWD", 1, 3),
        ("99999999999999", "JPY", 99_999_999_999_999, 0),
        ("9007199254740.993", "OMR", 9_007_199_254_740_993, 3),
    ] {
        let json = format!(r#"{{"amount":"{amount}","currency":"{currency}"}}"#);
        let money: Money = serde_json::from_str(&json).unwrap();
        assert_eq!((money.amount.units(), money.amount.scale()), (units, scale));
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
    }
}
