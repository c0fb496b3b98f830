//! Names of the converted network's nodes: short, unique, and usable as Verilog identifiers.

use std::collections::HashMap;

use crate::identifier::{is_keyword, is_taken, printable};

/// Longest name; engine and file names are built from it.
const LONGEST: usize = 40;

/// Gives out each name once.
#[derive(Default)]
pub struct Names {
    /// How often each was asked for, or given out.
    wanted: HashMap<String, usize>,
}

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
            Some(_) if is_keyword(name) || is_taken(name) => format!("{name}_{kind}"),
            Some(_) => name.to_owned(),
        };
        // Counted on from the last time, since a file may give all of its nodes the same name.
        loop {
            let count = self.wanted.entry(name.clone()).or_default();
            *count += 1;
            let unique = if *count == 1 { name.clone() } else { format!("{name}_{count}") };
            if *count == 1 {
                return unique;
            }
            if !self.wanted.contains_key(&unique) {
                self.wanted.insert(unique.clone(), 1);
                return unique;
            }
        }
    }
}

/// The dotted module path of an ONNX node of PyTorch's exporter: `/blocks/blocks.0/act1/Relu` is `blocks.0.act1`.
/// A name without slashes is its own path. The path can be shown for every name.
pub fn module_path(name: &str) -> String {
    printable(&dotted(name))
}

fn dotted(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let [modules @ .., last] = &parts[..] else { return String::new() };
    if modules.is_empty() {
        return (*last).to_owned();
    }
    // The exporter repeats a container's name in the names of its children: `blocks`, `blocks.0`.
    let repeats = |index: usize| {
        modules
            .get(index + 1)
            .is_some_and(|child| child.strip_prefix(modules[index]).is_some_and(|r| r.starts_with('.')))
    };
    let kept: Vec<&str> = (0..modules.len()).filter(|&index| !repeats(index)).map(|index| modules[index]).collect();
    kept.join(".")
}

#[cfg(test)]
mod tests {
    use super::{Names, module_path};

    #[test]
    fn module_paths_drop_repeated_containers() {
        for (name, path) in [
            ("/blocks/blocks.0/act1/Relu", "blocks.0.act1"),
            ("/layer1/layer1.0/downsample/downsample.0/Conv", "layer1.0.downsample.0"),
            ("/2/Div_1", "2"),
            ("/Flatten", "Flatten"),
            ("Relu_3", "Relu_3"),
            ("/a\nmodule b;/\u{1b}[31m/Relu", "a\u{fffd}module b;.\u{fffd}[31m"),
            ("", ""),
        ] {
            assert_eq!(module_path(name), path);
        }
    }

    #[test]
    fn a_number_that_another_name_has_is_passed_over() {
        let mut names = Names::default();
        let chosen = ["a_2", "a", "a", "a_2", "a", "a_2"].map(|origin| names.choose(origin, "conv"));
        assert_eq!(chosen, ["a_2", "a", "a_3", "a_2_2", "a_4", "a_2_3"]);
        // If quadratic in their number, this would take minutes.
        let many: std::collections::HashSet<_> = (0..100_000).map(|_| names.choose("/b/Conv", "conv")).collect();
        assert_eq!(many.len(), 100_000);
    }

    #[test]
    fn names_are_unique_identifiers() {
        let mut names = Names::default();
        let mut choose = |origin: &str, kind: &str| names.choose(origin, kind);
        assert_eq!(choose("/0/Conv", "conv"), "conv_0");
        assert_eq!(choose("/0/Conv", "conv"), "conv_0_2");
        assert_eq!(choose("/9/Gemm", "linear"), "linear_9");
        assert_eq!(choose("/blocks/blocks.0/conv1/Conv", "conv"), "blocks_0_conv1");
        assert_eq!(choose("/output/Gemm", "linear"), "output_linear");
        assert_eq!(choose("/cover/Conv", "conv"), "cover_conv");
        assert_eq!(choose("/Größe--x/Conv", "conv"), "gr_e_x");
        assert_eq!(choose("//", "conv"), "conv");
        assert_eq!(choose("x; endmodule", "conv"), "x_endmodule");
        assert_eq!(choose("../../etc/passwd", "conv"), "etc");
        assert_eq!(choose("a\nb", "conv"), "a_b");
        // Names already in the Verilog: the network's core, another layer's memory, a branch of its stream.
        assert_eq!(choose("core", "conv"), "core_conv");
        assert_eq!(choose("a_b_weights_0", "conv"), "a_b_weights_0_conv");
        assert_eq!(choose("a_b_to_1", "sum"), "a_b_to_1_sum");
        assert_eq!(choose(&format!("/{}/Conv", "a".repeat(200)), "conv").len(), 40);
    }
}
