//! The words of a packet: the message as Markdown and as plain text, and the checklist.

use super::{contact_row, packet::Packet};
use crate::{
    command::{
        cert::{kind, printable},
        registry::integrator,
    },
    moment,
};
use obkit::registry::{Custody, ThirdParty};
use std::time::{Duration, SystemTime};

/// A part of the message: a title, and what is said under it.
struct Section {
    title: String,
    rows: Vec<(&'static str, String)>,
}

pub(super) fn markdown(packet: &Packet<'_>) -> String {
    let mut text = format!("# {}\n\n{}\n", escaped(&subject(packet)), REQUEST);
    for Section { title, rows } in sections(packet) {
        text.push_str(&format!("\n## {}\n\n", escaped(&title)));
        for (name, value) in rows {
            text.push_str(&format!("- **{name}**: {}\n", escaped(&value)));
        }
    }
    text.push_str(&format!("\n{}\n", answer(packet)));
    text
}

pub(super) fn plain(packet: &Packet<'_>) -> String {
    let mut text = format!("{}\n\n{REQUEST}\n", subject(packet));
    for Section { title, rows } in sections(packet) {
        text.push_str(&format!("\n{title}\n"));
        for (name, value) in rows {
            text.push_str(&format!("  {name:<19} {value}\n"));
        }
    }
    text.push_str(&format!("\n{}\n", answer(packet)));
    text
}

fn answer(packet: &Packet<'_>) -> String {
    let certificates = match packet.certificates().is_empty() {
        true => "",
        false => CERTIFICATES,
    };
    format!("{ANSWER}{certificates}.\n{NO_SECRET}")
}

fn subject(packet: &Packet<'_>) -> String {
    let name = packet.third_party.legal_name();
    format!("Onboarding of the third-party {name}")
}

fn sections(packet: &Packet<'_>) -> Vec<Section> {
    let section = |title: &str, rows| Section {
        title: title.to_owned(),
        rows,
    };
    let mut all = vec![
        section("Integrator", integrator::rows(packet.integrator)),
        section("Third-party", third_party(packet.third_party)),
    ];
    for (file, certificate) in packet.certificates() {
        let mut rows = vec![
            ("kind", kind(certificate).to_owned()),
            ("subject", printable(certificate.subject())),
            ("issuer", printable(certificate.issuer())),
            ("serial", certificate.serial_number().to_owned()),
            ("valid until", moment::utc(certificate.not_after())),
            ("SHA-256", certificate.fingerprint()),
            ("attached as", file),
        ];
        if let Some(id) = certificate.organization_identifier() {
            rows.insert(2, ("identifier", id.to_string()));
        }
        all.push(section("Certificate", rows));
    }
    all
}

fn third_party(party: &ThirdParty) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("legal name", party.legal_name().to_owned()),
        ("our id for it", party.business_id().to_string()),
        ("type", super::licence(party).to_owned()),
        ("countries", joined(party.countries(), ", ")),
        ("use cases", joined(party.use_cases(), "; ")),
        ("authorised scopes", party.scopes().to_string()),
    ];
    rows.extend(party.contacts().iter().map(contact_row));
    match party.licence().custody() {
        Some(Custody::SigningService { url }) => {
            rows.push(("signing service", url.to_string()));
        }
        Some(Custody::AzureKeyVault {
            vault,
            key,
            version,
        }) => {
            rows.push(("Azure Key Vault", vault.to_string()));
            rows.push(("key", format!("{key}, version {version}")));
        }
        _ => {}
    }
    rows
}

fn joined<T: ToString>(all: &[T], separator: &str) -> String {
    let words: Vec<_> = all.iter().map(ToString::to_string).collect();
    words.join(separator)
}

/// The steps with their days and who takes them; `active_since` once it is in service.
pub(super) fn checklist(packet: &Packet<'_>, active_since: Option<SystemTime>) -> String {
    let Packet {
        third_party, actor, ..
    } = packet;
    let id = third_party.business_id();
    let today = moment::date(packet.at);
    let reminder = moment::date(packet.at + FOLLOW_UP);
    let mut text = format!(
        "# Onboarding of {} ({id})\n\n",
        escaped(third_party.legal_name())
    );
    let mut step = |done: bool, day: &str, who: &str, what: &str| {
        let mark = if done { 'x' } else { ' ' };
        text.push_str(&format!("- [{mark}] {day} · {who} · {what}\n"));
    };
    let actor = escaped(actor);
    match active_since {
        None => {
            step(
                true,
                &today,
                &actor,
                "Facts collected and checked, this packet written.",
            );
            step(false, &format!("from {today}"), "Integrator", SEND);
            step(false, &format!("by {reminder}"), "Platform", SET_UP);
            step(
                false,
                &format!("on {reminder}"),
                "Integrator",
                "Ask, if no answer has come.",
            );
            let confirm = format!(
                "Try the ids and go into service: `ob onboard {id} --confirm --client-id ID \
                 --application-id UUID --config FILE`."
            );
            step(false, "then", "Integrator", &confirm);
        }
        Some(since) => {
            let day = moment::date(since);
            let told = "Facts checked, message sent, ids received.";
            step(true, &format!("before {day}"), "Integrator", told);
            let probed = "A token on behalf of it was fetched and compared; it is active.";
            step(true, &day, &actor, probed);
            let first = format!(
                "Make a first call: it is the first to try the application id. \
                 `ob registry set {id} --application-id UUID` mends a mistyped one."
            );
            step(false, "then", "Integrator", &first);
        }
    }
    for (file, certificate) in packet.certificates() {
        // The authorities of its chain are others' business.
        if certificate.is_ca() {
            continue;
        }
        let renew = certificate.not_after().checked_sub(RENEW_BEFORE);
        let day = match renew.filter(|day| *day > packet.at) {
            Some(day) => format!("by {}", moment::date(day)),
            None => "now".to_owned(),
        };
        let until = moment::date(certificate.not_after());
        let what = format!("Renew {file}, which ends on {until}.");
        step(false, &day, "Third-party", &what);
    }
    text
}

/// Characters that Markdown would read more into.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\`*_[]<>#|&~".contains(c) {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

const REQUEST: &str = "\
Please set up the third-party below for our one-to-many access. It has authorised us to act for
it within the scopes named here.";
const ANSWER: &str = "\
Please answer with the Client ID and the Application ID that it is given. The facts are attached
for programs as attachments/onboarding.json";
const CERTIFICATES: &str = "; its certificates are attached as PEM";
const NO_SECRET: &str = "\
No key and no secret is in this message, and none is to be sent back by mail.";
const SEND: &str = "Send message.md (or .txt) with attachments/ to the platform's contact.";
const SET_UP: &str = "Sets it up and answers with Client ID and Application ID.";
/// A working week and a weekend: long enough not to be a nuisance.
const FOLLOW_UP: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Qualified certificates take weeks of checks at their issuer.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
