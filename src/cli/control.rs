//! Orders: to the running server through its control socket, or carried out here while none runs.

use super::{Failure, print};
use crate::admin::socket::{Reply, path_in};
use crate::admin::{Answer, Order};
use crate::config::Settings;
use crate::server::House;
use crate::storage::Store;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Making an RSA key of 4096 bits may take a while.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whoever carries out our orders.
pub(super) enum Control {
    /// The running server.
    Server(PathBuf),
    /// This process: the store is ours.
    Own(Box<House>),
}

impl Control {
    /// Finds the running server of these settings, or opens its store. A store is made only where `may_make`.
    pub(super) fn open(settings: &Settings, may_make: bool) -> Result<Self, Failure> {
        let folder = &settings.data_dir;
        let path = path_in(folder);
        match UnixStream::connect(&path) {
            Ok(_) => return Ok(Self::Server(path)),
            Err(error) if is_absent(&error) => {}
            Err(error) => {
                let what = "run this as the user that runs the server";
                return Err(Failure(format!(
                    "cannot talk to the server at {}: {error}; {what}",
                    path.display()
                )));
            }
        }
        let is_new = !Store::exists_in(folder);
        if is_new && !may_make {
            return Err(Failure(format!(
                "there is no store in data folder {}: name the server's configuration with --config, or start it once",
                folder.display()
            )));
        }
        let house = House::open(settings)?;
        if is_new {
            let place = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
            print::aside(format!(
                "a new store was made in {}; where that is not the server's data folder, name the server's \
                 configuration with --config",
                place.display()
            ));
        }
        if house.opening.was_mended() {
            // The audit trail has it as well, so nothing is lost where nobody reads this.
            print::aside(format!("the store was mended: {}", house.opening));
        }
        Ok(Self::Own(Box::new(house)))
    }

    /// Has an order carried out.
    pub(super) fn ask(&self, order: &Order) -> Result<Answer, Failure> {
        match self {
            Self::Server(path) => match exchange(path, order)? {
                Reply::Done(answer) => Ok(*answer),
                Reply::Refused(refusal) => Err(Failure::new(refusal)),
            },
            Self::Own(house) => Ok(house.carry_out(order.clone())?),
        }
    }

    /// Closes the store, if it is ours.
    pub(super) fn close(self) -> Result<(), Failure> {
        match self {
            Self::Server(_) => Ok(()),
            Self::Own(house) => Ok(house.close()?),
        }
    }
}

/// One order from beginning to end.
pub(super) fn ask(settings: &Settings, order: &Order, may_make: bool) -> Result<Answer, Failure> {
    let control = Control::open(settings, may_make)?;
    let answer = control.ask(order);
    control.close()?;
    answer
}

/// A whole list, part by part.
pub(super) fn ask_for_all(
    settings: &Settings,
    order: impl Fn(Option<String>) -> Order,
) -> Result<Answer, Failure> {
    let control = Control::open(settings, false)?;
    let mut all = control.ask(&order(None))?;
    while let Some(after) = all.next().map(str::to_owned) {
        all = all.joined(control.ask(&order(Some(after)))?);
    }
    control.close()?;
    Ok(all)
}

/// Nobody listens: no such file, one that a dead process left, or a path so long that no server can listen there.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, InvalidInput, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused | InvalidInput | NotADirectory)
}

fn exchange(path: &Path, order: &Order) -> Result<Reply, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure(format!("the server at {} does not answer: {error}; look at its log", path.display()))
    };
    let talk = || -> io::Result<Vec<u8>> {
        let mut stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut line = zeroize::Zeroizing::new(serde_json::to_vec(order)?);
        line.push(b'\n');
        stream.write_all(&line)?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        Ok(reply)
    };
    let reply = talk().map_err(|error| failed(&error))?;
    serde_json::from_slice(&reply).map_err(|error| failed(&error))
}
