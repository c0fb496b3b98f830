//! What a bad line does to bytes.

/// Probabilities for each byte, but `garbage` for each message; out of 65,536.
#[derive(Clone, Copy, Default)]
pub struct Noise {
    /// The byte is lost.
    pub drop: u32,
    /// One of its bits is inverted.
    pub flip: u32,
    /// Some random bytes come before the message.
    pub garbage: u32,
}

/// One direction of a line; what it does is the same in every run.
pub struct Line {
    noise: Noise,
    state: u64,
    /// Bytes that were changed, lost or added.
    pub hurt: u64,
}

impl Line {
    pub fn new(noise: Noise, seed: u64) -> Line {
        Line { noise, state: seed, hurt: 0 }
    }

    /// G. Marsaglia's xorshift64*, 2003.
    fn random(&mut self) -> u32 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as u32
    }

    fn happens(&mut self, probability: u32) -> bool {
        let happens = self.random() % 65_536 < probability;
        self.hurt += u64::from(happens);
        happens
    }

    /// The bytes that arrive.
    pub fn carry(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut arrived = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            if self.happens(self.noise.drop) {
                continue;
            }
            let flip = if self.happens(self.noise.flip) { 1 << (self.random() % 8) } else { 0 };
            arrived.push(byte ^ flip);
        }
        arrived
    }

    /// Garbage between two messages: perhaps nothing.
    pub fn garbage(&mut self) -> Vec<u8> {
        if !self.happens(self.noise.garbage) {
            return Vec::new();
        }
        let length = 1 + self.random() % 30;
        (0..length).map(|_| if self.random() < 1 << 21 { 0x7E } else { self.random() as u8 }).collect()
    }
}
