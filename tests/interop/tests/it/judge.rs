//! A foreign implementation in a Node process of its own, and what it said.

use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

/// Longer than any judge takes on a busy machine; without it a silent one would hang the test.
const PATIENCE: Duration = Duration::from_secs(120);

/// What every script begins with.
const PRELUDE: &str = include_str!("../../node/prelude.mjs");

/// The folder that `cargo xtask interop` installed the judges into.
pub(crate) fn folder() -> PathBuf {
    required("OB_INTEROP")
}

/// The program `ob` that `cargo xtask interop` built.
pub(crate) fn program() -> PathBuf {
    required("OB_INTEROP_OB")
}

fn required(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    let missing = || panic!("{name} is not set: run these tests with `cargo xtask interop`");
    PathBuf::from(value.unwrap_or_else(missing))
}

/// A child process that speaks in lines, and ends with its test.
pub(crate) struct Lines {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Arc<Mutex<String>>,
}

impl Lines {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, stdout) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let stderr = Arc::new(Mutex::new(String::new()));
        let (mut errors, kept) = (child.stderr.take().unwrap(), Arc::clone(&stderr));
        thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(size @ 1..) = errors.read(&mut part) {
                let text = String::from_utf8_lossy(&part[..size]).into_owned();
                kept.lock().unwrap().push_str(&text);
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            stdout,
            stderr,
        }
    }

    /// A script of `node/`, run where the judges are installed.
    pub(crate) fn node(script: &str, surroundings: &[(&str, &str)]) -> Self {
        let mut command = Command::new("node");
        command
            .args(["--input-type=module", "--eval"])
            .arg(format!("{PRELUDE}\n{script}"))
            .current_dir(folder())
            .envs(surroundings.iter().copied());
        Self::start(command)
    }

    /// Sends one line.
    pub(crate) fn tell(&mut self, value: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        let sent = stdin.write_all(format!("{value}\n").as_bytes());
        assert!(sent.is_ok(), "it does not listen: {}", self.stderr());
    }

    /// The next line of its output.
    pub(crate) fn hear(&mut self) -> Value {
        let Ok(line) = self.stdout.recv_timeout(PATIENCE) else {
            panic!("it said nothing more; its errors: {}", self.stderr());
        };
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"))
    }

    /// What it wrote to standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let errors = self.stderr();
            let mut out = std::io::stderr();
            let _ = writeln!(out, "standard error of the judge:\n{errors}");
        }
    }
}

/// The row of this test in the table of `cargo xtask interop`: failed unless told otherwise.
pub(crate) struct Verdict {
    judge: &'static str,
    what: String,
    result: String,
}

impl Verdict {
    pub(crate) fn of(judge: &'static str, what: impl Into<String>) -> Self {
        Self {
            judge,
            what: what.into(),
            result: "FAILED".to_owned(),
        }
    }

    /// What the judge has accepted and refused, in numbers.
    pub(crate) fn is(mut self, result: impl Into<String>) {
        self.result = result.into();
    }
}

impl Drop for Verdict {
    fn drop(&mut self) {
        let name: String = format!("{} {}", self.judge, self.what)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let row = json!({"judge": self.judge, "what": self.what, "result": self.result});
        let place = folder().join("results");
        // The table is for people; the test's own outcome does not hang on it.
        let _ = std::fs::create_dir_all(&place);
        let _ = std::fs::write(place.join(name), row.to_string());
    }
}
