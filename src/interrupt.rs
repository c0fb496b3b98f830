//! What must not outlive the program when it is told to end: outputs that are not finished, and the programs that it started.
//!
//! Everything of the kind is held in one list from the moment at which it exists. [`end`] takes the list and empties it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// Times that a folder is emptied again, since a program may still have written into it.
const TRIES: usize = 20;

#[derive(Debug)]
enum Held {
    /// A file, a link, or a folder with all that is in it.
    Path(PathBuf),
    /// A program and those that it started in turn: the number of their process group.
    Group(u32),
}

#[derive(Debug)]
struct List {
    next: u64,
    held: BTreeMap<u64, Held>,
}

static LIST: Mutex<List> = Mutex::new(List { next: 0, held: BTreeMap::new() });

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

impl List {
    fn hold(&mut self, held: Held) -> Hold {
        self.next += 1;
        self.held.insert(self.next, held);
        Hold(self.next)
    }
}

/// An entry of the list, as long as this lives.
#[derive(Debug)]
pub struct Hold(u64);

impl Hold {
    /// A path that is deleted if the program is told to end.
    pub fn path(path: &Path) -> Hold {
        list().hold(Held::Path(path.into()))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        list().held.remove(&self.0);
    }
}

/// A temporary folder, deleted when this is dropped or the program is told to end.
#[derive(Debug)]
pub struct TemporaryFolder {
    // Deleted before it leaves the list.
    folder: TempDir,
    _hold: Hold,
}

impl TemporaryFolder {
    /// What `make` makes.
    pub(crate) fn new(make: impl FnOnce() -> std::io::Result<TempDir>) -> std::io::Result<TemporaryFolder> {
        // No end can come between the two.
        let mut list = list();
        let folder = make()?;
        let hold = list.hold(Held::Path(folder.path().into()));
        Ok(TemporaryFolder { folder, _hold: hold })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A program that was started. It is ended if this is dropped before.
#[derive(Debug)]
pub(crate) struct Started {
    pub child: Child,
    _hold: Hold,
    _temporary: TemporaryFolder,
}

/// Starts a program in a process group of its own: it is this program that ends it, not the terminal. Its temporary files are in a folder of
/// its own: one that is killed deletes nothing itself.
pub(crate) fn start(command: &mut Command) -> std::io::Result<Started> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    // A folder that cannot be made must not look like a program that is not there.
    let temporary = TemporaryFolder::new(tempfile::tempdir).map_err(std::io::Error::other)?;
    command.env("TMPDIR", temporary.path());
    let mut list = list();
    let child = command.spawn()?;
    let hold = list.hold(Held::Group(child.id()));
    Ok(Started { child, _hold: hold, _temporary: temporary })
}

impl Drop for Started {
    fn drop(&mut self) {
        // One that has ended and was waited for may have given its number to another.
        if matches!(self.child.try_wait(), Ok(None)) {
            kill(self.child.id());
            // Nothing can be done about one that cannot be waited for.
            let _ = self.child.wait();
        }
    }
}

#[cfg(unix)]
fn kill(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = Pid::from_raw(group as i32) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_: u32) {}

/// Ends all programs that were started and deletes all unfinished outputs and temporary folders. The process must exit after it: whoever
/// wants to start or write anything else waits for ever.
pub fn end() {
    let list = list();
    for held in list.held.values() {
        if let Held::Group(group) = held {
            kill(*group);
        }
    }
    for _ in 0..TRIES {
        let paths = list.held.values().filter_map(|held| match held {
            Held::Path(path) => Some(path),
            Held::Group(_) => None,
        });
        let left = paths.filter(|path| path.symlink_metadata().is_ok()).fold(false, |_, path| {
            // What cannot be deleted now is tried again.
            let _ = if path.is_symlink() || path.is_file() {
                std::fs::remove_file(path)
            } else {
                std::fs::remove_dir_all(path)
            };
            true
        });
        if !left {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    #[expect(clippy::mem_forget, reason = "the list stays locked: nothing more begins")]
    std::mem::forget(list);
}
