//! The binary as a child process, and a sandbox as a longer one.

use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Far beyond what anything here takes, on a busy machine too; reached only by a hang.
const PATIENCE: Duration = Duration::from_secs(90);

/// How a run of `ob` ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `ob` and requires this exit code.
#[track_caller]
pub(crate) fn ob(args: &[&str], status: i32) -> Done {
    finish(Command::new(BINARY).args(args), args, status)
}

/// Runs `ob` in a folder and requires this exit code.
#[track_caller]
pub(crate) fn ob_in(folder: &Path, args: &[&str], status: i32) -> Done {
    finish(
        Command::new(BINARY).args(args).current_dir(folder),
        args,
        status,
    )
}

/// Runs `ob` and reads the one JSON object that it prints.
#[track_caller]
pub(crate) fn ob_json(args: &[&str]) -> Value {
    let args: Vec<_> = args.iter().copied().chain(["-o", "json"]).collect();
    let done = ob(&args, 0);
    assert_eq!(done.out.lines().count(), 1, "one line: {}", done.out);
    serde_json::from_str(&done.out).unwrap()
}

/// Runs `ob` under a umask.
#[track_caller]
pub(crate) fn ob_under(umask: &str, args: &[&str], status: i32) -> Done {
    finish(under(umask).args(args), args, status)
}

#[track_caller]
pub(crate) fn finish(command: &mut Command, args: &[&str], status: i32) -> Done {
    let output = command
        .stdin(Stdio::null())
        .env("USER", "tester")
        .output()
        .unwrap();
    let done = Done {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert_eq!(done.status, Some(status), "ob {args:?}: {done:#?}");
    assert!(!done.err.contains("panicked"), "ob {args:?}: {}", done.err);
    for text in [&done.out, &done.err] {
        assert!(!text.contains('\u{1b}'), "colours into a pipe: {text:?}");
    }
    done
}

fn under(umask: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("umask {umask}; exec \"$0\" \"$@\"");
    command.args(["-c", script.as_str(), BINARY]);
    command
}

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_ob");

/// A running `ob sandbox`, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Sandbox {
    child: Child,
    /// What it says on stderr, line by line.
    said: Receiver<String>,
    home: TempDir,
}

impl Sandbox {
    /// Starts one on a free port, and waits until it says that it is ready.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::spawn(&mut Command::new(BINARY), args)
    }

    pub(crate) fn start_under(umask: &str, args: &[&str]) -> Self {
        Self::spawn(&mut under(umask), args)
    }

    fn spawn(command: &mut Command, args: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let mut child = command
            .args(["sandbox", "--port", "0", "--dir"])
            .arg(home.path().join("sandbox"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (line, said) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for read in stderr.lines().map_while(Result::ok) {
                // Nobody listens any more after the test.
                drop(line.send(read));
            }
        });
        let sandbox = Self { child, said, home };
        sandbox.wait_for("stop it with");
        sandbox
    }

    /// Everything it said up to the line that begins so.
    pub(crate) fn wait_for(&self, beginning: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let mut heard = String::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.said.recv_timeout(left) else {
                panic!("the sandbox never said {beginning:?}, only {heard:?}");
            };
            heard.push_str(&line);
            heard.push('\n');
            if line.starts_with(beginning) {
                return heard;
            }
        }
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn signal(mut self, name: &str) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
        let heard = self.wait_for("sandbox stopped");
        let status = self.child.wait().unwrap();
        let left = fs::read_dir(self.dir()).unwrap().count();
        assert_eq!(left, 0, "a script may wait for the file");
        (status, heard)
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.home.path().join("sandbox")
    }

    pub(crate) fn dir_text(&self) -> String {
        text(&self.dir())
    }

    /// A place for files of the test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn description(&self) -> Value {
        json_file(&self.dir().join("sandbox.json"))
    }

    pub(crate) fn api_base(&self) -> String {
        string(&self.description()["api_base"])
    }

    /// Its folder copied, with a change to the description.
    pub(crate) fn changed(&self, name: &str, change: impl FnOnce(&mut Value)) -> String {
        let to = self.file(name);
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(self.dir()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        let mut description = self.description();
        change(&mut description);
        fs::write(to.join("sandbox.json"), description.to_string()).unwrap();
        text(&to)
    }

    /// A configuration file that speaks to it; `line` is added to `[environment]`.
    pub(crate) fn config(&self, name: &str) -> PathBuf {
        let registry = self.file("registry.toml");
        if !registry.exists() {
            let (to, dir) = (text(&registry), self.dir_text());
            ob(&["registry", "export", "--sandbox", &dir, "--to", &to], 0);
        }
        let file = self.file(name);
        fs::write(&file, self.config_text()).unwrap();
        file
    }

    pub(crate) fn config_text(&self) -> String {
        let description = self.description();
        let integrator = &description["integrator"];
        let field = |value: &Value| string(value);
        format!(
            "schema = \"ob.config/1\"\nregistry = \"registry.toml\"\n\n[environment]\n\
             issuer = \"{}\"\ntoken_url = \"{}\"\napi_base = \"{}\"\n\
             allow_http_on_loopback = true\n\n[integrator]\nbusiness_id = \"integrator\"\n\
             client_id = \"{}\"\napplication_id = \"{}\"\nuse_case_configuration_id = \"{}\"\n\
             key_file = \"sandbox/integrator.jwk.json\"\nkid = \"{}\"\n",
            field(&description["issuer"]),
            field(&description["token_endpoint"]),
            field(&description["api_base"]),
            field(&integrator["client_id"]),
            field(&integrator["application_id"]),
            field(&integrator["use_case_configuration_id"]),
            field(&integrator["kid"]),
        )
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(crate) fn json_file(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The names of the members of an object, sorted.
pub(crate) fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().collect();
    names.sort();
    names.into_iter().map(String::as_str).collect()
}

/// Whether a token, an assertion or a proof is in a text: a word of base64url with a dot in it
/// that begins with `{"`. A mere `eyJ` may be part of an innocent thumbprint.
pub(crate) fn holds_jwt(text: &str) -> bool {
    let in_jwt = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut words = text.split(|c| !in_jwt(c));
    words.any(|word| word.starts_with("eyJ") && word.contains('.'))
}
