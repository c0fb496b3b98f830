//! Memories with contents: the one behaviour that is printed as text, since only text can say where the contents come from.

use super::{Item, MEMORY_FOLDER, Module, Port, memory_folder};
use crate::error::{Kind, Place, Result};
use crate::identifier::is_file_name;

/// A ROM shell: `depth` words of `width` bits, initialised by `$readmemh`, read synchronously with enable.
///
/// Ports `clk, en, addr, data`; `data` holds word `addr` `latency` clocks after `en`. `addr` has max(1, ⌈log₂ depth⌉)
/// bits. The first `block_rows` words are held in block RAM, the others in LUTs; if there are both, the latter have their own file. The
/// parameter [`MEMORY_FOLDER`] says where `file` is; by default in the folder that the tool runs in.
///
/// A writable one is a RAM with these contents: ports `load_enable, load_addr, load_data` write a word in any clock in which the same
/// word is not read. It uses one kind of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rom {
    /// Name of the instance.
    pub name: String,
    /// Printed above it.
    pub comment: String,
    /// Name of the file with its contents.
    pub file: String,
    /// Words that it has.
    pub depth: u64,
    /// Bits of a word.
    pub width: u32,
    /// 0..=depth.
    pub block_rows: u64,
    /// 1: data as it leaves the memory. 2: with a register after it, since a block RAM alone takes half of a clock.
    pub latency: u32,
    /// Whether words can be written.
    pub writable: bool,
}

// Vivado reads rom_style of a memory that is never written, yosys reads ram_style first. In yosys "distributed" means a
// LUT RAM, which cannot hold initial contents on any of its targets; a ROM in LUTs is "logic" there.
const BLOCK: &str = "(* rom_style = \"block\", ram_style = \"block\" *)";
const LOGIC: &str = "(* rom_style = \"distributed\", ram_style = \"logic\" *)";
// `no_rw_check` tells yosys that no read meets a write at the same address; otherwise it would build a bypass for that.
const BLOCK_RAM: &str = "(* ram_style = \"block\", no_rw_check *)";
const LUT_RAM: &str = "(* ram_style = \"distributed\", no_rw_check *)";
/// Writes a word.
const LOAD: &str = "    if (load_enable)\n        memory[load_addr] <= load_data;\n";

impl Rom {
    /// Address bits: max(1, ⌈log₂ depth⌉).
    pub fn address_bits(&self) -> u32 {
        address_bits(self.depth)
    }

    /// The file of the words that are not in block RAM, if some are.
    pub fn rest_file(&self) -> Option<String> {
        rest_file(&self.file, self.block_rows, self.depth)
    }

    /// The shell as a module.
    ///
    /// # Errors
    /// [`Kind::BadModule`] if it has no word, if it is written and in both kinds of memory, or if `file` is not a plain name.
    pub fn module(&self) -> Result<Module> {
        let fail = |problem: &str, advice| {
            Err(Kind::BadModule { problem: problem.into(), advice }.at(Place::module(&self.name)))
        };
        if self.depth == 0 {
            return fail("the memory has no words", "give it at least one word");
        }
        if self.writable && self.rest_file().is_some() {
            return fail("the memory is written and is in both kinds of memory", "keep all of its words in one");
        }
        if !is_file_name(&self.file) {
            return fail("the file of the memory has no plain name", "use letters, digits, '_', '-' and '.'");
        }
        let mut ports = vec![
            Port::input("clk", 1, "clock"),
            Port::input("en", 1, "read enable"),
            Port::input("addr", self.address_bits(), "word address"),
            Port::output("data", self.width, "the word read"),
        ];
        if self.writable {
            ports.extend([
                Port::input("load_enable", 1, "writes a word; nothing is read then"),
                Port::input("load_addr", self.address_bits(), "its address"),
                Port::input("load_data", self.width, "the word"),
            ]);
        }
        let held = if self.latency == 1 { ", held while en is low" } else { "" };
        let clocks = if self.latency == 1 { "one clock" } else { "two clocks" };
        Ok(Module {
            name: self.name.clone(),
            comment: format!(
                "{}\n{} words of {} bits; data = memory[addr] {clocks} after en{held}.",
                self.comment, self.depth, self.width
            ),
            parameters: vec![memory_folder()],
            ports,
            wires: vec![],
            body: vec![Item::Code(self.code())],
        })
    }

    fn code(&self) -> String {
        let top = self.width.max(1) - 1;
        let last = self.depth - 1;
        let style = match (self.writable, self.block_rows) {
            (false, 0) => LOGIC,
            (false, _) => BLOCK,
            (true, 0) => LUT_RAM,
            (true, _) => BLOCK_RAM,
        };
        let load = if self.writable { LOAD } else { "" };
        let whole = format!(
            "{file}{style}\nreg [{top}:0] memory [0:{last}];\nreg [{top}:0] data_reg;\n\n\
             initial $readmemh(FILE, memory);\n\nassign data = data_reg;\n\n",
            file = file("FILE", &self.file),
        );
        match (self.latency, self.block_rows) {
            (1, _) if self.writable => {
                whole
                    + &format!(
                        "always @(posedge clk) begin\n{load}    if (en)\n        data_reg <= memory[addr];\nend\n"
                    )
            }
            (1, _) => whole + "always @(posedge clk)\n    if (en)\n        data_reg <= memory[addr];\n",
            // A LUT takes little time; the wires to its inputs take more.
            (_, 0) => {
                let bits = self.address_bits() - 1;
                whole
                    + &format!(
                        "reg [{bits}:0] addr_reg;\n\nalways @(posedge clk) begin\n{load}    if (en)\n        \
                         addr_reg <= addr;\n    data_reg <= memory[addr_reg];\nend\n"
                    )
            }
            (_, rows) if rows == self.depth => {
                whole
                    + &format!(
                        "reg [{top}:0] word_reg;\n\nalways @(posedge clk) begin\n{load}    if (en)\n        \
                         word_reg <= memory[addr];\n    data_reg <= word_reg;\nend\n"
                    )
            }
            (_, rows) => self.split_code(rows),
        }
    }

    /// Words `0..rows` in block RAM, the others in LUTs. The address of the latter is held inverted: otherwise yosys would move a
    /// register that leads straight to a memory through it, and put the LUTs in front.
    fn split_code(&self, rows: u64) -> String {
        let top = self.width.max(1) - 1;
        let (block_bits, rest_bits) = (address_bits(rows) - 1, address_bits(self.depth - rows) - 1);
        let address = self.address_bits();
        format!(
            "{}{}{BLOCK}\nreg [{top}:0] block_memory [0:{}];\n{LOGIC}\nreg [{top}:0] rest_memory [0:{}];\n\n\
             initial $readmemh(FILE, block_memory);\ninitial $readmemh(REST, rest_memory);\n\n\
             reg [{top}:0] block_reg;\nreg [{rest_bits}:0] rest_addr_reg;\nreg rest_reg;\nreg [{top}:0] data_reg;\n\
             wire [{}:0] rest_addr = addr - {address}'d{rows};\nwire rest = addr >= {address}'d{rows};\n\n\
             assign data = data_reg;\n\n\
             always @(posedge clk) begin\n    if (en) begin\n        block_reg <= block_memory[addr[{block_bits}:0]];\n        \
             rest_addr_reg <= ~rest_addr[{rest_bits}:0];\n        rest_reg <= rest;\n    end\n    \
             data_reg <= rest_reg ? rest_memory[~rest_addr_reg] : block_reg;\nend\n\
             wire unused_addr = &{{1'b0, rest_addr}};\n",
            file("FILE", &self.file),
            file("REST", &self.rest_file().unwrap_or_default()),
            rows - 1,
            self.depth - rows - 1,
            address - 1,
        )
    }
}

/// A constant of a module: the path of a memory's file.
fn file(constant: &str, name: &str) -> String {
    format!("localparam {constant} = {{{MEMORY_FOLDER}, \"/{name}\"}};\n")
}

/// The file of the words of memory `file` that are not in block RAM, if some are.
pub(in crate::rtl) fn rest_file(file: &str, block_rows: u64, depth: u64) -> Option<String> {
    let split = block_rows > 0 && block_rows < depth;
    split.then(|| format!("{}_rest.mem", file.trim_end_matches(".mem")))
}

pub(in crate::rtl) fn address_bits(depth: u64) -> u32 {
    (u64::BITS - depth.saturating_sub(1).leading_zeros()).max(1)
}
