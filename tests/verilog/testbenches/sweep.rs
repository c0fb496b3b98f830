//! What is run: benches and their parameter settings, stalls and seeds.

/// A bench and the settings in which it must pass; "" is the bench's own.
pub struct Bench {
    pub module: &'static str,
    pub settings: &'static [&'static str],
}

/// Stalls on both sides, seeds, and a second reset during the stream.
pub const RUNS: &[&str] = &[
    "+seed=1",
    "+seed=2 +s_stall=25 +m_stall=25",
    "+seed=3 +s_stall=60 +m_stall=60",
    "+seed=4 +s_stall=10 +m_stall=90",
    "+seed=5 +s_stall=90",
    "+seed=6 +s_stall=25 +m_stall=60 +reset=150",
];

pub const VERILATOR_RUNS: &[&str] =
    &["+seed=11", "+seed=12 +s_stall=25 +m_stall=60 +reset=150", "+seed=13 +m_stall=90"];

pub const BENCHES: &[Bench] = &[
    Bench {
        module: "event_scanner",
        settings: &[
            "",
            // Slices and blocks of channels: nearly every fault shows here, if not before.
            "BLOCKS=2 CHANNELS=8 SEGMENTS=4 WORD_LOG2=1 SLICES=2 ROWS=5",
            // 1×1 kernels: a pixel, whole rows in a word, strided.
            "HEIGHT=1 WIDTH=1 CHANNELS=1 KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 WORD_LOG2=0",
            "KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 WORD_LOG2=4",
            "KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 WORD_LOG2=1 SEGMENTS=2",
            "KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 STRIDE_H=2 STRIDE_W=2 WORD_LOG2=1",
            "KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 STRIDE_H=3 STRIDE_W=4 ROWS=3",
            // 3×3, padded, every word size.
            "WORD_LOG2=0",
            "WORD_LOG2=1 SEGMENTS=2",
            "WORD_LOG2=3 SEGMENTS=3",
            "WORD_LOG2=4",
            "STRIDE_H=2 STRIDE_W=2",
            "STRIDE_H=2 STRIDE_W=2 WORD_LOG2=1 SEGMENTS=3 HEIGHT=7 WIDTH=8",
            "STRIDE_H=1 STRIDE_W=2 WORD_LOG2=3 ROWS=4",
            "CHANNELS=1 COUNT_BITS=1 WORD_LOG2=2",
            "CHANNELS=4 WIDTH=8 WORD_LOG2=2 ROWS=5 QUEUE_LOG2=5",
            "COUNT_BITS=9 CHANNELS=1 WIDTH=9 WORD_LOG2=3 BLOCK_RAM=0",
            // 5×5 without padding; padding on some sides; rows and columns that no window reads.
            "HEIGHT=8 WIDTH=7 CHANNELS=2 KERNEL_H=5 KERNEL_W=5 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 WORD_LOG2=2",
            "HEIGHT=8 KERNEL_H=2 KERNEL_W=3 PAD_TOP=1 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=2 STRIDE_W=3",
            "HEIGHT=7 STRIDE_H=3 STRIDE_W=2 KERNEL_H=2 PAD_BOTTOM=0",
            "HEIGHT=9 WIDTH=9 CHANNELS=1 KERNEL_H=2 KERNEL_W=2 STRIDE_H=4 STRIDE_W=4 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 \
             PAD_RIGHT=0",
            // The kernel covers the map: a fully connected layer, also as one long row.
            "KERNEL_H=6 KERNEL_W=5 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 SEGMENTS=3",
            "HEIGHT=1 WIDTH=37 CHANNELS=1 KERNEL_H=1 KERNEL_W=37 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 \
             WORD_LOG2=3 SEGMENTS=2",
            // The kernel is larger than the map.
            "HEIGHT=3 WIDTH=3 KERNEL_H=5 KERNEL_W=5 PAD_TOP=2 PAD_LEFT=2 PAD_BOTTOM=2 PAD_RIGHT=2 WORD_LOG2=3",
            "HEIGHT=3 WIDTH=2 KERNEL_H=5 KERNEL_W=5 PAD_TOP=4 PAD_LEFT=4 PAD_BOTTOM=2 PAD_RIGHT=3 SEGMENTS=2",
            // Several elements a beat, also a row that ends within a word.
            "CHANNELS=2 BEAT=2 WORD_LOG2=1",
            "CHANNELS=4 BEAT=2 WORD_LOG2=3 SEGMENTS=2",
            "CHANNELS=4 BEAT=4 WORD_LOG2=2 STRIDE_H=2 STRIDE_W=2",
            "CHANNELS=4 BEAT=4 WIDTH=3 WORD_LOG2=3",
            // Slices: a pixel's channels shared, words of one element a slice, rows that end within a word.
            "SLICES=2 CHANNELS=4 WORD_LOG2=1",
            "SLICES=2 CHANNELS=2 WORD_LOG2=0 SEGMENTS=2",
            "SLICES=2 CHANNELS=6 WORD_LOG2=2 BEAT=2 ROWS=5",
            "SLICES=4 CHANNELS=4 WORD_LOG2=2 BEAT=4",
            "SLICES=4 CHANNELS=8 WORD_LOG2=1 BEAT=2 STRIDE_H=2 STRIDE_W=2 SEGMENTS=3 BLOCK_RAM=0",
            "SLICES=4 CHANNELS=4 WORD_LOG2=0 COUNT_BITS=1 HEIGHT=3 KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 \
             PAD_RIGHT=0",
            // Windows begin at even elements although a pixel has three; a fully connected layer.
            "SLICES=2 CHANNELS=3 WIDTH=6 KERNEL_W=2 STRIDE_W=2 PAD_LEFT=0 PAD_RIGHT=0",
            "SLICES=4 HEIGHT=1 WIDTH=36 CHANNELS=1 KERNEL_H=1 KERNEL_W=36 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 \
             WORD_LOG2=3 SEGMENTS=2",
            // Blocks of channels, each read by one segment or by several.
            "BLOCKS=2 CHANNELS=4 SEGMENTS=2 WORD_LOG2=1",
            "BLOCKS=2 CHANNELS=8 SEGMENTS=6 WORD_LOG2=1 BEAT=2 STRIDE_H=2 STRIDE_W=2 BLOCK_RAM=0",
            "BLOCKS=4 CHANNELS=4 SEGMENTS=4 WORD_LOG2=0",
            "BLOCKS=4 CHANNELS=16 SEGMENTS=8 WORD_LOG2=0 BEAT=4 SLICES=4",
            "BLOCKS=2 CHANNELS=6 SEGMENTS=2 WORD_LOG2=0 HEIGHT=1 WIDTH=1 KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 \
             PAD_BOTTOM=0 PAD_RIGHT=0",
            // Vectors: a word is one element of a count for each lane.
            "LANES=4 CHANNELS=1 WORD_LOG2=0 BEAT=1",
            "LANES=2 BLOCKS=3 SEGMENTS=3 WORD_LOG2=0 BEAT=2",
            "LANES=4 BLOCKS=2 CHANNELS=2 SEGMENTS=2 WORD_LOG2=0 BEAT=2 STRIDE_H=2 STRIDE_W=2 COUNT_BITS=3",
            "LANES=4 BLOCKS=4 CHANNELS=4 SEGMENTS=4 WORD_LOG2=0 KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 \
             PAD_RIGHT=0 BLOCK_RAM=0",
        ],
    },
    Bench {
        module: "group_neuron",
        settings: &[
            "",
            "MEMBERS=1 TIMESTEPS=1 IN_TIMESTEPS=1 CHANNELS=1",
            "MEMBERS=1 TIMESTEPS=4 IN_TIMESTEPS=4 THETA_BITS=1",
            "MEMBERS=3 TIMESTEPS=2 IN_TIMESTEPS=1",
            "MEMBERS=4 TIMESTEPS=3 IN_TIMESTEPS=3 ACC_BITS=24 BIAS_BITS=16 THETA_BITS=14",
            "MEMBERS=5 TIMESTEPS=1 IN_TIMESTEPS=1 ACC_BITS=30 BIAS_BITS=30 THETA_BITS=28",
            "MEMBERS=5 TIMESTEPS=4 IN_TIMESTEPS=4 ACC_BITS=6 BIAS_BITS=4 THETA_BITS=5",
            "MEMBERS=8 TIMESTEPS=1 IN_TIMESTEPS=1 CHANNELS=8",
            "MEMBERS=8 TIMESTEPS=4 IN_TIMESTEPS=1 THETA_BITS=20",
            "MEMBERS=15 TIMESTEPS=4 IN_TIMESTEPS=4",
            "MEMBERS=15 TIMESTEPS=2 IN_TIMESTEPS=1 ACC_BITS=5 BIAS_BITS=14",
            "POW2=1 THETA_BITS=1 MEMBERS=1 TIMESTEPS=1 IN_TIMESTEPS=1",
            "POW2=1 THETA_BITS=2 MEMBERS=3 TIMESTEPS=2 IN_TIMESTEPS=2",
            "POW2=1 THETA_BITS=2 MEMBERS=4 TIMESTEPS=3 IN_TIMESTEPS=1",
            "POW2=1 THETA_BITS=3 MEMBERS=5 TIMESTEPS=4 IN_TIMESTEPS=4 CHANNELS=9 THETA_LOG2=9",
            "POW2=1 THETA_BITS=1 THETA_LOG2=1 MEMBERS=15 ACC_BITS=5 BIAS_BITS=3",
            "POW2=1 THETA_BITS=4 THETA_LOG2=15 MEMBERS=8 ACC_BITS=20 BIAS_BITS=20 TIMESTEPS=4 IN_TIMESTEPS=4 CHANNELS=20",
        ],
    },
    Bench {
        module: "layer_engine",
        settings: &[
            "",
            "TIMESTEPS=1 IN_TIMESTEPS=1 LANES=5 MEMBERS=8",
            "TIMESTEPS=4 IN_TIMESTEPS=4 CHANNELS=3 LANES=1 IN_BITS=2 MEMBERS=3 STRIDE_H=2 STRIDE_W=2",
            // The image: one current for all time steps, signed values.
            "IN_TIMESTEPS=1 IN_SIGNED=1 IN_BITS=9 ARITHMETIC=1 TIMESTEPS=3 THETA_BITS=14 BIAS_BITS=14",
            "IN_TIMESTEPS=1 IN_SIGNED=1 IN_BITS=9 TIMESTEPS=2 THETA_BITS=16 SHIFT=2 WEIGHT_BITS=4",
            "IN_TIMESTEPS=1 IN_BITS=8 ARITHMETIC=1 TIMESTEPS=1 THETA_BITS=12 LANES=3 WORD_LOG2=0",
            // Multipliers that are shared, and those that accumulate.
            "TIMESTEPS=4 IN_TIMESTEPS=4 ARITHMETIC=1 TIMESTEPS_PACKED=2 SHIFT=1",
            "TIMESTEPS=1 IN_TIMESTEPS=1 IN_BITS=4 MEMBERS=8 ARITHMETIC=2 LANES_PACKED=2 LANES=5 WEIGHT_BITS=8",
            // A term that is added element by element.
            "ELEMENTWISE=1",
            "ELEMENTWISE=1 CHANNELS=6 UNITS=2 SLICES=2 WORD_LOG2=1 TIMESTEPS=1 IN_TIMESTEPS=1 ELEMENT_SHIFT=0 SERIAL=1",
            // Power-of-two steps.
            "POW2=1 THETA_BITS=2 THETA_LOG2=9 MEMBERS=8",
            "POW2=1 THETA_BITS=3 THETA_LOG2=7 TIMESTEPS=4 IN_TIMESTEPS=4 MEMBERS=15 SHIFT=3",
            // A fully connected layer, a 1×1 convolution whose windows are shorter than the drain, a window of one event.
            "KERNEL_H=5 KERNEL_W=4 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 LANES=8 CHANNELS=8 WORD_LOG2=4",
            "KERNEL_H=1 KERNEL_W=1 STRIDE_H=2 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 LANES=4 CHANNELS=10",
            "IN_CHANNELS=1 KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 CHANNELS=1 LANES=1",
            "HEIGHT=3 WIDTH=3 KERNEL_H=5 KERNEL_W=5 PAD_TOP=2 PAD_LEFT=2 PAD_BOTTOM=2 PAD_RIGHT=2 WEIGHT_BITS=2 \
             TIMESTEPS=3 IN_TIMESTEPS=3 MEMBERS=5 THETA_BITS=5",
            // Slices, also more of them than a window has elements in a row, and segments that do not divide evenly.
            "SLICES=2 WORD_LOG2=1",
            "SLICES=2 IN_CHANNELS=4 WORD_LOG2=0 LANES=5 TIMESTEPS=3 IN_TIMESTEPS=3 SHIFT=1",
            "SLICES=4 IN_CHANNELS=4 LANES=3 WORD_LOG2=0 STRIDE_H=2 STRIDE_W=2",
            "SLICES=4 IN_CHANNELS=4 KERNEL_H=1 KERNEL_W=1 PAD_TOP=0 PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 WORD_LOG2=0",
            "SLICES=2 IN_CHANNELS=1 IN_TIMESTEPS=1 IN_SIGNED=1 IN_BITS=9 ARITHMETIC=1 KERNEL_H=5 KERNEL_W=4 PAD_TOP=0 \
             PAD_LEFT=0 PAD_BOTTOM=0 PAD_RIGHT=0 THETA_BITS=14",
            // Events with a count for each lane.
            "VECTOR=1",
            "VECTOR=1 SLICES=2 WORD_LOG2=1 LANES=3 ARITHMETIC=1",
            // Units, and queues of several windows.
            "UNITS=2 CHANNELS=6 LANES=2",
            "UNITS=4 CHANNELS=8 LANES=4 SLICES=2 WORD_LOG2=1 SUM_QUEUE_LOG2=3",
            "UNITS=2 CHANNELS=10 LANES=4 SLICES=4 IN_CHANNELS=4 WORD_LOG2=0 SUM_QUEUE_LOG2=4",
            "UNITS=4 CHANNELS=4 LANES=4 TIMESTEPS=3 IN_TIMESTEPS=3",
            "UNITS=2 CHANNELS=8 LANES=4 POW2=1 THETA_BITS=2 THETA_LOG2=9 MEMBERS=8 SUM_QUEUE_LOG2=4",
            // Neurons with one adder.
            "SERIAL=1",
            "SERIAL=1 UNITS=2 CHANNELS=6 LANES=4 TIMESTEPS=3 IN_TIMESTEPS=1 SLICES=2 WORD_LOG2=1 SUM_QUEUE_LOG2=3",
        ],
    },
    Bench {
        module: "spike_buffer",
        settings: &[
            "",
            "ROWS=1",
            "ROWS=1 ROW_WORDS=1",
            "ROWS=3 ROW_WORDS=1",
            "ROWS=2 ROW_WORDS=4 WORD_BITS=1",
            "ROWS=7 ROW_WORDS=5",
            "BLOCK_RAM=0",
            "BLOCK_RAM=0 ROWS=1 ROW_WORDS=1",
            "BLOCKS=2",
            "BLOCKS=3 PIXEL_WORDS=2 ROW_WORDS=6",
            "BLOCKS=4 PIXEL_WORDS=3 ROW_WORDS=3 ROWS=1 BLOCK_RAM=0",
            "BLOCKS=2 PIXEL_WORDS=4 ROW_WORDS=8 ROWS=5",
            "BLOCKS=5 ROW_WORDS=1 ROWS=2 BLOCK_RAM=0",
        ],
    },
    Bench {
        module: "word_packer",
        settings: &[
            "",
            "WORD_LOG2=0",
            "WORD_LOG2=0 ROW_ELEMENTS=1",
            "WORD_LOG2=1 ROW_ELEMENTS=8",
            "WORD_LOG2=3 ROW_ELEMENTS=3",
            "WORD_LOG2=3 ROW_ELEMENTS=1 ELEMENT_BITS=1",
            "WORD_LOG2=4 ROW_ELEMENTS=33",
        ],
    },
    Bench {
        module: "pool",
        settings: &[
            "",
            "MAXIMUM=1",
            "MAXIMUM=1 KERNEL_HEIGHT=3 KERNEL_WIDTH=1 STRIDE_HEIGHT=3 STRIDE_WIDTH=1 FIELDS=1",
            "CHANNELS=1 KERNEL_WIDTH=3 STRIDE_WIDTH=3 FIELDS=4",
            "CHANNELS=1 IN_HEIGHT=4 IN_WIDTH=4 KERNEL_HEIGHT=4 KERNEL_WIDTH=4 STRIDE_HEIGHT=4 STRIDE_WIDTH=4",
            "STRIDE_HEIGHT=3 STRIDE_WIDTH=3 OUT_BITS=7",
            "KERNEL_HEIGHT=1 KERNEL_WIDTH=1 STRIDE_HEIGHT=2 STRIDE_WIDTH=2 MAXIMUM=1 IN_HEIGHT=5",
        ],
    },
    Bench {
        module: "input_encoder",
        settings: &[
            "",
            "CHANNELS=1",
            "CHANNELS=1 VALUE_BITS=8",
            "CHANNELS=4 VALUE_BITS=8 PIXELS=1",
            "BAD_LAST=5",
            "CHANNELS=2 VALUE_BITS=10",
        ],
    },
    Bench {
        module: "readout",
        settings: &[
            "",
            "FACTOR=4",
            "CHANNELS=1 ACC_BITS=6 BIAS_BITS=3",
            "CHANNELS=3 ACC_BITS=32 BIAS_BITS=30",
            "ACC_BITS=25 FACTOR=3",
        ],
    },
    Bench {
        module: "readout_engine",
        settings: &[
            "",
            "LANES=8 ARITHMETIC=1 COUNT_SIGNED=1 FACTOR=4",
            "LANES=1 CHANNELS=2 MAX_SHIFT=3",
            "LANES=7 WEIGHT_BITS=12 SUM_QUEUE_LOG2=5",
        ],
    },
    Bench {
        module: "synapse_array",
        settings: &[
            "",
            "TIMESTEPS=1 LANES=16 CHANNELS=16 COUNT_BITS=4 MOST_COUNT=8 WEIGHT_BITS=8 UNITS=2",
            // Gated: counts of one to four digits and of 8 bits, signed ones of an odd and an even number of bits.
            "TIMESTEPS=4 COUNT_BITS=1 WEIGHT_BITS=2 LANES=1 CHANNELS=4",
            "COUNT_BITS=2 MOST_COUNT=2",
            "COUNT_BITS=6 MOST_COUNT=42 MAX_SHIFT=7 SHIFTS=137 QUEUE_LOG2=4 LANES=8 CHANNELS=12 UNITS=4",
            "COUNT_BITS=8 TIMESTEPS=1",
            "TIMESTEPS=1 COUNT_BITS=9 COUNT_SIGNED=1 MAX_SHIFT=4 SHIFTS=17 QUEUE_LOG2=5",
            "COUNT_BITS=4 COUNT_SIGNED=1",
            // Multipliers: one product, several counts, two weights, both.
            "TIMESTEPS=1 COUNT_BITS=9 COUNT_SIGNED=1 ARITHMETIC=1",
            "TIMESTEPS=3 LANES=7 MAX_SHIFT=7 ARITHMETIC=1",
            "TIMESTEPS=3 TIMESTEPS_PACKED=2 ARITHMETIC=1 COUNT_BITS=4 UNITS=7 LANES=7",
            "TIMESTEPS=1 LANES_PACKED=2 ARITHMETIC=1 MAX_SHIFT=2",
            "TIMESTEPS=4 TIMESTEPS_PACKED=2 LANES_PACKED=2 ARITHMETIC=1 WEIGHT_BITS=4 LANES=5",
            // Accumulating multipliers: a lane each, pairs, an odd lane, signed counts.
            "ARITHMETIC=2 COUNT_BITS=4 MAX_SHIFT=5",
            "ARITHMETIC=2 LANES_PACKED=2",
            "ARITHMETIC=2 LANES_PACKED=2 TIMESTEPS=1 LANES=8 CHANNELS=20 COUNT_BITS=4 UNITS=4 WEIGHT_BITS=8 MAX_SHIFT=3",
            "ARITHMETIC=2 LANES_PACKED=2 COUNT_BITS=9 COUNT_SIGNED=1 TIMESTEPS=1 WEIGHT_BITS=5 MOST_EVENTS=30",
            // A count for every lane.
            "VECTOR=1 COUNT_BITS=4 MOST_COUNT=8",
            "VECTOR=1 ARITHMETIC=1 TIMESTEPS_PACKED=2 MAX_SHIFT=2",
            "VECTOR=1 ARITHMETIC=2 LANES=4 CHANNELS=8 UNITS=2",
            "LANES=8 CHANNELS=3 MOST_EVENTS=1 QUEUE_LOG2=4",
            "LANES=8 CHANNELS=19 MOST_EVENTS=2 QUEUE_LOG2=5",
        ],
    },
    Bench { module: "event_join", settings: &["", "TERMS=2", "TERMS=5 COUNTS_BITS=1", "TERMS=2 MOST_EVENTS=1"] },
    Bench {
        module: "slice_sum",
        settings: &[
            "",
            "FIELDS=1",
            "SLICES=4",
            "SLICES=4 FIELDS=1 SUM_BITS=3",
            "SLICES=8",
            "SLICES=8 FIELDS=1 SUM_BITS=24",
        ],
    },
    Bench {
        module: "row_memory",
        settings: &["", "BLOCK=0", "DEPTH=2 WIDTH=1", "DEPTH=2 WIDTH=1 BLOCK=0", "DEPTH=64 WIDTH=72 CLOCKS=4000"],
    },
    Bench { module: "stream_fork", settings: &["", "OUTPUTS=1", "OUTPUTS=5 WIDTH=1"] },
    Bench { module: "skid_buffer", settings: &["", "WIDTH=1", "WIDTH=40"] },
    Bench { module: "reset_chain", settings: &["", "STAGES=2", "STAGES=23"] },
    Bench { module: "spike_queue", settings: &["", "DEPTH=1 WIDTH=1", "DEPTH=64 BLOCK_RAM=0", "DEPTH=100 WIDTH=20"] },
    Bench {
        module: "elementwise_term",
        settings: &[
            "",
            "UNITS=1 TIMESTEPS=1 COUNT_BITS=4 WEIGHT_BITS=8 SHIFT=0 BEATS=16",
            "UNITS=4 TIMESTEPS=1 BEATS=1 SHIFT=5",
            "TIMESTEPS=2 COUNT_BITS=1 WEIGHT_BITS=2 SHIFT=0 ACC_BITS=5",
            "SHIFT=7 ACC_BITS=16 WEIGHT_BITS=5",
        ],
    },
    Bench { module: "fifo", settings: &["", "DEPTH_LOG2=1 WIDTH=1", "DEPTH_LOG2=4"] },
    Bench {
        module: "timestep_sum",
        settings: &["", "TIMESTEPS=1", "TIMESTEPS=7 COUNT_BITS=4", "TIMESTEPS=2 COUNT_BITS=1"],
    },
    // Around a core.
    Bench { module: "axi_lite_port", settings: &[""] },
    Bench { module: "word_to_bytes", settings: &["", "PLAIN=0"] },
    Bench {
        module: "transfer_end",
        settings: &[
            "",
            "EARLY=1",
            "FRAMES_LOG2=1 FRAME_BYTES=8",
            "FRAME_BYTES=2 CLASSES=1",
            "FRAME_BYTES=1 CLASSES=10",
            "BREAK=20",
            "BREAK=0 EARLY=1",
        ],
    },
    Bench {
        module: "weight_loader",
        settings: &["", "SHAPE=1", "SHAPE=2", "SHAPE=3", "SHAPE=4 LOADS=30", "SHAPE=1 LOADS=40", "INITIAL_VALID=0"],
    },
    Bench { module: "uart_sender", settings: &["", "CLOCKS=4", "CLOCKS=16", "CLOCKS=27", "CLOCKS=80 BYTES=12"] },
    Bench {
        module: "uart_receiver",
        settings: &[
            "",
            "CLOCKS=4",
            "CLOCKS=8",
            "CLOCKS=27",
            // Senders that are off as far as the module allows.
            "CLOCKS=16 MOST_OFF=40",
            "CLOCKS=80 MOST_OFF=40 ITEMS=30",
        ],
    },
    Bench {
        module: "link_receiver",
        settings: &["", "BUFFER_LOG2=5", "BUFFER_LOG2=5 HOLD=300", "BUFFER_LOG2=10 MOST=300 ITEMS=20"],
    },
    Bench { module: "link_sender", settings: &["", "MOST=300 MESSAGES=5"] },
    Bench {
        module: "link_server",
        settings: &[
            "",
            "FRAME_BYTES=1 CLASSES=1",
            "FRAME_BYTES=20 CLASSES=10 IN_FLIGHT_LOG2=3",
            // Lengths of more than a byte.
            "FRAME_BYTES=260 CLASSES=70 TIMEOUT_LOG2=13 MESSAGES=30",
        ],
    },
    Bench { module: "uart_link", settings: &["", "CLOCKS_PER_BIT=8 MESSAGES=12"] },
    Bench {
        module: "accelerator_registers",
        settings: &[
            "",
            "EVENTS=1 LOADABLE=0",
            "EVENTS=40 LAYERS=23",
            "EVENTS=6 LAYERS=1",
            "EVENTS=3 COUNTERS=0 INTERRUPTS=0",
        ],
    },
    Bench {
        module: "frame_input",
        settings: &["", "CHANNELS=1", "CHANNELS=1 PIXELS=1 BAD=0", "CHANNELS=4 PIXELS=1", "CHANNELS=2 PIXELS=16"],
    },
    Bench { module: "status_leds", settings: &["", "LEDS=1", "LEDS=2 ACTIVE_LOW=1", "LEDS=3 STRETCH_LOG2=2"] },
    Bench { module: "reset_synchroniser", settings: &["", "ACTIVE_LOW=1", "HOLD_LOG2=1", "HOLD_LOG2=6"] },
];
