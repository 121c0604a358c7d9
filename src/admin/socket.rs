//! The control socket: orders in, answers out, one JSON object a line each.
//!
//! It lies in the data folder with mode 0600, so whoever can open it could read the store as well; there is no
//! password. A request is at most 1 MiB, and must arrive within ten seconds.

use super::{Answer, Order, Refusal, Services, execute};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// The longest request in bytes.
pub const MAX_REQUEST: u64 = 1024 * 1024;

/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The order was carried out.
    Done(Box<Answer>),
    /// It was not.
    Refused(Refusal),
}

/// The place of the socket in a data folder.
pub fn path_in(data_dir: &Path) -> PathBuf {
    data_dir.join("latchkey.sock")
}

/// The listening socket of a server; its file goes when it is dropped.
#[derive(Debug)]
pub struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl ControlSocket {
    /// Opens the socket in the data folder that this process holds. One that a dead process left is replaced.
    ///
    /// # Errors
    /// What the system says, such as a path of more than 107 bytes.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = path_in(data_dir);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        // The mode is there from the first instant: between bind and chmod somebody could connect.
        let before = rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o177));
        let listener = UnixListener::bind(&path);
        rustix::process::umask(before);
        Ok(Self { listener: listener?, path })
    }

    /// Answers for ever. Dropping the future stops it.
    pub async fn serve(self, services: Services) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let services = services.clone();
                    tokio::task::spawn_local(async move {
                        if let Err(error) = answer(stream, &services).await {
                            tracing::debug!(%error, "a control connection ended early");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket does not accept");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        // Without its file the socket cannot be found; nothing is lost where it is gone already.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(stream: UnixStream, services: &Services) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = Vec::new();
    let mut limited = BufReader::new(read.take(MAX_REQUEST));
    tokio::time::timeout(PATIENCE, limited.read_until(b'\n', &mut line)).await??;
    let reply = match serde_json::from_slice::<Order>(&line) {
        Ok(order) => match execute(services, order).await {
            Ok(answer) => Reply::Done(Box::new(answer)),
            Err(refusal) => Reply::Refused(refusal),
        },
        Err(_) => Reply::Refused(Refusal::new(
            "the server does not understand this order: use the command of its own version",
        )),
    };
    let mut bytes = serde_json::to_vec(&reply)?;
    bytes.push(b'\n');
    write.write_all(&bytes).await?;
    write.shutdown().await
}
