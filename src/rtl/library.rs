//! The hand-written Verilog modules, as they stand under `src/rtl/lib/`.

/// (file name, text) of every module of the library, in alphabetical order.
pub const FILES: &[(&str, &str)] = &[
    ("count_recoder.v", include_str!("lib/count_recoder.v")),
    ("event_join.v", include_str!("lib/event_join.v")),
    ("event_scanner.v", include_str!("lib/event_scanner.v")),
    ("event_selector.v", include_str!("lib/event_selector.v")),
    ("fifo.v", include_str!("lib/fifo.v")),
    ("group_neuron.v", include_str!("lib/group_neuron.v")),
    ("group_neuron_serial.v", include_str!("lib/group_neuron_serial.v")),
    ("input_encoder.v", include_str!("lib/input_encoder.v")),
    ("layer_engine.v", include_str!("lib/layer_engine.v")),
    ("pool.v", include_str!("lib/pool.v")),
    ("readout.v", include_str!("lib/readout.v")),
    ("readout_engine.v", include_str!("lib/readout_engine.v")),
    ("row_memory.v", include_str!("lib/row_memory.v")),
    ("skid_buffer.v", include_str!("lib/skid_buffer.v")),
    ("slice_sum.v", include_str!("lib/slice_sum.v")),
    ("spike_buffer.v", include_str!("lib/spike_buffer.v")),
    ("step_sum.v", include_str!("lib/step_sum.v")),
    ("stream_fork.v", include_str!("lib/stream_fork.v")),
    ("synapse_accumulator.v", include_str!("lib/synapse_accumulator.v")),
    ("synapse_array.v", include_str!("lib/synapse_array.v")),
    ("synapse_lane.v", include_str!("lib/synapse_lane.v")),
    ("synapse_multiplier.v", include_str!("lib/synapse_multiplier.v")),
    ("window_walker.v", include_str!("lib/window_walker.v")),
    ("word_packer.v", include_str!("lib/word_packer.v")),
];
