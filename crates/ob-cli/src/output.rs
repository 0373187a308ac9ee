//! Results to stdout, people's text to stderr.

use crate::exit::Failure;
use clap::ValueEnum;
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;
use std::io::{IsTerminal, Write};

mod pager;

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    // No doc comments here: clap would print each format as a paragraph in every `--help`.
    Text,
    Json,
    Jsonl,
    // A calendar, of `ob expiring` alone.
    Ics,
}

/// Writes one result: as JSON, or as the text that `text` makes of it.
pub(crate) fn result<T: Serialize>(
    format: Format,
    value: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    match format {
        Format::Text => write(&text(value)),
        Format::Json | Format::Jsonl => write(&json(value)?),
        Format::Ics => Err(no_calendar()),
    }
}

/// Writes a list: a wrapping object as JSON, one line per item as JSON lines, or a table.
pub(crate) fn list<T: Serialize, I: Serialize>(
    format: Format,
    whole: &T,
    items: &[I],
    table: impl FnOnce() -> Table,
) -> Result<(), Failure> {
    match format {
        Format::Text => write(&table().trim_fmt()),
        Format::Json => write(&json(whole)?),
        Format::Jsonl => items.iter().try_for_each(|item| write(&json(item)?)),
        Format::Ics => Err(no_calendar()),
    }
}

/// As [`list`], through a pager where a person would see the end of a long table only.
pub(crate) fn paged_list<T: Serialize, I: Serialize>(
    format: Format,
    whole: &T,
    items: &[I],
    may_page: bool,
    table: impl FnOnce() -> Table,
) -> Result<(), Failure> {
    let pages = format == Format::Text
        && may_page
        && items.len() >= LONG
        && std::io::stdout().is_terminal();
    if !pages {
        return list(format, whole, items, table);
    }
    let text = table().trim_fmt();
    match pager::show(&text) {
        Ok(()) => Ok(()),
        // Without a pager it scrolls by.
        Err(_) => write(&text),
    }
}

/// The lines of the smallest terminal in use.
const LONG: usize = 24;

/// Writes text as it is.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    write(text)
}

/// Writes a document whose line ends are part of it.
pub(crate) fn raw(document: &str) -> Result<(), Failure> {
    write_all(document.as_bytes())
}

/// Only what ends has a place in a calendar.
pub(crate) fn no_calendar() -> Failure {
    Failure::usage("-o ics is for `ob expiring` alone; needs text, json or jsonl")
}

/// A table with a line under its header only, as wide as the terminal.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
        .set_header(header);
    // The first column is what a person copies; it stays whole while the others give way.
    if let Some(first) = table.column_mut(0) {
        first.set_constraint(ColumnConstraint::ContentWidth);
    }
    // Piped output is read by programs: a line per row, whatever its width.
    table.set_content_arrangement(if std::io::stdout().is_terminal() {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    });
    table
}

/// Says something to the person at the terminal. A person who went away (`2>&1 | head`) hears
/// nothing, and the work goes on; `eprintln!` would panic.
pub(crate) fn say(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::unexpected(error.to_string()))
}

fn write(text: &str) -> Result<(), Failure> {
    write_all(format!("{}\n", text.trim_end()).as_bytes())
}

/// A reader that went away (`| head`) is not an error worth a panic.
fn write_all(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::unexpected(format!(
            "cannot write to stdout: {error}"
        ))),
        Ok(()) => Ok(()),
    }
}
