// Bench of volley_status_leds: `ready`, `busy`, `error` and resets at random, ever denser. The LED of `ready` follows it by a clock; the
// LED of `error` is lit from the first error until a reset; the LED of `busy` is lit within two clocks, for at least 2^STRETCH_LOG2
// clocks and at most twice as many after the last one; the fourth changes every 2^(STRETCH_LOG2 + 2) clocks, counted from a reset.
`default_nettype none

module status_leds_tb;
    parameter LEDS         = 4;
    parameter ACTIVE_LOW   = 0;
    parameter STRETCH_LOG2 = 3;
    parameter CLOCKS       = 3000;

    localparam STRETCH = 1 << STRETCH_LOG2;

    wire        clk;
    wire        rst;
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    reg            reset;
    reg            ready;
    reg            busy;
    reg            error;
    wire [LEDS-1:0] leds;
    volley_status_leds #(.LEDS(LEDS), .ACTIVE_LOW(ACTIVE_LOW), .STRETCH_LOG2(STRETCH_LOG2)) dut (
        .clk(clk), .rst(rst || reset), .ready(ready), .busy(busy), .error(error), .leds(leds)
    );

    wire [3:0] lit = ACTIVE_LOW != 0 ? {{(5 - LEDS){1'b0}}, ~leds} : {{(5 - LEDS){1'b0}}, leds};

    integer clock;
    integer since_reset;                    // clocks, each up to the effect that must be seen
    integer since_busy;
    reg     ready_reg;
    reg     failure_reg;                    // an error since the reset
    reg     seen_reg;
    reg     wrong;
    initial begin
        start_random;
        failed = 1'b0;
        checks = 0;
    end
    always @(posedge clk) begin
        draw;
        ready <= fill_state[8] || fill_state[9];
        // Long pauses and short ones.
        busy  <= fill_state[31:10] % (clock % 1000 < 500 ? 5 * STRETCH : STRETCH) == 0;
        draw;
        error <= fill_state[31:8] % 60 == 0;
        reset <= fill_state[7:0] < (clock % 1000 < 300 ? 8 : 1);

        since_reset <= since_reset + 1;
        since_busy  <= busy ? 1 : since_busy + 1;
        ready_reg   <= ready && !reset;
        failure_reg <= failure_reg || error;
        seen_reg    <= failure_reg;
        if (rst || reset) begin
            since_reset <= 0;
            since_busy  <= 4 * STRETCH;
            failure_reg <= 1'b0;
        end
        if (rst) begin
            clock <= 0;
            ready <= 1'b0;
            busy  <= 1'b0;
            error <= 1'b0;
            reset <= 1'b0;
        end else begin
            clock  <= clock + 1;
            checks <= checks + 1;
            wrong  = ^leds === 1'bx || lit[0] !== ready_reg;
            if (LEDS > 1 && since_reset > 1) begin
                if (since_busy >= 2 && since_busy <= STRETCH && !lit[1]) wrong = 1'b1;
                if (since_busy > 2 * STRETCH + 2 && lit[1]) wrong = 1'b1;
            end
            if (LEDS > 2 && since_reset > 0 && lit[2] !== seen_reg) wrong = 1'b1;
            if (LEDS > 3 && since_reset > 0 && lit[3] !== (since_reset - 1) / (4 * STRETCH) % 2) wrong = 1'b1;
            if (wrong && clock > 2) begin
                failed <= 1'b1;
                if (!failed) begin
                    $display("lit %b, %0d clocks after busy, %0d after a reset, ready %b, error %b", lit, since_busy,
                             since_reset, ready_reg, seen_reg);
                end
            end
        end
    end

    bench_control #(.NAME("status_leds")) control (
        .clk(clk), .rst(rst), .done(clock >= CLOCKS), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
