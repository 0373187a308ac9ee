//! From the sandbox's records to the platform's payloads (`ob-api`), and request bodies back.

use super::refusals;
use crate::{
    bank::{Account, AccountKind, Entry, EntryStatus},
    consent::{ConsentKind, ConsentRecord, Flow},
    exchange::Exchange,
    refused::{Refused, because},
    world::World,
};
use http::StatusCode;
use ob_api::{
    AccountType, Amount, Balance, BalanceType, Consent, ConsentStatus, ConsentType, Counterparty,
    Currency, Date, EndUser, FlowStatus, Holder, HolderRole, Identifiers, ManagedFlow, Money,
    Personal, ReportedIban, Timestamp, Transaction, TransactionStatus,
};
use ob_jose::json::parse_object;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::SystemTime;

/// Reads a JSON body: UTF-8, no duplicate members, unknown ones ignored (R218).
pub(super) fn read<T: DeserializeOwned>(exchange: &Exchange) -> Result<T, Refused> {
    let kind = exchange
        .single("content-type", "R219")
        .map_err(refusals::bad_request)?
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let reason = because("R219", "Content-Type")
            .expected("application/json")
            .shown(essence);
        return Err(refusals::bad_request(reason));
    }
    let members = parse_object(&exchange.body).map_err(|error| {
        refusals::bad_request(
            because("R218", "body")
                .expected("a JSON object")
                .found(error.reason()),
        )
    })?;
    serde_json::from_value(Value::Object(members)).map_err(|_| {
        let reason = because("platform 5", "body").expected("the documented members");
        refusals::bad_request(reason.found("a member that is missing or of another type"))
    })
}

pub(super) fn consent(record: &ConsentRecord, now: jiff::Timestamp) -> Result<Consent, Refused> {
    let mut consent = Consent::new(made("consent id", record.id.parse().ok())?);
    let EndUserFields { identifier, email } = EndUserFields::of(record);
    consent.end_users = Some(vec![EndUser::new(identifier, email)]);
    consent.created_at = time(record.created);
    consent.expires_at = time(record.expires);
    consent.status = Some(ConsentStatus::from(record.state(now).as_str()));
    consent.use_case_configuration_id = record.use_case.parse().ok();
    consent.consent_type = Some(match record.kind {
        ConsentKind::Ongoing => ConsentType::Ongoing,
        ConsentKind::OneOff => ConsentType::OneOff,
    });
    Ok(consent)
}

struct EndUserFields {
    identifier: Personal,
    email: Personal,
}

impl EndUserFields {
    fn of(record: &ConsentRecord) -> Self {
        Self {
            identifier: record.end_user.identifier.as_str().into(),
            email: record.end_user.email.as_str().into(),
        }
    }
}

pub(super) fn flow(
    world: &World,
    flow: &Flow,
    now: jiff::Timestamp,
) -> Result<ManagedFlow, Refused> {
    let url = world.base.url(&format!("/flows/{}", flow.id));
    let mut shown = ManagedFlow::new(made("flow URL", url.parse().ok())?);
    shown.flow_id = flow.id.parse().ok();
    shown.status = Some(FlowStatus::from(flow.state(now).as_str()));
    shown.expires_at = time(flow.expires);
    Ok(shown)
}

/// What of an account is shown beside its plain members.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    pub(super) balances: bool,
    pub(super) holders: bool,
    pub(super) identifiers: bool,
    pub(super) additional: bool,
}

pub(super) fn account(
    account: &Account,
    (provider_id, booked, today): (&str, i64, jiff::civil::Date),
    shown: Shown,
) -> Result<ob_api::Account, Refused> {
    let mut out = ob_api::Account::new(made("account id", account.id.parse().ok())?);
    out.provider_id = provider_id.parse().ok();
    out.name = Some(account.kind.name().into());
    out.account_type = Some(AccountType::from(account.kind.wire()));
    out.currency = EUR.parse().ok();
    if shown.identifiers {
        let mut identifiers = Identifiers::iban(ReportedIban::from(account.iban.as_str()));
        identifiers.bban = Some(account.bban().into());
        out.identifiers = Some(identifiers);
    }
    if shown.balances {
        let mut balance = Balance::new(BalanceType::InterimBooked, money(booked)?);
        balance.reference_date = date(today);
        out.balances = Some(vec![balance]);
    }
    if shown.holders {
        let role = match account.kind {
            AccountKind::Joint => HolderRole::JointOwner,
            _ => HolderRole::Owner,
        };
        let holders = account.holders().into_iter();
        out.holders = Some(
            holders
                .map(|name| Holder::new(name, role.clone()))
                .collect(),
        );
    }
    if shown.additional {
        let more = serde_json::json!({"bankName": account.provider.name, "authentication": account.user.flow});
        out.additional_information = Some(Personal::from(more));
    }
    Ok(out)
}

pub(super) fn transaction(account: &Account, entry: &Entry) -> Result<Transaction, Refused> {
    let mut out = Transaction::new(made("transaction id", entry.id.parse().ok())?);
    out.account_id = account.id.parse().ok();
    out.amount = Some(money(entry.cents)?);
    // R227: what is pending has not been booked yet.
    out.booking_date = date(entry.booked).filter(|_| entry.status == EntryStatus::Booked);
    out.value_date = date(entry.value);
    out.status = Some(match entry.status {
        EntryStatus::Booked => TransactionStatus::Booked,
        EntryStatus::Pending => TransactionStatus::Pending,
    });
    out.description = Some(entry.description.as_str().into());
    let mut counterparty = Counterparty::named(entry.counterparty);
    counterparty.iban = Some(ReportedIban::from(entry.counterparty_iban.as_str()));
    out.counterparty = Some(counterparty);
    Ok(out)
}

fn money(cents: i64) -> Result<Money, Refused> {
    let amount = made("amount", Amount::from_units(cents.into(), 2))?;
    let currency: Currency = made("currency", EUR.parse().ok())?;
    Ok(Money::new(amount, currency))
}

fn time(at: jiff::Timestamp) -> Option<Timestamp> {
    Timestamp::try_from(SystemTime::from(at)).ok()
}

fn date(day: jiff::civil::Date) -> Option<Date> {
    Date::new(day.year(), day.month(), day.day())
}

/// What the sandbox made itself and `ob-api` would not accept is the sandbox's own fault.
pub(super) fn made<T>(what: &'static str, value: Option<T>) -> Result<T, Refused> {
    value.ok_or_else(|| {
        let reason = because("platform 6", what).expected("a value of the platform's form");
        let told = ("SYSTEM_ERROR", "internal error");
        Refused::gateway(StatusCode::INTERNAL_SERVER_ERROR, told, reason)
    })
}

const EUR: &str = "EUR";
