//! `ob registry get|list`.

use super::{change::known, status::moment};
use crate::{
    cli::{FilterArgs, LicenceArg},
    exit::Failure,
    output::{self, Format},
};
use obkit::{
    BusinessId,
    registry::{Certificate, Custody, Record, Registry, ThirdParty},
};
use serde_json::{Value, json};
use std::fmt::Write;

pub(super) fn get(format: Format, registry: &Registry, id: &BusinessId) -> Result<(), Failure> {
    let record = known(registry, id)?;
    output::result(format, &whole(&record)?, |_| page(&record))
}

pub(super) fn list(
    format: Format,
    registry: &Registry,
    filter: &FilterArgs,
) -> Result<(), Failure> {
    let all = registry.list();
    let parties: Vec<_> = all.iter().filter(|it| wanted(it, filter)).collect();
    let items: Vec<_> = parties.iter().map(|it| summary(it)).collect();
    let whole = json!({"schema": "ob.registry-list/1", "third_parties": items});
    if format == Format::Text && parties.is_empty() {
        output::say(if all.is_empty() {
            "the registry is empty"
        } else {
            "no third-party is like that"
        });
    }
    output::paged_list(format, &whole, &items, !filter.no_pager, || {
        let mut table = output::table(&["business id", "licence", "status", "client id", "scopes"]);
        for party in &parties {
            table.add_row([
                party.business_id().to_string(),
                licence(party).to_owned(),
                party.status().to_string(),
                party
                    .client_id()
                    .map_or_else(String::new, ToString::to_string),
                party.scopes().to_string(),
            ]);
        }
        table
    })
}

fn wanted(it: &ThirdParty, filter: &FilterArgs) -> bool {
    let status = filter.status.is_empty() || filter.status.contains(&it.status());
    let licence = filter
        .licence
        .is_none_or(|wanted| (wanted == LicenceArg::Licensed) == it.licence().is_licensed());
    let mut countries = filter.country.iter();
    let country = filter.country.is_empty() || countries.any(|one| it.countries().contains(one));
    let found = |text: &str| {
        let text = text.to_lowercase();
        let texts = [
            Some(it.business_id().to_string()),
            Some(it.legal_name().to_owned()),
            it.client_id().map(ToString::to_string),
            it.application_id().map(ToString::to_string),
        ];
        let mut texts = texts.into_iter().flatten();
        texts.any(|one| one.to_lowercase().contains(&text))
    };
    status && licence && country && filter.search.as_deref().is_none_or(found)
}

fn summary(party: &ThirdParty) -> Value {
    json!({
        "business_id": party.business_id(),
        "legal_name": party.legal_name(),
        "licence": licence(party),
        "status": party.status().to_string(),
        "client_id": party.client_id(),
        "application_id": party.application_id(),
        "scopes": party.scopes(),
    })
}

fn licence(party: &ThirdParty) -> &'static str {
    if party.licence().is_licensed() {
        "licensed"
    } else {
        "unlicensed"
    }
}

/// Schema `ob.registry-third-party/1`: its row as a registry file has it, with its version and
/// standing, and the certificates in short.
pub(super) fn whole(record: &Record) -> Result<Value, Failure> {
    let failed = |error: serde_json::Error| Failure::unexpected(error.to_string());
    let mut value = serde_json::to_value(record).map_err(failed)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("schema".to_owned(), json!("ob.registry-third-party/1"));
        let all = record.third_party().licence().certificates();
        if !all.is_empty() {
            let all: Vec<_> = all.iter().map(certificate_json).collect();
            fields.insert("certificates".to_owned(), json!(all));
        }
    }
    Ok(value)
}

fn certificate_json(it: &Certificate) -> Value {
    json!({
        "subject": it.subject(),
        "issuer": it.issuer(),
        "kind": it.kind().to_string(),
        "not_before": moment(it.not_before()),
        "not_after": moment(it.not_after()),
        "fingerprint": it.fingerprint(),
        "pem": it.as_pem(),
    })
}

fn page(record: &Record) -> String {
    let it = record.third_party();
    let mut page = Page(String::new());
    page.line("business id", it.business_id());
    page.line("legal name", it.legal_name());
    page.line("status", it.status());
    if let Some(standing) = record.standing() {
        let (at, actor) = (moment(standing.at), &standing.actor);
        page.line("since", format_args!("{at} by {actor}"));
        page.line("because", &standing.reason);
    }
    page.line("version", record.version());
    page.optional("client id", it.client_id());
    page.optional("application id", it.application_id());
    for one in it.applications() {
        let default = if one.default { " (its default)" } else { "" };
        page.line(
            "application",
            format_args!("{} for {}{default}", one.id, one.use_case),
        );
    }
    page.list("countries", it.countries());
    page.list("use cases", it.use_cases());
    let scopes = it.scopes().to_string();
    page.line("scopes", if scopes.is_empty() { "none" } else { &scopes });
    page.line("licence", licence(it));
    for one in it.licence().certificates() {
        page.line(
            "certificate",
            format_args!("{}, {}", one.kind(), one.subject()),
        );
        page.line("", format_args!("until {}", moment(one.not_after())));
    }
    match it.licence().custody() {
        Some(Custody::SigningService { url }) => page.line("signing service", url),
        Some(Custody::AzureKeyVault {
            vault,
            key,
            version,
        }) => {
            page.line("key vault", vault);
            page.line("key", format_args!("{key}, version {version}"));
        }
        _ => {}
    }
    for one in it.contacts() {
        let phone = one.phone().map_or_else(String::new, |it| format!(", {it}"));
        let (role, name, email) = (one.role(), one.name(), one.email());
        page.line("contact", format_args!("{name} <{email}>{phone} ({role})"));
    }
    for (place, line) in it.notes().lines().enumerate() {
        page.line(if place == 0 { "notes" } else { "" }, line);
    }
    page.0
}

/// Lines of a label and a value.
struct Page(String);

impl Page {
    fn line(&mut self, label: &str, value: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{label:<16} {value}");
    }

    fn optional<T: std::fmt::Display>(&mut self, label: &str, value: Option<T>) {
        match value {
            Some(value) => self.line(label, value),
            None => self.line(label, "none yet"),
        }
    }

    fn list<T: ToString>(&mut self, label: &str, all: &[T]) {
        if !all.is_empty() {
            let all: Vec<_> = all.iter().map(ToString::to_string).collect();
            self.line(label, all.join(", "));
        }
    }
}
