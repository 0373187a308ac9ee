//! `ob cert inspect`.

mod view;
pub(crate) use view::{kind, printable};

use crate::{
    cli::{CertCommand, InspectArgs},
    exit::{Failure, PROBLEMS},
    file::{self, SMALL},
    moment,
    output::{self, Format},
    path_text,
};
use obkit::registry::{
    Certificate, OrganizationIdentifier,
    certificate::{CertificateFlaw, CertificateProblem, Expected, problems_of},
};
use std::{path::Path, process::ExitCode, time::SystemTime};

pub(crate) fn run(format: Format, command: &CertCommand) -> Result<ExitCode, Failure> {
    let CertCommand::Inspect(args) = command;
    let certificates = read(&args.file)?;
    let now = moment::now();
    let problems = problems(args, &certificates, now)?;
    let view = view::View::of(&args.file, &certificates, &problems, now);
    output::result(format, &view, view::text)?;
    if args.legal_name.is_none() && args.organization_id.is_none() {
        output::say("note: --legal-name or --organization-id compares it with a third-party");
    }
    output::say("note: whether its issuer is trusted, and whether it was revoked, is not checked");
    Ok(match problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(PROBLEMS),
    })
}

/// The certificates of a file: PEM blocks, or one in DER. A private key is refused, unechoed.
pub(crate) fn read(file: &Path) -> Result<Vec<Certificate>, Failure> {
    let bytes = file::read(file, SMALL)?;
    let read = match String::from_utf8(bytes) {
        Ok(text) => Certificate::all_from_pem(&text),
        Err(no_text) => Certificate::from_der(no_text.as_bytes()).map(|one| vec![one]),
    };
    read.map_err(|error| {
        let what = format!("{}: {error}", path_text::shown(file));
        Failure::coded(error.code(), what)
    })
}

fn problems(
    args: &InspectArgs,
    certificates: &[Certificate],
    now: SystemTime,
) -> Result<Vec<CertificateProblem>, Failure> {
    let identifier: Option<OrganizationIdentifier> = match &args.organization_id {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|error| Failure::usage(format!("--organization-id: {error}")))?,
        ),
    };
    let expected = Expected {
        legal_name: args.legal_name.as_deref().unwrap_or_default(),
        organization_identifier: identifier.as_ref(),
        account_data: args.account_data,
    };
    let mut problems = problems_of(certificates, &expected, now);
    let compares = args.legal_name.is_some() || identifier.is_some();
    problems.retain(|problem| {
        compares || !matches!(problem.flaw(), CertificateFlaw::OtherOrganization { .. })
    });
    Ok(problems)
}
