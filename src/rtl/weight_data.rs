//! The weight data of a core: the contents of all its memories as one run of bytes. A host loads them, and a device computes their
//! checksum. And the fingerprint of the core for which weight data is meant.
//!
//! Memories come in the order of the manifest, rows in the order of their addresses. A row has as many whole bytes as it needs, the low
//! byte first; zeros fill up the last word of 32 bits. `docs/host-protocol.md` has the format of the file.

use sha2::{Digest, Sha256};

use super::{Design, MemoryEntry};
use crate::error::{Artefact, Kind, Place, Result};

/// Bytes of a word.
const WORD: usize = 4;
/// The beginning of a weight file: its letters, and the version of its format as a word.
const HEAD: [u8; 8] = *b"VLYW\x01\0\0\0";

/// The contents of all memories of a core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightData {
    /// A whole number of words.
    bytes: Vec<u8>,
}

impl WeightData {
    /// The contents of the `.mem` files of `design`, also if these cannot be written at run time.
    ///
    /// # Errors
    /// [`Kind::Missing`] or [`Kind::Malformed`] for a memory whose file is missing or holds other rows than the manifest says.
    pub fn of(design: &Design) -> Result<WeightData> {
        let mut bytes = Vec::new();
        for memory in design.manifest.memories() {
            for row in rows(design, memory)? {
                push_row(&mut bytes, row, memory)?;
            }
        }
        bytes.resize(bytes.len().next_multiple_of(WORD), 0);
        Ok(WeightData { bytes })
    }

    /// The bytes, a whole number of words.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The words in the order in which they are loaded.
    pub fn words(&self) -> impl Iterator<Item = u32> {
        self.bytes.chunks_exact(WORD).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    }

    /// The checksum of all bytes: zlib's CRC-32.
    pub fn crc32(&self) -> u32 {
        crc32fast::hash(&self.bytes)
    }

    /// The file that a host loads into a core of fingerprint `design`.
    pub fn file(&self, design: u32) -> Vec<u8> {
        let mut file = HEAD.to_vec();
        for word in [design, self.crc32(), self.bytes.len() as u32] {
            file.extend(word.to_le_bytes());
        }
        file.extend(&self.bytes);
        file
    }
}

/// The fingerprint of a core's Verilog without its weights: the first four bytes, as a little-endian word, of the SHA-256 over
/// all its `.v` files in the order of their names, the length (8 bytes, little-endian) of each name and text before it.
pub fn fingerprint(design: &Design) -> u32 {
    let mut hash = Sha256::new();
    for (name, text) in design.files.iter().filter(|(name, _)| name.ends_with(".v")) {
        for part in [name, text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let digest = hash.finalize();
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// The rows of `memory` as hexadecimal words; rows in LUTs may have a file of their own.
fn rows<'d>(design: &'d Design, memory: &MemoryEntry) -> Result<Vec<&'d str>> {
    let names = [Some(memory.file.clone()), memory.rest_file()];
    let mut found = Vec::new();
    for name in names.into_iter().flatten() {
        let Some(text) = design.files.get(&name) else {
            return Err(Kind::Missing { wanted: Artefact::CoreFile }.at(Place::file(name)));
        };
        found.extend(text.lines().filter(|line| !line.starts_with("//")));
    }
    if found.len() as u64 != memory.rows {
        let problem = format!("it has {} rows, where core.toml has {}", found.len(), memory.rows);
        return Err(Kind::malformed(Artefact::CoreFile, problem).at(Place::file(&memory.file)));
    }
    Ok(found)
}

/// Appends a row, its low byte first.
fn push_row(bytes: &mut Vec<u8>, row: &str, memory: &MemoryEntry) -> Result<()> {
    let end = bytes.len() + memory.row_bytes() as usize;
    let digits = row.as_bytes();
    for pair in digits.rchunks(2) {
        let byte = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match byte {
            Some(byte) if bytes.len() < end => bytes.push(byte),
            _ => {
                let problem = format!("'{row}' is not a row of {} bits", memory.width);
                return Err(Kind::malformed(Artefact::CoreFile, problem).at(Place::file(&memory.file)));
            }
        }
    }
    bytes.resize(end, 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Shape;
    use crate::fixed_point::WeightMode;
    use crate::rtl::{LayerEntry, Manifest};
    use crate::schedule::Fold;

    /// A design of one layer with the given memories, (rows, width, block rows), and files.
    fn design(memories: &[(u64, u64, u64)], files: &[(&str, &str)]) -> Design {
        let memory = |(number, &(rows, width, block_rows)): (usize, &(u64, u64, u64))| MemoryEntry {
            file: format!("m{number}.mem"),
            rows,
            width,
            block_rows,
        };
        let layer = LayerEntry {
            name: "fc".into(),
            module: "net_fc".into(),
            output: Shape { channels: 1, height: 1, width: 1 },
            segments: 1,
            buffer_rows: vec![],
            word_elements: vec![],
            multipliers: 0,
            accumulator_bits: 8,
            membrane_bits: 8,
            fold: Fold::lanes(1),
            memories: memories.iter().enumerate().map(memory).collect(),
        };
        let files: BTreeMap<_, _> = files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        let input = Shape { channels: 1, height: 1, width: 1 };
        let manifest = Manifest {
            top: "net_core".into(),
            clock_mhz: None,
            input,
            classes: 1,
            members: 1,
            timesteps: 1,
            weights: WeightMode::Baked,
            layers: vec![layer],
        };
        Design { files, manifest }
    }

    #[test]
    fn rows_are_bytes_low_byte_first_up_to_a_whole_word() {
        let design = design(&[(2, 12, 0), (1, 8, 0)], &[("m0.mem", "a12\n003\n"), ("m1.mem", "7f\n")]);
        let data = WeightData::of(&design).unwrap();
        assert_eq!(data.bytes(), [0x12, 0x0a, 0x03, 0x00, 0x7f, 0, 0, 0]);
        assert_eq!(data.words().collect::<Vec<_>>(), [0x0003_0a12, 0x7f]);
        // As Python's zlib.crc32 has it.
        assert_eq!(data.crc32(), 0x4a04_7415);
        let file = data.file(0x0403_0201);
        assert_eq!(file[..12], [b'V', b'L', b'Y', b'W', 1, 0, 0, 0, 1, 2, 3, 4]);
        assert_eq!(file[12..16], 0x4a04_7415_u32.to_le_bytes());
        assert_eq!(file[16..20], [8, 0, 0, 0]);
        assert_eq!(file[20..], *data.bytes());
    }

    #[test]
    fn a_split_memory_is_one_memory() {
        let split = design(&[(3, 8, 2)], &[("m0.mem", "01\n02\n"), ("m0_rest.mem", "03\n")]);
        let whole = design(&[(3, 8, 3)], &[("m0.mem", "01\n02\n03\n")]);
        assert_eq!(WeightData::of(&split).unwrap(), WeightData::of(&whole).unwrap());
    }

    #[test]
    fn memories_that_are_not_what_the_manifest_says_are_refused() {
        for (files, named) in [
            (vec![], "m0.mem: it is missing"),
            (vec![("m0.mem", "01\n")], "m0.mem: it has 1 rows, where core.toml has 2"),
            (vec![("m0.mem", "01\nxx\n")], "'xx'"),
            (vec![("m0.mem", "01\n123\n")], "'123'"),
        ] {
            let message = WeightData::of(&design(&[(2, 8, 0)], &files)).unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
        }
    }

    #[test]
    fn a_fingerprint_is_of_the_verilog_alone() {
        let of = |files: &[(&str, &str)]| fingerprint(&design(&[], files));
        let one = of(&[("a.v", "module"), ("b.v", "x"), ("m0.mem", "01\n")]);
        // As Python's hashlib has it.
        assert_eq!(one, 0xfd05_a49c);
        assert_eq!(one, of(&[("a.v", "module"), ("b.v", "x"), ("m0.mem", "02\n")]));
        for other in
            [&[("a.v", "module"), ("b.v", "y")], &[("a.v", "module"), ("c.v", "x")], &[("a.v", "modul"), ("b.v", "ex")]]
        {
            assert_ne!(one, of(other));
        }
    }
}
