//! A serial port of this computer as a [`Port`]. Only with the feature `cli`: a program with its own kind of line does not need it.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use serialport::SerialPort;

use super::Port;
use crate::error::{Kind, Place, Result};

/// How long the writing thread waits for space before it checks whether the port is still wanted; and how long it may take to release a
/// dropped port.
const PATIENCE: Duration = Duration::from_millis(200);

/// A serial port of this computer, in raw mode, 8N1, locked as long as it is open.
pub struct Serial {
    reader: Box<dyn SerialPort>,
    /// `None` once it is being closed.
    queue: Option<Sender<Vec<u8>>>,
    /// Why writing ended; nothing but the end of the channel if all was written.
    ended: Receiver<io::Error>,
}

impl Serial {
    /// Opens `path` at `baud` bits a second.
    ///
    /// # Errors
    /// [`Kind::PortClosed`] if it cannot be opened.
    pub fn open(path: &str, baud: u32) -> Result<Serial> {
        let refuse =
            |error: serialport::Error| Kind::PortClosed { reason: error.to_string() }.at(Place::accelerator(path));
        let reader = serialport::new(path, baud).timeout(PATIENCE).open().map_err(refuse)?;
        let mut writer = reader.try_clone().map_err(refuse)?;
        let (queue, wanted) = mpsc::channel::<Vec<u8>>();
        let (end, ended) = mpsc::channel();
        // Writing may block in the operating system without a limit; on this thread nobody waits for it.
        std::thread::spawn(move || {
            for bytes in wanted {
                if let Err(error) = write_all(&mut *writer, &bytes) {
                    // Nobody listens if the port is being closed.
                    let _ = end.send(error);
                    return;
                }
            }
        });
        Ok(Serial { reader, queue: Some(queue), ended })
    }
}

fn write_all(writer: &mut dyn SerialPort, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match writer.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Port for Serial {
    fn send(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let sent = self.queue.as_ref().is_some_and(|queue| queue.send(bytes).is_ok());
        if sent { Ok(()) } else { Err(self.ended.try_recv().unwrap_or(io::ErrorKind::BrokenPipe.into())) }
    }

    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        if let Ok(error) = self.ended.try_recv() {
            return Err(error);
        }
        self.reader.set_timeout(limit).map_err(io::Error::from)?;
        match self.reader.read(buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(count),
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => Ok(0),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Serial {
    fn drop(&mut self) {
        // The port is free for the next user only when the writing thread has released its half.
        self.queue = None;
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}
