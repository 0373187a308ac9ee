//! The list as a calendar (RFC 5545).

use super::{Ending, owner, then};
use crate::{moment, span::Span};
use std::time::SystemTime;

/// One event per ending, at the moment it ends, with an alarm seven days before.
pub(super) fn of(endings: &[Ending], now: SystemTime, within: Span) -> String {
    let mut calendar = Calendar::default();
    calendar.line("BEGIN", "VCALENDAR");
    calendar.line("VERSION", "2.0");
    calendar.line("PRODID", "-//obkit//ob expiring//EN");
    calendar.line("CALSCALE", "GREGORIAN");
    for ending in endings {
        calendar.event(ending, now);
    }
    if endings.is_empty() {
        calendar.nothing(now, within);
    }
    calendar.line("END", "VCALENDAR");
    calendar.0
}

#[derive(Default)]
struct Calendar(String);

impl Calendar {
    fn event(&mut self, ending: &Ending, now: SystemTime) {
        let summary = format!("{}: {} ends", owner(ending), ending.what);
        self.line("BEGIN", "VEVENT");
        self.line("UID", &uid(ending));
        self.line("DTSTAMP", &moment(now));
        self.line("DTSTART", &moment(ending.ends_at));
        self.text("SUMMARY", &summary);
        self.text("DESCRIPTION", &format!("{}\n{}", then(ending), ending.id));
        self.text("CATEGORIES", ending.kind);
        self.line("TRANSP", "TRANSPARENT");
        if ending.renewed_by.is_none() {
            self.line("BEGIN", "VALARM");
            self.line("ACTION", "DISPLAY");
            self.line("TRIGGER", "-P7D");
            self.text("DESCRIPTION", &summary);
            self.line("END", "VALARM");
        }
        self.line("END", "VEVENT");
    }

    /// A calendar has at least one component (RFC 5545 section 3.6), also where nothing ends.
    fn nothing(&mut self, now: SystemTime, within: Span) {
        self.line("BEGIN", "VJOURNAL");
        self.line("UID", "ob-expiring-nothing");
        self.line("DTSTAMP", &moment(now));
        self.line("DTSTART", &moment(now));
        self.text("SUMMARY", &format!("nothing ends within {within}"));
        self.line("END", "VJOURNAL");
    }

    /// A value that people wrote, escaped (RFC 5545 section 3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                // The grammar has no control characters but the tab.
                c if c.is_control() && c != '\t' => escaped.push('\u{fffd}'),
                c => escaped.push(c),
            }
        }
        self.line(name, &escaped);
    }

    /// A content line, folded at 75 octets and never inside a character (RFC 5545 section 3.1).
    fn line(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for c in format!("{name}:{value}").chars() {
            if octets + c.len_utf8() > MOST_OCTETS {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// The same for the same thing, however often it is written: a calendar replaces the event.
fn uid(ending: &Ending) -> String {
    let owner = ending.third_party.as_deref().unwrap_or("integrator");
    let harmless = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "._-".contains(c) => c,
        _ => '-',
    };
    let id: String = ending.id.chars().map(harmless).collect();
    format!("ob-{}-{owner}-{id}", ending.kind)
}

/// In UTC: `20261123T100000Z`.
fn moment(at: SystemTime) -> String {
    let text = moment::utc(at);
    text.chars().filter(|c| !"-:".contains(*c)).collect()
}

const MOST_OCTETS: usize = 75;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use icalendar::parser::{read_calendar, unfold};
    use std::time::Duration;

    fn ending(what: &str) -> Ending {
        Ending {
            kind: "certificate",
            third_party: Some("acme".to_owned()),
            what: what.to_owned(),
            id: "ab".repeat(32),
            ends_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000),
            days_left: 3,
            ended: false,
            renewed_by: None,
        }
    }

    #[test]
    fn an_independent_parser_reads_odd_names_back() {
        let long = "Ü".repeat(300);
        let bell = "bell \u{7} tone";
        let names = [
            "plain",
            r"a\b;c,d:e",
            "two\nlines",
            "\"quoted\"",
            bell,
            &long,
        ];
        let endings: Vec<_> = names.iter().map(|name| ending(name)).collect();
        let text = of(&endings, SystemTime::UNIX_EPOCH, "30d".parse().unwrap());
        for line in text.split_terminator("\r\n") {
            assert!(line.len() <= MOST_OCTETS, "{line}");
            assert!(!line.contains(['\n', '\r']), "{line:?}");
        }
        let unfolded = unfold(&text);
        let calendar = read_calendar(&unfolded).unwrap();
        assert_eq!(calendar.components.len(), names.len());
        for (event, name) in calendar.components.iter().zip(names) {
            let summary = event
                .find_prop("SUMMARY")
                .unwrap()
                .val
                .clone()
                .unescape_text();
            let name = name.replace('\u{7}', "\u{fffd}");
            assert_eq!(summary.as_str(), format!("acme: {name} ends"));
        }
    }

    #[test]
    fn a_calendar_of_nothing_has_a_component() {
        let text = of(&[], SystemTime::UNIX_EPOCH, "4w".parse().unwrap());
        let unfolded = unfold(&text);
        let calendar = read_calendar(&unfolded).unwrap();
        assert_eq!(calendar.components.len(), 1);
        assert!(
            text.contains("SUMMARY:nothing ends within 4w\r\n"),
            "{text}"
        );
    }
}
