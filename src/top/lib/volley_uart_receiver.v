// volley_uart_receiver: bytes from an asynchronous serial line: 8 data bits, low bit first, no parity, one stop bit.
//
// A start bit is read again in its middle, so a glitch shorter than half a bit is ignored. Every other bit is read in its
// middle, CLOCKS clocks after the one before. A sender may be off by 4 % of a bit if CLOCKS >= 16.
// The byte comes in the middle of its stop bit, so a sender may be a little faster.
`default_nettype none

module volley_uart_receiver #(
    parameter CLOCKS = 80                   // of a bit, 4 .. 65535
) (
    input  wire       clk,                  // rising edge
    input  wire       rst,                  // synchronous, active high
    input  wire       pin,                  // the line; asynchronous, high when it rests
    output wire [7:0] m_tdata,              // the byte
    output wire       m_terror,             // it had no stop bit: a break, or another rate
    output wire       m_tvalid              // for one clock; registered
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CLOCKS < 4 || CLOCKS > 65535) begin : g_check_clocks
            volley_uart_receiver_needs_CLOCKS_of_4_to_65535 illegal ();
        end
    endgenerate

    localparam COUNT_BITS = $clog2(CLOCKS + 1);
    localparam HALF       = CLOCKS / 2 - 1;
    localparam WHOLE      = CLOCKS - 1;

    // The line in this clock domain. It is low at first: nothing is received before the line has been seen to rest.
    // The attributes keep these flip-flops together and out of shift-register LUTs (Vivado; yosys knows only `keep`).
    (* ASYNC_REG = "TRUE", shreg_extract = "no", keep = "true" *)
    reg [2:0] line_reg = 3'b000;
    wire      line     = line_reg[2];

    reg [COUNT_BITS-1:0] count_reg;         // clocks until the next bit is read
    reg [3:0]            bit_reg;           // 0: start bit, 1 .. 8: data, 9: stop bit
    reg                  on_reg;            // within a byte
    reg                  armed_reg;         // the line has rested since the last byte
    reg [7:0]            data_reg;
    reg                  error_reg;
    reg                  valid_reg;

    wire now = count_reg == {COUNT_BITS{1'b0}};

    assign m_tdata  = data_reg;
    assign m_terror = error_reg;
    assign m_tvalid = valid_reg;

    always @(posedge clk) begin
        line_reg  <= {line_reg[1:0], pin};
        valid_reg <= 1'b0;
        count_reg <= now ? WHOLE[COUNT_BITS-1:0] : count_reg - 1'b1;
        if (!on_reg) begin
            count_reg <= HALF[COUNT_BITS-1:0];
            bit_reg   <= 4'd0;
            on_reg    <= armed_reg && !line;
            armed_reg <= line;
        end else if (now) begin
            bit_reg <= bit_reg + 4'd1;
            if (bit_reg == 4'd0) begin
                on_reg <= !line;
            end else if (bit_reg == 4'd9) begin
                on_reg    <= 1'b0;
                armed_reg <= line;
                error_reg <= !line;
                valid_reg <= 1'b1;
            end else begin
                data_reg <= {line, data_reg[7:1]};
            end
        end
        if (rst) begin
            on_reg    <= 1'b0;
            armed_reg <= 1'b0;
            valid_reg <= 1'b0;
        end
    end
endmodule

`default_nettype wire
