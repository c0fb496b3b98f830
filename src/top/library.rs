//! The hand-written Verilog around a core, as it stands under `src/top/lib/`.

/// (file name, text) of every module that a device or a top instantiates, in alphabetical order. They use some of
/// [`crate::rtl::library`]. The clocks are not among them: [`crate::synth`] chooses one.
pub const FILES: &[(&str, &str)] = &[
    ("axi_lite_port.v", include_str!("lib/axi_lite_port.v")),
    ("device_registers.v", include_str!("lib/device_registers.v")),
    ("fcs16.v", include_str!("lib/fcs16.v")),
    ("frame_input.v", include_str!("lib/frame_input.v")),
    ("link_receiver.v", include_str!("lib/link_receiver.v")),
    ("link_sender.v", include_str!("lib/link_sender.v")),
    ("link_server.v", include_str!("lib/link_server.v")),
    ("reset_synchroniser.v", include_str!("lib/reset_synchroniser.v")),
    ("status_leds.v", include_str!("lib/status_leds.v")),
    ("transfer_end.v", include_str!("lib/transfer_end.v")),
    ("uart_link.v", include_str!("lib/uart_link.v")),
    ("uart_receiver.v", include_str!("lib/uart_receiver.v")),
    ("uart_sender.v", include_str!("lib/uart_sender.v")),
    ("weight_loader.v", include_str!("lib/weight_loader.v")),
    ("word_to_bytes.v", include_str!("lib/word_to_bytes.v")),
];

/// Those of [`FILES`] that these files instantiate, and that they instantiate in turn; in alphabetical order.
pub fn used_by(files: &[(String, String)]) -> Vec<(String, String)> {
    let instantiates = |text: &str, file: &str| {
        let module = file.trim_end_matches(".v");
        let starts = |line: &str| line.trim_start().strip_prefix(module).is_some_and(|rest| rest.starts_with(' '));
        text.lines().any(starts)
    };
    let mut used = vec![false; FILES.len()];
    let mut texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    while let Some(text) = texts.pop() {
        for (at, (file, inner)) in FILES.iter().enumerate() {
            if !used[at] && instantiates(text, file) {
                used[at] = true;
                texts.push(inner);
            }
        }
    }
    let names = FILES.iter().zip(used).filter(|(_, used)| *used);
    names.map(|((name, text), _)| (name.to_string(), text.to_string())).collect()
}
