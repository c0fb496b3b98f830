//! A pseudo-terminal with a device at one end.

use std::fs::{File, OpenOptions};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// The device's end.
pub struct Pty {
    pub master: OwnedFd,
    /// Keeps the line up while no host is there.
    _slave: File,
    /// What a host opens.
    pub path: String,
}

impl Pty {
    /// In raw mode, as a host will set it anyway: bytes sent before a host is there must not change.
    pub fn new() -> Pty {
        // Not handed on to child processes, so that dropping it ends the line.
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let mut mode = tcgetattr(&slave).unwrap();
        mode.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &mode).unwrap();
        Pty { master, _slave: slave, path }
    }

    /// The bytes that are there, or come within `limit`.
    pub fn read(&self, limit: Duration) -> Vec<u8> {
        let limit = Timespec::try_from(limit).unwrap();
        let mut wanted = [PollFd::new(&self.master, PollFlags::IN)];
        if poll(&mut wanted, Some(&limit)).unwrap() == 0 {
            return Vec::new();
        }
        let mut bytes = [0; 4096];
        let count = rustix::io::read(&self.master, &mut bytes).unwrap();
        bytes[..count].to_vec()
    }

    pub fn write(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = rustix::io::write(&self.master, bytes).unwrap();
            bytes = &bytes[written..];
        }
    }
}
