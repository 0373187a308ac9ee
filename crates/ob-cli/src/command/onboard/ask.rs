//! What no flag says is asked for, where somebody is there to answer.

use super::facts::{self, Need};
use crate::{
    cli::{FactArgs, LicenceArg, contact},
    exit::Failure,
    output,
};
use obkit::registry::{ContactRole, ThirdParty};
use std::{
    io::{BufRead, IsTerminal, Write},
    path::PathBuf,
    str::FromStr,
};

/// Completes the facts by asking at the terminal.
///
/// # Errors
/// A usage error that lists all that is missing, where nobody can be asked; one that names what
/// is still missing when the answers end.
pub(super) fn complete(
    facts: &mut FactArgs,
    known: Option<&ThirdParty>,
    no_input: bool,
) -> Result<(), Failure> {
    let needs = facts::missing(facts, known);
    if needs.is_empty() {
        return Ok(());
    }
    if no_input || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(unanswered(&needs));
    }
    if facts.contacts.is_empty() {
        // What is told replaces what is known: an answer is one more.
        facts.contacts = known.map_or(&[][..], ThirdParty::contacts).to_vec();
    }
    let mut answers = std::io::stdin().lock();
    while let Some(need) = facts::missing(facts, known).first().copied() {
        let answer =
            ask(need, &mut answers).ok_or_else(|| unanswered(&facts::missing(facts, known)))?;
        if let Err(why) = take(facts, need, &answer) {
            output::say(format_args!("  {why}"));
        }
    }
    Ok(())
}

fn unanswered(needs: &[Need]) -> Failure {
    let flags: Vec<_> = needs.iter().map(|need| need.flag()).collect();
    Failure::usage(format!("needs {}", flags.join(", ")))
}

/// One line from the person; nothing when there will be none.
fn ask(need: Need, answers: &mut impl BufRead) -> Option<String> {
    let mut stderr = std::io::stderr();
    // A terminal that is gone gives no answer either.
    drop(write!(stderr, "{}: ", question(need)).and_then(|()| stderr.flush()));
    let mut line = String::new();
    match answers.read_line(&mut line) {
        Ok(read) if read > 0 => Some(line.trim().to_owned()),
        _ => None,
    }
}

const fn question(need: Need) -> &'static str {
    match need {
        Need::LegalName => "legal name",
        Need::Licence => "licensed or unlicensed",
        Need::Country => "countries of operation (DE FI ...)",
        Need::UseCase => "products or use cases (separated by ;)",
        Need::Scope => "scopes it authorised (consents:create ob_data ...)",
        Need::Contact(ContactRole::Primary) => "primary contact (NAME:EMAIL[:PHONE])",
        Need::Contact(ContactRole::Technical) => "technical contact (NAME:EMAIL[:PHONE])",
        Need::Certificate => "file with its certificates",
        Need::Custody => {
            "URL of its signing service (for a key vault: start again with --key-vault)"
        }
    }
}

/// Takes an answer, or says what is wrong with it.
fn take(facts: &mut FactArgs, need: Need, answer: &str) -> Result<(), String> {
    if answer.is_empty() {
        return Err("needs an answer".to_owned());
    }
    match need {
        Need::LegalName => facts.legal_name = Some(answer.to_owned()),
        Need::Licence => facts.licence = Some(licence(answer)?),
        Need::Country => facts.countries = each(answer, [' ', ','])?,
        Need::UseCase => facts.use_cases = each(answer, [';', ';'])?,
        Need::Scope => facts.scope = Some(read(answer)?),
        Need::Contact(role) => facts.contacts.push(contact(&format!("{role}:{answer}"))?),
        Need::Certificate => {
            let file = PathBuf::from(answer);
            // Read here already, so that a wrong file can be answered again.
            crate::command::cert::read(&file).map_err(|failure| failure.message().to_owned())?;
            facts.certificates.push(file);
        }
        Need::Custody => facts.signing_service = Some(read(answer)?),
    }
    Ok(())
}

fn licence(answer: &str) -> Result<LicenceArg, String> {
    match answer {
        "licensed" => Ok(LicenceArg::Licensed),
        "unlicensed" => Ok(LicenceArg::Unlicensed),
        _ => Err("needs licensed or unlicensed".to_owned()),
    }
}

fn each<T: FromStr>(answer: &str, separators: [char; 2]) -> Result<Vec<T>, String>
where
    T::Err: ToString,
{
    let parts = answer.split(separators).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(read).collect()
}

fn read<T: FromStr>(answer: &str) -> Result<T, String>
where
    T::Err: ToString,
{
    answer.parse().map_err(|error: T::Err| error.to_string())
}
