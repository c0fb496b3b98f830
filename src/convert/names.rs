//! Names of the converted network's nodes: short, unique, and usable as Verilog identifiers.

use std::collections::HashSet;

use crate::identifier::is_keyword;

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
            Some(_) if is_keyword(name) => format!("{name}_{kind}"),
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
            ("", ""),
        ] {
            assert_eq!(module_path(name), path);
        }
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
        assert_eq!(choose("/Größe--x/Conv", "conv"), "gr_e_x");
        assert_eq!(choose("//", "conv"), "conv");
        assert_eq!(choose(&format!("/{}/Conv", "a".repeat(200)), "conv").len(), 40);
    }
}
