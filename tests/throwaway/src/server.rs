//! One server, from `initdb` to its end.

use crate::Programs;
use std::{
    fmt, fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A server of one's own. When it is dropped, or its process ends in any way, the server stops
/// and its folder is removed.
pub struct Server {
    programs: Programs,
    folder: PathBuf,
    port: u16,
    guard: Option<Guard>,
    databases: AtomicU32,
}

/// How a server is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Connections are ended, everything is written.
    Fast,
    /// As if it had crashed: it recovers when it starts again.
    Immediate,
}

/// A shell around the server that outlives its owner just long enough to clean up.
struct Guard {
    shell: Child,
    word: ChildStdin,
}

impl Server {
    /// Makes and starts one, as fast as can be: what the machine's crash would lose is lost.
    ///
    /// # Errors
    /// A sentence: what to install, or what PostgreSQL said.
    pub fn start() -> Result<Self, String> {
        let programs = Programs::find()?;
        let folder = TempDir::with_prefix("throwaway-").map_err(|it| it.to_string())?;
        let folder = folder.keep();
        let mut server = Self {
            programs,
            folder,
            port: 0,
            guard: None,
            databases: AtomicU32::new(0),
        };
        server.initialise()?;
        server.resume()?;
        Ok(server)
    }

    /// Makes an empty database and gives its URL, with the password.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn database(&self) -> Result<String, String> {
        let number = self.databases.fetch_add(1, Ordering::SeqCst);
        let name = format!("d{number}");
        let socket = self.folder.display().to_string();
        let port = self.port.to_string();
        let mut words = self.programs.words("createdb");
        words.extend(["-h", &socket, "-p", &port, "-U", USER, &name].map(str::to_owned));
        run(&words)?;
        Ok(self.url(&name))
    }

    /// The URL of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// The password in the URLs.
    #[must_use]
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Stops it and waits for its end. Its data stay.
    ///
    /// # Errors
    /// When it does not run.
    pub fn stop(&mut self, how: Shutdown) -> Result<(), String> {
        let mut guard = self.guard.take().ok_or("the server does not run")?;
        let word: &[u8] = match how {
            Shutdown::Fast => b"INT\n",
            Shutdown::Immediate => b"QUIT\n",
        };
        guard.word.write_all(word).map_err(|it| it.to_string())?;
        guard.shell.wait().map_err(|it| it.to_string())?;
        Ok(())
    }

    /// Starts it again on the same port, and waits until it accepts connections.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn resume(&mut self) -> Result<(), String> {
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            if self.port == 0 {
                self.port = free_port()?;
            }
            match self.begin() {
                Ok(guard) => {
                    self.guard = Some(guard);
                    return Ok(());
                }
                Err(why) => said = why,
            }
            // Somebody else took the port meanwhile. One that was used before stays: clients
            // know it.
            if self.databases.load(Ordering::SeqCst) == 0 {
                self.port = 0;
            }
        }
        Err(format!("PostgreSQL does not start: {said}"))
    }

    fn initialise(&self) -> Result<(), String> {
        let password = self.folder.join("password");
        fs::write(&password, PASSWORD).map_err(|it| it.to_string())?;
        if let Some(user) = self.programs.user() {
            let folder = self.folder.display().to_string();
            run(&["chown", "-R", user, &folder].map(str::to_owned))?;
        }
        let mut words = self.programs.words("initdb");
        let (data, password) = (self.data(), password.display().to_string());
        words.extend(
            [
                "--pgdata",
                &data,
                "--username",
                USER,
                "--pwfile",
                &password,
                "--auth-host=scram-sha-256",
                "--auth-local=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ]
            .map(str::to_owned),
        );
        run(&words)
    }

    fn begin(&self) -> Result<Guard, String> {
        let (data, socket, port) = (
            self.data(),
            self.folder.display().to_string(),
            self.port.to_string(),
        );
        let mut words = self.programs.words("postgres");
        words.extend(
            ["-D", &data, "-k", &socket, "-p", &port, "-h", "127.0.0.1"].map(str::to_owned),
        );
        for setting in SETTINGS {
            words.extend(["-c", setting].map(str::to_owned));
        }
        let mut shell = Command::new("sh")
            .args(["-c", GUARD, "sh", &socket])
            .args(&words)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|it| it.to_string())?;
        let word = shell.stdin.take().ok_or("no pipe to the server")?;
        let log = shell.stderr.take().ok_or("no pipe from the server")?;
        let (says, heard) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                // Whoever started it listens until it is ready; the rest is only drained.
                drop(says.send(line));
            }
        });
        let mut said = Vec::new();
        loop {
            match heard.recv_timeout(READY) {
                Ok(line) if line.contains("ready to accept connections") => {
                    return Ok(Guard { shell, word });
                }
                Ok(line) => said.push(line),
                Err(why) => {
                    if why == RecvTimeoutError::Timeout {
                        said.push("it was not ready in time".to_owned());
                    }
                    let mut word = word;
                    // It may have ended by itself.
                    drop(word.write_all(b"QUIT\n"));
                    drop(shell.wait());
                    return Err(said.join("; "));
                }
            }
            if said.last().is_some_and(|line| is_the_end(line)) {
                let mut word = word;
                drop(word.write_all(b"QUIT\n"));
                drop(shell.wait());
                return Err(said.join("; "));
            }
        }
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(Guard { mut shell, word }) = self.guard.take() {
            drop(word);
            drop(shell.wait());
        }
        // The guard has done it already, unless the server was stopped.
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Whether a line of the log says that the server does not come up. A client that was too early
/// is refused by a line that begins in the same way.
fn is_the_end(line: &str) -> bool {
    line.contains("FATAL") && !line.contains("the database system is")
}

fn run(words: &[String]) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("no program")?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| format!("{program} does not run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{} failed: {said}", words.join(" ")))
}

fn free_port() -> Result<u16, String> {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    taken.map(|it| it.port()).map_err(|it| it.to_string())
}

/// Starts the server, then waits for a word: a signal's name stops it, the end of the pipe stops
/// it and removes the folder. The pipe ends with the process that holds its other end.
const GUARD: &str = r#"
folder=$1; shift
"$@" < /dev/null &
read -r word
pid=$(head -n 1 "$folder/data/postmaster.pid" 2> /dev/null)
[ -n "$pid" ] && kill -"${word:-QUIT}" "$pid"
wait
[ -n "$word" ] || rm -rf "$folder"
"#;

const SETTINGS: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=100",
    "lc_messages=C",
    "log_destination=stderr",
    "logging_collector=off",
];

const USER: &str = "owner";
const PASSWORD: &str = "throwaway-7d1f";
const READY: Duration = Duration::from_secs(60);
const ATTEMPTS: usize = 5;
