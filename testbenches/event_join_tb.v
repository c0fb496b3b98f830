// Bench of volley_event_join: TERMS streams of windows, each at its own pace. The joined stream must bring, window by window, the
// events of term 0, 1, .. with the term's base added to the weight row, its shift, and whether the term is a vector; `last` only
// at the end of the last term's window, and only the last term's markers. `busy` must be high while the term that has its turn is
// busy, or an event waits.
`default_nettype none

module event_join_tb;
    parameter TERMS            = 3;
    parameter COUNTS_BITS      = 5;
    parameter WEIGHT_ADDR_BITS = 9;
    parameter WINDOWS          = 60;
    parameter MOST_EVENTS      = 6;         // of a term's window

    localparam SIDE       = WINDOWS * MOST_EVENTS;      // space for one term's events
    localparam EVENT_BITS = 2 + WEIGHT_ADDR_BITS + COUNTS_BITS;
    localparam JOIN_BITS  = 6 + EVENT_BITS;
    localparam TERM_ROWS  = 50;             // weight rows of a term; its base is term * TERM_ROWS

    // Term k's constants, in the low bits of what follows.
    function [32*TERMS-1:0] bases;
        input integer dummy;
        integer k;
        begin
            bases = 0;
            for (k = 0; k < TERMS; k = k + 1) bases[32*k +: 32] = k * TERM_ROWS;
        end
    endfunction
    function [5*TERMS-1:0] shifts;
        input integer dummy;
        integer k;
        begin
            shifts = 0;
            for (k = 0; k < TERMS; k = k + 1) shifts[5*k +: 5] = (7 * k + 3) % 32;
        end
    endfunction
    localparam [32*TERMS-1:0] BASES  = bases(0);
    localparam [5*TERMS-1:0]  SHIFTS = shifts(0);
    // Every second term.
    localparam [31:0] VECTORS = 32'hAAAA_AAAA;

    wire        clk;
    wire        rst;
    wire        done;
    wire        sink_failed;
    reg         busy_failed;
    wire [31:0] checks;

    `include "bench_random.vh"

    // ---------------------------------------------------------------- what goes in and what must come out
    reg [EVENT_BITS-1:0] events [0:TERMS*SIDE-1];       // {last, marker, row, counts}; term k's from k * SIDE
    reg [JOIN_BITS-1:0]  joined [0:TERMS*SIDE-1];       // {vector, shift, last, marker, row, counts}
    reg [31:0] totals [0:TERMS-1];
    integer total;

    integer k, w, n, size, row, base_row;
    reg     marker, last;
    reg [4:0]             shift;
    reg [COUNTS_BITS-1:0] counts;
    reg [WEIGHT_ADDR_BITS-1:0] in_row, out_row;
    initial begin
        start_random;
        total = 0;
        for (k = 0; k < TERMS; k = k + 1) totals[k] = 0;
        for (w = 0; w < WINDOWS; w = w + 1) begin
            for (k = 0; k < TERMS; k = k + 1) begin
                draw;
                marker   = fill_state[9:8] == 0;
                size     = marker ? 1 : 1 + (fill_state >> 10) % MOST_EVENTS;
                base_row = k * TERM_ROWS;
                for (n = 0; n < size; n = n + 1) begin
                    draw;
                    row     = marker ? 0 : (fill_state >> 8) % TERM_ROWS;
                    counts  = marker ? 0 : fill_state[31:8];
                    last    = n == size - 1;
                    in_row  = row;
                    out_row = marker ? 0 : base_row + row;
                    shift   = SHIFTS[5*k +: 5];
                    events[k*SIDE+totals[k]] = {last, marker, in_row, counts};
                    totals[k] = totals[k] + 1;
                    if (k == TERMS - 1 || !marker) begin
                        joined[total] = {VECTORS[k], shift, last && k == TERMS - 1, marker, out_row, counts};
                        total = total + 1;
                    end
                end
            end
        end
    end

    // ---------------------------------------------------------------- streams
    wire [TERMS*WEIGHT_ADDR_BITS-1:0] in_addr;
    wire [TERMS*COUNTS_BITS-1:0]      in_counts;
    wire [TERMS-1:0]                  in_last;
    wire [TERMS-1:0]                  in_marker;
    wire [TERMS-1:0]                  in_valid;
    wire [TERMS-1:0]                  in_ready;
    generate
        genvar i;
        for (i = 0; i < TERMS; i = i + 1) begin : g_term
            wire [31:0] sent;
            stream_source #(.WIDTH(EVENT_BITS), .ID(i)) source (
                .clk(clk), .rst(rst), .total(totals[i]), .index(sent), .word(events[i*SIDE+sent]),
                .tdata({in_last[i], in_marker[i], in_addr[i*WEIGHT_ADDR_BITS +: WEIGHT_ADDR_BITS],
                        in_counts[i*COUNTS_BITS +: COUNTS_BITS]}),
                .tvalid(in_valid[i]), .tready(in_ready[i])
            );
        end
    endgenerate

    wire [WEIGHT_ADDR_BITS-1:0] out_addr;
    wire [COUNTS_BITS-1:0]      out_counts;
    wire [4:0]                  out_shift;
    wire                        out_vector;
    wire                        out_last;
    wire                        out_marker;
    wire                        out_valid;
    wire                        out_ready;
    reg  [TERMS-1:0]            in_busy;
    wire                        busy;
    volley_event_join #(
        .TERMS(TERMS), .COUNTS_BITS(COUNTS_BITS), .WEIGHT_ADDR_BITS(WEIGHT_ADDR_BITS), .BASES(BASES), .SHIFTS(SHIFTS),
        .VECTORS(VECTORS[TERMS-1:0])
    ) dut (
        .clk(clk), .rst(rst), .s_event_addr(in_addr), .s_event_counts(in_counts), .s_event_last(in_last),
        .s_event_marker(in_marker), .s_event_valid(in_valid), .s_event_ready(in_ready), .s_busy(in_busy), .m_event_addr(out_addr),
        .m_event_counts(out_counts), .m_event_shift(out_shift), .m_event_vector(out_vector), .m_event_last(out_last),
        .m_event_marker(out_marker), .m_event_valid(out_valid), .m_event_ready(out_ready), .busy(busy)
    );

    wire [31:0] received;
    stream_sink #(.WIDTH(JOIN_BITS)) sink (
        .clk(clk), .rst(rst), .total(total), .index(received), .word(joined[received]),
        .tdata({out_vector, out_shift, out_last, out_marker, out_addr, out_counts}), .tvalid(out_valid), .tready(out_ready),
        .done(done), .failed(sink_failed), .checks(checks)
    );

    // Whose turn it is: each term's window ends with the event that was taken with `last`.
    integer turn;
    initial begin
        busy_failed = 1'b0;
        turn        = 0;
        in_busy     = {TERMS{1'b0}};
    end
    always @(posedge clk) begin
        draw;
        in_busy <= fill_state[31:8];
        if (rst) begin
            turn = 0;
        end else begin
            if (busy !== (out_valid || in_busy[turn])) begin
                busy_failed <= 1'b1;
                if (!busy_failed) $display("busy is %b in the turn of term %0d of %b", busy, turn, in_busy);
            end
            if (in_valid[turn] && in_ready[turn] && in_last[turn]) turn = (turn + 1) % TERMS;
        end
    end

    bench_control #(.NAME("event_join")) control (
        .clk(clk), .rst(rst), .done(done), .failed(sink_failed || busy_failed), .checks(checks)
    );
endmodule

`default_nettype wire
