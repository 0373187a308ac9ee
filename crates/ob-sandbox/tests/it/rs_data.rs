//! The data that the API hands out: every amount, date, id and IBAN is well formed, for every
//! test user.

use crate::harness::Rig;
use ob_api::{Date, Iban};
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};

const A: &str = "acme-budget";
const USERS: [&str; 6] = [
    "john.smith",
    "mattias.mustermann",
    "max.mustermann",
    "erika.mustermann",
    "dan.mustermann",
    "nomoney.mustermann",
];

/// Everything that one user's consent shows.
struct Shown {
    accounts: Vec<Value>,
    entries: Vec<Value>,
}

impl Shown {
    async fn of(rig: &Rig, user: &str) -> Self {
        let consent = rig.consent(A).await;
        rig.flow(A, &consent).await;
        rig.sandbox
            .complete_flow(&consent.parse().unwrap(), user)
            .unwrap();
        let token = rig.consent_token(A, &consent).await;
        let all = "/accounts?include=balances,holders,identifiers,additionalInformation";
        let accounts = items(&rig.get(A, &token, all).await.assert_ok().json());
        let mut entries = Vec::new();
        for account in &accounts {
            let id = account["id"].as_str().unwrap();
            let mut offset = 0;
            loop {
                let path = format!("/accounts/{id}/transactions?limit=1000&offset={offset}");
                let page = rig.get(A, &token, &path).await.assert_ok().json();
                let some = items(&page);
                offset += some.len();
                entries.extend(some);
                if offset as u64 >= page["total"].as_u64().unwrap() {
                    break;
                }
            }
        }
        Self { accounts, entries }
    }
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

/// `-?[0-9]{1,14}\.[0-9]{2}` without leading zeros, in EUR, as text: two digits, as ISO 4217 says
/// of EUR. Gives the cents.
fn cents(money: &Value) -> i64 {
    assert_eq!(money["currency"], "EUR", "{money}");
    let text = money["amount"].as_str().unwrap();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap();
    let only_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    assert!(
        (1..=14).contains(&whole.len()) && only_digits(whole),
        "{text}"
    );
    assert!(fraction.len() == 2 && only_digits(fraction), "{text}");
    assert!(whole == "0" || !whole.starts_with('0'), "{text}");
    let cents = format!("{whole}{fraction}").parse::<i64>().unwrap();
    assert!(sign == 1 || cents != 0, "no negative zero: {text}");
    sign * cents
}

/// ISO 7064 MOD 97-10, worked out here on its own.
fn is_iban(text: &str) -> bool {
    let shape = text.len() == 22
        && text.starts_with("DE")
        && text.bytes().skip(2).all(|b| b.is_ascii_digit());
    let check: u32 = text[2..4].parse().unwrap();
    let moved = format!("{}1314{}", &text[4..], &text[2..4]);
    let rest = moved.bytes().fold(0_u32, |rest, digit| {
        (rest * 10 + u32::from(digit - b'0')) % 97
    });
    shape && (2..=98).contains(&check) && rest == 1
}

/// Amounts are texts with the digits of their currency, and balances add up.
///
/// Rows: R221, R222, R223, R229
#[tokio::test]
async fn amounts_and_balances() {
    let rig = Rig::plain();
    for user in USERS {
        let shown = Shown::of(&rig, user).await;
        for entry in &shown.entries {
            assert_ne!(cents(&entry["amount"]), 0, "{entry}");
        }
        for account in &shown.accounts {
            assert_eq!(account["currency"], "EUR");
            let balances = account["balances"].as_array().unwrap();
            assert_eq!(balances.len(), 1);
            let kind = balances[0]["type"].as_str().unwrap();
            assert_eq!(kind, ob_api::BalanceType::InterimBooked.as_str());
            assert_eq!(balances[0]["referenceDate"], "2026-03-10");
            let booked: i64 = shown
                .entries
                .iter()
                .filter(|entry| entry["accountId"] == account["id"])
                .filter(|entry| entry["status"] == "BOOKED")
                .map(|entry| cents(&entry["amount"]))
                .sum();
            let opening = cents(&balances[0]["amount"]) - booked;
            assert!(opening >= 0 && opening % 10_000 == 0, "{opening}");
        }
    }
}

/// Accounts and transactions have opaque ids that are no IBANs and are unique; the accounts that
/// there are have valid IBANs, each its own, at banks that do not exist.
///
/// Rows: R224, R225, R226, R234
#[tokio::test]
async fn ids_and_ibans() {
    let rig = Rig::plain();
    let mut ids = HashSet::new();
    let mut ibans = HashSet::new();
    for user in USERS {
        let shown = Shown::of(&rig, user).await;
        let count = match user {
            "john.smith" => 4,
            "nomoney.mustermann" => 0,
            _ => 1,
        };
        assert_eq!(shown.accounts.len(), count, "{user}");
        for account in &shown.accounts {
            let iban = account["identifiers"]["iban"].as_str().unwrap();
            assert!(is_iban(iban) && iban.parse::<Iban>().is_ok(), "{iban}");
            assert!(iban[4..].starts_with("9001"), "a bank that there is not");
            assert_eq!(account["identifiers"]["bban"], iban[4..]);
            assert!(ibans.insert(iban.to_owned()), "{iban}");
            let id = account["id"].as_str().unwrap();
            assert!(id.len() == 36 && !id.contains(&iban[12..]), "{id}");
            assert!(ids.insert(id.to_owned()), "{id}");
        }
        for entry in &shown.entries {
            let id = entry["id"].as_str().unwrap();
            assert!(
                (1..=40).contains(&id.len()) && ids.insert(id.to_owned()),
                "{id}"
            );
            let iban = entry["counterparty"]["iban"].as_str().unwrap();
            assert!(is_iban(iban) && iban.parse::<Iban>().is_ok(), "{iban}");
        }
    }
}

/// Days are `YYYY-MM-DD` of real days, leap days too; what is pending has no booking date, what
/// is booked has one that is not in the future.
///
/// Rows: R227, R228
#[tokio::test]
async fn dates_and_states() {
    let rig = Rig::plain();
    let mut pending = 0;
    for user in USERS {
        for entry in Shown::of(&rig, user).await.entries {
            let value: Date = entry["valueDate"].as_str().unwrap().parse().unwrap();
            assert!(value.year() >= 2023, "{entry}");
            match entry["status"].as_str().unwrap() {
                "BOOKED" => {
                    let booked = entry["bookingDate"].as_str().unwrap();
                    assert!(booked.parse::<Date>().is_ok() && booked <= "2026-03-10");
                }
                "PENDING" => {
                    pending += 1;
                    assert!(
                        entry.get("bookingDate").is_none_or(Value::is_null),
                        "{entry}"
                    );
                }
                other => panic!("{other}"),
            }
        }
    }
    assert!(pending > 0);
    let consent = rig.active_consent(A).await;
    let token = rig.consent_token(A, &consent).await;
    let accounts = rig.get(A, &token, "/accounts").await.json();
    let id = accounts["items"][0]["id"].as_str().unwrap();
    for (query, status) in [
        ("from=2024-02-29&to=2024-02-29", 200),
        ("from=2023-02-29", 400),
        ("from=2024-2-29", 400),
        ("from=2024-13-01", 400),
        ("from=29.02.2024", 400),
        ("to=2024-02-29T00:00:00Z", 400),
        ("from=2024-03-01&to=2024-02-29", 400),
    ] {
        let path = format!("/accounts/{id}/transactions?{query}");
        let reply = rig.get(A, &token, &path).await;
        assert_eq!(reply.status.as_u16(), status, "{query}");
    }
}

/// A consent moves only forward: not authorised, active, and then revoked or expired for good;
/// data is there while it is active, and its times have an offset.
///
/// Rows: R227, R230
#[tokio::test]
async fn consents_only_move_forward() {
    let rig = Rig::new(|builder| builder.token_lifetime(Duration::from_secs(500 * 24 * 3600)));
    let creator = rig.token(A, "consents:create").await;
    let status = async |id: &str| {
        let reply = rig.get(A, &creator, &format!("/consents/{id}")).await;
        let shown = reply.assert_ok().json();
        for name in ["createdAt", "expiresAt"] {
            let time = shown[name].as_str().unwrap();
            assert!(time.ends_with("+00:00") || time.ends_with('Z'), "{time}");
        }
        shown["status"].as_str().unwrap().to_owned()
    };
    let fresh = rig.consent(A).await;
    assert_eq!(status(&fresh).await, "INACTIVE");
    let (deleted, kept) = (rig.active_consent(A).await, rig.active_consent(A).await);
    let tokens = [
        rig.consent_token(A, &deleted).await,
        rig.consent_token(A, &kept).await,
    ];
    assert_eq!(status(&deleted).await, "ACTIVE");
    rig.get(A, &tokens[0], "/accounts").await.assert_ok();
    let headers = rig.bearer(A, &creator);
    let path = format!("/consents/{deleted}");
    for _ in 0..2 {
        let reply = rig.call("DELETE", &path, &headers).await;
        assert_eq!(reply.status.as_u16(), 204);
        assert_eq!(status(&deleted).await, "REVOKED");
    }
    let reply = rig.get(A, &tokens[0], "/accounts").await;
    reply.assert_refused(403, "CONSENT_REVOKED", "platform 5");
    let flow = json!({"type": "CONNECT_ACCOUNTS", "endUser": {"identifier": "user-1"}}).to_string();
    let reply = rig
        .call_with(
            "POST",
            &format!("{path}/managed-flows"),
            (&headers, flow.clone().into()),
        )
        .await;
    reply.assert_refused(403, "CONSENT_REVOKED", "platform 5");

    rig.clock.advance(Duration::from_secs(366 * 24 * 3600));
    let reply = rig.get(A, &tokens[1], "/accounts").await;
    reply.assert_refused(403, "CONSENT_EXPIRED", "platform 5");
    for (id, ended) in [
        (&kept, "EXPIRED"),
        (&fresh, "EXPIRED"),
        (&deleted, "REVOKED"),
    ] {
        assert_eq!(status(id).await, ended);
        let path = format!("/consents/{id}");
        rig.call("DELETE", &path, &headers).await.assert_ok();
        assert_eq!(status(id).await, ended, "for good");
        let path = format!("{path}/managed-flows");
        let rest = (&headers[..], flow.clone().into());
        let reply = rig.call_with("POST", &path, rest).await;
        assert_eq!(reply.status.as_u16(), 403);
    }
}
