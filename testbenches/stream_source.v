// stream_source: offers the words of a bench's memory one after the other, with random pauses.
//
// A word stays offered until it is taken; between words `tdata` is unknown, so a module that looks at it then shows X in
// Icarus.
//
//     +seed=N      of the pauses
//     +s_stall=N   percent of the clocks in which no new word is offered
`default_nettype none

module stream_source #(
    parameter WIDTH = 8,
    parameter ID    = 0             // sources of one bench pause differently
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [31:0]      total,  // words to send
    output reg  [31:0]      index,  // of the next word
    input  wire [WIDTH-1:0] word,   // the word of that index
    output reg  [WIDTH-1:0] tdata,
    output reg              tvalid,
    input  wire             tready
);
    reg [31:0] random_reg;
    reg [31:0] stall;

    // Marsaglia's xorshift32: the same sequence in every simulator.
    function [31:0] next;
        input [31:0] value;
        begin
            next = value ^ (value << 13);
            next = next ^ (next >> 17);
            next = next ^ (next << 5);
        end
    endfunction

    initial begin
        index  = 0;
        tvalid = 1'b0;
        stall  = 0;
        if (!$value$plusargs("seed=%d", random_reg)) random_reg = 1;
        if (!$value$plusargs("s_stall=%d", stall)) stall = 0;
        random_reg = next(random_reg * 32'd2654435761 + ID * 32'd40503 + 32'd1) | 32'd1;
    end

    always @(posedge clk) begin
        random_reg <= next(random_reg);
        if (rst) begin
            index  <= 0;
            tvalid <= 1'b0;
            tdata  <= {WIDTH{1'bx}};
        end else if (!tvalid || tready) begin
            if (index < total && (random_reg >> 8) % 100 >= stall) begin
                index  <= index + 1;
                tvalid <= 1'b1;
                tdata  <= word;
            end else begin
                tvalid <= 1'b0;
                tdata  <= {WIDTH{1'bx}};
            end
        end
    end
endmodule

`default_nettype wire
