//! A line that damages what a host sends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use volley::host::{Port, Serial};
use volley::random::Random;

/// What happens to one message of three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    None,
    /// Random bytes before it, many of them flags and escapes.
    Garbage,
    /// A byte of it is missing.
    Drop,
    /// A bit of it is inverted, so that its FCS is wrong.
    Flip,
    /// Its second half is missing.
    Cut,
}

/// How many messages were damaged so far.
#[derive(Debug, Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

pub struct Bad {
    port: Serial,
    damage: Damage,
    random: Random,
    count: Count,
}

impl Bad {
    pub fn new(port: Serial, damage: Damage) -> (Bad, Count) {
        let count = Count::default();
        (Bad { port, damage, random: Random::new(7), count: count.clone() }, count)
    }
}

impl Port for Bad {
    fn send(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        if self.damage != Damage::None && self.random.within(0, 2) == 0 {
            self.count.0.fetch_add(1, Ordering::Relaxed);
            let at = self.random.within(1, bytes.len() - 2);
            match self.damage {
                Damage::None => {}
                Damage::Garbage => {
                    let mut garbage: Vec<u8> = (0..200).map(|_| self.random.bits() as u8).collect();
                    for byte in garbage.iter_mut().step_by(9) {
                        *byte = if self.random.within(0, 1) == 0 { 0x7E } else { 0x7D };
                    }
                    bytes.splice(0..0, garbage);
                }
                Damage::Drop => _ = bytes.remove(at),
                Damage::Flip => bytes[at] ^= 1 << self.random.within(0, 7),
                Damage::Cut => bytes.truncate(bytes.len() / 2),
            }
        }
        self.port.send(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.port.receive(buffer, limit)
    }
}
