//! Where a message begins and ends in a stream of bytes, and whether it arrived whole: RFC 1662's octet stuffing and FCS-16.

/// Ends a message and begins the next; appears nowhere else.
pub const FLAG: u8 = 0x7E;
/// The next byte has its bit 5 inverted.
pub const ESCAPE: u8 = 0x7D;
const FLIP: u8 = 0x20;
/// Bytes of the FCS.
pub const FCS_BYTES: usize = 2;

/// CRC-16/X-25: polynomial 0x1021 (0x8408 reflected), start 0xFFFF, inverted at the end.
pub fn fcs16(bytes: &[u8]) -> u16 {
    let step = |crc: u16| if crc & 1 == 1 { (crc >> 1) ^ 0x8408 } else { crc >> 1 };
    let byte = |crc: u16, byte: &u8| (0..8).fold(crc ^ u16::from(*byte), |crc, _| step(crc));
    !bytes.iter().fold(0xFFFF, byte)
}

/// `content` as it goes over the line: a flag, the stuffed bytes and their FCS, a flag.
pub fn encode(content: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(content.len() + content.len() / 16 + 6);
    line.push(FLAG);
    for &byte in content.iter().chain(&fcs16(content).to_le_bytes()) {
        if byte == FLAG || byte == ESCAPE {
            line.extend([ESCAPE, byte ^ FLIP]);
        } else {
            line.push(byte);
        }
    }
    line.push(FLAG);
    line
}

/// Bytes between two flags that are not a message: the FCS is wrong, or they are too few or too many to have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// Finds the contents again. After any bytes it finds its place again at the next flag.
#[derive(Debug)]
pub struct Decoder {
    body: Vec<u8>,
    /// Of the bytes between two flags; longer ones are not kept.
    most: usize,
    escaped: bool,
    too_long: bool,
}

impl Decoder {
    /// For contents of at most `most` bytes.
    pub fn new(most: usize) -> Decoder {
        Decoder { body: Vec::new(), most: most + FCS_BYTES, escaped: false, too_long: false }
    }

    /// Takes the next byte; with the flag that ends a content, it is returned.
    pub fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, Damaged>> {
        match byte {
            FLAG => self.end(),
            ESCAPE if !self.escaped => {
                self.escaped = true;
                None
            }
            _ => {
                let byte = if std::mem::take(&mut self.escaped) { byte ^ FLIP } else { byte };
                if self.body.len() < self.most {
                    self.body.push(byte);
                } else {
                    self.too_long = true;
                }
                None
            }
        }
    }

    fn end(&mut self) -> Option<Result<Vec<u8>, Damaged>> {
        let mut body = std::mem::take(&mut self.body);
        // An escape before a flag is how RFC 1662 aborts a frame.
        let (aborted, too_long) = (std::mem::take(&mut self.escaped), std::mem::take(&mut self.too_long));
        if body.is_empty() && !aborted {
            return None;
        }
        let Some(content) = body.len().checked_sub(FCS_BYTES) else { return Some(Err(Damaged)) };
        let whole = fcs16(&body[..content]).to_le_bytes() == body[content..];
        body.truncate(content);
        Some(if whole && !aborted && !too_long { Ok(body) } else { Err(Damaged) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Everything that a decoder makes of some bytes.
    fn decode(decoder: &mut Decoder, line: &[u8]) -> Vec<Result<Vec<u8>, Damaged>> {
        line.iter().filter_map(|&byte| decoder.push(byte)).collect()
    }

    #[test]
    fn the_fcs_is_crc_16_x_25() {
        // The check value that catalogues of CRCs give.
        assert_eq!(fcs16(b"123456789"), 0x906E);
    }

    #[test]
    fn what_is_too_long_or_aborted_is_damaged_and_the_next_is_whole() {
        let mut decoder = Decoder::new(4);
        let good = encode(b"abcd");
        assert_eq!(decode(&mut decoder, &encode(b"abcde")), [Err(Damaged)]);
        assert_eq!(decode(&mut decoder, &good), [Ok(b"abcd".to_vec())]);
        let mut aborted = good.clone();
        aborted.insert(good.len() - 1, ESCAPE);
        assert_eq!(decode(&mut decoder, &aborted), [Err(Damaged)]);
        assert_eq!(decode(&mut decoder, &[FLAG, ESCAPE, FLAG, 1, FLAG, FLAG]), [Err(Damaged), Err(Damaged)]);
        assert_eq!(decode(&mut decoder, &good), [Ok(b"abcd".to_vec())]);
    }

    proptest! {
        #[test]
        fn contents_come_back(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..6)) {
            let line: Vec<u8> = contents.iter().flat_map(|content| encode(content)).collect();
            let wanted: Vec<_> = contents.into_iter().map(Ok).collect();
            prop_assert_eq!(decode(&mut Decoder::new(80), &line), wanted);
        }

        #[test]
        fn flags_stand_at_the_ends_only(content in prop::collection::vec(prop::sample::select(vec![FLAG, ESCAPE, 0, 0x5E, 0x5D]), 0..40)) {
            let line = encode(&content);
            let flags: Vec<_> = (0..line.len()).filter(|&at| line[at] == FLAG).collect();
            prop_assert_eq!(flags, vec![0, line.len() - 1]);
            prop_assert_eq!(decode(&mut Decoder::new(40), &line), vec![Ok(content)]);
        }

        #[test]
        fn any_garbage_ends_at_the_next_flag(garbage in prop::collection::vec(any::<u8>(), 0..300), content in prop::collection::vec(any::<u8>(), 0..20)) {
            let mut decoder = Decoder::new(64);
            decode(&mut decoder, &garbage);
            // The first flag ends the garbage; the message is whole.
            let last = decode(&mut decoder, &encode(&content)).pop();
            prop_assert_eq!(last, Some(Ok(content)));
        }

        #[test]
        fn one_wrong_bit_is_seen(content in prop::collection::vec(any::<u8>(), 1..40), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut line = encode(&content);
            let at = at.index(line.len());
            let before = line[at];
            line[at] ^= 1u8 << bit;
            // Where a flag or an escape comes or goes, more than one bit of the body changes.
            prop_assume!(![before, line[at]].iter().any(|&byte| byte == FLAG || byte == ESCAPE));
            prop_assert_eq!(decode(&mut Decoder::new(40), &line), vec![Err(Damaged)]);
        }
    }
}
