//! The device's registers by name, as `docs/host-protocol.md` numbers them: what block design tools show of them.

/// What a host may do with a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// A register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Register {
    pub number: u32,
    pub name: &'static str,
    pub access: Access,
    pub meaning: &'static str,
}

impl Register {
    /// Its byte address over AXI4-Lite.
    pub fn address(&self) -> u32 {
        4 * self.number
    }
}

const fn read(number: u32, name: &'static str, meaning: &'static str) -> Register {
    Register { number, name, access: Access::Read, meaning }
}

const fn write(number: u32, name: &'static str, meaning: &'static str) -> Register {
    Register { number, name, access: Access::Write, meaning }
}

/// All registers, by number.
pub const REGISTERS: &[Register] = &[
    read(0, "IDENTITY", "VLLY in ASCII"),
    read(1, "VERSION", "of the host protocol: major, minor"),
    read(2, "DESIGN", "fingerprint of the core without its weights"),
    read(3, "CHANNELS", "of an input pixel"),
    read(4, "HEIGHT", "of an input frame"),
    read(5, "WIDTH", "of an input frame"),
    read(6, "CLASSES", "scores of a frame"),
    read(7, "NEURONS", "members of a group neuron, time steps"),
    read(8, "CLOCK_HZ", "of the core, 0 if not known"),
    read(9, "LINK_BUFFER", "0: there is no serial line"),
    read(10, "STATUS", "frame in the core, weights valid, frame error, loadable, loading"),
    write(11, "CONTROL", "bit 0 resets the core, bit 1 the counters"),
    read(12, "FRAMES_IN", "frames that entered whole"),
    read(13, "FRAMES_OUT", "frames whose last score left"),
    read(14, "LATENCY", "clocks of the last frame that found the core empty"),
    read(15, "BUSY_CLOCKS", "clocks with a frame in the core"),
    read(16, "EVENTS", "events processed"),
    read(17, "INPUT_STALLS", "clocks in which a pixel waited"),
    read(18, "OUTPUT_STALLS", "clocks in which a score waited"),
    read(19, "LINK_ERRORS", "messages dropped on a serial line"),
    read(20, "WEIGHTS", "CRC-32 of the weights in use"),
    read(21, "WEIGHTS_BYTES", "bytes of the image of the weights"),
    write(22, "LOAD_START", "begins a load: CRC-32 of the image"),
    write(23, "LOAD_DATA", "next word of the image"),
    read(24, "LOAD_OFFSET", "bytes taken since LOAD_START"),
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
            let access = if cells[4] == "w" { Access::Write } else { Access::Read };
            Some((cells[1].parse().ok()?, u32::from_str_radix(address, 16).ok()?, cells[3].into(), access))
        };
        let documented: Vec<_> = include_str!("../../docs/host-protocol.md").lines().filter_map(row).collect();
        let here: Vec<_> = REGISTERS.iter().map(|r| (r.number, r.address(), r.name.to_string(), r.access)).collect();
        assert_eq!(here, documented);
    }
}
