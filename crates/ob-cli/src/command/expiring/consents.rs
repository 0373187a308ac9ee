//! Consents that end, from what `ob consent create|get -o jsonl` printed.

use super::{Ending, Window};
use crate::{
    exit::Failure,
    file::{self, LARGE},
    moment, output, path_text,
};
use obkit::{BusinessId, Code, ConsentRef, api::Timestamp};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What is read of an `ob.consent/1` object.
#[derive(Deserialize)]
struct Line {
    schema: String,
    r#for: BusinessId,
    consent: ConsentRef,
    status: Option<String>,
    expires_at: Option<String>,
}

/// The consents of all files; of one that stands twice, the later line counts.
pub(super) fn read(files: &[PathBuf], window: &Window) -> Result<Vec<Ending>, Failure> {
    let mut known = BTreeMap::new();
    for file in files {
        for line in lines(file)? {
            known.insert(line.consent.to_string(), line);
        }
    }
    let open = known.values().filter(|it| !is_withdrawn(it)).count();
    let mut endings = Vec::new();
    let mut without_end = 0;
    for line in known.values().filter(|it| !is_withdrawn(it)) {
        match end(line) {
            None => without_end += 1,
            Some(ends_at) if window.takes_in(ends_at) => {
                endings.push(ending(line, ends_at, window.now));
            }
            Some(_) => {}
        }
    }
    if without_end > 0 {
        let what = format!("note: {without_end} of {open} consents say no expires_at");
        output::say(what);
    }
    Ok(endings)
}

/// Somebody ended it: nothing ends by itself any more.
fn is_withdrawn(line: &Line) -> bool {
    line.status.as_deref() == Some("REVOKED")
}

fn end(line: &Line) -> Option<SystemTime> {
    let at: Timestamp = line.expires_at.as_ref()?.parse().ok()?;
    Some(at.into())
}

fn ending(line: &Line, ends_at: SystemTime, now: SystemTime) -> Ending {
    Ending {
        kind: "consent",
        third_party: Some(line.r#for.to_string()),
        what: format!("consent {}", line.consent.id()),
        id: line.consent.to_string(),
        ends_at,
        days_left: moment::days(now, ends_at),
        ended: ends_at <= now,
        renewed_by: None,
    }
}

fn lines(file: &Path) -> Result<Vec<Line>, Failure> {
    let text = file::read_text(file, LARGE)?;
    let numbered = (1..).zip(text.lines());
    let written = numbered.filter(|(_, line)| !line.trim().is_empty());
    written
        .map(|(number, line)| {
            parse(line).map_err(|why| {
                let file = path_text::shown(file);
                Failure::coded(Code::K010, format!("{file}, line {number}: {why}"))
            })
        })
        .collect()
}

/// Why a line is refused, without quoting it.
fn parse(line: &str) -> Result<Line, String> {
    let line: Line = serde_json::from_str(line)
        .map_err(|error| format!("no {SCHEMA} object: {}", without_place(&error)))?;
    if line.schema != SCHEMA {
        let found = obkit::core::Shown(&line.schema);
        return Err(format!("schema is {found}, needs {SCHEMA}"));
    }
    if line.consent.owner() != &line.r#for {
        let (owner, party) = (line.consent.owner(), &line.r#for);
        return Err(format!(
            "for is {party} and the consent is {owner}'s, needs one of them"
        ));
    }
    if line.expires_at.is_some() && end(&line).is_none() {
        return Err("expires_at is no moment, needs RFC 3339".to_owned());
    }
    Ok(line)
}

/// The line is always its first here; the file's line is said before.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.find(" at line ") {
        Some(place) => text.get(..place).unwrap_or(&text).to_owned(),
        None => text,
    }
}

const SCHEMA: &str = "ob.consent/1";
