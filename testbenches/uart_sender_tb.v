// Bench of volley_uart_sender: the line in every clock. It is idle from the very start; after a byte is taken come a start bit, its bits
// and a stop bit of CLOCKS clocks each, and the next byte is taken in the last clock of the stop bit, not sooner or later.
`default_nettype none

module uart_sender_tb;
    parameter CLOCKS = 8;
    parameter BYTES  = 40;

    wire        clk;
    wire        rst;
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    reg [7:0] bytes [0:BYTES-1];
    integer n;
    initial begin
        start_random;
        for (n = 0; n < BYTES; n = n + 1) begin
            draw;
            bytes[n] = fill_state[31:24];
        end
    end

    wire [31:0] sent;
    wire [7:0]  in_data;
    wire        in_valid;
    wire        in_ready;
    stream_source #(.WIDTH(8)) source (
        .clk(clk), .rst(rst), .total(BYTES[31:0]), .index(sent), .word(bytes[sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire pin;
    volley_uart_sender #(.CLOCKS(CLOCKS)) dut (
        .clk(clk), .rst(rst), .s_tdata(in_data), .s_tvalid(in_valid), .s_tready(in_ready), .pin(pin)
    );

    reg [9:0] frame_reg;                    // stop bit, data, start bit
    integer   place;                        // clocks since a byte was taken; 10*CLOCKS: the line is idle
    reg       was_reset_reg;
    reg       running_reg;                  // the first reset is over
    wire      rests = place >= 10 * CLOCKS;
    wire      level = rests ? 1'b1 : frame_reg[place/CLOCKS];
    wire      ready = place >= 10 * CLOCKS - 1;
    initial begin
        failed        = 1'b0;
        checks        = 0;
        place         = 10 * CLOCKS;
        was_reset_reg = 1'b0;
        running_reg   = 1'b0;
    end
    always @(posedge clk) begin
        was_reset_reg <= rst;
        running_reg   <= running_reg || was_reset_reg;
        place         <= rests ? place : place + 1;
        if (rst) begin
            place <= 10 * CLOCKS;
        end else if (in_valid && in_ready) begin
            place     <= 0;
            frame_reg <= {1'b1, in_data, 1'b0};
        end
        if (!rst || !running_reg) checks <= checks + 1;
        if (pin !== level || (running_reg && in_ready !== ready)) begin
            failed <= 1'b1;
            if (!failed) $display("byte %0d, clock %0d of it: line %b, ready %b", sent, place, pin, in_ready);
        end
    end

    bench_control #(.NAME("uart_sender")) control (
        .clk(clk), .rst(rst), .done(sent == BYTES && !in_valid && rests), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
