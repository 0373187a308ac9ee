//! Consents, authorised by end users, and the data under them.

use super::{
    stage::{LICENSED, Stage, UNLICENSED},
    story::{Story, count, ensure},
};
use crate::{
    exit::Failure,
    pages::{self, LIMIT},
};
use obkit::{ConsentRef, ThirdParty, api::EndUser, testing::meant_for};

/// What was created and read.
pub(super) struct Data {
    /// The consents of the two third-parties of the story, in that order.
    pub(super) owned: Vec<ConsentRef>,
    pub(super) accounts: usize,
    pub(super) transactions: usize,
}

impl Data {
    pub(super) fn consents(&self) -> usize {
        self.owned.len()
    }

    pub(super) fn of(&self, id: &str) -> Result<&ConsentRef, Failure> {
        let found = self
            .owned
            .iter()
            .find(|consent| consent.owner().as_str() == id);
        found.ok_or_else(|| Failure::unexpected(format!("no consent of {id}")))
    }
}

pub(super) async fn show(stage: &Stage, story: &mut Story) -> Result<Data, Failure> {
    story.act("Consent, the end user's step, accounts and transactions");
    let mut data = Data {
        owned: Vec::new(),
        accounts: 0,
        transactions: 0,
    };
    for (id, user) in [(UNLICENSED, "john.smith"), (LICENSED, "mattias.mustermann")] {
        let party = stage.party(id)?;
        let consent = authorised(stage, &party, user).await?;
        let (accounts, transactions) = meant_for(party.id(), read(&party, &consent)).await?;
        ensure(
            accounts > 0,
            format_args!("{user} shared accounts with {id}"),
        )?;
        story.tell_of(id, format_args!("consent {}", consent.id()));
        let (accounts_read, transactions_read) = (
            count(accounts as u64, "account"),
            count(transactions as u64, "transaction"),
        );
        story.tell_of(
            "",
            format_args!("authorised by {user}: {accounts_read}, {transactions_read}"),
        );
        data.accounts += accounts;
        data.transactions += transactions;
        data.owned.push(consent);
    }
    Ok(data)
}

/// Creates a consent and has an end user authorise it in a managed flow.
pub(super) async fn authorised(
    stage: &Stage,
    party: &ThirdParty,
    user: &str,
) -> Result<ConsentRef, Failure> {
    let (identifier, email) = (format!("user-of-{}", party.id()), "user@example.com");
    let end_user = EndUser::new(identifier.as_str(), email);
    meant_for(party.id(), async {
        let consent = party.consents().create(end_user).send().await?;
        let consent = consent.reference().clone();
        party
            .flows(&consent)
            .connect_accounts(&identifier)
            .send()
            .await?;
        let completed = stage.sandbox.sandbox().complete_flow(consent.id(), user);
        completed.map_err(|error| Failure::unexpected(error.to_string()))?;
        let consented = party.consents().get(&consent).send().await?;
        let status = consented.consent().status.as_ref().map(ToString::to_string);
        ensure(status.as_deref() == Some("ACTIVE"), "the consent is active")?;
        Ok(consent)
    })
    .await
}

async fn read(party: &ThirdParty, consent: &ConsentRef) -> Result<(usize, usize), Failure> {
    let accounts = pages::all(async |offset| {
        let list = party.accounts(consent).list();
        list.with(|list| list.limit(LIMIT).offset(offset))
            .send()
            .await
    });
    let accounts = accounts.await?;
    let mut transactions = 0;
    for account in &accounts {
        let all = pages::all(async |offset| {
            let list = party.transactions(consent).list(&account.id);
            list.with(|list| list.limit(LIMIT).offset(offset))
                .send()
                .await
        });
        transactions += all.await?.len();
    }
    Ok((accounts.len(), transactions))
}
