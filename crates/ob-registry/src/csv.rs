//! The registry as a table: one third-party per row, for spreadsheets.

use crate::{RegistryError, ThirdParty, text::refuse_private_keys};
use ob_core::{BusinessId, Code};
use std::{borrow::Borrow, collections::HashMap, io::Read, sync::Arc};

mod cell;
mod column;
mod read;
mod write;

use read::Row;

/// The most bytes of CSV that are read: 100 MB.
pub const CSV_LIMIT: u64 = 100_000_000;

/// Writes third-parties as CSV (RFC 4180, UTF-8): a header row with every column, then a row
/// each.
///
/// | column | holds |
/// |---|---|
/// | `business_id`, `legal_name`, `client_id`, `application_id`, `organization_identifier`, `notes` | the value |
/// | `status` | `draft`, `onboarding`, `active`, `suspended`, `offboarding`, `offboarded` |
/// | `licence` | `licensed` or `unlicensed` |
/// | `countries` | two-letter codes between spaces or `;` |
/// | `use_cases` | names between `;` |
/// | `scopes` | scopes between spaces |
/// | `certificates` | PEM blocks, one after the other |
/// | `signing_service` | the address of the signing service |
/// | `key_vault`, `key`, `key_version` | the key in an Azure Key Vault, all three or none |
/// | `contacts` | `role:name:email` or `role:name:email:phone`, between `;` |
/// | `applications` | `application id=use case`, with `:default` behind the default one, between `;` |
///
/// In a part of a list, `\` before `;`, `:` or `\` takes its meaning away. A cell that a
/// spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage
/// return) gets an apostrophe before it, and so does one that begins with an apostrophe;
/// [`from_csv`] takes it away. Versions, standings and the history are not in the table.
///
/// ```
/// use ob_registry::{ThirdParty, from_csv, to_csv};
/// let acme = ThirdParty::draft("acme".parse()?, "=Acme GmbH").build()?;
/// let table = to_csv(&[&acme])?;
/// assert!(table.contains("'=Acme GmbH"));
/// assert_eq!(from_csv(table.as_bytes())?, [acme]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// OB-R008 when the text cannot be made; with checked third-parties it always can.
pub fn to_csv<T: Borrow<ThirdParty>>(all: &[T]) -> Result<String, RegistryError> {
    write::table(all.iter().map(Borrow::borrow))
}

/// Reads third-parties from CSV, all of them or none. The columns are those of [`to_csv`], in any
/// order; `business_id`, `legal_name`, `status`, `licence` and `scopes` must be there. A byte
/// order mark, CRLF and quoted cells with line ends in them are understood.
///
/// # Errors
/// OB-R008 with line, column and reason when it is larger than [`CSV_LIMIT`], not UTF-8, has a
/// private key in it, a column that is unknown, missing or there twice, or unusable rows: up to
/// 20 of them are named, and how many more there are. OB-R002 when two rows share an id, and
/// OB-C202 when they share a certificate; both rows are named.
pub fn from_csv(from: impl Read) -> Result<Vec<ThirdParty>, RegistryError> {
    from_csv_over(from, |_| None)
}

/// As [`from_csv`], over what is known: of a third-party that is there already, what no column
/// speaks of stays as it is. An empty cell speaks: it takes away.
///
/// ```
/// use ob_registry::{ThirdParty, from_csv_over};
/// use std::sync::Arc;
/// let acme = ThirdParty::draft("acme".parse()?, "Acme GmbH").notes("rang twice").build()?;
/// let acme = Arc::new(acme);
/// let table = "business_id,legal_name,status,licence,scopes\nacme,Acme SE,draft,unlicensed,ob_data";
/// let read = from_csv_over(table.as_bytes(), |_| Some(Arc::clone(&acme)))?;
/// assert_eq!((read[0].legal_name(), read[0].notes()), ("Acme SE", "rang twice"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`from_csv`].
pub fn from_csv_over(
    from: impl Read,
    known: impl Fn(&BusinessId) -> Option<Arc<ThirdParty>>,
) -> Result<Vec<ThirdParty>, RegistryError> {
    let text = text_of(from)?;
    refuse_private_keys(&text)?;
    let rows = read::rows(&text, &known)?;
    let mut places = HashMap::with_capacity(rows.len());
    let mut all = Vec::with_capacity(rows.len());
    for Row { line, third_party } in rows {
        let id = third_party.business_id().as_str().to_ascii_lowercase();
        if let Some(first) = places.insert(id, line) {
            let id = third_party.business_id();
            let what = format!("{id} is on line {first} already: needs each business id once");
            return Err(RegistryError::malformed_as(Code::R002, (line, 1), what));
        }
        all.push(third_party);
    }
    match crate::text::refuse_collisions(&all) {
        Ok(()) => Ok(all),
        Err(error) => Err(with_lines(error, &places)),
    }
}

/// The refusal with the lines of both rows.
fn with_lines(error: RegistryError, places: &HashMap<String, usize>) -> RegistryError {
    let Some(pair) = error.pair() else {
        return error;
    };
    let [one, other] = pair.each_ref().map(|id| {
        let line = places.get(&id.as_str().to_ascii_lowercase());
        line.copied().unwrap_or_default()
    });
    let what = format!("with line {}: {error}", one.min(other));
    RegistryError::malformed_as(error.code(), (one.max(other), 1), what)
}

fn text_of(from: impl Read) -> Result<String, RegistryError> {
    let mut bytes = Vec::new();
    let read = from.take(CSV_LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| RegistryError::store_caused("the CSV cannot be read", error))?;
    if bytes.len() as u64 > CSV_LIMIT {
        let what = "the CSV is larger than 100 MB, which is the limit: split it";
        return Err(RegistryError::malformed(None, what));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        RegistryError::malformed(Some((line, 1)), "is not UTF-8 text: save it as CSV UTF-8")
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}
