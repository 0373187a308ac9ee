//! A table to third-parties.

use super::{cell, column::Column};
use crate::{
    Application, Certificate, Contact, Country, Custody, Licence, OrganizationIdentifier,
    RegistryError, Status, ThirdParty, ThirdPartyBuilder, UseCase,
};
use csv::StringRecord;
use ob_core::{BusinessId, Scopes, Shown};
use std::{fmt::Display, str::FromStr, sync::Arc};

/// A row that is good by itself.
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) third_party: ThirdParty,
}

/// Why a cell is unusable: the number of its column, from 1, and the reason.
type Flaw = (usize, String);

/// What is known of a third-party already.
type Known<'a> = &'a dyn Fn(&BusinessId) -> Option<Arc<ThirdParty>>;

pub(super) fn rows(text: &str, known: Known<'_>) -> Result<Vec<Row>, RegistryError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Lines::of(text);
    let (mut columns, mut rows) = (None, Vec::new());
    let mut flaws = Flaws::default();
    let mut last = 1;
    for record in reader.records() {
        let record = record.map_err(|error| {
            RegistryError::malformed(Some((last, 1)), format!("is not CSV: {error}"))
        })?;
        let line = lines.of_record(&record);
        last = line;
        let Some(columns) = &columns else {
            columns = Some(header(&record, line)?);
            continue;
        };
        match third_party(columns, &record, known) {
            Ok(third_party) => rows.push(Row { line, third_party }),
            Err((column, reason)) => flaws.add(line, column, reason),
        }
    }
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        flaws.add(
            last,
            1,
            "a quotation mark is opened and never closed".to_owned(),
        );
    }
    if columns.is_none() {
        let what = "is empty: needs a header row with the names of the columns";
        return Err(RegistryError::malformed(None, what));
    }
    flaws.refuse()?;
    Ok(rows)
}

/// The line that a record starts on. The parser's own count takes blank lines before a record
/// for a part of it.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.as_bytes();
        let (at, line) = (0, 1);
        Self { text, at, line }
    }

    fn of_record(&mut self, record: &StringRecord) -> usize {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.at) {
            let blank = matches!(byte, b'\n' | b'\r');
            if self.at >= start && !blank {
                break;
            }
            self.line += usize::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// What is wrong with the rows: the first ones in words, and how many there are.
#[derive(Default)]
struct Flaws {
    count: usize,
    first: Option<(usize, usize)>,
    words: Vec<String>,
}

impl Flaws {
    fn add(&mut self, line: usize, column: usize, reason: String) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((line, column));
            self.words.push(reason);
        } else if self.words.len() < MOST_NAMED {
            let place = format!("\n  line {line}, column {column}: {reason}");
            self.words.push(place);
        }
    }

    fn refuse(self) -> Result<(), RegistryError> {
        if self.count == 0 {
            return Ok(());
        }
        let mut reason = self.words.concat();
        if self.count > MOST_NAMED {
            let more = self.count - MOST_NAMED;
            reason = format!("{reason}\n  and {more} more rows");
        }
        Err(RegistryError::malformed(self.first, reason))
    }
}

fn header(record: &StringRecord, line: usize) -> Result<Vec<Column>, RegistryError> {
    let refused =
        |column: usize, what: String| Err(RegistryError::malformed(Some((line, column + 1)), what));
    let mut columns = Vec::new();
    for (place, name) in record.iter().enumerate() {
        let name = name.trim();
        match Column::of(name) {
            Some(column) if columns.contains(&column) => {
                return refused(place, format!("the column {name} is there twice"));
            }
            Some(column) => columns.push(column),
            None if record.len() == 1 && name.contains([';', '\t']) => {
                return refused(place, "the columns must be separated by commas".to_owned());
            }
            None => {
                let near = Column::closest(name);
                let near = near.map_or_else(String::new, |it| format!(": the closest is {it}"));
                return refused(place, format!("unknown column {}{near}", Shown(name)));
            }
        }
    }
    for needed in Column::NEEDED {
        if !columns.contains(&needed) {
            return refused(0, format!("the column {} is missing", needed.as_str()));
        }
    }
    Ok(columns)
}

fn third_party(
    columns: &[Column],
    record: &StringRecord,
    known: Known<'_>,
) -> Result<ThirdParty, Flaw> {
    if record.len() != columns.len() {
        let (found, needed) = (record.len(), columns.len());
        let cells = if found == 1 { "cell" } else { "cells" };
        return Err((
            found.min(needed),
            format!("{found} {cells}, needs {needed}"),
        ));
    }
    let cells = Cells { columns, record };
    for (place, column) in columns.iter().enumerate() {
        cells.refuse_formula(place, *column)?;
    }
    let legal_name = cells.text(Column::LegalName);
    let id: BusinessId = cells.needed(Column::BusinessId)?;
    let known = known(&id);
    let old = known.as_deref().map(ThirdParty::licence);
    let builder = match &known {
        Some(known) => known.to_builder().legal_name(legal_name),
        None => ThirdParty::draft(id, legal_name),
    };
    let builder = builder
        .status(cells.needed::<Status>(Column::Status)?)
        .licence(licence(&cells, old)?)
        .scopes(scopes(&cells)?);
    let builder = with_lists(with_values(builder, &cells)?, &cells)?;
    let built = builder.build();
    built.map_err(|error| (cells.place(Column::BusinessId), error.to_string()))
}

fn with_values(
    mut builder: ThirdPartyBuilder,
    cells: &Cells<'_>,
) -> Result<ThirdPartyBuilder, Flaw> {
    if cells.has(Column::ClientId) {
        builder = match cells.value(Column::ClientId)? {
            Some(id) => builder.client_id(id),
            None => builder.without_client_id(),
        };
    }
    if cells.has(Column::ApplicationId) {
        builder = match cells.value(Column::ApplicationId)? {
            Some(id) => builder.application_id(id),
            None => builder.without_application_id(),
        };
    }
    if cells.has(Column::OrganizationIdentifier) {
        let id: Option<OrganizationIdentifier> = cells.value(Column::OrganizationIdentifier)?;
        builder = builder.organization_identifier(id);
    }
    if cells.has(Column::Notes) {
        builder = builder.notes(cells.text(Column::Notes).replace("\r\n", "\n"));
    }
    Ok(builder)
}

fn with_lists(
    mut builder: ThirdPartyBuilder,
    cells: &Cells<'_>,
) -> Result<ThirdPartyBuilder, Flaw> {
    if cells.has(Column::Countries) {
        builder = builder.countries(cells.list::<Country>(Column::Countries, &[' ', ';'])?);
    }
    if cells.has(Column::UseCases) {
        let all = cell::list(cells.text(Column::UseCases));
        let all = all.map(|part| cells.parsed(Column::UseCases, &cell::unescaped(part)));
        builder = builder.use_cases(all.collect::<Result<Vec<UseCase>, _>>()?);
    }
    if cells.has(Column::Contacts) {
        builder = builder.contacts(cells.parts::<Contact>(Column::Contacts)?);
    }
    if cells.has(Column::Applications) {
        builder = builder.applications(cells.parts::<Application>(Column::Applications)?);
    }
    Ok(builder)
}

fn scopes(cells: &Cells<'_>) -> Result<Scopes, Flaw> {
    match cells.text(Column::Scopes) {
        "" => Ok(Scopes::none()),
        text => cells.parsed(Column::Scopes, text),
    }
}

fn licence(cells: &Cells<'_>, old: Option<&Licence>) -> Result<Licence, Flaw> {
    let pem = cells.text(Column::Certificates);
    let certificates = if pem.is_empty() {
        Vec::new()
    } else {
        let read = Certificate::all_from_pem(pem);
        read.map_err(|error| cells.flaw(Column::Certificates, &error))?
    };
    let custody = custody(cells)?;
    let unlicensed = match cells.text(Column::Licence) {
        "licensed" => false,
        "unlicensed" => true,
        other => {
            let found = Shown(other);
            let needed = format!("{found} is no licence: needs licensed or unlicensed");
            return Err(cells.flaw(Column::Licence, &needed));
        }
    };
    if !unlicensed {
        let kept = |columns: &[Column]| old.filter(|_| !columns.iter().any(|it| cells.has(*it)));
        let certificates = match kept(&[Column::Certificates]) {
            Some(old) => old.certificates().to_vec(),
            None => certificates,
        };
        let custody = match kept(&CUSTODY) {
            Some(old) => old.custody().cloned(),
            None => custody,
        };
        return Ok(Licence::Licensed {
            certificates,
            custody,
        });
    }
    if certificates.is_empty() && custody.is_none() {
        return Ok(Licence::Unlicensed);
    }
    let needed = "needs no certificates, signing_service or key_vault, being unlicensed";
    Err(cells.flaw(Column::Licence, &needed))
}

fn custody(cells: &Cells<'_>) -> Result<Option<Custody>, Flaw> {
    let vault = (
        cells.value(Column::KeyVault)?,
        cells.value(Column::Key)?,
        cells.value(Column::KeyVersion)?,
    );
    match (cells.value(Column::SigningService)?, vault) {
        (None, (None, None, None)) => Ok(None),
        (Some(url), (None, None, None)) => Ok(Some(Custody::SigningService { url })),
        (None, (Some(vault), Some(key), Some(version))) => Ok(Some(Custody::AzureKeyVault {
            vault,
            key,
            version,
        })),
        (None, _) => Err(cells.flaw(
            Column::KeyVault,
            &"needs key_vault, key and key_version, or none of them",
        )),
        (Some(_), _) => Err(cells.flaw(
            Column::SigningService,
            &"needs one custody, signing_service or key_vault, not both",
        )),
    }
}

/// The cells of a row, by column.
struct Cells<'a> {
    columns: &'a [Column],
    record: &'a StringRecord,
}

impl<'a> Cells<'a> {
    /// The cell without spaces around it; empty if there is no such column.
    fn text(&self, column: Column) -> &'a str {
        let place = self.columns.iter().position(|it| *it == column);
        let cell = place.and_then(|place| self.record.get(place));
        let cell = cell.map_or("", cell::unguarded);
        // The names and notes keep their spaces: what is wrong with them is said, not mended.
        match column {
            Column::LegalName | Column::Notes => cell,
            _ => cell.trim(),
        }
    }

    fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    fn refuse_formula(&self, place: usize, column: Column) -> Result<(), Flaw> {
        let cell = self.record.get(place).unwrap_or_default();
        let certificate = column == Column::Certificates && cell.starts_with("-----BEGIN ");
        if certificate || !cell::is_formula(cell) {
            return Ok(());
        }
        let first = cell.chars().next().unwrap_or_default().escape_debug();
        Err(self.flaw(
            column,
            &format!(
                "begins with {first}, which a spreadsheet takes for a formula: \
                 needs an apostrophe before it, if it is meant"
            ),
        ))
    }

    /// The value of a cell, or nothing if it is empty.
    fn value<T: FromStr<Err: Display>>(&self, column: Column) -> Result<Option<T>, Flaw> {
        match self.text(column) {
            "" => Ok(None),
            text => self.parsed(column, text).map(Some),
        }
    }

    fn needed<T: FromStr<Err: Display>>(&self, column: Column) -> Result<T, Flaw> {
        self.parsed(column, self.text(column))
    }

    fn list<T: FromStr<Err: Display>>(
        &self,
        column: Column,
        separators: &[char],
    ) -> Result<Vec<T>, Flaw> {
        let parts = self.text(column).split(separators).map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(|part| self.parsed(column, part)).collect()
    }

    /// The values of a list whose parts read themselves.
    fn parts<T: FromStr<Err: Display>>(&self, column: Column) -> Result<Vec<T>, Flaw> {
        let parts = cell::list(self.text(column));
        parts.map(|part| self.parsed(column, part)).collect()
    }

    fn parsed<T: FromStr<Err: Display>>(&self, column: Column, text: &str) -> Result<T, Flaw> {
        text.parse().map_err(|error| self.flaw(column, &error))
    }

    fn flaw(&self, column: Column, reason: &dyn Display) -> Flaw {
        (self.place(column), format!("{}: {reason}", column.as_str()))
    }

    fn place(&self, column: Column) -> usize {
        let place = self.columns.iter().position(|it| *it == column);
        place.map_or(1, |place| place + 1)
    }
}

/// The columns that name a custody.
const CUSTODY: [Column; 4] = [
    Column::SigningService,
    Column::KeyVault,
    Column::Key,
    Column::KeyVersion,
];
/// A page of mistakes; whoever made more made the same one often.
const MOST_NAMED: usize = 20;
