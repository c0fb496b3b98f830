// stream_sink: takes a stream with random pauses and compares every beat with the bench's memory.
//
// Also checked: `tvalid` is never unknown; an offered beat stays, unchanged, until it is taken; none comes after the
// last one. A beat with an unknown bit differs from what is expected.
//
//     +seed=N      of the pauses
//     +m_stall=N   percent of the clocks in which the sink is not ready
`default_nettype none

module stream_sink #(
    parameter WIDTH = 8,
    parameter ID    = 0             // sinks of one bench pause differently
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [31:0]      total,  // beats that must come
    output reg  [31:0]      index,  // of the next beat
    input  wire [WIDTH-1:0] word,   // what the beat of that index must be
    input  wire [WIDTH-1:0] tdata,
    input  wire             tvalid,
    output reg              tready,
    output wire             done,
    output reg              failed,
    output reg  [31:0]      checks
);
    reg [31:0]      random_reg;
    reg [31:0]      stall;
    reg             offered_reg;
    reg [WIDTH-1:0] held_reg;

    function [31:0] next;
        input [31:0] value;
        begin
            next = value ^ (value << 13);
            next = next ^ (next >> 17);
            next = next ^ (next << 5);
        end
    endfunction

    initial begin
        index       = 0;
        checks      = 0;
        failed      = 1'b0;
        tready      = 1'b0;
        offered_reg = 1'b0;
        stall       = 0;
        if (!$value$plusargs("seed=%d", random_reg)) random_reg = 1;
        if (!$value$plusargs("m_stall=%d", stall)) stall = 0;
        random_reg = next(random_reg * 32'd2246822519 + ID * 32'd30011 + 32'd7) | 32'd1;
    end

    assign done = index == total;

    always @(posedge clk) begin
        random_reg <= next(random_reg);
        tready     <= !rst && (random_reg >> 8) % 100 >= stall;
        if (rst) begin
            index       <= 0;
            offered_reg <= 1'b0;
        end else if (!failed) begin
            offered_reg <= tvalid && !tready;
            held_reg    <= tdata;
            if (tvalid !== 1'b0 && tvalid !== 1'b1) begin
                failed <= 1'b1;
                $display("sink %0d: tvalid is unknown before beat %0d", ID, index);
            end else if (offered_reg && (!tvalid || tdata !== held_reg)) begin
                failed <= 1'b1;
                $display("sink %0d: beat %0d was offered as %h and then changed: valid %b, %h", ID, index, held_reg,
                         tvalid, tdata);
            end else if (tvalid && index >= total) begin
                failed <= 1'b1;
                $display("sink %0d: a beat more than the expected %0d: %h", ID, total, tdata);
            end else if (tvalid && tready) begin
                index  <= index + 1;
                checks <= checks + 1;
                if (tdata !== word) begin
                    failed <= 1'b1;
                    $display("sink %0d: beat %0d is %h, expected %h", ID, index, tdata, word);
                end
            end
        end
    end
endmodule

`default_nettype wire
