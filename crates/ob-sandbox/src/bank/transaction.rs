//! Bank statements, generated day by day.

use super::{Account, AccountKind, iban, user::UserData};
use crate::seed::Seed;
use jiff::{ToSpan, civil::Date};
use ob_core::SeededEntropy;

/// One line of a statement. Money is in cents: there is only EUR here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) status: EntryStatus,
    pub(crate) cents: i64,
    pub(crate) booked: Date,
    pub(crate) value: Date,
    pub(crate) description: String,
    pub(crate) counterparty: &'static str,
    pub(crate) counterparty_iban: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryStatus {
    Booked,
    Pending,
}

/// The statement of `account` as of `today`, newest first, within `from..=to`.
pub(crate) fn entries(
    seed: Seed,
    account: &Account,
    (today, from, to): (Date, Option<Date>, Option<Date>),
) -> Vec<Entry> {
    let first = opening_day(account, today).max(from.unwrap_or(Date::MIN));
    let last = today.min(to.unwrap_or(Date::MAX));
    let days = std::iter::successors(Some(last), |day| day.yesterday().ok());
    days.take_while(|day| *day >= first)
        .flat_map(|day| day_of(seed, account, day, today))
        .collect()
}

/// What is booked on the account as of `today`, in cents.
pub(crate) fn balance(seed: Seed, account: &Account, today: Date) -> i64 {
    let booked: i64 = entries(seed, account, (today, None, None))
        .iter()
        .filter(|entry| entry.status == EntryStatus::Booked)
        .map(|entry| entry.cents)
        .sum();
    opening_balance(account.kind) + booked
}

/// DOC: transactions since 2023-01-01 for the rich user. ASSUMED: 90 days for the basic ones.
fn opening_day(account: &Account, today: Date) -> Date {
    match account.user.data {
        UserData::Rich => jiff::civil::date(2023, 1, 1),
        UserData::Basic | UserData::None => today.saturating_sub(90.days()),
    }
}

const fn opening_balance(kind: AccountKind) -> i64 {
    match kind {
        AccountKind::Current => 250_000,
        AccountKind::Savings => 1_200_000,
        AccountKind::Card => 0,
        AccountKind::Joint => 90_000,
    }
}

struct Recipe {
    counterparty: &'static str,
    description: &'static str,
    /// The least and the most it may cost or bring, in cents.
    cents: (i64, i64),
}

const fn recipe(
    counterparty: &'static str,
    description: &'static str,
    cents: (i64, i64),
) -> Recipe {
    Recipe {
        counterparty,
        description,
        cents,
    }
}

const SPENDING: [Recipe; 6] = [
    recipe("Markthalle Nord", "Groceries", (-8_950, -640)),
    recipe("Baeckerei Sonne", "Bakery", (-1_480, -190)),
    recipe("Stadtverkehr", "Public transport", (-4_900, -290)),
    recipe("Buchladen am Eck", "Books", (-4_390, -899)),
    recipe("Cafe Lindenhof", "Coffee and cake", (-2_150, -380)),
    recipe("Apotheke zur Post", "Pharmacy", (-3_990, -450)),
];
const SALARY: Recipe = recipe("Muster Werke AG", "Salary", (285_000, 285_000));
const RENT: Recipe = recipe("Hausverwaltung Muster", "Rent", (-98_000, -98_000));
const INTEREST: Recipe = recipe("Interest", "Interest for the month", (900, 2_400));
const SAVING: Recipe = recipe("Standing order", "Monthly saving", (20_000, 20_000));
const SETTLEMENT: Recipe = recipe("Card settlement", "Monthly settlement", (30_000, 45_000));
const HOUSEHOLD: Recipe = recipe("Standing order", "Household money", (60_000, 60_000));

fn day_of(seed: Seed, account: &Account, day: Date, today: Date) -> Vec<Entry> {
    let date = day.to_string();
    let path: Vec<&str> = account
        .ledger
        .iter()
        .map(String::as_str)
        .chain([date.as_str()])
        .collect();
    let luck = seed.stream(&path);
    recipes(account.kind, day, &luck)
        .into_iter()
        .enumerate()
        .map(|(n, recipe)| {
            let n = n.to_string();
            let id = [account.id.as_str(), &date, &n];
            Entry {
                id: seed.uuid(&id).to_string(),
                status: if day == today {
                    EntryStatus::Pending
                } else {
                    EntryStatus::Booked
                },
                cents: between(recipe.cents, &luck),
                booked: day,
                value: day,
                description: recipe.description.to_owned(),
                counterparty: recipe.counterparty,
                counterparty_iban: counterparty_iban(seed, recipe.counterparty),
            }
        })
        .collect()
}

fn recipes(kind: AccountKind, day: Date, luck: &SeededEntropy) -> Vec<&'static Recipe> {
    let regular = match (kind, day.day()) {
        (AccountKind::Current, 28) => Some(&SALARY),
        (AccountKind::Current, 1) => Some(&RENT),
        (AccountKind::Savings, 1) => Some(&SAVING),
        (AccountKind::Savings, 28) => Some(&INTEREST),
        (AccountKind::Card, 15) => Some(&SETTLEMENT),
        (AccountKind::Joint, 2) => Some(&HOUSEHOLD),
        _ => None,
    };
    let spends = kind != AccountKind::Savings && luck.next_u64().is_multiple_of(2);
    let pick = luck.next_u64() % SPENDING.len() as u64;
    let spending = usize::try_from(pick)
        .ok()
        .and_then(|pick| SPENDING.get(pick))
        .filter(|_| spends);
    regular.into_iter().chain(spending).collect()
}

fn between((low, high): (i64, i64), luck: &SeededEntropy) -> i64 {
    let span = high.abs_diff(low) + 1;
    low + i64::try_from(luck.next_u64() % span).unwrap_or_default()
}

fn counterparty_iban(seed: Seed, name: &str) -> String {
    iban::german("90099999", seed.stream(&["counterparty", name]).next_u64())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::bank::{PROVIDERS, User, accounts_of};
    use jiff::civil::date;

    fn johns(n: usize) -> Account {
        let john = (&PROVIDERS[0], User::find("john.smith").unwrap());
        accounts_of(Seed::new(1), &"tpp-a".parse().unwrap(), john).remove(n)
    }

    #[test]
    fn goes_back_to_2023_and_stays_the_same_as_days_pass() {
        let account = johns(0);
        let then = entries(Seed::new(1), &account, (date(2026, 3, 1), None, None));
        let later = entries(
            Seed::new(1),
            &account,
            (date(2026, 3, 8), None, Some(date(2026, 2, 28))),
        );
        assert_eq!(then.last().unwrap().booked, date(2023, 1, 1));
        let settled: Vec<_> = then
            .into_iter()
            .filter(|e| e.status == EntryStatus::Booked)
            .collect();
        assert_eq!(settled, later);
        assert!(later.len() > 400, "{}", later.len());
    }

    #[test]
    fn the_window_is_inclusive_and_newest_first() {
        let window = (
            date(2026, 3, 1),
            Some(date(2025, 1, 1)),
            Some(date(2025, 1, 31)),
        );
        let month = entries(Seed::new(1), &johns(0), window);
        assert!(
            month
                .windows(2)
                .all(|pair| pair[0].booked >= pair[1].booked)
        );
        assert!(
            month
                .iter()
                .any(|e| e.description == "Rent" && e.cents == -98_000)
        );
        assert!(month.iter().any(|e| e.description == "Salary"));
    }

    #[test]
    fn ids_are_unique_and_balance_moves_with_the_entries() {
        let account = johns(1);
        let all = entries(Seed::new(1), &account, (date(2026, 3, 10), None, None));
        let ids: std::collections::HashSet<_> = all.iter().map(|entry| &entry.id).collect();
        assert_eq!(ids.len(), all.len());
        let (before, after) = (date(2026, 3, 1), date(2026, 3, 2));
        let moved =
            balance(Seed::new(1), &account, after) - balance(Seed::new(1), &account, before);
        assert_eq!(moved, 20_000, "the standing order of the first was booked");
    }
}
