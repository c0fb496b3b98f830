//! No lint at all, and no waiver: every module of the libraries in several settings, and every file of generated designs, pass
//! `verilator --lint-only -Wall`, `iverilog -g2005 -Wall` and `scripts/slang.py` without a message.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;
use support::command::{complaint, output, tool};
use support::folds;
use volley::fixed_point::{Settings, ThresholdMode, WeightMode};
use volley::{quantise, random, rtl, top};

/// (module, parameters): each module by itself, as the top, its name without the prefix of the library. "" is the module's
/// own setting; the parameters that follow from others (widths of addresses and counters) are set with them, as the
/// generator does.
const SETTINGS: &[(&str, &str)] = &[
    ("event_join", "TERMS=3 COUNTS_BITS=1 WEIGHT_ADDR_BITS=11"),
    ("event_scanner", "BEATS_LOG2=0 WORD_LOG2=0 ROWS=3"),
    ("event_scanner", "BEAT_BITS=1 BEATS_LOG2=4 WORD_LOG2=4 SEGMENTS=3 WEIGHT_ADDR_BITS=7 ELEMENT_BITS=1"),
    // Two slices, two blocks of channels that two segments each read, two elements a beat, rows in LUTs.
    (
        "event_scanner",
        "BEAT_BITS=8 BEATS_LOG2=1 ROW_BEATS=32 SLICES=2 BLOCKS=2 ROW_ELEMENTS=16 RUN=6 STRIDE_ELEMENTS=2 PAD_LEFT=2 SEGMENTS=4 \
         WORD_LOG2=1 WEIGHT_ADDR_BITS=7 BLOCK_RAM=0",
    ),
    // Vectors of four counts in three blocks.
    (
        "event_scanner",
        "BEAT_BITS=4 BEATS_LOG2=2 ROW_BEATS=96 ELEMENT_BITS=16 BLOCKS=3 ROW_ELEMENTS=8 RUN=3 STRIDE_ELEMENTS=1 PAD_LEFT=1 SEGMENTS=3 \
         WORD_LOG2=0 WEIGHT_ADDR_BITS=5",
    ),
    // One pixel, and a fully connected layer of one row.
    (
        "event_scanner",
        "BEATS_LOG2=0 ROW_BEATS=1 MAP_HEIGHT=1 ROW_ELEMENTS=1 KERNEL_HEIGHT=1 RUN=1 STRIDE_HEIGHT=1 STRIDE_ELEMENTS=1 PAD_TOP=0 PAD_LEFT=0 OUT_HEIGHT=1 \
         OUT_WIDTH=1 WORD_LOG2=0 ROWS=1 WEIGHT_ADDR_BITS=1",
    ),
    (
        "event_scanner",
        "BEATS_LOG2=3 ROW_BEATS=300 MAP_HEIGHT=1 ROW_ELEMENTS=300 KERNEL_HEIGHT=1 RUN=300 STRIDE_HEIGHT=1 STRIDE_ELEMENTS=300 PAD_TOP=0 PAD_LEFT=0 \
         OUT_HEIGHT=1 OUT_WIDTH=1 WORD_LOG2=3 ROWS=2 SEGMENTS=2 WEIGHT_ADDR_BITS=10",
    ),
    ("accelerator_registers", "EVENTS=7 LOADABLE=1 CHANNELS=3 CLOCK_HZ=80000000 WEIGHTS_BYTES=70004"),
    ("accelerator_registers", "EVENTS=6 LINK_BUFFER=1016"),
    ("accelerator_registers", "EVENTS=40 LAYERS=23 TIMESTEPS=8 MEMBERS=15"),
    ("accelerator_registers", "EVENTS=3 COUNTERS=0 INTERRUPTS=0"),
    ("elementwise_term", "UNITS=2 TIMESTEPS=3 COUNT_BITS=1"),
    ("elementwise_term", "SHIFT=9 BEATS=1 ADDR_BITS=1"),
    ("fifo", "WIDTH=1 DEPTH_LOG2=1"),
    ("frame_input", "CHANNELS=3 PIXELS=1024"),
    ("frame_input", "CHANNELS=2 PIXELS=1"),
    ("frame_input", "PIXELS=1"),
    ("group_neuron", "MEMBERS=1 COUNT_BITS=1"),
    ("group_neuron", "TIMESTEPS=4 IN_TIMESTEPS=4 MEMBERS=15 COUNT_BITS=4 CHANNELS=1 CHANNEL_BITS=1"),
    ("group_neuron", "TIMESTEPS=3 IN_TIMESTEPS=1 MEMBERS=5 THETA_BITS=20"),
    ("group_neuron", "POW2=1 THETA_BITS=3 THETA_LOG2=9 MEMBERS=8 COUNT_BITS=4 TIMESTEPS=2 IN_TIMESTEPS=2"),
    ("group_neuron_serial", "MEMBERS=1 COUNT_BITS=1"),
    ("group_neuron_serial", "TIMESTEPS=4 IN_TIMESTEPS=4 MEMBERS=15 COUNT_BITS=4 CHANNELS=1 CHANNEL_BITS=1"),
    ("group_neuron_serial", "TIMESTEPS=3 IN_TIMESTEPS=1 MEMBERS=5 THETA_BITS=20"),
    ("group_neuron_serial", "POW2=1 THETA_BITS=3 THETA_LOG2=9 MEMBERS=8 COUNT_BITS=4 TIMESTEPS=2 IN_TIMESTEPS=2"),
    ("input_encoder", "CHANNELS=3"),
    ("input_encoder", "CHANNELS=1 VALUE_BITS=8 PIXELS=1"),
    ("layer_engine", "IN_TIMESTEPS=2 TIMESTEPS=2 LANES=8 MAX_SHIFT=3"),
    ("layer_engine", "IN_BITS=9 IN_SIGNED=1 ARITHMETIC=1 TIMESTEPS=4 ACC_BITS=20 MEMBRANE_BITS=24"),
    ("layer_engine", "SLICES=2 IN_TIMESTEPS=3 TIMESTEPS=3"),
    ("layer_engine", "ELEMENTWISE=1 UNITS=2 IN_TIMESTEPS=2 TIMESTEPS=2 ELEMENT_SHIFT=3"),
    ("layer_engine", "SLICES=4 IN_BITS=1 LANES=3 SUM_QUEUE_LOG2=3"),
    ("link_receiver", "BUFFER_LOG2=5"),
    ("link_receiver", "BUFFER_LOG2=15"),
    ("link_server", "FRAME_BYTES=1 CLASSES=1 IN_FLIGHT_LOG2=1 TIMEOUT_LOG2=2"),
    ("link_server", "FRAME_BYTES=65535 CLASSES=16383 IN_FLIGHT_LOG2=5"),
    ("pool", "MAXIMUM=1 OUT_BITS=3"),
    ("pool", "FIELDS=4 STRIDE_HEIGHT=3 STRIDE_WIDTH=3 OUT_HEIGHT=2 OUT_WIDTH=2 CHANNELS=1"),
    ("readout", "FACTOR=4 ACC_BITS=32 BIAS_BITS=32"),
    ("readout", "CHANNELS=1 CHANNEL_BITS=1"),
    ("readout_engine", "LANES=10 MAX_SHIFT=2 IN_SIGNED=1"),
    ("reset_chain", "STAGES=9"),
    ("reset_synchroniser", "ACTIVE_LOW=1 HOLD_LOG2=1"),
    ("row_memory", "BLOCK=0"),
    ("row_memory", "WIDTH=1 DEPTH=1 ADDR_BITS=1"),
    ("skid_buffer", "WIDTH=1"),
    ("slice_sum", "SLICES=4 FIELDS=3"),
    ("slice_sum", "SLICES=8"),
    ("spike_buffer", "ROWS=1 ROW_WORDS=1 ADDR_BITS=1 LEVEL_BITS=1"),
    ("spike_buffer", "BLOCKS=3 ROWS=3 ROW_WORDS=4 PIXEL_WORDS=2 ADDR_BITS=6 LEVEL_BITS=2 BLOCK_RAM=0"),
    ("spike_queue", "DEPTH=1 ADDR_BITS=1 WIDTH=1 BLOCK_RAM=0"),
    ("status_leds", "LEDS=1 ACTIVE_LOW=1"),
    ("status_leds", "LEDS=3 STRETCH_LOG2=1"),
    ("timestep_sum", "TIMESTEPS=1 SUM_BITS=3"),
    ("stream_fork", "OUTPUTS=4 WIDTH=1"),
    ("synapse_array", "TIMESTEPS=4 LANES=1 CHANNELS=3"),
    ("synapse_array", "COUNT_BITS=9 COUNT_SIGNED=1 ARITHMETIC=1 LANES=16 CHANNELS=16 ACC_BITS=8"),
    ("synapse_array", "COUNT_BITS=9 COUNT_SIGNED=1 MAX_SHIFT=2"),
    ("synapse_array", "COUNT_BITS=1 ACC_BITS=6"),
    ("synapse_array", "ARITHMETIC=1 TIMESTEPS=3 TIMESTEPS_PACKED=2 UNITS=4"),
    ("synapse_array", "ARITHMETIC=1 TIMESTEPS=2 LANES_PACKED=2 WEIGHT_BITS=4 MAX_SHIFT=2 VECTOR=0"),
    ("synapse_array", "ARITHMETIC=2 LANES=5 LANES_PACKED=2 MAX_SHIFT=3"),
    ("synapse_array", "ARITHMETIC=2 VECTOR=1 UNITS=2 LANES=2"),
    ("synapse_array", "VECTOR=1 MAX_SHIFT=2"),
    ("transfer_end", "FRAME_BYTES=1 FRAMES_LOG2=1"),
    ("transfer_end", "FRAME_BYTES=150528 FRAMES_LOG2=7"),
    ("uart_link", "CLOCKS_PER_BIT=4 BUFFER_LOG2=5 FRAME_BYTES=3072 CLASSES=1"),
    ("uart_receiver", "CLOCKS=4"),
    ("uart_receiver", "CLOCKS=65535"),
    ("uart_sender", "CLOCKS=4"),
    ("uart_sender", "CLOCKS=27"),
    ("uart_sender", "CLOCKS=65535"),
    ("word_packer", "WORD_LOG2=0 ROW_ELEMENTS=1"),
    ("word_packer", "WORD_LOG2=4 ROW_ELEMENTS=5"),
];

/// Lints `top` among the `.v` files of `folder` with the three front ends.
fn lint(folder: &Path, files: &[String], top: &str, setting: &str) -> Option<String> {
    let parameters = |prefix: &str| -> Vec<String> {
        setting.split_whitespace().map(|parameter| format!("{prefix}{parameter}")).collect()
    };
    // -y: only the modules that are used, so no library file is reported as a second top.
    let verilator = complaint(
        tool("verilator")
            .current_dir(folder)
            .args(["--lint-only", "-Wall", "--top-module", top, "-y", "."])
            .args(parameters("-G"))
            .arg(format!("{top}.v")),
    );
    let icarus = complaint(
        tool("iverilog")
            .current_dir(folder)
            .args(["-g2005", "-Wall", "-t", "null", "-s", top])
            .args(parameters(&format!("-P{top}.")))
            .args(files),
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let slang = complaint(
        Command::new(root.join(".venv/bin/python"))
            .current_dir(folder)
            .arg(root.join("scripts/slang.py"))
            .args(["--top", top])
            .args(parameters("-G"))
            .args(files),
    );
    let text = verilator + &icarus + &slang;
    (!text.trim().is_empty()).then(|| format!("{top} {setting}:\n{text}"))
}

fn report(problems: Vec<String>) {
    assert!(problems.is_empty(), "{} complaints:\n{}", problems.len(), problems.join("\n"));
}

/// Writes the files; returns the names of the Verilog ones.
fn write(files: &BTreeMap<String, String>, folder: &Path) -> Vec<String> {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file of the design");
    }
    files.keys().filter(|name| name.ends_with(".v")).cloned().collect()
}

/// The modules of a core and those around it.
fn libraries() -> BTreeMap<String, String> {
    let files = rtl::library::FILES.iter().chain(top::library::FILES);
    files.map(|(name, text)| (name.to_string(), text.to_string())).collect()
}

#[test]
fn library() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names = write(&libraries(), folder.path());
    let plain = names.iter().map(|name| (name.trim_end_matches(".v").trim_start_matches("volley_"), ""));
    let jobs: Vec<_> = plain.chain(SETTINGS.iter().copied()).collect();
    let check = |(module, setting): &(&str, &str)| lint(folder.path(), &names, &format!("volley_{module}"), setting);
    report(jobs.par_iter().filter_map(check).collect());
}

/// (module, a parameter that cannot be built, what it needs): one for each module that has parameters, and of `synapse_array` all
/// that follow from each other.
const REFUSED: &[(&str, &str, &str)] = &[
    ("count_recoder", "COUNT_SIGNED=2", "COUNT_SIGNED_of_0_or_1"),
    ("accelerator_registers", "LOADABLE=2", "LOADABLE_of_0_or_1"),
    ("accelerator_registers", "INTERRUPTS=2", "INTERRUPTS_of_0_or_1"),
    ("elementwise_term", "SHIFT=32", "SHIFT_of_0_to_31"),
    ("event_join", "WEIGHT_ADDR_BITS=33", "WEIGHT_ADDR_BITS_of_1_to_32"),
    ("event_scanner", "BLOCK_RAM=2", "BLOCK_RAM_of_0_or_1"),
    ("event_selector", "WORD_LOG2=5", "WORD_LOG2_of_0_to_4"),
    ("fifo", "WIDTH=0", "WIDTH_of_at_least_1"),
    ("frame_input", "CHANNELS=0", "CHANNELS_of_at_least_1"),
    ("group_neuron", "IN_TIMESTEPS=2", "IN_TIMESTEPS_of_1_or_TIMESTEPS"),
    ("group_neuron_serial", "POW2=2", "POW2_of_0_or_1"),
    ("input_encoder", "CHANNELS=0", "CHANNELS_of_at_least_1"),
    ("layer_engine", "VECTOR=2", "VECTOR_of_0_or_1"),
    ("link_receiver", "BUFFER_LOG2=16", "BUFFER_LOG2_of_5_to_15"),
    ("link_server", "FRAME_BYTES=65536", "FRAME_BYTES_of_1_to_65535"),
    ("pool", "STRIDE_WIDTH=1", "STRIDE_WIDTH_of_at_least_KERNEL_WIDTH"),
    ("readout", "ACC_BITS=33", "ACC_BITS_of_1_to_32"),
    ("readout_engine", "IN_SIGNED=2", "IN_SIGNED_of_0_or_1"),
    ("reset_chain", "STAGES=1", "STAGES_of_at_least_2"),
    ("reset_synchroniser", "ACTIVE_LOW=2", "ACTIVE_LOW_of_0_or_1"),
    ("row_memory", "BLOCK=2", "BLOCK_of_0_or_1"),
    ("serial_sink", "BITS=1", "BITS_of_at_least_2"),
    ("serial_source", "BITS=1", "BITS_of_at_least_2"),
    ("skid_buffer", "WIDTH=0", "WIDTH_of_at_least_1"),
    ("slice_sum", "SLICES=3", "SLICES_of_a_power_of_two_from_2_on"),
    ("spike_buffer", "BLOCK_RAM=2", "BLOCK_RAM_of_0_or_1"),
    ("spike_queue", "BLOCK_RAM=2", "BLOCK_RAM_of_0_or_1"),
    ("status_leds", "ACTIVE_LOW=2", "ACTIVE_LOW_of_0_or_1"),
    ("stream_fork", "WIDTH=0", "WIDTH_of_at_least_1"),
    ("synapse_accumulator", "COUNT_SIGNED=2", "COUNT_SIGNED_of_0_or_1"),
    ("synapse_array", "COUNT_SIGNED=2", "COUNT_SIGNED_of_0_or_1"),
    ("synapse_lane", "MAX_SHIFT=32", "MAX_SHIFT_of_0_to_31"),
    ("synapse_multiplier", "COUNT_SIGNED=2", "COUNT_SIGNED_of_0_or_1"),
    ("timestep_sum", "TIMESTEPS=0", "TIMESTEPS_of_at_least_1"),
    ("transfer_end", "FRAME_BYTES=0", "FRAME_BYTES_of_at_least_1"),
    ("uart_link", "CLOCKS_PER_BIT=65536", "CLOCKS_PER_BIT_of_4_to_65535"),
    ("uart_receiver", "CLOCKS=65536", "CLOCKS_of_4_to_65535"),
    ("uart_sender", "CLOCKS=65536", "CLOCKS_of_4_to_65535"),
    ("weight_loader", "INITIAL_VALID=2", "INITIAL_VALID_of_0_or_1"),
    ("window_walker", "MAP_HEIGHT=0", "MAP_HEIGHT_of_at_least_1"),
    ("word_packer", "ELEMENT_BITS=0", "ELEMENT_BITS_of_at_least_1"),
    ("synapse_array", "LANES=4 CHANNELS=8 UNITS=3", "UNITS_that_divide_LANES_and_CHANNELS"),
    ("synapse_array", "LANES_PACKED=2", "ARITHMETIC_1_or_2_to_pack"),
    ("synapse_array", "ARITHMETIC=2 TIMESTEPS=2 TIMESTEPS_PACKED=2", "TIMESTEPS_PACKED_of_1_with_ARITHMETIC_2"),
    ("synapse_array", "ARITHMETIC=1 LANES_PACKED=2 VECTOR=1", "LANES_PACKED_of_1_or_without_VECTOR_2"),
    ("synapse_array", "ARITHMETIC=1 LANES_PACKED=3", "LANES_PACKED_of_1_or_without_VECTOR_2"),
    (
        "synapse_array",
        "ARITHMETIC=1 TIMESTEPS=2 TIMESTEPS_PACKED=2 COUNT_SIGNED=1",
        "COUNT_SIGNED_of_0_to_pack_time_steps",
    ),
    ("synapse_array", "ARITHMETIC=2 LANES_PACKED=2 ACC_BITS=20", "LANES_PACKED_weights_that_fit_a_port_of_27_bits"),
    (
        "synapse_array",
        "ARITHMETIC=2 LANES_PACKED=2 ACC_BITS=25 WEIGHT_BITS=2",
        "ACC_BITS_of_48_at_most_for_all_packed_lanes",
    ),
];

/// What yosys says about a module in a setting, if it refuses it.
fn yosys(folder: &Path, files: &[String], top: &str, setting: &str) -> String {
    let settings: String = setting.split_whitespace().map(|one| format!(" -set {}", one.replace('=', " "))).collect();
    let script = format!(
        "read_verilog -noautowire -defer {}; chparam{settings} {top}; hierarchy -check -top {top}",
        files.join(" ")
    );
    let (built, text) = output(Command::new("yosys").current_dir(folder).args(["-q", "-p", &script]));
    if built { String::new() } else { text }
}

/// Four tools refuse what cannot be built, and show the module and the parameter.
#[test]
fn parameters_that_cannot_be_built_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut libraries = libraries();
    for module in ["volley_serial_sink", "volley_serial_source"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/synth/lib/{module}.v"));
        libraries.insert(format!("{module}.v"), std::fs::read_to_string(path).expect("a module"));
    }
    let names = write(&libraries, folder.path());
    for (file, text) in &libraries {
        let module = file.trim_end_matches(".v").trim_start_matches("volley_");
        let tried = REFUSED.iter().any(|(known, ..)| *known == module);
        assert_eq!(tried, text.contains(&format!("module volley_{module} #(")), "{module}");
    }
    let passed = |(module, setting, needs): &(&str, &str, &str)| -> Option<String> {
        let top = format!("volley_{module}");
        let text = lint(folder.path(), &names, &top, setting).unwrap_or_default();
        let text = text + &yosys(folder.path(), &names, &top, setting);
        // Once from each tool.
        let refused = text.matches(&format!("{top}_needs_{needs}")).count() >= 4;
        (!refused).then(|| format!("{module} {setting}: {text}"))
    };
    report(REFUSED.par_iter().filter_map(passed).collect());
}

#[test]
fn generated_designs() {
    let check = |seed: u64| -> Option<String> {
        let network = random::network(seed, &random::Options { several_terms: seed % 2 == 1, ..Default::default() });
        let threshold = if seed.is_multiple_of(3) { ThresholdMode::Pow2 } else { ThresholdMode::Exact };
        let weights = if seed % 3 == 1 { WeightMode::Runtime } else { WeightMode::Baked };
        let settings = Settings { weight_bits: 4 + seed as u32 % 6, threshold, weights, ..Settings::default() };
        let fixed = quantise::quantise(&network, &settings).expect("a random network is legal");
        let plan = folds::draw(&fixed, &mut random::Random::new(seed));
        let design = rtl::generate(&fixed, &plan).expect("a random network has hardware");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let names = write(&design.files, folder.path());
        lint(folder.path(), &names, &design.manifest.top, "").map(|text| format!("seed {seed}: {text}"))
    };
    report((0..8u64).collect::<Vec<_>>().into_par_iter().filter_map(check).collect());
}
