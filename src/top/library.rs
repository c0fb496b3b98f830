//! The hand-written Verilog around a core, as it stands under `src/top/lib/`.

/// (file name, text) of every module that a device or a top instantiates, in alphabetical order. They use some of
/// [`crate::rtl::library`]. The clocks are not among them: [`crate::synth`] chooses one.
pub const FILES: &[(&str, &str)] = &[
    ("device_registers.v", include_str!("lib/device_registers.v")),
    ("frame_input.v", include_str!("lib/frame_input.v")),
    ("link_receiver.v", include_str!("lib/link_receiver.v")),
    ("link_sender.v", include_str!("lib/link_sender.v")),
    ("link_server.v", include_str!("lib/link_server.v")),
    ("reset_synchroniser.v", include_str!("lib/reset_synchroniser.v")),
    ("status_leds.v", include_str!("lib/status_leds.v")),
    ("uart_link.v", include_str!("lib/uart_link.v")),
    ("uart_receiver.v", include_str!("lib/uart_receiver.v")),
    ("uart_sender.v", include_str!("lib/uart_sender.v")),
    ("weight_loader.v", include_str!("lib/weight_loader.v")),
];
