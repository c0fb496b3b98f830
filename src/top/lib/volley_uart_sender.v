// volley_uart_sender: bytes to an asynchronous serial line: 8 data bits, low bit first, no parity, one stop bit.
//
// CLOCKS clocks a bit, ten bits a byte; bytes follow each other without a gap as long as there are any.
`default_nettype none

module volley_uart_sender #(
    parameter CLOCKS = 80                   // of a bit, 4 .. 65535
) (
    input  wire       clk,                  // rising edge
    input  wire       rst,                  // synchronous, active high
    input  wire [7:0] s_tdata,              // byte to send
    input  wire       s_tvalid,
    output wire       s_tready,             // registered
    output wire       pin                   // the line, registered; high when it rests
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CLOCKS < 4 || CLOCKS > 65535) begin : g_check_clocks
            volley_uart_sender_needs_CLOCKS_of_4_to_65535 illegal ();
        end
    endgenerate

    localparam COUNT_BITS = $clog2(CLOCKS);
    localparam WHOLE      = CLOCKS - 1;

    reg [COUNT_BITS-1:0] count_reg;         // clocks left of this bit
    reg [3:0]            bits_reg;          // left to send, this one included
    reg [8:0]            shift_reg;
    reg                  ready_reg;
    reg                  pin_reg = 1'b1;

    wire now = count_reg == {COUNT_BITS{1'b0}};

    assign s_tready = ready_reg;
    assign pin      = pin_reg;

    always @(posedge clk) begin
        count_reg <= now ? WHOLE[COUNT_BITS-1:0] : count_reg - 1'b1;
        if (s_tvalid && ready_reg) begin
            // The stop bit follows the data.
            shift_reg <= {1'b1, s_tdata};
            pin_reg   <= 1'b0;
            count_reg <= WHOLE[COUNT_BITS-1:0];
            bits_reg  <= 4'd10;
            ready_reg <= 1'b0;
        end else if (!ready_reg) begin
            if (now) begin
                pin_reg   <= shift_reg[0];
                shift_reg <= {1'b1, shift_reg[8:1]};
                bits_reg  <= bits_reg - 4'd1;
            end
            // The next byte is taken in the last clock of the stop bit.
            ready_reg <= bits_reg == 4'd1 && count_reg == {{(COUNT_BITS - 1){1'b0}}, 1'b1};
        end
        if (rst) begin
            pin_reg   <= 1'b1;
            ready_reg <= 1'b1;
            bits_reg  <= 4'd0;
        end
    end
endmodule

`default_nettype wire
