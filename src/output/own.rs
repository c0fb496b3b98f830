//! How Volley knows a file that it wrote: by a seal in it, or by its format.

use crate::header::VERSION;
use crate::sums::sha256;

/// A kind of file that is written as one output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// A plan for a board (TOML).
    Plan,
    /// A report (HTML).
    Report,
    /// The page of a sweep (HTML).
    SweepPage,
    /// A Snakemake workflow.
    Snakefile,
    /// The configuration of such a workflow (YAML).
    WorkflowConfiguration,
    /// The weights of a core. They have a magic number and a CRC-32.
    Weights,
    /// A waveform (FST), whose header names the program that wrote it.
    Waveform,
}

/// The beginning of a file of weights.
const WEIGHTS_MAGIC: &[u8] = b"VLYW";
/// The text of a waveform's writer begins here in an FST file: after the block's type and length and seven other numbers (GTKWave's
/// documentation of FST, block FST_BL_HDR).
const WRITER: std::ops::Range<usize> = 74..202;

impl Own {
    /// How a comment begins and ends, and what a seal calls the file; `None` for files without a seal.
    fn comment(self) -> Option<(&'static str, &'static str, &'static str)> {
        match self {
            Own::Plan => Some(("#", "", "plan")),
            Own::Report => Some(("<!--", " -->", "report")),
            Own::SweepPage => Some(("<!--", " -->", "sweep")),
            Own::Snakefile => Some(("#", "", "workflow")),
            Own::WorkflowConfiguration => Some(("#", "", "configuration")),
            Own::Weights | Own::Waveform => None,
        }
    }

    /// `content` with its seal. A text gets a last line: a comment with the SHA-256 of everything before it. A waveform gets a writer.
    pub fn seal(self, mut content: Vec<u8>) -> Vec<u8> {
        if let Some((open, close, name)) = self.comment() {
            if content.last().is_some_and(|last| *last != b'\n') {
                content.push(b'\n');
            }
            let line = format!("{open} volley {name}, unchanged while its SHA-256 is {}{close}\n", sha256(&content));
            content.extend(line.into_bytes());
        } else if let (Own::Waveform, Some(writer)) = (self, content.get_mut(WRITER)) {
            let text = format!("Volley {VERSION}");
            writer.fill(0);
            writer[..text.len()].copy_from_slice(text.as_bytes());
        }
        content
    }

    /// Whether Volley wrote this content and nobody has changed it.
    pub fn wrote(self, content: &[u8]) -> bool {
        match self {
            Own::Weights => is_weights(content),
            Own::Waveform => content.get(WRITER).is_some_and(|writer| writer.starts_with(b"Volley ")),
            _ => {
                let before = content.strip_suffix(b"\n").and_then(|text| text.iter().rposition(|byte| *byte == b'\n'));
                before.is_some_and(|end| self.seal(content[..=end].to_vec()) == content)
            }
        }
    }
}

/// Magic number, version, design, CRC-32 and number of the bytes that follow: see [`crate::rtl::weight_data`].
fn is_weights(content: &[u8]) -> bool {
    let word = |at: usize| content.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let data = content.get(20..).unwrap_or_default();
    content.starts_with(WEIGHTS_MAGIC) && word(16) == Some(data.len() as u32) && word(12) == Some(crc32fast::hash(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_is_known_until_it_is_changed() {
        for own in [Own::Plan, Own::Report, Own::SweepPage, Own::Snakefile, Own::WorkflowConfiguration] {
            for text in ["one", "one\ntwo\n"] {
                let sealed = own.seal(text.into());
                assert!(own.wrote(&sealed), "{own:?} {text:?}");
                assert!(!own.wrote(text.as_bytes()));
                let other = if own == Own::Plan { Own::Report } else { Own::Plan };
                assert!(!other.wrote(&sealed));
                for at in 0..sealed.len() {
                    let mut changed = sealed.clone();
                    changed[at] ^= 1;
                    assert!(!own.wrote(&changed), "{own:?}, byte {at}");
                }
                assert!(!own.wrote(&[&sealed[..], b"more\n"].concat()) && !own.wrote(&sealed[..sealed.len() - 1]));
            }
        }
    }
}
