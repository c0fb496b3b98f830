//! The accelerator's registers by name, with the numbers of `docs/host-protocol.md`. Hosts and block design tools use these names.

/// What a host may do with a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is read.
    Read,
    /// It is written.
    Write,
    /// It is both.
    ReadWrite,
}

/// By number. Over AXI4-Lite the byte address is four times as large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Register {
    /// `VLLY` in ASCII.
    Identity = 0,
    /// Of the host protocol: major, minor.
    Version = 1,
    /// Fingerprint of the core without its weights.
    Design = 2,
    /// Channels of an input pixel.
    Channels = 3,
    /// Rows of an input frame.
    Height = 4,
    /// Columns of an input frame.
    Width = 5,
    /// Scores of a frame.
    Classes = 6,
    /// Members of a group neuron, time steps.
    Neurons = 7,
    /// Clock of the core in Hz; 0 if not known.
    ClockHz = 8,
    /// Bytes of requests that may be outstanding on a serial line; 0 over AXI.
    LinkBuffer = 9,
    /// Whether a frame is in the core, weights are valid, a frame was wrong, weights can be loaded and are being loaded.
    Status = 10,
    /// Bit 0 resets the core, bit 1 the counters.
    Control = 11,
    /// Frames that entered whole.
    FramesIn = 12,
    /// Frames whose last score left.
    FramesOut = 13,
    /// Clocks that the core took for the last frame that was in it alone.
    Latency = 14,
    /// Clocks with a frame in the core in which it did not wait.
    BusyClocks = 15,
    /// Events processed.
    Events = 16,
    /// Clocks in which a pixel waited.
    InputStalls = 17,
    /// Clocks in which a score waited.
    OutputStalls = 18,
    /// Messages dropped on a serial line.
    LinkErrors = 19,
    /// CRC-32 of the weights in use.
    Weights = 20,
    /// Bytes of the weight data.
    WeightsBytes = 21,
    /// Begins a load: CRC-32 of the weight data.
    LoadStart = 22,
    /// Next word of the weight data.
    LoadData = 23,
    /// Bytes taken since `LoadStart`.
    LoadOffset = 24,
    /// What raises the interrupt: bit 0 a frame that left, bit 1 a frame that ended at the wrong pixel.
    InterruptEnable = 25,
    /// What has happened, by the same bits; writing a 1 clears one.
    InterruptStatus = 26,
}

impl Register {
    /// Its byte address over AXI4-Lite.
    pub fn address(self) -> u32 {
        4 * self as u32
    }
}

/// What is known about a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The register.
    pub register: Register,
    /// As documents and block designs name it.
    pub name: &'static str,
    /// What a host may do with it.
    pub access: Access,
    /// What it holds, in a few words.
    pub meaning: &'static str,
}

const fn read(register: Register, name: &'static str, meaning: &'static str) -> Entry {
    Entry { register, name, access: Access::Read, meaning }
}

const fn write(register: Register, name: &'static str, meaning: &'static str) -> Entry {
    Entry { register, name, access: Access::Write, meaning }
}

const fn both(register: Register, name: &'static str, meaning: &'static str) -> Entry {
    Entry { register, name, access: Access::ReadWrite, meaning }
}

/// All registers, by number.
pub const REGISTERS: &[Entry] = &[
    read(Register::Identity, "IDENTITY", "VLLY in ASCII"),
    read(Register::Version, "VERSION", "of the host protocol: major, minor"),
    read(Register::Design, "DESIGN", "fingerprint of the core without its weights"),
    read(Register::Channels, "CHANNELS", "of an input pixel"),
    read(Register::Height, "HEIGHT", "of an input frame"),
    read(Register::Width, "WIDTH", "of an input frame"),
    read(Register::Classes, "CLASSES", "scores of a frame"),
    read(Register::Neurons, "NEURONS", "members of a group neuron, time steps"),
    read(Register::ClockHz, "CLOCK_HZ", "of the core, 0 if not known"),
    read(Register::LinkBuffer, "LINK_BUFFER", "0: there is no serial line"),
    read(Register::Status, "STATUS", "frame in the core, weights valid, frame error, loadable, loading"),
    write(Register::Control, "CONTROL", "bit 0 resets the core, bit 1 the counters"),
    read(Register::FramesIn, "FRAMES_IN", "frames that entered whole"),
    read(Register::FramesOut, "FRAMES_OUT", "frames whose last score left"),
    read(Register::Latency, "LATENCY", "clocks that the core took for the last frame that was in it alone"),
    read(Register::BusyClocks, "BUSY_CLOCKS", "clocks with a frame in the core in which it did not wait"),
    read(Register::Events, "EVENTS", "events processed"),
    read(Register::InputStalls, "INPUT_STALLS", "clocks in which a pixel waited"),
    read(Register::OutputStalls, "OUTPUT_STALLS", "clocks in which a score waited"),
    read(Register::LinkErrors, "LINK_ERRORS", "messages dropped on a serial line"),
    read(Register::Weights, "WEIGHTS", "CRC-32 of the weights in use"),
    read(Register::WeightsBytes, "WEIGHTS_BYTES", "bytes of the weight data"),
    write(Register::LoadStart, "LOAD_START", "begins a load: CRC-32 of the weight data"),
    write(Register::LoadData, "LOAD_DATA", "next word of the weight data"),
    read(Register::LoadOffset, "LOAD_OFFSET", "bytes taken since LOAD_START"),
    both(Register::InterruptEnable, "INTERRUPT_ENABLE", "bit 0: a frame left, bit 1: frame error"),
    both(Register::InterruptStatus, "INTERRUPT_STATUS", "what has happened; a 1 clears a bit"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_document() {
        // | 0 | 0x00 | IDENTITY | r | ...
        let row = |line: &str| -> Option<(u32, u32, String, Access)> {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let address = cells.get(2)?.strip_prefix("0x")?;
            let access = match cells[4] {
                "r" => Access::Read,
                "w" => Access::Write,
                _ => Access::ReadWrite,
            };
            Some((cells[1].parse().ok()?, u32::from_str_radix(address, 16).ok()?, cells[3].into(), access))
        };
        let documented: Vec<_> = include_str!("../../docs/host-protocol.md").lines().filter_map(row).collect();
        let here: Vec<_> =
            REGISTERS.iter().map(|r| (r.register as u32, r.register.address(), r.name.to_string(), r.access)).collect();
        assert_eq!(here, documented);
    }
}
