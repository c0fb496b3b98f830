//! A line of bytes to an accelerator.

use std::io;
use std::time::Duration;

/// Bytes in both directions. Sending continues in the background, since an accelerator answers before it has taken everything.
pub trait Port: Send {
    /// Sends bytes without waiting for the line.
    ///
    /// # Errors
    /// If the port is gone.
    fn send(&mut self, bytes: Vec<u8>) -> io::Result<()>;

    /// Waits until bytes are there, at most for `limit`; 0 if none came.
    ///
    /// # Errors
    /// If the port is gone.
    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize>;
}
