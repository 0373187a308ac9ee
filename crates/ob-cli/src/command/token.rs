//! `ob token get|print`.

use crate::{
    cli::{ForArgs, GrantArgs, TokenCommand},
    command::consent::reference,
    exit::Failure,
    output::{self, Format},
    target,
};
use obkit::{
    Grant, Integrator, Scopes, ThirdParty,
    api::Timestamp,
    auth::{CacheStatus, TokenLease},
};
use serde::Serialize;
use std::time::SystemTime;

#[derive(Serialize)]
struct TokenView {
    schema: &'static str,
    r#for: String,
    client_id: String,
    scope: Vec<String>,
    expires_at: String,
    jkt: Option<String>,
    sealed: bool,
    cache: &'static str,
    attempts: u32,
    correlation_id: Option<String>,
}

pub(crate) async fn run(format: Format, command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Get { on, grant } => {
            let (party, lease) = fetch(&on, &grant).await?;
            output::result(format, &view(&party, &lease)?, text)
        }
        TokenCommand::Print {
            on,
            grant,
            yes_print_token: _,
        } => {
            let (_, lease) = fetch(&on, &grant).await?;
            let token = serde_json::json!({
                "schema": "ob.token-print/1",
                "for": on.party,
                "token": lease.token.expose(),
            });
            output::result(format, &token, |_| lease.token.expose().to_owned())
        }
    }
}

async fn fetch(on: &ForArgs, args: &GrantArgs) -> Result<(ThirdParty, TokenLease), Failure> {
    let integrator = target::integrator(&on.target).await?;
    let party = integrator.on_behalf_of(&on.party)?;
    let grant = grant(&integrator, &party, args)?;
    let lease = party.token(&grant).await?;
    Ok((party, lease))
}

fn grant(integrator: &Integrator, party: &ThirdParty, args: &GrantArgs) -> Result<Grant, Failure> {
    let scopes: Scopes = match &args.scope {
        Some(scope) => scope
            .parse()
            .map_err(|error| Failure::usage(format!("--scope: {error}")))?,
        None => authorised(integrator, party),
    };
    let grant = Grant::new(scopes);
    let Some(consent) = &args.consent else {
        return Ok(grant);
    };
    let consent = reference(consent)?;
    if consent.owner() != party.id() {
        let what = format!(
            "consent {} is {}'s, not {}'s",
            consent.id(),
            consent.owner(),
            party.id()
        );
        return Err(Failure::coded(obkit::Code::X003, what));
    }
    Ok(grant.with_consent(consent.id().clone()))
}

fn authorised(integrator: &Integrator, party: &ThirdParty) -> Scopes {
    let known = integrator.registry().get(party.id());
    known.map_or_else(Scopes::none, |known| known.scopes().clone())
}

fn view(party: &ThirdParty, lease: &TokenLease) -> Result<TokenView, Failure> {
    let token = &lease.token;
    Ok(TokenView {
        schema: "ob.token/1",
        r#for: party.id().to_string(),
        client_id: token.client_id().to_string(),
        scope: token.scopes().iter().map(ToString::to_string).collect(),
        expires_at: shown(token.expires_at())?,
        jkt: token.jkt().map(ToString::to_string),
        sealed: token.is_sealed(),
        cache: cache(lease.cache),
        attempts: lease.attempts,
        correlation_id: lease.correlation.clone(),
    })
}

/// RFC 3339 in whole seconds, rounded down: never later than the token lives.
fn shown(time: SystemTime) -> Result<String, Failure> {
    let time = Timestamp::try_from(time).map_err(|error| Failure::unexpected(error.to_string()))?;
    // Written in UTC with its fraction, as the platform writes its own.
    let text = time.to_string();
    let seconds = text.split('.').next().unwrap_or(&text);
    Ok(format!("{seconds}Z"))
}

fn cache(status: CacheStatus) -> &'static str {
    match status {
        CacheStatus::Hit => "hit",
        CacheStatus::Shared => "shared",
        _ => "fetched",
    }
}

fn text(view: &TokenView) -> String {
    format!(
        "for         {}\nclient id   {}\nscope       {}\nexpires at  {}\nbound to    {}\nsealed      {}\n\
         cache       {}\nattempts    {}\ncorrelation {}",
        view.r#for,
        view.client_id,
        view.scope.join(" "),
        view.expires_at,
        view.jkt.as_deref().unwrap_or("- (Bearer)"),
        if view.sealed { "yes" } else { "NO" },
        view.cache,
        view.attempts,
        view.correlation_id.as_deref().unwrap_or("-"),
    )
}
