//! A long table, page by page.

use std::{
    env,
    io::{self, ErrorKind, Write},
    process::{Command, Stdio},
};

/// Shows text in `$PAGER`, or in `less`.
///
/// # Errors
/// When it cannot be started.
pub(super) fn show(text: &str) -> io::Result<()> {
    let own = env::var("PAGER").ok().filter(|it| !it.trim().is_empty());
    let mut command = match own {
        Some(pager) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &pager]);
            shell
        }
        None => {
            let mut less = Command::new("less");
            less.arg("-FRX");
            less
        }
    };
    let mut pager = command.stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = pager.stdin.take() {
        // Whoever leaves the pager early has seen enough.
        match input.write_all(text.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
            _ => drop(input.write_all(b"\n")),
        }
    }
    pager.wait().map(drop)
}
