//! `ob explain`.

use crate::{
    cli::ExplainArgs,
    exit::Failure,
    output::{self, Format},
    target,
};
use obkit::Code;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct CodeView {
    schema: &'static str,
    code: &'static str,
    summary: &'static str,
    owners: Vec<&'static str>,
    why: &'static str,
    fix: &'static str,
}

pub(crate) async fn run(format: Format, args: &ExplainArgs) -> Result<(), Failure> {
    match (&args.what, &args.sandbox) {
        (None, _) => all(format),
        (Some(id), Some(dir)) => refusal(format, id, dir).await,
        (Some(code), None) => {
            let code: Code = code
                .parse()
                .map_err(|error: obkit::core::UnknownCode| Failure::usage(error.to_string()))?;
            output::result(format, &view(code), text)
        }
    }
}

fn all(format: Format) -> Result<(), Failure> {
    let codes: Vec<_> = Code::ALL.iter().map(|code| view(*code)).collect();
    let whole = serde_json::json!({"schema": "ob.codes/1", "codes": codes});
    output::list(format, &whole, &codes, || {
        let mut table = output::table(&["code", "what", "whose turn"]);
        for code in &codes {
            table.add_row([code.code, code.summary, &code.owners.join(", ")]);
        }
        table
    })
}

fn view(code: Code) -> CodeView {
    CodeView {
        schema: "ob.code/1",
        code: code.as_str(),
        summary: code.summary(),
        owners: code.owners().iter().map(|owner| owner.as_str()).collect(),
        why: code.why(),
        fix: code.fix(),
    }
}

fn text(view: &CodeView) -> String {
    let CodeView {
        code,
        summary,
        owners,
        why,
        fix,
        ..
    } = view;
    format!(
        "{code}  {summary}\n\nwhy    {why}\nfix    {fix}\nturn   {}",
        owners.join(", ")
    )
}

/// Asks a running sandbox why it refused something.
async fn refusal(format: Format, id: &str, dir: &Path) -> Result<(), Failure> {
    let descriptor = target::descriptor(dir)?;
    let id: obkit::ConsentId = id
        .parse()
        .map_err(|_| Failure::usage("not the id of a refusal"))?;
    let url = format!("{}/{id}", descriptor.explain_url.trim_end_matches('/'));
    let request = http::Request::get(url).body(Default::default());
    let request = request.map_err(|error| Failure::coded(Code::N102, error))?;
    let answer = target::sandbox_transport(dir)?.send(request).await;
    let answer = answer.map_err(|error| Failure::coded(Code::N103, error))?;
    if !answer.status().is_success() {
        return Err(Failure::usage(format!("the sandbox knows no refusal {id}")));
    }
    let explanation: serde_json::Value = serde_json::from_slice(answer.body())
        .map_err(|error| Failure::unexpected(error.to_string()))?;
    output::result(format, &explanation, |value| {
        serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
    })
}
