//! What the sandbox says when obkit is left out and the mistake is really sent.

use super::{
    stage::{LICENSED, Stage, UNLICENSED, grant},
    story::{Story, ensure},
};
use crate::exit::Failure;

pub(super) async fn show(stage: &Stage, story: &mut Story) -> Result<(), Failure> {
    story.act("The same mistake sent by hand, past obkit: what the sandbox says");
    let acme = stage.party(UNLICENSED)?;
    let lease = acme.token(&grant("ob_providers")?).await?;
    let other = stage.party(LICENSED)?;
    let request = http::Request::get(format!("{}/providers", stage.descriptor.api_base))
        .header("authorization", format!("Bearer {}", lease.token.expose()))
        .header(
            "x-application-id",
            other.acting_for().application_id().to_string(),
        )
        .body(Default::default())
        .map_err(|error| Failure::unexpected(error.to_string()))?;
    let answer = stage.transport.send(request).await;
    let answer = answer.map_err(|error| Failure::unexpected(error.to_string()))?;
    ensure(
        answer.status() == 403,
        format_args!("the sandbox answers 403, not {}", answer.status()),
    )?;
    let id = answer
        .headers()
        .get("x-sandbox-refusal")
        .and_then(|id| id.to_str().ok());
    let explanation = id.and_then(|id| stage.sandbox.sandbox().explanation(id));
    let Some(why) = explanation else {
        return ensure(false, "the refusal is explained");
    };
    let (own, others) = (
        acme.acting_for().application_id().to_string(),
        other.acting_for().application_id().to_string(),
    );
    ensure(
        why.expected.contains("application id") && why.found.contains(&others),
        "the explanation names the application id that arrived",
    )?;
    story.refused(
        "A's token, B's application",
        format_args!("403, rule \"{}\": X-Application-Id", why.rule),
    );
    story.tell(format_args!("  expected  {own}  {UNLICENSED}'s"));
    story.tell(format_args!("  found     {others}  {LICENSED}'s"));
    Ok(())
}
