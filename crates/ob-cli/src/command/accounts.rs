//! `ob accounts list`.

use crate::{
    cli::AccountsCommand,
    command::consent::reference,
    exit::Failure,
    output::{self, Format},
    pages, target,
};
use obkit::api::{Account, Include};

pub(crate) async fn run(format: Format, command: AccountsCommand) -> Result<(), Failure> {
    let AccountsCommand::List { on, consent } = command;
    let consent = reference(&consent)?;
    let party = target::integrator(&on.target)
        .await?
        .on_behalf_of(&on.party)?;
    let accounts = pages::all(async |offset| {
        let list = party.accounts(&consent).list().with(|list| {
            let list = list.limit(pages::LIMIT).offset(offset);
            list.include([Include::Balances, Include::Identifiers])
        });
        list.send().await
    });
    let accounts = accounts.await?;
    let whole = serde_json::json!({
        "schema": "ob.accounts/1",
        "for": party.id(),
        "consent": consent,
        "accounts": accounts,
    });
    output::list(format, &whole, &accounts, || {
        let mut table = output::table(&["account", "name", "balance", "IBAN"]);
        for account in &accounts {
            table.add_row(row(account));
        }
        table
    })
}

fn row(account: &Account) -> [String; 4] {
    let iban = account
        .identifiers
        .as_ref()
        .and_then(|ids| ids.iban.as_ref());
    let balance = account.balances.iter().flatten().next();
    [
        account.id.to_string(),
        account
            .name
            .as_ref()
            .map(|name| name.expose().clone())
            .unwrap_or_default(),
        balance
            .map(|balance| balance.amount.to_string())
            .unwrap_or_default(),
        iban.map(|iban| iban.expose().to_owned())
            .unwrap_or_default(),
    ]
}
