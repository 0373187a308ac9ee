//! `ob explain`.

use crate::{
    cli::ExplainArgs,
    exit::Failure,
    output::{self, Format},
    target,
};
use bytes::Bytes;
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
    let Some(what) = &args.what else {
        return all(format);
    };
    match (what.parse::<Code>(), &args.sandbox) {
        (Ok(code), _) => output::result(format, &view(code), text),
        (Err(_), Some(dir)) => refusal(format, what, dir).await,
        (Err(_), None) if what.starts_with("refusal-") => Err(Failure::usage(
            "the id of a refusal needs --sandbox DIR, the folder of the sandbox that refused",
        )),
        (Err(unknown), None) => Err(Failure::usage(format!(
            "{unknown}; `ob explain` lists them all"
        ))),
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
    let id: obkit::ConsentId = id.parse().map_err(|_| {
        let found = obkit::core::Shown(id);
        Failure::usage(format!("{found} is neither a code nor the id of a refusal"))
    })?;
    let url = format!("{}/{id}", descriptor.explain_url.trim_end_matches('/'));
    let request = http::Request::get(url).body(Bytes::new());
    let request = request.map_err(|error| Failure::coded(Code::N102, error))?;
    let answer = target::sandbox_transport(dir)?.send(request).await;
    let answer = answer.map_err(|error| Failure::coded(Code::N103, error))?;
    if !answer.status().is_success() {
        return Err(Failure::usage(format!("the sandbox knows no refusal {id}")));
    }
    let explanation: serde_json::Value = serde_json::from_slice(answer.body())
        .map_err(|error| Failure::unexpected(format!("the sandbox's answer: {error}")))?;
    output::result(format, &explanation, refusal_text)
}

fn refusal_text(explanation: &serde_json::Value) -> String {
    let mut lines = String::new();
    for name in [
        "id", "path", "status", "rule", "what", "expected", "found", "at",
    ] {
        let value = match explanation.get(name) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => continue,
        };
        lines.push_str(&format!("{name:<10}{value}\n"));
    }
    lines
}
