//! The data folder: where each thing lies, who may read it, and that one process at a time has it.

use super::super::opening::OpenError;
use rustix::fs::{FlockOperation, Mode, OFlags};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the lock is asked for, and how long between.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The extension of a file that is still being written.
const UNFINISHED: &str = "new";

/// All that is made in the data folder for the owner alone.
const OURS: [&str; 11] = [
    "lock",
    "journal",
    "index",
    "index.damaged",
    "index.new",
    "audit",
    "snapshots",
    "checkpoint",
    "checkpoint.new",
    "kek",
    "kek.new",
];

/// What else may lie in the folder before there is a store: the settings, the socket of a server that ended, and what
/// file systems put there.
const WELCOME: [&str; 3] = ["latchkey.toml", "latchkey.sock", "lost+found"];

/// The data folder, locked for this process as long as the value lives.
pub(super) struct Folder {
    root: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if needed (mode 0700), checks that it can be written to, and locks it. A folder that holds
    /// other things, and no store, is refused as it is.
    pub(super) fn claim(root: &Path) -> Result<Self, OpenError> {
        refuse_foreign(root)?;
        make_private(root).map_err(OpenError::io("make or use the data folder", root))?;
        let path = root.join("lock");
        let lock = rustix::fs::open(
            &path,
            OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC,
            Mode::from_raw_mode(0o600),
        )
        .map_err(|errno| OpenError::io("write to the data folder: open", &path)(errno.into()))?;
        take(&lock).map_err(|errno| match errno {
            rustix::io::Errno::WOULDBLOCK => OpenError::InUse(root.to_owned()),
            other => OpenError::io("lock", &path)(other.into()),
        })?;
        let folder = Self { root: root.to_owned(), _lock: File::from(lock) };
        for inner in [folder.journal(), folder.audit(), folder.snapshots()] {
            make_private(&inner).map_err(OpenError::io("make", &inner))?;
        }
        remove_unfinished(&folder.snapshots()).map_err(OpenError::io("clear", &folder.snapshots()))?;
        sync_folder(root).map_err(OpenError::io("sync", root))?;
        Ok(folder)
    }

    /// The folder itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Journal segments.
    pub(super) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Audit segments.
    pub(super) fn audit(&self) -> PathBuf {
        audit_of(&self.root)
    }

    /// Snapshots.
    pub(super) fn snapshots(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    /// The index. May be deleted: it is rebuilt.
    pub(super) fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// The note of the last checkpoint.
    pub(super) fn checkpoint(&self) -> PathBuf {
        checkpoint_of(&self.root)
    }
}

/// The audit segments in the data folder `root`.
pub(in crate::storage) fn audit_of(root: &Path) -> PathBuf {
    root.join("audit")
}

/// The note of the last checkpoint in the data folder `root`.
pub(in crate::storage) fn checkpoint_of(root: &Path) -> PathBuf {
    root.join("checkpoint")
}

/// Whether `root` holds a store.
pub(in crate::storage) fn holds_store(root: &Path) -> bool {
    root.join("journal").exists()
}

/// Refuses a folder without a store in which something lies that no store has beside it: it was named by mistake.
fn refuse_foreign(root: &Path) -> Result<(), OpenError> {
    // A folder that is not there is made; one that cannot be read is refused with the reason when it is used.
    let Ok(entries) = fs::read_dir(root) else { return Ok(()) };
    if holds_store(root) || root.join("lock").exists() {
        return Ok(());
    }
    let names = entries.flatten().map(|entry| entry.file_name());
    let foreign = |name: &OsString| !OURS.iter().chain(&WELCOME).any(|known| name == known);
    names.into_iter().find(foreign).map_or(Ok(()), |name| {
        Err(OpenError::Foreign { folder: root.to_owned(), name: name.to_string_lossy().into_owned() })
    })
}

/// Removes what [`replace`] left behind when the process ended within it.
fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == UNFINISHED) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Makes `folder`, or sees to it that nobody else may look into it.
fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// Takes all rights on what is ours in the data folder `root` from everybody but the owner. What else lies there
/// stays as it is.
pub(super) fn make_ours_private(root: &Path) -> Result<(), OpenError> {
    for path in OURS.map(|name| root.join(name)) {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {
                set_mode(&path, 0o700)?;
                make_files_private(&path)?;
            }
            Ok(found) if found.is_file() => set_mode(&path, 0o600)?,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(OpenError::io("look at", &path)(error)),
        }
    }
    Ok(())
}

/// Takes all rights on the files under `folder` from everybody but the owner. What a link points to is not ours.
fn make_files_private(folder: &Path) -> Result<(), OpenError> {
    let read = || OpenError::io("read", folder);
    for entry in fs::read_dir(folder).map_err(read())? {
        let entry = entry.map_err(read())?;
        let kind = entry.file_type().map_err(read())?;
        if kind.is_dir() {
            set_mode(&entry.path(), 0o700)?;
            make_files_private(&entry.path())?;
        } else if kind.is_file() {
            set_mode(&entry.path(), 0o600)?;
        }
    }
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> Result<(), OpenError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(OpenError::io("set the mode of", path))
}

/// Opens `path` for appending, made with mode 0600 if it does not exist.
pub(in crate::storage) fn open_for_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// Opens `path` for writing anywhere, made with mode 0600 if it does not exist.
pub(super) fn open_for_writing(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
}

/// Makes the names in `folder` durable.
pub(in crate::storage) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Replaces the file `path` as a whole: after a crash it holds either the old bytes or the new ones. A failure
/// leaves the old ones, and no half-written file that would take up room.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let fresh = path.with_extension(UNFINISHED);
    let replaced = write_new(&fresh, write).and_then(|()| fs::rename(&fresh, path));
    if let Err(error) = replaced {
        // The failure is what the caller wants to know; a file that cannot be removed goes at the next start.
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_folder)
}

fn write_new(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    let mut buffer = io::BufWriter::with_capacity(256 * 1024, file);
    write(&mut buffer)?;
    buffer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Takes the lock. Whoever holds it may be about to let go: a server that ends as the next one starts, or a child that
/// this process is just starting, which has all open files until it becomes another program. So it is asked for again
/// for a moment.
fn take(lock: &impl std::os::fd::AsFd) -> rustix::io::Result<()> {
    let mut tries = LOCK_TRIES;
    loop {
        match rustix::fs::flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) if tries > 1 => tries -= 1,
            ended => return ended,
        }
        std::thread::park_timeout(LOCK_PAUSE);
    }
}
