//! Reading whole files, up to the size that Volley can use. `docs/hostile-input.md` lists all limits.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Bytes of the largest file of numbers: a model, weights, a memory's contents.
pub const MOST_BYTES: u64 = 1 << 30;
/// Bytes of the largest file of settings.
pub const MOST_TEXT: u64 = 16 << 20;

/// The content of a file of at most `most` bytes. A longer file is not read to its end, if it has one.
///
/// # Errors
/// Those of the system, and [`ErrorKind::FileTooLarge`].
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is larger than {} MiB", most >> 20)));
    }
    Ok(bytes)
}

/// The text of a file of settings.
///
/// # Errors
/// As [`read`], and [`ErrorKind::InvalidData`] for bytes that are not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    text(read(path, MOST_TEXT)?)
}

/// Bytes as text.
///
/// # Errors
/// [`ErrorKind::InvalidData`].
pub fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "it is no UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_never_ends_is_refused() {
        let error = read_text(Path::new("/dev/zero")).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::FileTooLarge, "it is larger than 16 MiB".into()));
    }

    #[test]
    fn a_file_of_just_that_size_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        assert_eq!(read(file.path(), 3).unwrap(), b"abc");
        assert!(read(file.path(), 2).is_err());
        std::fs::write(file.path(), [0xff]).unwrap();
        assert_eq!(read_text(file.path()).unwrap_err().to_string(), "it is no UTF-8 text");
    }
}
