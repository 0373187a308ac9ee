//! Counts tests from what the runners print.

use std::ops::AddAssign;

/// How many tests ran, and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// From the closing lines of nextest (`Summary [ … ] 5 tests run: 4 passed, 1 failed`)
    /// and of cargo test (`test result: ok. 5 passed; 0 failed; …`).
    pub(crate) fn of<'a>(lines: impl IntoIterator<Item = &'a String>) -> Self {
        let mut sum = Self::default();
        for line in lines {
            sum += Self::of_line(line);
        }
        sum
    }

    /// Whether this is a runner's closing line.
    pub(crate) fn is_closing(line: &str) -> bool {
        closing(&without_colour(line)).is_some()
    }

    fn of_line(line: &str) -> Self {
        let plain = without_colour(line);
        let mut tally = Self::default();
        for part in closing(&plain).unwrap_or_default().split([',', ';']) {
            let mut words = part.split_whitespace();
            let Some(number) = words.next().and_then(|number| number.parse::<u64>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => tally.passed += number,
                // nextest: `1 failed`, `1 exec failed`, `1 timed out`.
                Some("failed" | "exec" | "timed") => tally.failed += number,
                _ => {}
            }
        }
        tally
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

/// The part of a closing line that counts. The indentation is the runner's own: a failing
/// test's output, which may hold such lines too, is shown with more.
fn closing(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("test result: ") {
        return rest.split_once(". ").map(|(_, counts)| counts);
    }
    let summary = line.strip_prefix("     Summary [")?;
    summary.split_once(" run: ").map(|(_, counts)| counts)
}

/// The line as a terminal without colours shows it.
pub(crate) fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut signs = line.chars();
    while let Some(sign) = signs.next() {
        if sign == '\u{1b}' {
            signs.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(sign);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn of(line: &str) -> (u64, u64) {
        let tally = Tally::of([&line.to_owned()]);
        (tally.passed, tally.failed)
    }

    #[test]
    fn every_runner_is_understood() {
        let cases = [
            (
                "     Summary [   1.234s] 123 tests run: 123 passed (1 slow), 2 skipped",
                (123, 0),
            ),
            (
                "     Summary [   0.1s] 9/12 tests run: 5 passed, 3 failed, 1 timed out, 3 skipped",
                (5, 4),
            ),
            (
                "     Summary [   0.1s] 2 tests run: 1 passed (1 leaky), 1 exec failed, 0 skipped",
                (1, 1),
            ),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [ 0.0s] 1 test run: \u{1b}[1m1\u{1b}[0m passed, 0 skipped",
                (1, 0),
            ),
            (
                "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
                (7, 0),
            ),
            ("test result: FAILED. 7 passed; 2 failed; 0 ignored", (7, 2)),
            ("test it::seals ... ok", (0, 0)),
            // nextest shows what a failing test printed.
            (
                "    test result: FAILED. 0 passed; 1 failed; 0 ignored",
                (0, 0),
            ),
            (
                "         Summary [   0.1s] 2 tests run: 1 passed, 1 failed",
                (0, 0),
            ),
            ("a log line with 5 passed in it", (0, 0)),
        ];
        for (line, expected) in cases {
            assert_eq!(of(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_add_up() {
        let lines = [
            "test result: ok. 2 passed; 0 failed",
            "test result: FAILED. 1 passed; 1 failed",
        ];
        let lines = lines.map(str::to_owned);
        assert_eq!(
            Tally::of(&lines),
            Tally {
                passed: 3,
                failed: 1
            }
        );
    }
}
