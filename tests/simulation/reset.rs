//! A reset in the middle of a frame, one clock long: nothing that was under way shows in the next frame.

use std::fmt::Write as _;
use std::path::Path;

use support::command::{must, tool};
use support::digits;
use volley::data;
use volley::fixed_point::ThresholdMode;
use volley::model::Model;

/// Pixels of the frame that the reset cuts off; with 64 the frame is complete and somewhere in the pipeline.
const CUTS: [usize; 7] = [0, 1, 17, 40, 63, 64, 128];

#[test]
fn the_frame_after_a_reset_is_right() {
    let network = digits::quantised(4, 1, ThresholdMode::Exact);
    let design = digits::design(4, 1, ThresholdMode::Exact);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let images = data::read(&root.join("examples/digits/test.npz"), Some(CUTS.len() + 2)).unwrap();
    let model = Model::new(&network).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &design.files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    // For each cut: how many pixels come before the reset, then those and the pixels of the frame after it, and its scores.
    let (mut pixels, mut scores, mut cuts) = (String::new(), String::new(), String::new());
    let image = |n: usize| images.pixels.index_axis(ndarray::Axis(0), n);
    for (n, cut) in CUTS.into_iter().enumerate() {
        writeln!(cuts, "{cut:x}").unwrap();
        let before = image(n + 1).iter().chain(image(n + 2)).copied().take(cut).collect::<Vec<u8>>();
        before.iter().chain(image(n)).for_each(|pixel| writeln!(pixels, "{pixel:02x}").unwrap());
        model.scores(image(n)).iter().for_each(|score| writeln!(scores, "{:08x}", *score as i32).unwrap());
    }
    let bench = BENCH
        .replace("@TOP@", &design.manifest.top)
        .replace("@CUTS@", &CUTS.len().to_string())
        .replace("@PIXELS@", &pixels.lines().count().to_string())
        .replace("@STATUS@", &design.manifest.layers.len().to_string());
    for (name, text) in [("pixels.mem", &pixels), ("scores.mem", &scores), ("cuts.mem", &cuts), ("reset_tb.v", &bench)]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let files = design.files.keys().filter(|name| name.ends_with(".v")).map(String::as_str);
    let arguments: Vec<&str> =
        ["-g2005", "-s", "reset_tb", "-o", "reset.vvp", "reset_tb.v"].into_iter().chain(files).collect();
    must(tool("iverilog").args(&arguments).current_dir(folder.path()));
    let text = must(tool("vvp").args(["-n", "reset.vvp"]).current_dir(folder.path()));
    assert!(text.contains(&format!("PASS {}", 10 * CUTS.len())), "{text}");
}

/// Streams some pixels of a frame, resets for one clock, streams a whole frame, and compares its ten scores; again for each cut. The
/// reset comes 0, 7, 14, .. clocks after the last pixel.
const BENCH: &str = r#"
module reset_tb;
    reg clk = 1'b0;
    always #5 clk = !clk;
    reg        rst = 1'b0;
    reg [7:0]  pixels [0:@PIXELS@-1];
    reg [31:0] scores [0:10*@CUTS@-1];
    reg [15:0] cuts   [0:@CUTS@-1];
    reg        valid = 1'b0;
    integer    sent = 0, left = 0, received = 0, failures = 0, clocks = 0, round = 0, wait_clocks = 0;
    reg [1:0]  state = 2'd0;            // 0: send the part, 1: wait and reset, 2: send the frame, 3: wait for its scores
    wire       ready, out_valid, out_last, frame_error;
    wire [31:0] out;
    wire [@STATUS@-1:0] event_, busy;

    @TOP@ dut (
        .clk(clk), .rst(rst), .s_axis_tdata(pixels[sent]), .s_axis_tlast(left == 1),
        .s_axis_tvalid(valid), .s_axis_tready(ready), .m_axis_tdata(out), .m_axis_tlast(out_last),
        .m_axis_tvalid(out_valid), .m_axis_tready(1'b1), .frame_error(frame_error), .status_event(event_),
        .status_busy(busy)
    );

    initial begin
        $readmemh("pixels.mem", pixels);
        $readmemh("scores.mem", scores);
        $readmemh("cuts.mem", cuts);
    end

    wire taken = valid && ready;
    always @(posedge clk) begin
        clocks <= clocks + 1;
        rst    <= clocks == 2;
        if (taken) begin
            sent <= sent + 1;
            left <= left - 1;
            if (left == 1) valid <= 1'b0;
        end
        if (clocks > 4) case (state)
            2'd0: begin
                if (left == 0 && !valid) begin
                    left  <= cuts[round];
                    valid <= cuts[round] != 0;
                    state <= 2'd1;
                    wait_clocks <= 7 * round;
                end
            end
            2'd1: begin
                if (!valid) begin
                    wait_clocks <= wait_clocks - 1;
                    if (wait_clocks == 0) begin
                        rst   <= 1'b1;
                        state <= 2'd2;
                        left  <= 64;
                    end
                end
            end
            2'd2: begin
                // From the first clock after the reset on.
                valid <= left > 1 || left == 1 && !taken;
                if (left == 1 && taken) state <= 2'd3;
            end
            default: ;
        endcase
        if (state >= 2'd2 && !rst && out_valid) begin
            if (out !== scores[received] || out_last !== (received % 10 == 9)) begin
                failures <= failures + 1;
                $display("cut %0d: score %0d is %h, expected %h", cuts[round], received % 10, out, scores[received]);
            end
            received <= received + 1;
            if (received % 10 == 9) begin
                state <= 2'd0;
                round <= round + 1;
            end
        end
        if (round == @CUTS@ || clocks == 100000) begin
            if (failures == 0 && received == 10 * @CUTS@) $display("PASS %0d", received);
            else $display("FAIL %0d of %0d", failures, received);
            $finish;
        end
    end
endmodule
"#;
