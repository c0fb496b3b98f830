//! The header of a `.npy` array (NumPy's format, versions 1 to 3), and its bytes.

use std::io::Read;
use std::path::Path;

use super::damaged;
use super::element::Element;
use crate::error::Result;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header that is read; NumPy's own have about a hundred bytes.
const MOST_HEADER: usize = 65_536;
/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;

/// What a `.npy` header says.
pub(super) struct Header {
    /// The elements' type as NumPy calls it; empty for a structured type.
    pub kind: String,
    pub shape: Vec<usize>,
    /// Whether the first index runs fastest.
    pub columns: bool,
}

impl Header {
    /// Reads up to the first byte of the array. `array` is its name, for messages.
    ///
    /// # Errors
    /// [`Malformed`](crate::error::Kind::Malformed).
    pub fn read(source: &mut dyn Read, path: &Path, array: &str) -> Result<Header> {
        let text = header(source).map_err(|error| damaged(path, &error.to_string()))?;
        let text = text.ok_or_else(|| damaged(path, &format!("'{array}' has no NumPy header")))?;
        let shape = extents(&text).ok_or_else(|| damaged(path, &format!("the shape of '{array}' cannot be read")))?;
        Ok(Header { kind: quoted(&text).unwrap_or_default(), shape, columns: text.contains("'fortran_order': True") })
    }

    /// The elements' type, if they are real numbers.
    pub fn element(&self) -> Option<Element> {
        Element::parse(&self.kind)
    }

    /// The shape as people write it: `60000×28×28`.
    pub fn extents(&self) -> String {
        self.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
    }
}

/// Hands the next `count` elements to `take`, one after the other. A few of them are in memory at a time.
///
/// # Errors
/// [`Malformed`](crate::error::Kind::Malformed) if the array is cut short or damaged; what `take` reports.
pub(super) fn each(
    source: &mut dyn Read,
    (path, array): (&Path, &str),
    element: Element,
    count: u64,
    mut take: impl FnMut(f64) -> Result<()>,
) -> Result<()> {
    // In 128 bits, since a header may claim anything.
    let wanted = u128::from(count) * element.bytes as u128;
    let mut done = 0;
    let mut buffer = vec![0; CHUNK];
    while done < wanted {
        let now = (CHUNK as u128).min(wanted - done) as usize;
        let read = fill(source, &mut buffer[..now]).map_err(|error| damaged(path, &format!("'{array}': {error}")))?;
        if read < now {
            return Err(damaged(path, &format!("'{array}' ends after {} of {wanted} bytes", done + read as u128)));
        }
        for bytes in buffer[..now].chunks_exact(element.bytes) {
            take(element.value(bytes))?;
        }
        done += now as u128;
    }
    Ok(())
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// This number of bytes of an array. They are not reserved ahead: a header's claim proves nothing.
pub(super) fn exactly(source: &mut dyn Read, (path, array): (&Path, &str), wanted: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(wanted as u64).read_to_end(&mut bytes).map_err(|error| damaged(path, &error.to_string()))?;
    if bytes.len() < wanted {
        return Err(damaged(path, &format!("'{array}' ends after {} of {wanted} bytes", bytes.len())));
    }
    Ok(bytes)
}

/// Reads the `left` bytes of an array that nobody wanted and then the end of its file, where an archive compares the checksum: what is
/// not read to the end may be damaged.
pub(super) fn finish(source: &mut dyn Read, (path, array): (&Path, &str), left: u64) -> Result<()> {
    let end = std::io::copy(&mut source.take(left), &mut std::io::sink()).and_then(|read| {
        let more = source.read(&mut [0])?;
        Ok((read, more))
    });
    match end {
        Ok((read, 0)) if read == left => Ok(()),
        Ok((_, 0)) => Err(damaged(path, &format!("'{array}' is cut short"))),
        Ok(_) => Err(damaged(path, &format!("'{array}' is longer than its header says"))),
        Err(error) => Err(damaged(path, &format!("'{array}': {error}"))),
    }
}

/// The dictionary of a header; `None` for another kind of file.
fn header(source: &mut dyn Read) -> std::io::Result<Option<String>> {
    let mut start = [0; 8];
    source.read_exact(&mut start)?;
    let length = match (&start[..6] == MAGIC, start[6]) {
        (true, 1) => {
            let mut length = [0; 2];
            source.read_exact(&mut length)?;
            usize::from(u16::from_le_bytes(length))
        }
        (true, 2 | 3) => {
            let mut length = [0; 4];
            source.read_exact(&mut length)?;
            u32::from_le_bytes(length) as usize
        }
        _ => return Ok(None),
    };
    if length > MOST_HEADER {
        return Ok(None);
    }
    let mut text = vec![0; length];
    source.read_exact(&mut text)?;
    Ok(String::from_utf8(text).ok())
}

/// The numbers after `'shape':`.
fn extents(header: &str) -> Option<Vec<usize>> {
    let (_, rest) = header.split_once("'shape':")?;
    let (_, rest) = rest.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    inside.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}

/// The text after `'descr':`; none for a structured type.
fn quoted(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("'descr':")?;
    let (kind, _) = rest.trim_start().strip_prefix('\'')?.split_once('\'')?;
    Some(kind.to_owned())
}
