//! In what is generated for a network: modules of layers, the core that joins them, contents of memories.
//!
//! They are planted into a core of the bundled digits whose second convolution has two slices and several segments, with two time
//! steps (`digits.rs`).

/// A small fault in one file.
pub struct Emitted {
    pub file: &'static str,
    pub what: &'static str,
    pub change: Change,
}

/// What becomes of the file.
pub enum Change {
    /// The text, which is there once, becomes another.
    Text(&'static str, &'static str),
    /// In the instance whose text begins with the first string, the parameter of this name grows by a number.
    Parameter(&'static str, &'static str, i64),
    /// In the instance, the port of this name is connected to something else.
    Port(&'static str, &'static str, &'static str),
    /// The rows of a memory, each its hexadecimal digits, become others.
    Rows(fn(&mut Vec<String>)),
}

use Change::{Parameter, Port, Rows, Text};

impl Emitted {
    /// The file's text with the fault.
    pub fn plant(&self, text: &str) -> String {
        let changed = match self.change {
            Text(from, to) => {
                let found = text.matches(from).count();
                assert_eq!(found, 1, "{} holds '{from}' {found} times: the fault needs another text", self.file);
                text.replace(from, to)
            }
            Parameter(instance, name, more) => {
                let (before, value, after) = self.field(text, instance, name);
                let value: i64 = value.parse().unwrap_or_else(|_| panic!("{name} is '{value}' in {}", self.file));
                format!("{before}{}{after}", value + more)
            }
            Port(instance, name, to) => {
                let (before, _, after) = self.field(text, instance, name);
                format!("{before}{to}{after}")
            }
            Rows(change) => {
                let (notes, rows): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("//"));
                let mut rows: Vec<String> = rows.into_iter().map(String::from).collect();
                change(&mut rows);
                let lines = notes.into_iter().map(String::from).chain(rows);
                lines.map(|line| line + "\n").collect()
            }
        };
        assert_ne!(changed, text, "{}: {} changes nothing", self.file, self.what);
        changed
    }

    /// The text before, in and after the brackets of `.name(...)` of an instance.
    fn field<'t>(&self, text: &'t str, instance: &str, name: &str) -> (&'t str, &'t str, &'t str) {
        let missing = || panic!("{}: there is no {name} in '{instance}'", self.file);
        let start = text.find(instance).unwrap_or_else(missing);
        let key = format!(".{name}(");
        let open = start + text[start..].find(&key).unwrap_or_else(missing) + key.len();
        let close = open + text[open..].find(['\n']).unwrap_or_else(missing);
        let close = open + text[open..close].rfind(')').unwrap_or_else(missing);
        (&text[..open], &text[open..close], &text[close..])
    }
}

/// A row's digits with its top bit cleared.
fn positive(row: &str) -> String {
    let top = row[..1].chars().next().and_then(|digit| digit.to_digit(16)).expect("a hexadecimal digit");
    format!("{:x}{}", top & 7, &row[1..])
}

/// A row's bytes from the other end.
fn reversed(row: &str) -> String {
    (0..row.len()).step_by(2).rev().map(|at| &row[at..at + 2]).collect()
}

const CORE: &str = "digits_core.v";
const FIRST: &str = "digits_conv_0.v";
const SECOND: &str = "digits_conv_4.v";
const READOUT: &str = "digits_linear_9.v";

#[rustfmt::skip]
pub const FAULTS: &[Emitted] = &[
    // The core: frames and the image.
    Emitted { file: CORE, what: "a frame ends a pixel early", change: Parameter("volley_input_encoder", "PIXELS", -1) },
    Emitted { file: CORE, what: "the image is a grey level brighter", change: Port("image_encoder(", "s_axis_tdata", "s_axis_tdata + 8'd1") },
    Emitted { file: CORE, what: "the end of a frame is lost", change: Port("image_encoder(", "s_axis_tlast", "1'b0") },
    Emitted { file: CORE, what: "the first bit of a pixel is lost", change: Port("image_encoder(", "s_axis_tdata", "{1'b0, s_axis_tdata[6:0]}") },
    // Handshakes.
    Emitted { file: CORE, what: "the core is always ready", change: Text("s_axis_tready = ready && image_ready", "s_axis_tready = ready") },
    Emitted { file: CORE, what: "the encoder's reader is always ready", change: Port("image_encoder(", "m_axis_tready", "1'b1") },
    Emitted { file: CORE, what: "a layer's reader is always ready", change: Port("conv_0_layer(", "m_axis_tready", "1'b1") },
    Emitted { file: CORE, what: "a pool's reader is always ready", change: Port("pool_3_pool(", "m_axis_tready", "1'b1") },
    Emitted { file: CORE, what: "the scores' reader is always ready", change: Port("linear_9_layer(", "m_axis_tready", "1'b1") },
    Emitted { file: CORE, what: "a pool's input is always valid", change: Port("pool_3_pool(", "s_axis_tvalid", "1'b1") },
    Emitted { file: CORE, what: "a layer's input is never valid", change: Port("conv_4_layer(", "s_axis_tvalid", "1'b0") },
    Emitted { file: CORE, what: "the last class is not marked", change: Port("linear_9_layer(", "m_axis_tlast", "") },
    // Resets.
    Emitted { file: CORE, what: "a layer is not reset", change: Port("conv_4_layer(", "rst", "1'b0") },
    Emitted { file: CORE, what: "a pool is not reset", change: Port("pool_7_pool(", "rst", "1'b0") },
    Emitted { file: CORE, what: "a layer stays in reset", change: Port("conv_0_layer(", "rst", "1'b1") },
    // Streams between layers.
    Emitted { file: CORE, what: "time steps swapped between layers", change: Port("pool_3_pool(", "s_axis_tdata", "{conv_0_tdata[2:0], conv_0_tdata[5:3]}") },
    Emitted { file: CORE, what: "a count's top bit lost between layers", change: Port("pool_7_pool(", "s_axis_tdata", "{1'b0, conv_4_tdata[4:0]}") },
    Emitted { file: CORE, what: "events of a layer on the wire of another", change: Port("conv_0_layer(", "status_event", "status_event[3]") },
    // Pools.
    Emitted { file: CORE, what: "a maximum for a sum", change: Text("volley_pool #(\n        .MAXIMUM(0),\n        .CHANNELS(8)", "volley_pool #(\n        .MAXIMUM(1),\n        .CHANNELS(8)") },
    Emitted { file: CORE, what: "a row of the window lost", change: Parameter("volley_pool #(", "KERNEL_HEIGHT", -1) },
    Emitted { file: CORE, what: "a column of the window lost", change: Parameter("volley_pool #(", "KERNEL_WIDTH", -1) },
    Emitted { file: CORE, what: "a map of a column less", change: Parameter("volley_pool #(", "IN_WIDTH", -1) },
    // How windows are walked.
    Emitted { file: FIRST, what: "upper edge of the padding", change: Parameter("volley_event_scanner #(", "PAD_TOP", -1) },
    Emitted { file: FIRST, what: "left edge of the padding", change: Parameter("volley_event_scanner #(", "PAD_LEFT", -1) },
    Emitted { file: FIRST, what: "right edge of a window", change: Parameter("volley_event_scanner #(", "RUN", -1) },
    Emitted { file: FIRST, what: "last row of a window", change: Parameter("volley_event_scanner #(", "KERNEL_HEIGHT", -1) },
    Emitted { file: FIRST, what: "every second row of windows", change: Parameter("volley_event_scanner #(", "STRIDE_HEIGHT", 1) },
    Emitted { file: FIRST, what: "windows a step too far apart", change: Parameter("volley_event_scanner #(", "STRIDE_ELEMENTS", 1) },
    Emitted { file: FIRST, what: "a column of outputs too many", change: Parameter("volley_event_scanner #(", "OUT_WIDTH", 1) },
    Emitted { file: FIRST, what: "a row of outputs too few", change: Parameter("volley_event_scanner #(", "OUT_HEIGHT", -1) },
    Emitted { file: SECOND, what: "a row of the map too few", change: Parameter("volley_event_scanner #(", "MAP_HEIGHT", -1) },
    Emitted { file: SECOND, what: "a segment too few", change: Parameter("volley_event_scanner #(", "SEGMENTS", -1) },
    Emitted { file: SECOND, what: "weight rows of the neighbour", change: Port("weight_memory_0(", "addr", "weight_addr[6:0] ^ 7'd1") },
    Emitted { file: SECOND, what: "slices read each other's weights", change: Text("digits_conv_4_weights_0 #(", "digits_conv_4_weights_1 #(") },
    // Neurons.
    Emitted { file: SECOND, what: "a member too many", change: Parameter("volley_layer_engine #(", "MEMBERS", 1) },
    Emitted { file: FIRST, what: "pixels have a sign", change: Parameter("volley_layer_engine #(", "IN_SIGNED", 1) },
    Emitted { file: FIRST, what: "thresholds as powers of two", change: Parameter("volley_layer_engine #(", "POW2", 1) },
    Emitted { file: SECOND, what: "one current for both time steps", change: Parameter("volley_layer_engine #(", "IN_TIMESTEPS", -1) },
    Emitted { file: SECOND, what: "a bit of the bias is one of theta", change: Parameter("volley_layer_engine #(", "BIAS_BITS", -1) },
    Emitted { file: SECOND, what: "an accumulator half as wide", change: Parameter("volley_layer_engine #(", "ACC_BITS", -8) },
    Emitted { file: READOUT, what: "a class too few", change: Parameter("volley_readout_engine #(", "CHANNELS", -1) },
    Emitted { file: READOUT, what: "sums counted twice", change: Parameter("volley_readout_engine #(", "FACTOR", 1) },
    // Memories.
    Emitted { file: "digits_conv_0_weights.mem", what: "two rows swapped", change: Rows(|rows| rows.swap(3, 4)) },
    Emitted { file: "digits_conv_4_weights_0.mem", what: "rows one too far", change: Rows(|rows| rows.rotate_right(1)) },
    Emitted { file: "digits_conv_4_weights_1.mem", what: "the last row is the first", change: Rows(|rows| *rows.last_mut().expect("a row") = rows[0].clone()) },
    Emitted { file: "digits_conv_0_weights.mem", what: "signs of a lane lost", change: Rows(|rows| rows.iter_mut().for_each(|row| *row = positive(row))) },
    Emitted { file: "digits_conv_0_weights.mem", what: "lanes in the wrong order", change: Rows(|rows| rows.iter_mut().for_each(|row| *row = reversed(row))) },
    Emitted { file: "digits_linear_9_weights.mem", what: "one weight's sign lost", change: Rows(|rows| { let row = rows.iter().position(|row| positive(row) != *row).expect("a negative weight"); rows[row] = positive(&rows[row]); }) },
    Emitted { file: "digits_conv_0_neurons.mem", what: "biases and thetas of the next channel", change: Rows(|rows| rows.rotate_left(1)) },
    Emitted { file: "digits_conv_4_neurons.mem", what: "biases and thetas of two channels swapped", change: Rows(|rows| rows.swap(2, 5)) },
    Emitted { file: "digits_linear_9_neurons.mem", what: "biases of the next class", change: Rows(|rows| rows.rotate_left(1)) },
];
