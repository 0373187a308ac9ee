//! `ob registry integrator get|set`.

use crate::{
    cli::{IntegratorCommand, IntegratorSetArgs, PlaceArgs},
    command::{cert, change},
    exit::Failure,
    moment,
    output::{self, Format},
    target,
};
use obkit::registry::{Certificate, IntegratorProfile, Registry};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc};

pub(crate) async fn run(format: Format, command: IntegratorCommand) -> Result<(), Failure> {
    match command {
        IntegratorCommand::Get { place } => get(format, &place).await,
        IntegratorCommand::Set(args) => set(format, &args).await,
    }
}

async fn get(format: Format, place: &PlaceArgs) -> Result<(), Failure> {
    let PlaceArgs { registry, config } = place;
    let registry = target::registry(registry.as_deref(), None, config.as_deref()).await?;
    show(format, profile(&registry)?.as_ref())
}

/// The profile of a registry that has one.
pub(crate) fn profile(registry: &Registry) -> Result<Arc<IntegratorProfile>, Failure> {
    registry.integrator_profile().ok_or_else(|| {
        Failure::usage(
            "the registry has no Integrator's profile; `ob registry integrator set` writes it",
        )
    })
}

async fn set(format: Format, args: &IntegratorSetArgs) -> Result<(), Failure> {
    let PlaceArgs { registry, config } = &args.place;
    let (registry, config) = (registry.as_deref(), config.as_deref());
    // What is refused anyway makes no file.
    change::check(&args.change)?;
    let asked = target::registry_to_change(registry, config).await?;
    let profile = changed(asked.known.integrator_profile().as_deref(), args)?;
    let registry = asked.made().await?;
    let edit = change::edit(&registry, &args.change, "ob registry integrator set")?;
    // Somebody else may change another part of it at this moment.
    let change = |known: Option<&IntegratorProfile>| {
        changed(known, args).unwrap_or_else(|_| profile.clone())
    };
    let set = edit.update_integrator(change).await;
    set.map_err(|error| change::refused(&error))?;
    show(format, self::profile(&registry)?.as_ref())
}

/// The known profile with what the flags name; a list that is named replaces the known one.
fn changed(
    known: Option<&IntegratorProfile>,
    args: &IntegratorSetArgs,
) -> Result<IntegratorProfile, Failure> {
    let legal_name = args.legal_name.clone();
    let legal_name = legal_name.or_else(|| Some(known?.legal_name().to_owned()));
    let client_id = args.client_id.clone();
    let client_id = client_id.or_else(|| Some(known?.client_id().clone()));
    let application_id = args.application_id;
    let application_id = application_id.or_else(|| Some(*known?.application_id()));
    let (Some(legal_name), Some(client_id), Some(application_id)) =
        (legal_name, client_id, application_id)
    else {
        let what = "a first profile needs --legal-name, --client-id and --application-id";
        return Err(Failure::usage(what));
    };
    let profile = IntegratorProfile::new(legal_name, client_id, application_id);
    let profile = profile.map_err(|error| change::refused(&error))?;
    let tls = certificates(&args.tls_certificates)?;
    Ok(profile
        .with_use_case_configuration_ids(named(&args.use_case_configurations, known, |it| {
            it.use_case_configuration_ids()
        }))
        .with_countries(named(&args.countries, known, IntegratorProfile::countries))
        .with_tls_certificates(named(&tls, known, IntegratorProfile::tls_certificates))
        .with_contacts(named(&args.contacts, known, IntegratorProfile::contacts)))
}

fn named<T: Clone>(
    new: &[T],
    known: Option<&IntegratorProfile>,
    old: impl Fn(&IntegratorProfile) -> &[T],
) -> Vec<T> {
    match (new, known) {
        ([], Some(known)) => old(known).to_vec(),
        _ => new.to_vec(),
    }
}

/// The certificates of several files, each once: two chains often end in one authority.
pub(crate) fn certificates(files: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut all = Vec::new();
    for file in files {
        for certificate in cert::read(file)? {
            if !all.contains(&certificate) {
                all.push(certificate);
            }
        }
    }
    Ok(all)
}

fn show(format: Format, profile: &IntegratorProfile) -> Result<(), Failure> {
    output::result(format, &view(profile), |_| text(profile))
}

fn view(profile: &IntegratorProfile) -> Value {
    json!({
        "schema": "ob.registry-integrator/1",
        "legal_name": profile.legal_name(),
        "client_id": profile.client_id(),
        "application_id": profile.application_id(),
        "use_case_configuration_ids": profile.use_case_configuration_ids(),
        "countries": profile.countries(),
        "contacts": profile.contacts(),
        "tls_certificates": profile.tls_certificates().iter().map(|it| json!({
            "subject": it.subject(),
            "not_after": moment::utc(it.not_after()),
            "fingerprint": it.fingerprint(),
        })).collect::<Vec<_>>(),
        "missing": profile.missing(),
    })
}

fn text(profile: &IntegratorProfile) -> String {
    let mut text = String::new();
    for (name, value) in rows(profile) {
        text.push_str(&format!("{name:<18} {value}\n"));
    }
    for missing in profile.missing() {
        text.push_str(&format!("missing            {missing}\n"));
    }
    text
}

/// The profile in words, a row for each value.
pub(crate) fn rows(profile: &IntegratorProfile) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("legal name", profile.legal_name().to_owned()),
        ("client id", profile.client_id().to_string()),
        ("application id", profile.application_id().to_string()),
    ];
    let configurations = profile.use_case_configuration_ids().iter();
    rows.extend(configurations.map(|id| ("use case config", id.to_string())));
    let countries: Vec<_> = profile
        .countries()
        .iter()
        .map(ToString::to_string)
        .collect();
    if !countries.is_empty() {
        rows.push(("countries", countries.join(", ")));
    }
    rows.extend(
        profile
            .contacts()
            .iter()
            .map(crate::command::onboard::contact_row),
    );
    rows.extend(profile.tls_certificates().iter().map(|it| {
        let (subject, until) = (cert::printable(it.subject()), moment::date(it.not_after()));
        ("TLS certificate", format!("{subject}, valid until {until}"))
    }));
    rows
}
