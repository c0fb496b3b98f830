// Bench of volley_reset_chain: resets of random lengths, sometimes before the last one is over. After each, all stages must have been in
// reset in one clock, and each must leave it one clock after the stage before it; `ready` must be low from the clock after the
// reset on, while any stage is in reset, and come 2*STAGES + 2 clocks after it. Stalls make the pauses between resets shorter.
`default_nettype none

module reset_chain_tb;
    parameter STAGES = 5;
    parameter ROUNDS = 60;

    wire        clk;
    wire        rst;
    reg         done;
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    reg               core_rst;
    wire [STAGES-1:0] resets;
    wire              ready;
    volley_reset_chain #(.STAGES(STAGES)) dut (.clk(clk), .rst(core_rst), .resets(resets), .ready(ready));

    reg [31:0]       length_reg;            // clocks that the reset still lasts
    reg [31:0]       since_reg;             // clocks since it fell, 0 while it lasts
    reg [31:0]       pause_reg;             // clocks from then to the next one
    reg [31:0]       rounds_reg;
    reg              all_reg;               // all stages were in reset at once
    reg [STAGES-1:0] before_reg;            // resets in the clock before
    reg              was_reset_reg;         // core_rst in the clock before
    integer          s;
    reg              wrong;

    initial begin
        start_random;
        done   = 1'b0;
        failed = 1'b0;
        checks = 32'd0;
    end

    always @(posedge clk) begin
        if (rst) begin
            core_rst      <= 1'b0;
            length_reg    <= 32'd1;
            since_reg     <= 32'd0;
            pause_reg     <= 32'd0;
            rounds_reg    <= 32'd0;
            all_reg       <= 1'b0;
            was_reset_reg <= 1'b0;
        end else if (!done) begin
            was_reset_reg <= core_rst;
            before_reg    <= resets;
            if (length_reg != 0) begin
                core_rst   <= 1'b1;
                length_reg <= length_reg - 32'd1;
                all_reg    <= 1'b0;
                since_reg  <= 32'd0;
                if (length_reg == 32'd1) begin
                    draw;
                    pause_reg <= 32'd1 + fill_state[31:8] % (rounds_reg[0] ? 2 * STAGES : 4 * STAGES);
                end
            end else begin
                core_rst  <= 1'b0;
                since_reg <= since_reg + 32'd1;
                if (since_reg == pause_reg) begin
                    draw;
                    length_reg <= 32'd1 + fill_state[31:8] % (fill_state[4] ? 1 : 2 * STAGES);
                    rounds_reg <= rounds_reg + 32'd1;
                    done       <= rounds_reg == ROUNDS - 1;
                end
            end

            // What the clock that ends here showed. Nothing is known before the first reset.
            wrong = 1'b0;
            if (core_rst && (resets[0] !== 1'b1)) wrong = 1'b1;
            if (was_reset_reg && ready !== 1'b0) wrong = 1'b1;
            if (!core_rst && since_reg != 0) begin
                if (&resets && length_reg == 0) all_reg <= 1'b1;
                if (ready !== 1'b0 && (|resets !== 1'b0 || !all_reg)) wrong = 1'b1;
                if (ready !== (since_reg >= 2 * STAGES + 3)) wrong = 1'b1;
                for (s = 1; s < STAGES; s = s + 1) begin
                    // A stage leaves its reset one clock after the one before it; what leaves earlier is still from the reset before.
                    if (all_reg && before_reg[s] && !resets[s] && before_reg[s-1]) wrong = 1'b1;
                end
                checks <= checks + 32'd1;
            end
            if (wrong) begin
                failed <= 1'b1;
                if (!failed) $display("%0d clocks after a reset: resets %b, ready %b", since_reg, resets, ready);
            end
        end
    end

    bench_control #(.NAME("reset_chain")) control (
        .clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
