//! Amounts, dates, times, and what the browser brings back.

use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::time::SystemTime;

use ob_api::{Amount, Currency, Date, FlowReturn, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{random, spoken};

/// One text, or two on two lines. What is read is written in one way, and read back as the same.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (first, second) = text.split_once('\n').unwrap_or((text, "1.5"));
    if let Some(one) = value::<Amount>(first) {
        amount(one, second);
    }
    value::<Currency>(first).into_iter().for_each(|currency| {
        assert_eq!(currency.as_str(), first);
    });
    if let Some(date) = value::<Date>(first) {
        assert_eq!(date.to_string(), first);
        assert_eq!(Date::new(date.year(), date.month(), date.day()), Some(date));
        let days: i32 = second.parse().unwrap_or(1);
        let moved = date.plus_days(days);
        let back = moved
            .zip(days.checked_neg())
            .and_then(|(moved, days)| moved.plus_days(days));
        assert!(
            moved.is_none() || back.is_none_or(|back| back == date),
            "{date} {days}"
        );
    }
    if let Some(time) = value::<Timestamp>(first) {
        let system = SystemTime::from(time);
        assert_eq!(Timestamp::try_from(system).ok(), Some(time));
        assert!(time.date().is_some());
    }
    let back = FlowReturn::from_query(text);
    assert_eq!(FlowReturn::from_query(&back.to_string()), back);
    assert!(
        back.to_string().bytes().all(|b| b.is_ascii_graphic()),
        "{back}"
    );
}

fn value<T>(text: &str) -> Option<T>
where
    T: FromStr<Err: std::error::Error + 'static>,
    T: Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    let value = match text.parse::<T>() {
        Ok(value) => value,
        Err(error) => {
            spoken::check(&error);
            return None;
        }
    };
    let written = value.to_string();
    assert_eq!(
        written.parse::<T>().ok().as_ref(),
        Some(&value),
        "{text:?} became {written}"
    );
    assert_eq!(
        written.parse::<T>().map(|again| again.to_string()).ok(),
        Some(written)
    );
    let json = serde_json::to_string(&value).expect("a text is JSON");
    assert!(json.starts_with('"'), "{json}");
    assert_eq!(serde_json::from_str::<T>(&json).ok().as_ref(), Some(&value));
    Some(value)
}

fn amount(one: Amount, other: &str) {
    assert_eq!(Amount::from_units(one.units(), one.scale()), Some(one));
    assert_eq!(one.is_negative(), one < Amount::ZERO);
    assert_eq!(one.checked_sub(one), Some(Amount::ZERO));
    let Ok(other) = other.parse::<Amount>() else {
        return;
    };
    let sum = one.checked_add(other);
    assert_eq!(sum, other.checked_add(one));
    if let Some(sum) = sum {
        assert_eq!(sum.checked_sub(other), Some(one), "{one} + {other} = {sum}");
        assert_eq!(sum.to_string().parse::<Amount>().ok(), Some(sum));
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = random::texts(b"0123456789-.+:TZeE", 30, 64);
    seeds.extend(random::seeds([
        "-12.30\n99999999999999.99999",
        "00000000000000.00000\n-0",
        "10.00",
        "EUR",
        "2024-02-29\n-800000",
        "9999-12-31\n1",
        "2023-11-28T01:00:00.123456789+01:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60-23:59",
        "consentId=c-1&flowId=f%2D1&status=COMPLETED",
        "consentId=a&consentId=b&status=%E2%80%AE",
    ]));
    seeds
}
