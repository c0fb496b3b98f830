//! Names that come from files: which of them are legal in Verilog, where node names become module, instance and file names, and how any
//! text is shown.

/// Bytes of the longest name; with its prefix and suffix it is still a legal file name.
const LONGEST: usize = 64;
/// Characters of the longest text that is shown whole.
const LONGEST_SHOWN: usize = 200;

/// Names of other things in generated Verilog. A node has its own name there, alone or after the network's.
const TAKEN: [&str; 8] = ["image", "s_axis", "m_axis", "core", "core_pnr", "board", "device", "axi"];
/// Suffixes of a node's name, which could make the name of another node; a number may follow.
const TAKEN_ENDS: [&str; 4] = ["_to", "_weights", "_elements", "_neurons"];

/// Whether `name` is a lowercase Verilog identifier of ordinary length, and not a reserved word.
pub fn is_identifier(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !is_keyword(name)
}

/// Whether a node of this name could collide with other names in the Verilog of its network.
pub fn is_taken(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    TAKEN.contains(&name) || TAKEN_ENDS.iter().any(|end| stem.ends_with(end))
}

/// Whether `name` is a file name as Volley makes them: not a path or an option, and one word to every tool and in every script.
pub fn is_file_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && name.chars().all(plain)
}

/// Whether a character is shown as itself: not a control character, which could end a comment or tell a terminal what to do, and not
/// one that changes the direction of writing.
pub fn is_printable(sign: char) -> bool {
    !sign.is_control() && !matches!(sign, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` as one line: what is not printable is replaced, and what is very long ends in an ellipsis.
pub fn printable(text: &str) -> String {
    let shown = |sign| if is_printable(sign) { sign } else { char::REPLACEMENT_CHARACTER };
    let mut line: String = text.chars().take(LONGEST_SHOWN).map(shown).collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        line.push('…');
    }
    line
}

/// Whether `name` is reserved in Verilog, or in SystemVerilog: many tools read a `.v` file of a mixed project as SystemVerilog.
pub fn is_keyword(name: &str) -> bool {
    keywords().any(|keyword| keyword == name)
}

/// The keywords of SystemVerilog (IEEE 1800-2017, annex B), which include those of Verilog-2005.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.split_ascii_whitespace()
}

const KEYWORDS: &str = "
    accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind
    bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config
    const constraint context continue cover covergroup coverpoint cross deassign default defparam design disable
    dist do edge else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup
    endinterface endmodule endpackage endprimitive endprogram endproperty endsequence endspecify endtable endtask
    enum event eventually expect export extends extern final first_match for force foreach forever fork forkjoin
    function generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import
    incdir include initial inout input inside instance int integer interconnect interface intersect join join_any
    join_none large let liblist library local localparam logic longint macromodule matches medium modport module
    nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed
    parameter pmos posedge primitive priority program property protected pull0 pull1 pulldown pullup
    pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence rcmos real realtime ref reg
    reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually s_nexttime
    s_until s_until_with scalared sequence shortint shortreal showcancelled signed small soft solve specify
    specparam static string strong strong0 strong1 struct super supply0 supply1 sync_accept_on sync_reject_on table
    tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg
    type typedef union unique unique0 unsigned until until_with untyped use uwire var vectored virtual void wait
    wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_names_and_no_paths() {
        for name in ["digits_core.v", "a", "_b.mem", "core-1.bit"] {
            assert!(is_file_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../a.v",
            "/a.v",
            "a/b.v",
            "-a.v",
            "a b.v",
            "a;b.v",
            "$(a).v",
            "a\n.v",
            "größe.v",
            "c:\\a.v",
        ] {
            assert!(!is_file_name(name), "{name}");
        }
    }

    #[test]
    fn what_is_shown_is_one_line_of_bounded_length() {
        assert_eq!(printable("Größe (3×3)"), "Größe (3×3)");
        assert_eq!(printable("a\r\nb\0\u{1b}[2J\u{202e}c"), "a\u{fffd}\u{fffd}b\u{fffd}\u{fffd}[2J\u{fffd}c");
        let cut = printable(&"ä".repeat(10_000));
        assert_eq!(cut.chars().count(), LONGEST_SHOWN + 1);
        assert_eq!(printable(&cut), cut);
        assert_eq!(printable(&"a".repeat(LONGEST_SHOWN)).len(), LONGEST_SHOWN);
    }

    #[test]
    fn names_of_other_things_are_taken() {
        for name in ["core", "image", "a_weights", "a_weights_3", "b_to_0", "b_to", "c_neurons", "c_elements"] {
            assert!(is_identifier(name) && is_taken(name), "{name}");
        }
        for name in ["conv_0", "weights", "to_2", "core_2", "tomato_1"] {
            assert!(is_identifier(name) && !is_taken(name), "{name}");
        }
        for name in ["xor", "checker", "", "Conv", "9", "a-b", "größe", &"a".repeat(65)] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
