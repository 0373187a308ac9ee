//! Runs one command: everything it says goes to the step's log, and to the screen on request.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::console;

/// How often a silent step says that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// A command to run.
#[derive(Debug)]
pub(crate) struct Call {
    program: PathBuf,
    arguments: Vec<String>,
    surroundings: Vec<(String, String)>,
    limit: Option<Duration>,
}

/// What a command said.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) succeeded: bool,
    /// Both streams, in the order of arrival.
    pub(crate) lines: Vec<String>,
    /// Standard output alone.
    pub(crate) output: Vec<String>,
}

/// Where a step's commands write.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    file: File,
    verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Output,
    Error,
}

impl Call {
    pub(crate) fn new(program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
            surroundings: Vec::new(),
            limit: None,
        }
    }

    /// The cargo that runs this program.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self::new(program, arguments)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.surroundings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn and(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// After this long the command is stopped and has failed.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// As a person would type it.
    pub(crate) fn shown(&self) -> String {
        let name = self
            .program
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let surroundings =
            self.surroundings
                .iter()
                .map(|(name, value)| match value.contains(' ') {
                    true => format!("{name}=\"{value}\""),
                    false => format!("{name}={value}"),
                });
        surroundings
            .chain([name])
            .chain(self.arguments.iter().cloned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it in `folder`. A command that cannot start is a failure that says so.
    pub(crate) fn run(&self, folder: &Path, log: &mut Log) -> Answer {
        log.line(&format!("$ {}", self.shown()));
        let started = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.surroundings.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match started {
            Ok(child) => self.follow(child, log),
            Err(error) => {
                let line = format!("`{}` cannot start: {error}", self.program.display());
                log.line(&line);
                Answer {
                    lines: vec![line],
                    ..Answer::default()
                }
            }
        }
    }

    /// Whether it succeeds; for questions like `cargo nextest --version`.
    pub(crate) fn succeeds(&self, folder: &Path) -> bool {
        self.quietly(folder).is_some()
    }

    /// Its standard output when it succeeds, without a log.
    pub(crate) fn quietly(&self, folder: &Path) -> Option<String> {
        let answer = Command::new(&self.program)
            .args(&self.arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .ok()?;
        answer
            .status
            .success()
            .then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
    }

    /// Runs it on the terminal itself, for a person.
    pub(crate) fn in_front(&self, folder: &Path) -> Result<bool, String> {
        let status = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.surroundings.iter().map(|(name, value)| (name, value)))
            .current_dir(folder)
            .status();
        status
            .map(|status| status.success())
            .map_err(|error| format!("`{}` cannot start: {error}", self.program.display()))
    }

    fn follow(&self, mut child: Child, log: &mut Log) -> Answer {
        let (sender, receiver) = channel();
        read_lines(child.stdout.take(), Stream::Output, &sender);
        read_lines(child.stderr.take(), Stream::Error, &sender);
        drop(sender);
        let mut answer = Answer::default();
        if !self.collect(&receiver, &mut answer, log) {
            let limit = self.limit.unwrap_or_default();
            let line = format!("stopped after {} s without an end", limit.as_secs());
            log.line(&line);
            answer.lines.push(line);
            // It may have ended by itself in this instant.
            let _ = child.kill();
        }
        answer.succeeded = child.wait().is_ok_and(|status| status.success());
        answer
    }

    /// Takes lines until both streams end; `false` when the limit was reached before.
    fn collect(
        &self,
        lines: &Receiver<(Stream, String)>,
        answer: &mut Answer,
        log: &mut Log,
    ) -> bool {
        let start = Instant::now();
        let mut spoke = start;
        loop {
            match lines.recv_timeout(Duration::from_millis(500)) {
                Ok((stream, line)) => {
                    log.line(&line);
                    if stream == Stream::Output {
                        answer.output.push(line.clone());
                    }
                    answer.lines.push(line);
                }
                Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.limit.is_some_and(|limit| start.elapsed() > limit) {
                return false;
            }
            if spoke.elapsed() > SIGN_OF_LIFE {
                spoke = Instant::now();
                log.alive(start.elapsed(), answer.lines.last());
            }
        }
    }
}

fn read_lines(
    stream: Option<impl Read + Send + 'static>,
    which: Stream,
    sender: &Sender<(Stream, String)>,
) {
    let Some(stream) = stream else { return };
    let sender = sender.clone();
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut bytes = Vec::new();
        while reader
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|length| length > 0)
        {
            let line = String::from_utf8_lossy(&bytes)
                .trim_end_matches(['\n', '\r'])
                .to_owned();
            if sender.send((which, line)).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

impl Log {
    pub(crate) fn create(folder: &Path, name: &str, verbose: bool) -> Result<Self, String> {
        let path = folder.join(format!("{name}.log"));
        let file = std::fs::create_dir_all(folder).and_then(|()| File::create(&path));
        let file = file.map_err(|error| format!("the log {}: {error}", path.display()))?;
        Ok(Self {
            path,
            file,
            verbose,
        })
    }

    pub(crate) fn line(&mut self, line: &str) {
        // A full disk will stop the step itself; the log alone does not.
        let _ = writeln!(self.file, "{line}");
        if self.verbose {
            console::note(&format!("      {line}"));
        }
    }

    /// A line that the person who watches sees in any case.
    pub(crate) fn note(&mut self, line: &str) {
        let _ = writeln!(self.file, "{line}");
        console::note(&format!("      {line}"));
    }

    fn alive(&self, elapsed: Duration, last: Option<&String>) {
        if !self.verbose {
            let last: String = last
                .map_or("", String::as_str)
                .trim()
                .chars()
                .take(100)
                .collect();
            console::note(&format!("      … {} s  {last}", elapsed.as_secs()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::{Answer, Call, Log};

    fn shell(script: &str, limit: Duration) -> Answer {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::create(folder.path(), "step", false).unwrap();
        Call::new("sh", &["-c", script])
            .within(limit)
            .run(folder.path(), &mut log)
    }

    #[test]
    fn both_streams_are_kept_and_output_apart() {
        let answer = shell("echo out; echo err >&2; exit 3", Duration::from_secs(30));
        assert!(!answer.succeeded);
        assert_eq!(answer.output, ["out"]);
        assert_eq!(answer.lines.len(), 2);
    }

    #[test]
    fn a_command_without_an_end_is_stopped() {
        let answer = shell("exec sleep 60", Duration::from_millis(100));
        assert!(!answer.succeeded);
        assert!(answer.lines.concat().contains("without an end"));
    }

    #[test]
    fn a_command_that_is_not_there_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::create(folder.path(), "step", false).unwrap();
        let answer = Call::new("no-such-program-here", &[]).run(folder.path(), &mut log);
        assert!(!answer.succeeded);
        assert!(answer.lines.concat().contains("cannot start"));
    }

    #[test]
    fn a_call_is_shown_as_typed() {
        let call = Call::new("/usr/bin/cargo", &["doc"]).with("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(call.shown(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc");
    }
}
