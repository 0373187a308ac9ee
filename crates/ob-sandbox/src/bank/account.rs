//! Who has which accounts.

use super::{Provider, iban, user::User, user::UserData};
use crate::seed::Seed;
use ob_core::ClientId;

/// One account of one user at one bank, as one third-party sees it.
///
/// The id is derived from the third-party too: two third-parties that may read the same account
/// know it by different ids, so an id of the one means nothing to the other (R200).
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) provider: &'static Provider,
    pub(crate) user: &'static User,
    pub(crate) kind: AccountKind,
    pub(crate) iban: String,
    /// What the statement is generated from: the same for every third-party.
    pub(crate) ledger: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountKind {
    Current,
    Savings,
    Card,
    Joint,
}

impl AccountKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Current => "Girokonto",
            Self::Savings => "Tagesgeld",
            Self::Card => "Kreditkarte",
            Self::Joint => "Gemeinschaftskonto",
        }
    }

    /// The `type` member (ASSUMED).
    pub(crate) const fn wire(self) -> &'static str {
        match self {
            Self::Current | Self::Joint => "CURRENT",
            Self::Savings => "SAVINGS",
            Self::Card => "CREDIT_CARD",
        }
    }
}

impl Account {
    /// Who holds the account.
    pub(crate) fn holders(&self) -> Vec<&'static str> {
        match self.kind {
            AccountKind::Joint => vec![self.user.full_name, "Jane Smith"],
            _ => vec![self.user.full_name],
        }
    }

    pub(crate) fn bban(&self) -> &str {
        iban::bban(&self.iban)
    }
}

/// The accounts of `user` at `provider`, under the ids that `party` knows them by.
pub(crate) fn accounts_of(
    seed: Seed,
    party: &ClientId,
    (provider, user): (&'static Provider, &'static User),
) -> Vec<Account> {
    kinds(user.data)
        .iter()
        .map(|&kind| {
            let path = ["account", provider.name, user.username, kind.name()];
            let number = seed.stream(&path).next_u64();
            Account {
                id: seed
                    .uuid(&[party.as_str(), provider.name, user.username, kind.name()])
                    .to_string(),
                provider,
                user,
                kind,
                iban: iban::german(provider.bank_code, number),
                ledger: path.map(str::to_owned).to_vec(),
            }
        })
        .collect()
}

const fn kinds(data: UserData) -> &'static [AccountKind] {
    match data {
        UserData::Rich => &[
            AccountKind::Current,
            AccountKind::Savings,
            AccountKind::Card,
            AccountKind::Joint,
        ],
        UserData::Basic => &[AccountKind::Current],
        UserData::None => &[],
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::bank::PROVIDERS;

    #[test]
    fn john_has_four_and_two_parties_know_them_by_different_ids() {
        let john = (&PROVIDERS[0], User::find("john.smith").unwrap());
        let a = accounts_of(Seed::new(1), &"tpp-a".parse().unwrap(), john);
        let b = accounts_of(Seed::new(1), &"tpp-b".parse().unwrap(), john);
        assert_eq!(a.len(), 4);
        for (one, other) in a.iter().zip(&b) {
            assert_eq!(one.iban, other.iban);
            assert_ne!(one.id, other.id);
        }
    }

    #[test]
    fn nomoney_has_none() {
        let nomoney = (&PROVIDERS[0], User::find("nomoney.mustermann").unwrap());
        assert!(accounts_of(Seed::new(1), &"tpp-a".parse().unwrap(), nomoney).is_empty());
    }
}
