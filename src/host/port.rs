//! A line of bytes to an accelerator.

use std::io;
use std::time::Duration;

/// Bytes there and back. What is sent is on its way while the caller goes on, since an accelerator answers before it has taken all.
pub trait Port: Send {
    /// Sends bytes without waiting for the line.
    ///
    /// # Errors
    /// If the port is gone.
    fn send(&mut self, bytes: Vec<u8>) -> io::Result<()>;

    /// Waits until bytes are there, for `limit` at most; 0 if none came.
    ///
    /// # Errors
    /// If the port is gone.
    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize>;
}
