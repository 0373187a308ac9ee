//! The table of ratios.

use super::estimates::Estimate;
use super::targets::{Limit, target};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    name: String,
    nanoseconds: f64,
    /// To the raw function of the group; the raw function itself has none.
    ratio: Option<f64>,
    limit: Option<Limit>,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Met,
    Missed,
    /// No target, or no raw function to compare with.
    Unjudged,
}

pub(super) fn rows(estimates: &[Estimate]) -> Vec<Row> {
    estimates
        .iter()
        .map(|estimate| row(estimate, raw_of(estimate, estimates)))
        .collect()
}

fn raw_of(estimate: &Estimate, all: &[Estimate]) -> Option<f64> {
    let same_group = all.iter().filter(|other| other.group == estimate.group);
    let mut raws = same_group.filter(|other| is_raw(other));
    raws.next().map(|raw| raw.nanoseconds)
}

fn is_raw(estimate: &Estimate) -> bool {
    estimate.function.starts_with("raw")
}

fn row(estimate: &Estimate, raw: Option<f64>) -> Row {
    let judged = !is_raw(estimate);
    let ratio = raw.filter(|_| judged).map(|raw| estimate.nanoseconds / raw);
    let limit = target(estimate).filter(|_| judged);
    let kept = match limit {
        Some(Limit::Ratio(most)) => ratio.map(|ratio| ratio <= most),
        Some(Limit::Nanoseconds(most)) => Some(estimate.nanoseconds <= most),
        None => None,
    };
    let outcome = match kept {
        Some(true) => Outcome::Met,
        Some(false) => Outcome::Missed,
        None => Outcome::Unjudged,
    };
    let name = format!("{}/{}", estimate.group, estimate.function);
    Row {
        name,
        nanoseconds: estimate.nanoseconds,
        ratio,
        limit,
        outcome,
    }
}

/// Columns: name, median, ratio to raw, target, outcome.
pub(super) fn shown(rows: &[Row]) -> String {
    let width = rows
        .iter()
        .map(|row| row.name.chars().count())
        .max()
        .unwrap_or(4)
        .max(9);
    let mut lines = vec![format!(
        "{:<width$}  {:>11}  {:>7}  {:>9}  outcome",
        "benchmark", "median", "to raw", "target"
    )];
    lines.extend(rows.iter().map(|row| {
        let ratio = row
            .ratio
            .map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.3}×"));
        let limit = row.limit.map_or_else(|| "–".to_owned(), Limit::shown);
        let time = time(row.nanoseconds);
        format!(
            "{:<width$}  {time:>11}  {ratio:>7}  {limit:>9}  {}",
            row.name,
            row.outcome.word()
        )
    }));
    if rows.is_empty() {
        lines.push("(this run measured nothing)".to_owned());
    }
    lines.join("\n")
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::Unjudged => "–",
        }
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:.1} ns"),
        middle if middle < 1e6 => format!("{:.2} µs", middle / 1e3),
        large => format!("{:.2} ms", large / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Outcome, rows, shown};

    fn estimate(group: &str, function: &str, nanoseconds: f64) -> Estimate {
        Estimate {
            group: group.to_owned(),
            function: function.to_owned(),
            nanoseconds,
        }
    }

    #[test]
    fn each_function_is_judged_by_the_raw_one_of_its_group() {
        let rows = rows(&[
            estimate("proof_es256", "proof", 14_000.0),
            estimate("proof_es256", "raw_signature", 13_000.0),
            estimate("authorize_warm", "bearer", 2_500.0),
            estimate("authorize_warm", "dpop", 20_000.0),
            estimate("authorize_warm", "raw_signature", 13_000.0),
            estimate("assertion_ps256_4096", "assertion", 1_400_000.0),
        ]);
        let outcomes: Vec<Outcome> = rows.iter().map(|row| row.outcome).collect();
        let expected = [
            Outcome::Met,
            Outcome::Unjudged,
            Outcome::Missed,
            Outcome::Missed,
            Outcome::Unjudged,
            // A ratio without its raw function is no ratio.
            Outcome::Unjudged,
        ];
        assert_eq!(outcomes, expected);
        let table = shown(&rows);
        assert!(
            table.contains("1.077×") && table.contains("≤ 1.10×"),
            "{table}"
        );
        assert!(table.contains("1.40 ms"), "{table}");
    }
}
