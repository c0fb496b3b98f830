//! The hand-written Verilog modules of a core, from `src/rtl/lib/`.
//!
//! All names begin with [`PREFIX`], so a core can be compiled together with other people's Verilog.

use std::collections::BTreeMap;

use crate::header;

/// The beginning of the name of every module that is not generated for a network.
pub const PREFIX: &str = "volley_";

/// (file name, text) of every module of the library, in alphabetical order.
pub const FILES: &[(&str, &str)] = &header::library![
    "volley_count_recoder",
    "volley_elementwise_term",
    "volley_event_join",
    "volley_event_scanner",
    "volley_event_selector",
    "volley_fifo",
    "volley_group_neuron",
    "volley_group_neuron_serial",
    "volley_input_encoder",
    "volley_layer_engine",
    "volley_pool",
    "volley_readout",
    "volley_readout_engine",
    "volley_reset_chain",
    "volley_row_memory",
    "volley_skid_buffer",
    "volley_slice_sum",
    "volley_spike_buffer",
    "volley_spike_queue",
    "volley_timestep_sum",
    "volley_stream_fork",
    "volley_synapse_accumulator",
    "volley_synapse_array",
    "volley_synapse_lane",
    "volley_synapse_multiplier",
    "volley_window_walker",
    "volley_word_packer",
];

/// Those modules of `library` that these Verilog texts instantiate, and that they instantiate in turn: texts by file name.
///
/// An instance is seen by the name of its module at the beginning of a line, as all Verilog here is written.
pub fn used_by<'t>(
    texts: impl IntoIterator<Item = &'t str>,
    library: impl IntoIterator<Item = &'t (&'t str, &'t str)>,
) -> BTreeMap<String, String> {
    let library: BTreeMap<&str, &str> = library.into_iter().copied().collect();
    let mut used = BTreeMap::new();
    let mut texts: Vec<&str> = texts.into_iter().collect();
    while let Some(text) = texts.pop() {
        let first_words = text.lines().filter_map(|line| line.split_ascii_whitespace().next());
        for module in first_words.filter(|word| word.starts_with(PREFIX)) {
            let file = format!("{module}.v");
            if let Some(inner) = library.get(file.as_str()).filter(|_| !used.contains_key(&file)) {
                used.insert(file, inner.to_string());
                texts.push(inner);
            }
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_comes_with_what_that_uses() {
        let used = used_by(["    volley_elementwise_term #(\n"], FILES);
        assert_eq!(used.keys().collect::<Vec<_>>(), ["volley_elementwise_term.v", "volley_skid_buffer.v"]);
        assert!(used_by(["// volley_fifo: a comment\nfifo #(\n"], FILES).is_empty());
    }
}
