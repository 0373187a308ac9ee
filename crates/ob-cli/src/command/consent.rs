//! `ob consent create|get|revoke`.

use crate::{
    cli::{ConsentCommand, ForArgs},
    exit::Failure,
    output::{self, Format},
    target,
};
use obkit::{Code, ConsentRef, Error, OwnedConsent, ThirdParty, api::EndUser};
use serde::Serialize;

#[derive(Serialize)]
struct ConsentView {
    schema: &'static str,
    r#for: String,
    consent: ConsentRef,
    status: Option<String>,
    created_at: Option<String>,
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_url: Option<String>,
}

pub(crate) async fn run(format: Format, command: ConsentCommand) -> Result<(), Failure> {
    let view = match command {
        ConsentCommand::Create {
            on,
            user_id,
            email,
            no_flow,
        } => create(&on, &user_id, &email, !no_flow).await?,
        ConsentCommand::Get { on, consent } => {
            let party = party(&on).await?;
            let consent = reference(&consent)?;
            view(&party, &party.consents().get(&consent).send().await?)
        }
        ConsentCommand::Revoke { on, consent } => revoke(&on, &consent).await?,
    };
    output::result(format, &view, text)
}

async fn create(
    on: &ForArgs,
    user_id: &str,
    email: &str,
    flow: bool,
) -> Result<ConsentView, Failure> {
    let user = EndUser::new(user_id, email);
    let party = party(on).await?;
    let consent = party.consents().create(user).send().await?;
    let mut view = view(&party, &consent);
    if flow {
        let flow = party
            .flows(consent.reference())
            .connect_accounts(user_id)
            .send()
            .await?;
        view.flow_id = flow.flow_id.map(|id| id.to_string());
        view.flow_url = flow.flow_url.map(|url| url.as_str().to_owned());
    }
    Ok(view)
}

async fn revoke(on: &ForArgs, consent: &str) -> Result<ConsentView, Failure> {
    let party = party(on).await?;
    let consent = reference(consent)?;
    party.consents().revoke(&consent).send().await?;
    Ok(ConsentView {
        schema: SCHEMA,
        r#for: party.id().to_string(),
        consent,
        status: Some("REVOKED".into()),
        created_at: None,
        expires_at: None,
        flow_id: None,
        flow_url: None,
    })
}

async fn party(on: &ForArgs) -> Result<ThirdParty, Failure> {
    Ok(target::integrator(&on.target)
        .await?
        .on_behalf_of(&on.party)?)
}

pub(crate) fn reference(text: &str) -> Result<ConsentRef, Failure> {
    if !text.contains('/') {
        let found = obkit::core::Shown(text);
        let what = format!("{found} is not a consent: needs OWNER/ID, as `create` printed it");
        return Err(Failure::coded(Code::R004, what));
    }
    text.parse().map_err(|error| Error::from(error).into())
}

fn view(party: &ThirdParty, owned: &OwnedConsent) -> ConsentView {
    let consent = owned.consent();
    ConsentView {
        schema: SCHEMA,
        r#for: party.id().to_string(),
        consent: owned.reference().clone(),
        status: consent.status.as_ref().map(ToString::to_string),
        created_at: consent.created_at.map(|at| at.to_string()),
        expires_at: consent.expires_at.map(|at| at.to_string()),
        flow_id: None,
        flow_url: None,
    }
}

fn text(view: &ConsentView) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
    let mut text = format!(
        "for         {}\nconsent     {}\nstatus      {}\ncreated at  {}\nexpires at  {}",
        view.r#for,
        view.consent,
        shown(&view.status),
        shown(&view.created_at),
        shown(&view.expires_at),
    );
    if let Some(url) = &view.flow_url {
        text.push_str(&format!("\nsend user   {url}"));
    }
    text
}

const SCHEMA: &str = "ob.consent/1";
