//! Usage: a fold over the records.

use crate::{Outcome, Record};
use ob_core::BusinessId;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::{collections::BTreeMap, ops::AddAssign};

/// How much was done for whom: a fold over records.
///
/// The order of the records does not matter, and the usages of several journals can be merged:
/// the result is that of all their records together.
///
/// ```
/// use ob_journal::Usage;
/// let usage = Usage::default();
/// assert_eq!(
///     serde_json::to_string(&usage)?,
///     r#"{"schema":"ob.usage/1","total":{"calls":0,"attempts":0,"ok":0,"refused":0,"failed":0},"third_parties":{}}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage(BTreeMap<BusinessId, PartyUsage>);

impl Usage {
    /// The usage that these records show.
    pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        records.into_iter().collect()
    }

    /// Counts one more record.
    pub fn add(&mut self, record: &Record) {
        let id = record.business_id().clone();
        self.0.entry(id).or_default().add(record);
    }

    /// Adds the usage of other records.
    pub fn merge(&mut self, other: Self) {
        for (id, usage) in other.0 {
            self.0.entry(id).or_default().merge(usage);
        }
    }

    /// The usage of one third-party, if it has any.
    #[must_use]
    pub fn of(&self, id: &BusinessId) -> Option<&PartyUsage> {
        self.0.get(id)
    }

    /// The usage per third-party, by business id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&BusinessId, &PartyUsage)> + '_ {
        self.0.iter()
    }

    /// What was done for all of them together.
    #[must_use]
    pub fn total(&self) -> Counts {
        sum(self.0.values().map(PartyUsage::total))
    }
}

impl<'a> FromIterator<&'a Record> for Usage {
    fn from_iter<I: IntoIterator<Item = &'a Record>>(records: I) -> Self {
        let mut usage = Self::default();
        usage.extend(records);
        usage
    }
}

impl<'a> Extend<&'a Record> for Usage {
    fn extend<I: IntoIterator<Item = &'a Record>>(&mut self, records: I) {
        records.into_iter().for_each(|record| self.add(record));
    }
}

impl Serialize for Usage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut usage = serializer.serialize_struct("Usage", 3)?;
        usage.serialize_field("schema", SCHEMA)?;
        usage.serialize_field("total", &self.total())?;
        usage.serialize_field("third_parties", &self.0)?;
        usage.end()
    }
}

/// How much was done for one third-party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartyUsage(BTreeMap<String, Counts>);

impl PartyUsage {
    /// What was done of one operation, if anything.
    #[must_use]
    pub fn of(&self, operation: &str) -> Option<Counts> {
        self.0.get(operation).copied()
    }

    /// What was done per operation, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Counts)> + '_ {
        self.0.iter().map(|(name, counts)| (name.as_str(), *counts))
    }

    /// What was done of all operations together.
    #[must_use]
    pub fn total(&self) -> Counts {
        sum(self.0.values().copied())
    }

    fn add(&mut self, record: &Record) {
        *self.0.entry(record.operation().to_owned()).or_default() += Counts::of(record);
    }

    fn merge(&mut self, other: Self) {
        for (operation, counts) in other.0 {
            *self.0.entry(operation).or_default() += counts;
        }
    }
}

impl Serialize for PartyUsage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut usage = serializer.serialize_struct("PartyUsage", 2)?;
        usage.serialize_field("total", &self.total())?;
        usage.serialize_field("operations", &self.0)?;
        usage.end()
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Calls: first attempts.
    pub calls: u64,
    /// Attempts, retries included: `ok + refused + failed`.
    pub attempts: u64,
    /// Attempts that the platform did.
    pub ok: u64,
    /// Attempts that were refused here and never left the process.
    pub refused: u64,
    /// Attempts that failed.
    pub failed: u64,
}

impl Counts {
    fn of(record: &Record) -> Self {
        let outcome = record.outcome();
        Self {
            calls: u64::from(record.attempt_number() == 1),
            attempts: 1,
            ok: u64::from(matches!(outcome, Outcome::Ok { .. })),
            refused: u64::from(matches!(outcome, Outcome::Refused { .. })),
            failed: u64::from(matches!(outcome, Outcome::Failed { .. })),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.attempts += other.attempts;
        self.ok += other.ok;
        self.refused += other.refused;
        self.failed += other.failed;
    }
}

fn sum(counts: impl Iterator<Item = Counts>) -> Counts {
    counts.fold(Counts::default(), |mut sum, one| {
        sum += one;
        sum
    })
}

const SCHEMA: &str = "ob.usage/1";
