//! Why something was refused.

use serde::Serialize;
use std::collections::{HashMap, VecDeque};

/// Why the sandbox refused one request: which rule, what was expected, what arrived.
///
/// The id is sent with the refusal in the header `X-Sandbox-Refusal`; the explanation is at
/// `GET /__sandbox/explain/{id}`. It never holds a token, an assertion, a proof, a nonce or a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The id of the refusal.
    pub id: String,
    /// The requirement that was violated: a row of the standards checklist (`R096`) or a section
    /// of the platform's documentation (`platform 5`).
    pub rule: String,
    /// What was being checked.
    pub what: String,
    /// What would have been accepted.
    pub expected: String,
    /// What arrived, escaped and shortened.
    pub found: String,
    /// When, by the sandbox's clock (RFC 3339).
    pub at: String,
    /// Method and path of the request, without its query.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
}

/// The last explanations, oldest out first.
#[derive(Debug, Default)]
pub(crate) struct ExplainLog {
    made: u64,
    order: VecDeque<String>,
    by_id: HashMap<String, Explanation>,
}

impl ExplainLog {
    /// Keeps an explanation under a new id.
    pub(crate) fn keep(&mut self, make: impl FnOnce(String) -> Explanation) -> String {
        self.made += 1;
        let id = format!("refusal-{:06}", self.made);
        if self.order.len() >= CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        self.order.push_back(id.clone());
        self.by_id.insert(id.clone(), make(id.clone()));
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Explanation> {
        self.by_id.get(id)
    }
}

/// Method and path, escaped and cut after 128 characters of the path.
pub(crate) fn request_line(method: &str, path: &str) -> String {
    const LONGEST: usize = 128;
    let mut line = format!("{method} ");
    line.extend(path.chars().take(LONGEST).flat_map(char::escape_default));
    if path.chars().nth(LONGEST).is_some() {
        line.push_str("...");
    }
    line
}

/// Some megabytes at most; a longer run is read from the counters, not from here.
const CAPACITY: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn explanation(id: String) -> Explanation {
        let text = String::new;
        Explanation {
            id,
            rule: text(),
            what: text(),
            expected: text(),
            found: text(),
            at: text(),
            path: text(),
            status: 400,
        }
    }

    #[test]
    fn a_request_line_is_plain_escaped_and_cut() {
        assert_eq!(request_line("GET", "/accounts"), "GET /accounts");
        assert_eq!(request_line("GET", "/a\n"), "GET /a\\n");
        assert_eq!(request_line("GET", &"x".repeat(129)).len(), 4 + 128 + 3);
    }

    #[test]
    fn keeps_the_last_ten_thousand() {
        let mut log = ExplainLog::default();
        let first = log.keep(explanation);
        for _ in 0..CAPACITY - 1 {
            log.keep(explanation);
        }
        assert!(log.get(&first).is_some());
        let last = log.keep(explanation);
        assert!(log.get(&first).is_none());
        assert_eq!(
            log.get(&last).map(|kept| kept.id.as_str()),
            Some(last.as_str())
        );
    }
}
