//! A simulated device: the other side of `docs/host-protocol.md`, written from that document alone. It shares nothing with the hosts.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::behaviour::{Behaviour, Core};
use super::faults::Line;
use super::pty::Pty;

/// What a device has seen.
#[derive(Clone, Copy, Default, Debug)]
pub struct Log {
    pub frames: u32,
    pub link_errors: u32,
    /// Messages for which there was no space.
    pub overflows: u32,
    pub core_resets: u32,
    /// Bytes that the line damaged, in both directions together.
    pub hurt: u64,
    /// Most bytes of bodies that were outstanding.
    pub most_outstanding: usize,
}

/// A device that runs until it is dropped.
pub struct Device {
    pub path: String,
    stop: Arc<AtomicBool>,
    log: Arc<Mutex<Log>>,
    thread: Option<JoinHandle<()>>,
}

impl Device {
    pub fn start(behaviour: Behaviour, core: Core) -> Device {
        let pty = Pty::new();
        let path = pty.path.clone();
        let (stop, log) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Log::default())));
        let (stopped, seen) = (stop.clone(), log.clone());
        let thread = std::thread::spawn(move || Inside::new(pty, behaviour, core, seen).run(&stopped));
        Device { path, stop, log, thread: Some(thread) }
    }

    pub fn log(&self) -> Log {
        *self.log.lock().unwrap()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "the simulated device panicked");
    }
}

struct Inside {
    pty: Option<Pty>,
    behaviour: Behaviour,
    core: Core,
    log: Arc<Mutex<Log>>,
    to_device: Line,
    to_host: Line,
    /// Of the message that is being received; `None` in front of the first flag.
    body: Vec<u8>,
    escaped: bool,
    /// Whole messages without their FCS, and when they came.
    queue: VecDeque<(Vec<u8>, Instant)>,
    /// Until when the device works on the first of them.
    busy_until: Option<Instant>,
    counters: [u32; 8],
    weights: Vec<u8>,
    weights_valid: bool,
    load: Option<(u32, Vec<u8>)>,
    stuck: bool,
}

impl Inside {
    fn new(pty: Pty, behaviour: Behaviour, core: Core, log: Arc<Mutex<Log>>) -> Inside {
        Inside {
            pty: Some(pty),
            to_device: Line::new(behaviour.to_device, 0x9E37_79B9_7F4A_7C15),
            to_host: Line::new(behaviour.to_host, 0xD1B5_4A32_D192_ED03),
            weights_valid: !behaviour.without_weights,
            behaviour,
            core,
            log,
            body: Vec::new(),
            escaped: false,
            queue: VecDeque::new(),
            busy_until: None,
            counters: [0; 8],
            weights: Vec::new(),
            load: None,
            stuck: false,
        }
    }

    fn run(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let bytes = match &self.pty {
                Some(pty) => pty.read(Duration::from_millis(if self.queue.is_empty() { 20 } else { 1 })),
                None => {
                    std::thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            if let Some(babble) = self.behaviour.babble.as_deref() {
                self.pty.iter().for_each(|pty| pty.write(babble));
            }
            for byte in self.to_device.carry(&bytes) {
                self.receive(byte);
            }
            self.work();
            self.log.lock().unwrap().hurt = self.to_device.hurt + self.to_host.hurt;
        }
    }

    fn receive(&mut self, byte: u8) {
        match byte {
            0x7E => {
                let (body, escaped) = (std::mem::take(&mut self.body), std::mem::take(&mut self.escaped));
                if !body.is_empty() || escaped {
                    self.message(&body);
                }
            }
            0x7D => self.escaped = true,
            _ if std::mem::take(&mut self.escaped) => self.body.push(byte ^ 0x20),
            _ => self.body.push(byte),
        }
    }

    fn message(&mut self, body: &[u8]) {
        if body.len() < 7 || crc16(body) != 0xF0B8 {
            return self.complain(1);
        }
        let outstanding: usize = self.queue.iter().map(|(content, _)| content.len() + 2).sum();
        if outstanding + body.len() > self.behaviour.link_buffer {
            self.log.lock().unwrap().overflows += 1;
            return self.complain(2);
        }
        let most = &mut self.log.lock().unwrap().most_outstanding;
        *most = (*most).max(outstanding + body.len());
        self.queue.push_back((body[..body.len() - 2].to_vec(), Instant::now()));
    }

    /// Refuses a message that cannot be read.
    fn complain(&mut self, code: u8) {
        self.counters[7] += 1;
        self.log.lock().unwrap().link_errors += 1;
        self.reply(0xFF, 0xFFFF, &[code]);
    }

    /// Carries out what has come, as far as the device is fast enough.
    fn work(&mut self) {
        while let Some((content, came)) = self.queue.front() {
            let delay = if content[0] == 3 { self.behaviour.frame_time } else { Duration::ZERO };
            let until = *self.busy_until.get_or_insert((*came).max(Instant::now()) + delay);
            if Instant::now() < until || self.pty.is_none() {
                return;
            }
            self.busy_until = None;
            let (content, _) = self.queue.pop_front().unwrap();
            self.carry_out(&content);
        }
    }

    fn carry_out(&mut self, content: &[u8]) {
        if self.behaviour.silent {
            return;
        }
        // Replies to an earlier host come first.
        for stale in std::mem::take(&mut self.behaviour.stale) {
            self.transmit(&stale);
        }
        let (kind, sequence) = (content[0], u16::from_le_bytes([content[1], content[2]]));
        let length = usize::from(u16::from_le_bytes([content[3], content[4]]));
        let payload = &content[5..];
        let refuse = |device: &mut Inside, code| device.reply(0xFF, sequence, &[code]);
        if length != payload.len() {
            return refuse(self, 3);
        }
        match kind {
            1 if length == 2 && (1..=64).contains(&payload[1]) => {
                let registers = (0..payload[1]).map(|at| self.register(payload[0].wrapping_add(at)));
                let words: Vec<u8> = registers.flat_map(u32::to_le_bytes).collect();
                self.reply(0x81, sequence, &words);
            }
            2 if length >= 5 && length % 4 == 1 => {
                for word in payload[1..].chunks(4) {
                    self.write(payload[0], u32::from_le_bytes(word.try_into().unwrap()));
                }
                self.reply(0x82, sequence, &[]);
            }
            3 if length == self.core.shape.elements() => self.frame(sequence, payload),
            1..=3 => refuse(self, 3),
            _ => refuse(self, 4),
        }
    }

    fn frame(&mut self, sequence: u16, pixels: &[u8]) {
        self.log.lock().unwrap().frames += 1;
        let number = self.counters[0];
        self.counters[0] += 1;
        let behaviour = &mut self.behaviour;
        if behaviour.disconnect_at == Some(number) {
            self.pty = None;
            return;
        }
        if behaviour.dead_from.is_some_and(|from| number >= from) {
            return;
        }
        if behaviour.stuck_at == Some(number) {
            self.stuck = true;
        }
        if let Some((_, code)) = behaviour.refuse_at.filter(|(at, _)| *at == number) {
            return self.reply(0xFF, sequence, &[code]);
        }
        if !self.weights_valid {
            return self.reply(0xFF, sequence, &[5]);
        }
        if self.stuck {
            return self.reply(0xFF, sequence, &[6]);
        }
        let mut scores = (self.core.scores)(pixels, crc32(&self.weights));
        if self.behaviour.wrong_at == Some(number) {
            scores[1] += 1;
        }
        self.counters[1] += 1;
        self.counters[2] = 1000 + number;
        self.counters[3] = self.counters[3].wrapping_add(1000);
        self.counters[4] = self.counters[4].wrapping_add(pixels.iter().filter(|&&pixel| pixel > 0).count() as u32);
        let mut payload: Vec<u8> = scores.into_iter().flat_map(i32::to_le_bytes).collect();
        payload.truncate(payload.len() - self.behaviour.short_replies);
        self.reply(0x83, sequence, &payload);
    }

    fn register(&self, number: u8) -> u32 {
        let shape = self.core.shape;
        let own = [
            self.behaviour.identity,
            self.behaviour.version,
            self.behaviour.design,
            shape.channels as u32,
            shape.height as u32,
            shape.width as u32,
            self.core.classes as u32,
            self.core.members | self.core.timesteps << 8,
            25_000_000,
            self.behaviour.link_buffer as u32,
        ];
        let flag = |set: bool, bit: u32| u32::from(set) << bit;
        match number {
            0..10 => own[usize::from(number)],
            10 => {
                let valid = flag(self.weights_valid, 1);
                valid | flag(self.behaviour.loadable, 3) | flag(self.load.is_some(), 4)
            }
            12..20 => self.counters[usize::from(number) - 12],
            20 => crc32(&self.weights),
            21 => self.weights.len() as u32,
            24 => self.load.as_ref().map_or(self.weights.len(), |(_, image)| image.len()) as u32,
            _ => 0,
        }
    }

    fn write(&mut self, number: u8, value: u32) {
        match number {
            11 => {
                if value & 1 != 0 {
                    self.stuck = false;
                    self.log.lock().unwrap().core_resets += 1;
                }
                if value & 2 != 0 {
                    self.counters = [0; 8];
                }
            }
            22 if self.behaviour.loadable => {
                self.weights_valid = false;
                self.load = Some((value, Vec::new()));
            }
            23 => {
                let Some((wanted, mut image)) = self.load.take() else { return };
                image.extend(value.to_le_bytes());
                if image.len() < self.behaviour.weights_bytes {
                    self.load = Some((wanted, image));
                } else {
                    self.weights_valid = crc32(&image) == wanted;
                    self.weights = image;
                }
            }
            _ => {}
        }
    }

    fn reply(&mut self, kind: u8, sequence: u16, payload: &[u8]) {
        let mut body = vec![kind];
        body.extend(sequence.to_le_bytes());
        body.extend((payload.len() as u16).to_le_bytes());
        body.extend(payload);
        self.transmit(&body);
        if self.behaviour.twice {
            self.transmit(&body);
        }
    }

    /// Sends a body, which lacks its FCS, over the line.
    fn transmit(&mut self, body: &[u8]) {
        let fcs = !crc16(body);
        let mut line = self.to_host.garbage();
        line.push(0x7E);
        for byte in body.iter().copied().chain(fcs.to_le_bytes()) {
            match byte {
                0x7D | 0x7E => line.extend([0x7D, byte ^ 0x20]),
                _ => line.push(byte),
            }
        }
        line.push(0x7E);
        let line = self.to_host.carry(&line);
        if let Some(pty) = &self.pty {
            pty.write(&line);
        }
    }
}

/// RFC 1662's FCS before its inversion, which is 0xF0B8 for bytes with their FCS: bits are divided in the order of transmission.
fn crc16(bytes: &[u8]) -> u16 {
    let mut register = 0xFFFFu16;
    for byte in bytes {
        for bit in 0..8 {
            let feedback = (register ^ u16::from(byte >> bit)) & 1 == 1;
            register >>= 1;
            if feedback {
                register ^= 0x8408;
            }
        }
    }
    register
}

/// zlib's.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for byte in bytes {
        register ^= u32::from(*byte);
        for _ in 0..8 {
            register = if register & 1 == 1 { register >> 1 ^ 0xEDB8_8320 } else { register >> 1 };
        }
    }
    !register
}
