//! The hand-written Verilog around a core, from `src/top/lib/`.

use crate::header;

/// (file name, text) of every module that an accelerator or a top instantiates, in alphabetical order. They use some of
/// [`crate::rtl::library`]. The clocks are not among them: [`crate::board`] chooses one.
pub const FILES: &[(&str, &str)] = &header::library![
    "volley_accelerator_registers",
    "volley_axi_lite_port",
    "volley_fcs16",
    "volley_frame_input",
    "volley_link_receiver",
    "volley_link_sender",
    "volley_link_server",
    "volley_reset_synchroniser",
    "volley_status_leds",
    "volley_transfer_end",
    "volley_uart_link",
    "volley_uart_receiver",
    "volley_uart_sender",
    "volley_weight_loader",
    "volley_word_to_bytes",
];
