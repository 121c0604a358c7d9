//! Running the real command: in a folder of its own, with nothing of this environment's settings.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder in which the command runs; its data folder is `data` there.
pub(super) struct Home {
    folder: TempDir,
    settings: Vec<(String, String)>,
}

/// What a command said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    /// Standard output as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output of a command that went well.
    pub(super) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
}

impl Home {
    /// An empty folder. Password hashes cost nothing here.
    pub(super) fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap(), settings: Vec::new() };
        home.with("LOGIN__ARGON2_MEMORY", "64").with("LOGIN__ARGON2_PASSES", "1")
    }

    /// With a setting in the environment, such as `HTTP__LISTEN`.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((format!("LATCHKEY__{name}"), value.to_owned()));
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(self.settings.iter().cloned());
        command
    }

    /// Runs a command to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    /// Runs a command to its end, with this on its standard input.
    pub(super) fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses at once does not read its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command whose output nobody reads; gives how it ended and what it complained of.
    pub(super) fn run_unread(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
    }

    /// Starts a server on a free port, and waits until it answers.
    pub(super) fn serve(&self, arguments: &[&str]) -> Server {
        let address = free_address();
        let mut command = self.command(&[&["serve"], arguments].concat());
        command.env("LATCHKEY__HTTP__LISTEN", address.to_string());
        let speaks_tls = self.settings.iter().any(|(name, _)| name == "LATCHKEY__TLS__CERTIFICATE");
        let scheme = if speaks_tls { "https" } else { "http" };
        command.env("LATCHKEY__ISSUER", format!("{scheme}://{address}"));
        command.env("TMPDIR", self.folder.path());
        let file = |name| std::fs::File::create(self.path(name)).unwrap();
        let child = command.stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
        let mut server = Server { child, address, folder: self.folder.path().to_owned() };
        wait(|| {
            assert!(server.child.try_wait().unwrap().is_none(), "it did not start: {}", server.log());
            // The notice is the last thing before the server is ready.
            !server.out().is_empty() && TcpStream::connect(address).is_ok()
        });
        server
    }

    /// Starts a demonstration with these settings alone; gives its issuer and stops it.
    pub(super) fn demo_address(&self) -> String {
        let mut command = self.command(&["serve", "--demo", "--json"]);
        command.env("TMPDIR", self.folder.path());
        let file = |name| std::fs::File::create(self.path(name)).unwrap();
        let child = command.stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap();
        let server = Server { child, address: free_address(), folder: self.folder.path().to_owned() };
        wait(|| server.out().ends_with('\n'));
        let demo: Value = serde_json::from_str(&server.out()).unwrap();
        server.stop();
        demo["issuer"].as_str().unwrap().to_owned()
    }

    /// Runs a server that is expected not to start; gives what it said.
    pub(super) fn refuse_to_serve(&self, arguments: &[&str]) -> Said {
        let address = free_address().to_string();
        let listens = self.settings.iter().any(|(name, _)| name == "LATCHKEY__HTTP__LISTEN");
        let mut command = self.command(&[&["serve"], arguments].concat());
        if !listens {
            command.env("LATCHKEY__HTTP__LISTEN", address);
        }
        let output = command.output().unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running server; killed when dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    folder: PathBuf,
}

impl Server {
    /// What it wrote to standard output so far.
    pub(super) fn out(&self) -> String {
        std::fs::read_to_string(self.folder.join("stdout")).unwrap()
    }

    /// What it wrote to standard error so far.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("stderr")).unwrap()
    }

    /// Sends a signal.
    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Stops it in good order.
    pub(super) fn stop(self) -> String {
        self.stop_by(Signal::TERM)
    }

    /// Stops it by this signal, which must end it well; gives its log.
    pub(super) fn stop_by(self, signal: Signal) -> String {
        self.signal(signal);
        self.stop_by_itself()
    }

    /// Waits until it has ended well, after a signal; gives its log.
    pub(super) fn stop_by_itself(mut self) -> String {
        let status = self.wait();
        assert!(status.success(), "{status}: {}", self.log());
        self.log()
    }

    /// Waits for its end.
    pub(super) fn wait(&mut self) -> ExitStatus {
        let mut ended = None;
        wait(|| {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap()
    }

    /// Sends a request as it stands, and gives the whole answer.
    pub(super) fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        read_all(&mut stream)
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Posts a form with Basic credentials; gives the body as JSON.
    pub(super) fn post(&self, path: &str, credentials: &str, form: &str) -> Value {
        let answer = self.exchange(&form_request(path, credentials, form));
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A form as it is sent over the wire, on a connection that closes after it.
pub(super) fn form_request(path: &str, credentials: &str, form: &str) -> String {
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(credentials);
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic {basic}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

pub(super) fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until `done` holds.
pub(super) fn wait(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "it takes too long");
        pause(Duration::from_millis(5));
    }
}

/// Waits for so long.
#[allow(clippy::disallowed_methods, reason = "another process is waited for")]
pub(super) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A loopback address that nobody listens on just now.
pub(super) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Whether a path exists in a folder.
pub(super) fn exists(folder: &Path, name: &str) -> bool {
    folder.join(name).exists()
}
