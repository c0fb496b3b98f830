//! No lint at all, and no waiver: every module of the libraries in several settings, and every file of generated designs,
//! pass `verilator --lint-only -Wall`, `iverilog -g2005 -Wall` and `scripts/slang.py` without a word.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;
use support::command::complaint;
use support::folds;
use volley::fixed_point::{Settings, ThresholdMode, WeightMode};
use volley::{quantise, random, rtl, top};

/// (module, parameters): each module by itself, as the top. "" is the module's own setting; the parameters that follow
/// from others (widths of addresses and counters) are set with them, as the generator does.
const SETTINGS: &[(&str, &str)] = &[
    ("event_join", "TERMS=3 COUNTS_BITS=1 WEIGHT_ADDR_BITS=11"),
    ("event_scanner", "BEATS_LOG2=0 WORD_LOG2=0 ROWS=3"),
    ("event_scanner", "BEAT_BITS=1 BEATS_LOG2=4 WORD_LOG2=4 SEGMENTS=3 WEIGHT_ADDR_BITS=7 ELEMENT_BITS=1"),
    // Two slices, two blocks of channels that two segments each read, two elements a beat, rows in LUTs.
    (
        "event_scanner",
        "BEAT_BITS=8 BEATS_LOG2=1 ROW_BEATS=32 SLICES=2 BLOCKS=2 ROW_ELEMENTS=16 RUN=6 STEP=2 PAD_LEFT=2 SEGMENTS=4 \
         WORD_LOG2=1 WEIGHT_ADDR_BITS=7 BLOCK_RAM=0",
    ),
    // Vectors of four counts in three blocks.
    (
        "event_scanner",
        "BEAT_BITS=4 BEATS_LOG2=2 ROW_BEATS=96 ELEMENT_BITS=16 BLOCKS=3 ROW_ELEMENTS=8 RUN=3 STEP=1 PAD_LEFT=1 SEGMENTS=3 \
         WORD_LOG2=0 WEIGHT_ADDR_BITS=5",
    ),
    // One pixel, and a fully connected layer of one row.
    (
        "event_scanner",
        "BEATS_LOG2=0 ROW_BEATS=1 MAP_HEIGHT=1 ROW_ELEMENTS=1 KERNEL_HEIGHT=1 RUN=1 STRIDE_HEIGHT=1 STEP=1 PAD_TOP=0 PAD_LEFT=0 OUT_HEIGHT=1 \
         OUT_WIDTH=1 WORD_LOG2=0 ROWS=1 WEIGHT_ADDR_BITS=1",
    ),
    (
        "event_scanner",
        "BEATS_LOG2=3 ROW_BEATS=300 MAP_HEIGHT=1 ROW_ELEMENTS=300 KERNEL_HEIGHT=1 RUN=300 STRIDE_HEIGHT=1 STEP=300 PAD_TOP=0 PAD_LEFT=0 \
         OUT_HEIGHT=1 OUT_WIDTH=1 WORD_LOG2=3 ROWS=2 SEGMENTS=2 WEIGHT_ADDR_BITS=10",
    ),
    ("device_registers", "EVENTS=7 LOADABLE=1 CHANNELS=3 CLOCK_HZ=80000000 WEIGHTS_BYTES=70004"),
    ("device_registers", "EVENTS=6 LINK_BUFFER=1016"),
    ("device_registers", "EVENTS=40 TIMESTEPS=8 MEMBERS=15"),
    ("device_registers", "EVENTS=3 COUNTERS=0"),
    ("elementwise_term", "UNITS=2 STEPS=3 COUNT_BITS=1"),
    ("elementwise_term", "SHIFT=9 BEATS=1 ADDR_BITS=1"),
    ("fifo", "WIDTH=1 DEPTH_LOG2=1"),
    ("frame_input", "CHANNELS=3 PIXELS=1024"),
    ("frame_input", "CHANNELS=2 PIXELS=1"),
    ("frame_input", "PIXELS=1"),
    ("group_neuron", "MEMBERS=1 COUNT_BITS=1"),
    ("group_neuron", "TIMESTEPS=4 STEPS=4 MEMBERS=15 COUNT_BITS=4 CHANNELS=1 CHANNEL_BITS=1"),
    ("group_neuron", "TIMESTEPS=3 STEPS=1 MEMBERS=5 STEP_BITS=20"),
    ("group_neuron", "POW2=1 STEP_BITS=3 STEP_LOG2=9 MEMBERS=8 COUNT_BITS=4 TIMESTEPS=2 STEPS=2"),
    ("group_neuron_serial", "MEMBERS=1 COUNT_BITS=1"),
    ("group_neuron_serial", "TIMESTEPS=4 STEPS=4 MEMBERS=15 COUNT_BITS=4 CHANNELS=1 CHANNEL_BITS=1"),
    ("group_neuron_serial", "TIMESTEPS=3 STEPS=1 MEMBERS=5 STEP_BITS=20"),
    ("group_neuron_serial", "POW2=1 STEP_BITS=3 STEP_LOG2=9 MEMBERS=8 COUNT_BITS=4 TIMESTEPS=2 STEPS=2"),
    ("input_encoder", "CHANNELS=3"),
    ("input_encoder", "CHANNELS=1 VALUE_BITS=8 PIXELS=1"),
    ("layer_engine", "IN_STEPS=2 TIMESTEPS=2 LANES=8 MAX_SHIFT=3"),
    ("layer_engine", "IN_BITS=9 IN_SIGNED=1 ARITHMETIC=1 TIMESTEPS=4 ACC_BITS=20 MEMBRANE_BITS=24"),
    ("layer_engine", "SLICES=2 IN_STEPS=3 TIMESTEPS=3"),
    ("layer_engine", "ELEMENTWISE=1 UNITS=2 IN_STEPS=2 TIMESTEPS=2 ELEMENT_SHIFT=3"),
    ("layer_engine", "SLICES=4 IN_BITS=1 LANES=3 SUM_QUEUE_LOG2=3"),
    ("link_receiver", "BUFFER_LOG2=5"),
    ("link_receiver", "BUFFER_LOG2=15"),
    ("link_server", "FRAME_BYTES=1 CLASSES=1 IN_FLIGHT_LOG2=1 TIMEOUT_LOG2=2"),
    ("link_server", "FRAME_BYTES=65535 CLASSES=16383 IN_FLIGHT_LOG2=5"),
    ("pool", "MAXIMUM=1 OUT_BITS=3"),
    ("pool", "STEPS=4 STRIDE_HEIGHT=3 STRIDE_WIDTH=3 OUT_HEIGHT=2 OUT_WIDTH=2 CHANNELS=1"),
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
    ("step_sum", "STEPS=1 SUM_BITS=3"),
    ("stream_fork", "OUTPUTS=4 WIDTH=1"),
    ("synapse_array", "STEPS=4 LANES=1 CHANNELS=3"),
    ("synapse_array", "COUNT_BITS=9 COUNT_SIGNED=1 ARITHMETIC=1 LANES=16 CHANNELS=16 ACC_BITS=8"),
    ("synapse_array", "COUNT_BITS=9 COUNT_SIGNED=1 MAX_SHIFT=2"),
    ("synapse_array", "COUNT_BITS=1 ACC_BITS=6"),
    ("synapse_array", "ARITHMETIC=1 STEPS=3 STEPS_PACKED=2 UNITS=4"),
    ("synapse_array", "ARITHMETIC=1 STEPS=2 LANES_PACKED=2 WEIGHT_BITS=4 MAX_SHIFT=2 VECTOR=0"),
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
    // -y: only the modules that are used, so that no library file is complained of as a second top.
    let verilator = complaint(
        Command::new("verilator")
            .current_dir(folder)
            .args(["--lint-only", "-Wall", "--top-module", top, "-y", "."])
            .args(parameters("-G"))
            .arg(format!("{top}.v")),
    );
    let icarus = complaint(
        Command::new("iverilog")
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

/// Writes the files; the names of the Verilog ones.
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
    let plain = names.iter().map(|name| (name.trim_end_matches(".v"), ""));
    let jobs: Vec<_> = plain.chain(SETTINGS.iter().copied()).collect();
    report(jobs.par_iter().filter_map(|(module, setting)| lint(folder.path(), &names, module, setting)).collect());
}

#[test]
fn settings_that_cannot_be_built_are_refused() {
    let cases = [
        ("LANES=4 CHANNELS=8 UNITS=3", "needs_units_that_divide_lanes_and_channels"),
        ("LANES_PACKED=2", "packs_multipliers_only"),
        ("ARITHMETIC=2 STEPS=2 STEPS_PACKED=2", "has_an_accumulating_multiplier_for_each_step"),
        ("ARITHMETIC=1 LANES_PACKED=2 VECTOR=1", "packs_two_lanes_with_one_count"),
        ("ARITHMETIC=1 LANES_PACKED=3", "packs_two_lanes_with_one_count"),
        ("ARITHMETIC=1 STEPS=2 STEPS_PACKED=2 COUNT_SIGNED=1", "packs_unsigned_counts"),
        ("ARITHMETIC=2 LANES_PACKED=2 ACC_BITS=20", "packs_weights_that_fit_a_multipliers_port"),
        ("ARITHMETIC=2 LANES_PACKED=2 ACC_BITS=25 WEIGHT_BITS=2", "accumulates_at_most_48_bits"),
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names = write(&libraries(), folder.path());
    let passed = |(setting, refusal): &(&str, &str)| -> Option<String> {
        let text = lint(folder.path(), &names, "synapse_array", setting).unwrap_or_default();
        // Once from each tool.
        let refused = text.matches(&format!("synapse_array_{refusal}")).count() >= 3;
        (!refused).then(|| format!("{setting}: {text}"))
    };
    report(cases.iter().filter_map(passed).collect());
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
        let design = rtl::generate(&fixed, &plan).expect("a random network has a hardware form");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let names = write(&design.files, folder.path());
        lint(folder.path(), &names, &design.manifest.top, "").map(|text| format!("seed {seed}: {text}"))
    };
    report((0..8u64).collect::<Vec<_>>().into_par_iter().filter_map(check).collect());
}
