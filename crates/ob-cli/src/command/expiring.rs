//! `ob expiring`.

mod calendar;
mod consents;
mod keys;

use crate::{
    cli::ExpiringArgs,
    command::cert::{kind, printable},
    exit::{Failure, PROBLEMS},
    moment,
    output::{self, Format},
    span::Span,
    target,
};
use obkit::registry::{Expiry, ExpiryOwner, Registry, expiring, expiring_of_integrator};
use serde::Serialize;
use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

/// One thing that ends by itself.
#[derive(Clone, Debug, Serialize)]
struct Ending {
    kind: &'static str,
    /// The business id of the third-party; the Integrator has none here.
    third_party: Option<String>,
    what: String,
    /// The fingerprint, the consent or the key's thumbprint or name: what stays the same.
    id: String,
    #[serde(serialize_with = "as_text")]
    ends_at: SystemTime,
    days_left: i64,
    ended: bool,
    renewed_by: Option<Renewal>,
}

/// What takes over.
#[derive(Clone, Debug, Serialize)]
struct Renewal {
    fingerprint: String,
    ends_at: String,
}

#[derive(Serialize)]
struct Whole<'a> {
    schema: &'static str,
    at: String,
    within: String,
    /// How many of them nothing takes over from.
    urgent: usize,
    items: &'a [Ending],
}

pub(crate) async fn run(format: Format, args: &ExpiringArgs) -> Result<ExitCode, Failure> {
    let window = Window {
        now: moment::now(),
        within: args.within.duration(),
    };
    let endings = collect(args, &window).await?;
    let urgent = endings.iter().filter(|it| it.renewed_by.is_none()).count();
    if format == Format::Ics {
        output::raw(&calendar::of(&endings, window.now, args.within))?;
    } else {
        let whole = Whole {
            schema: "ob.expiring/1",
            at: moment::utc(window.now),
            within: args.within.to_string(),
            urgent,
            items: &endings,
        };
        show(format, &whole, args.within)?;
    }
    Ok(match urgent {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(PROBLEMS),
    })
}

/// What is looked at.
struct Window {
    now: SystemTime,
    within: Duration,
}

impl Window {
    fn takes_in(&self, ends_at: SystemTime) -> bool {
        let horizon = self.now.checked_add(self.within);
        horizon.is_none_or(|horizon| ends_at <= horizon)
    }
}

async fn collect(args: &ExpiringArgs, window: &Window) -> Result<Vec<Ending>, Failure> {
    let ExpiringArgs {
        registry,
        sandbox,
        config,
        ..
    } = args;
    let mut endings = Vec::new();
    let others_only = !(args.keys.is_empty() && args.consents.is_empty());
    if registry.is_some() || sandbox.is_some() || config.is_some() || !others_only {
        let registry =
            target::registry(registry.as_deref(), sandbox.as_deref(), config.as_deref()).await?;
        endings.extend(certificates(&registry, window));
    }
    for file in &args.keys {
        endings.extend(keys::read(file, window)?);
    }
    endings.extend(consents::read(&args.consents, window)?);
    endings.sort_by(|a, b| {
        (a.ends_at, &a.third_party, &a.id).cmp(&(b.ends_at, &b.third_party, &b.id))
    });
    Ok(endings)
}

fn certificates(registry: &Registry, window: &Window) -> Vec<Ending> {
    let &Window { now, within } = window;
    let mut all = match registry.integrator_profile() {
        Some(profile) => expiring_of_integrator(&profile, now, within),
        None => Vec::new(),
    };
    all.extend(expiring(&registry.records(), now, within));
    all.iter().map(|expiry| certificate(expiry, now)).collect()
}

fn certificate(expiry: &Expiry, now: SystemTime) -> Ending {
    let certificate = &expiry.certificate;
    let (third_party, what) = match &expiry.owner {
        ExpiryOwner::ThirdParty(id) => (Some(id.to_string()), kind(certificate)),
        ExpiryOwner::Integrator => (None, "TLS certificate"),
    };
    let subject = printable(certificate.subject());
    Ending {
        kind: "certificate",
        third_party,
        what: format!("{what} of {subject}"),
        id: certificate.fingerprint(),
        ends_at: expiry.ends_at,
        days_left: moment::days(now, expiry.ends_at),
        ended: expiry.has_lapsed(now),
        renewed_by: expiry.successor.as_ref().map(|it| Renewal {
            fingerprint: it.fingerprint(),
            ends_at: moment::utc(it.not_after()),
        }),
    }
}

fn show(format: Format, whole: &Whole<'_>, within: Span) -> Result<(), Failure> {
    if format == Format::Text && whole.items.is_empty() {
        return output::text(&format!("nothing ends within {within}"));
    }
    output::list(format, whole, whole.items, || {
        let mut table = output::table(&["ends at", "when", "whose", "what", "then"]);
        for item in whole.items {
            table.add_row([
                moment::utc(item.ends_at),
                moment::distance(item.days_left),
                owner(item).to_owned(),
                item.what.clone(),
                then(item),
            ]);
        }
        table
    })
}

fn owner(item: &Ending) -> &str {
    item.third_party.as_deref().unwrap_or("the Integrator")
}

fn then(item: &Ending) -> String {
    match &item.renewed_by {
        Some(renewal) => format!("renewed until {}", renewal.ends_at),
        None if item.ended => "nothing took over".to_owned(),
        None => "nothing takes over".to_owned(),
    }
}

fn as_text<S: serde::Serializer>(at: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&moment::utc(*at))
}
