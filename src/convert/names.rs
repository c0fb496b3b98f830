//! Names of the converted network's nodes: short, unique, and usable as Verilog identifiers.

use std::collections::HashSet;

/// Longest name; engine and file names are built from it.
const LONGEST: usize = 40;

/// Gives out each name once.
#[derive(Default)]
pub struct Names(HashSet<String>);

impl Names {
    /// A name for the node that the operator `origin` of the file became; `kind` is `conv`, `linear` or `pool`.
    pub fn choose(&mut self, origin: &str, kind: &str) -> String {
        let path = module_path(origin);
        let mut name = String::new();
        for character in path.chars().map(|c| c.to_ascii_lowercase()) {
            match character {
                'a'..='z' | '0'..='9' => name.push(character),
                _ if name.ends_with('_') || name.is_empty() => {}
                _ => name.push('_'),
            }
        }
        name.truncate(LONGEST);
        let name = name.trim_end_matches('_');
        let name = match name.chars().next() {
            None => kind.to_owned(),
            Some('0'..='9') => format!("{kind}_{name}"),
            Some(_) if KEYWORDS.contains(&name) => format!("{name}_{kind}"),
            Some(_) => name.to_owned(),
        };
        let unique = (1..)
            .map(|count| if count == 1 { name.clone() } else { format!("{name}_{count}") })
            .find(|name| !self.0.contains(name))
            .unwrap_or(name);
        self.0.insert(unique.clone());
        unique
    }
}

/// The dotted module path of an ONNX node of PyTorch's exporter: `/blocks/blocks.0/act1/Relu` is `blocks.0.act1`.
/// A name without slashes is its own path.
pub fn module_path(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let [modules @ .., last] = &parts[..] else { return String::new() };
    if modules.is_empty() {
        return (*last).to_owned();
    }
    // The exporter repeats a container's name in that of its children: `blocks`, `blocks.0`.
    let repeats = |index: usize| {
        modules
            .get(index + 1)
            .is_some_and(|child| child.strip_prefix(modules[index]).is_some_and(|r| r.starts_with('.')))
    };
    let kept: Vec<&str> = (0..modules.len()).filter(|&index| !repeats(index)).map(|index| modules[index]).collect();
    kept.join(".")
}

/// Reserved words of Verilog-2005 and of SystemVerilog that tools reading it by default would trip over.
const KEYWORDS: [&str; 152] = [
    "always",
    "and",
    "assign",
    "automatic",
    "begin",
    "bit",
    "buf",
    "bufif0",
    "bufif1",
    "byte",
    "case",
    "casex",
    "casez",
    "cell",
    "cmos",
    "config",
    "deassign",
    "default",
    "defparam",
    "design",
    "disable",
    "edge",
    "else",
    "end",
    "endcase",
    "endconfig",
    "endfunction",
    "endgenerate",
    "endmodule",
    "endprimitive",
    "endspecify",
    "endtable",
    "endtask",
    "event",
    "final",
    "for",
    "force",
    "forever",
    "fork",
    "function",
    "generate",
    "genvar",
    "highz0",
    "highz1",
    "if",
    "ifnone",
    "import",
    "incdir",
    "include",
    "initial",
    "inout",
    "input",
    "instance",
    "int",
    "integer",
    "interface",
    "join",
    "large",
    "liblist",
    "library",
    "local",
    "localparam",
    "logic",
    "longint",
    "macromodule",
    "medium",
    "module",
    "nand",
    "negedge",
    "new",
    "nmos",
    "nor",
    "noshowcancelled",
    "not",
    "notif0",
    "notif1",
    "null",
    "or",
    "output",
    "package",
    "parameter",
    "pmos",
    "posedge",
    "primitive",
    "priority",
    "program",
    "property",
    "pull0",
    "pull1",
    "pulldown",
    "pullup",
    "pulsestyle_ondetect",
    "pulsestyle_onevent",
    "pure",
    "rand",
    "rcmos",
    "real",
    "realtime",
    "ref",
    "reg",
    "release",
    "repeat",
    "return",
    "rnmos",
    "rpmos",
    "rtran",
    "rtranif0",
    "rtranif1",
    "scalared",
    "sequence",
    "showcancelled",
    "signed",
    "small",
    "specify",
    "specparam",
    "static",
    "string",
    "strong0",
    "strong1",
    "struct",
    "super",
    "supply0",
    "supply1",
    "table",
    "task",
    "this",
    "time",
    "tran",
    "tranif0",
    "tranif1",
    "tri",
    "tri0",
    "tri1",
    "triand",
    "trior",
    "trireg",
    "type",
    "union",
    "unique",
    "unsigned",
    "use",
    "var",
    "vectored",
    "virtual",
    "void",
    "wait",
    "wand",
    "weak0",
    "weak1",
    "while",
    "wire",
    "with",
];
