//! `ob registry plan|apply`.

use super::{
    files::{in_file, read},
    refused, to_change,
};
use crate::{
    cli::EditArgs,
    command::change::{check, edit},
    exit::Failure,
    file::{self, Access, LARGE},
    output::{self, Format},
    path_text,
};
use obkit::registry::{Difference, Plan, Registry, Step};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    io::{self, BufRead, IsTerminal},
    path::Path,
};

/// What the person who applies a plan has agreed to.
pub(super) struct Consent {
    pub(super) allow_offboard: bool,
    pub(super) yes: bool,
    pub(super) no_input: bool,
}

pub(super) fn plan(
    format: Format,
    registry: &Registry,
    file: &Path,
    out: Option<&Path>,
) -> Result<(), Failure> {
    let plan = make(registry, file)?;
    if let Some(out) = out {
        let text = plan.to_json().map_err(refused)?;
        let written = file::replace(out, text.as_bytes(), Access::Umask);
        written.map_err(|error| Failure::file(out, &error))?;
    }
    output::result(format, &plan, as_text)?;
    if let Some(out) = out {
        let (shown, quoted) = (path_text::shown(out), path_text::quoted(out));
        output::say(format_args!("wrote the plan to {shown}"));
        if !plan.is_empty() {
            output::say(format_args!("next: ob registry apply {quoted}"));
        }
    }
    Ok(())
}

pub(super) async fn apply(
    format: Format,
    file: &Path,
    consent: &Consent,
    change: &EditArgs,
) -> Result<(), Failure> {
    check(&change.change)?;
    let asked = to_change(&change.place).await?;
    let plan = match written_plan(file)? {
        Some(plan) => plan,
        None => make(&asked.known, file)?,
    };
    let allowed = consent.allow_offboard || plan.offboards().next().is_none();
    // What would be refused anyway is not asked about: a registry does not go back.
    if !plan.is_empty() && allowed && plan.base() >= asked.known.revision() {
        agree(&plan, consent)?;
    }
    let applies = !plan.is_empty() && allowed && plan.base() == asked.known.revision();
    // A refusal, too, is the registry's; but it makes none.
    let registry = match applies {
        true => asked.made().await?,
        false => asked.known,
    };
    if !plan.is_empty() {
        let edit = edit(&registry, &change.change, "ob registry apply")?;
        let applied = edit.apply(&plan, consent.allow_offboard).await;
        applied.map_err(|error| {
            let needed = if allowed { "" } else { ": --allow-offboard" };
            Failure::coded(error.code(), format!("{error}{needed}"))
        })?;
    }
    let done = json!({
        "schema": "ob.registry-apply/1",
        "base": plan.base(),
        "revision": registry.revision(),
        "steps": plan.steps().len(),
        "summary": Counts::of(&plan).json(),
    });
    output::result(format, &done, |_| {
        if plan.is_empty() {
            return NOTHING.to_owned();
        }
        let (counts, revision) = (Counts::of(&plan).words(), registry.revision());
        format!("applied: {counts}; the registry is at revision {revision}")
    })
}

fn make(registry: &Registry, file: &Path) -> Result<Plan, Failure> {
    let plan = registry.plan(read(file, None, registry)?, None);
    plan.map_err(|error| in_file(file, &error))
}

/// The plan, if the file is one.
fn written_plan(file: &Path) -> Result<Option<Plan>, Failure> {
    let extension = file.extension();
    if extension.is_some_and(|it| it.eq_ignore_ascii_case("csv") || it.eq_ignore_ascii_case("toml"))
    {
        return Ok(None);
    }
    let text = file::read_text(file, LARGE)?;
    let head: Option<Value> = serde_json::from_str(&text).ok();
    let schema = head.as_ref().and_then(|it| it.get("schema")?.as_str());
    if !schema.is_some_and(|schema| schema.starts_with("ob.registry-plan/")) {
        return Ok(None);
    }
    let plan = Plan::from_json(&text);
    plan.map(Some).map_err(|error| in_file(file, &error))
}

fn agree(plan: &Plan, consent: &Consent) -> Result<(), Failure> {
    if consent.yes {
        return Ok(());
    }
    if consent.no_input || !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "nobody can be asked whether to apply it: needs --yes",
        ));
    }
    output::say(as_text(plan));
    output::say("\nApply it? Only `yes` does.");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::unexpected(format!("no answer: {error}")))?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::usage("not applied: the answer was not yes"))
    }
}

fn as_text(plan: &Plan) -> String {
    if plan.is_empty() {
        return NOTHING.to_owned();
    }
    let mut text = String::new();
    for step in plan.steps() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", headline(step));
        // Of what is removed nothing is left to compare.
        let removed = matches!(step, Step::Remove { .. });
        let differences = step.differences().into_iter().filter(|_| !removed);
        for it in differences.filter(says_something) {
            let _ = writeln!(text, "    {}", difference(&it));
        }
    }
    let (counts, base) = (Counts::of(plan).words(), plan.base());
    let _ = write!(text, "\n{counts}, from revision {base}.");
    text
}

fn headline(step: &Step) -> String {
    let id = step
        .business_id()
        .map_or("the integrator", |id| id.as_str());
    match step {
        Step::Add { .. } => format!("+ {id}"),
        Step::Remove { .. } => format!("- {id} (a draft; removed)"),
        Step::Offboard { third_party, .. } => format!("- {id} ({})", third_party.status()),
        _ => format!("~ {id}"),
    }
}

/// A new third-party has nothing in many of its fields.
fn says_something(it: &Difference) -> bool {
    it.before.is_some() || it.after.as_ref().is_none_or(|after| !after.is_empty())
}

fn difference(it: &Difference) -> String {
    let field = &it.field;
    let short = |text: &String| text.replace('\n', " ⏎ ");
    match (it.before.as_ref().map(short), it.after.as_ref().map(short)) {
        (Some(before), Some(after)) => format!("{field}: {before} → {after}"),
        (None, Some(after)) => format!("{field}: {after}"),
        (Some(before), None) => format!("{field}: {before} → nothing"),
        (None, None) => field.clone(),
    }
}

/// How many steps of which kind.
#[derive(Default)]
struct Counts {
    add: usize,
    change: usize,
    offboard: usize,
    remove: usize,
}

impl Counts {
    fn of(plan: &Plan) -> Self {
        let mut counts = Self::default();
        for step in plan.steps() {
            match step {
                Step::Add { .. } => counts.add += 1,
                Step::Offboard { .. } => counts.offboard += 1,
                Step::Remove { .. } => counts.remove += 1,
                _ => counts.change += 1,
            }
        }
        counts
    }

    fn words(&self) -> String {
        let Self {
            add,
            change,
            offboard,
            remove,
        } = self;
        format!("{add} to add, {change} to change, {offboard} to offboard, {remove} to remove")
    }

    fn json(&self) -> Value {
        json!({
            "add": self.add,
            "change": self.change,
            "offboard": self.offboard,
            "remove": self.remove,
        })
    }
}

const NOTHING: &str = "nothing to do: the registry is as wanted";
