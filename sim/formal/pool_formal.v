// The sum, or the maximum, of every window leaves once for each channel and in order; rows and columns without a window
// give nothing.
//
// The partial results are kept here by the definition of a window, one element after the other; the place of an element
// is counted in rows, columns and channels only. Unbounded, by induction. Widths: a sum is a sum at any width, modulo
// 2^OUT_BITS; time steps are alike and separate; two channels and two windows in a row have neighbours whose results
// must not be mixed up; with one channel the elements of a window follow each other, so a result is wanted in the clock
// in which it is written; a row and a column after the last window, or between windows, are dropped.
module pool_formal #(
    parameter MAXIMUM       = 0,
    parameter CHANNELS      = 2,
    parameter IN_HEIGHT     = 5,
    parameter IN_WIDTH      = 5,
    parameter KERNEL_HEIGHT = 2,
    parameter KERNEL_WIDTH  = 2,
    parameter STRIDE_HEIGHT = 2,
    parameter STRIDE_WIDTH  = 2,
    parameter OUT_HEIGHT    = 2,
    parameter OUT_WIDTH     = 2,
    parameter IN_BITS       = 2,
    parameter OUT_BITS      = 3
) (
    input wire               clk,
    input wire               rst,
    input wire [IN_BITS-1:0] s_data,
    input wire               s_valid,
    input wire               m_ready
);
    localparam DEPTH = OUT_WIDTH * CHANNELS;
    localparam ADDR  = DEPTH > 1 ? $clog2(DEPTH) : 1;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire                s_ready, m_valid;
    wire [OUT_BITS-1:0] m_data;
    volley_pool #(
        .MAXIMUM (MAXIMUM), .CHANNELS (CHANNELS), .IN_HEIGHT (IN_HEIGHT), .IN_WIDTH (IN_WIDTH),
        .KERNEL_HEIGHT (KERNEL_HEIGHT), .KERNEL_WIDTH (KERNEL_WIDTH), .STRIDE_HEIGHT (STRIDE_HEIGHT),
        .STRIDE_WIDTH (STRIDE_WIDTH), .OUT_HEIGHT (OUT_HEIGHT), .OUT_WIDTH (OUT_WIDTH), .FIELDS (1),
        .IN_BITS (IN_BITS), .OUT_BITS (OUT_BITS)
    ) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    // Where the next element is, in the map and in its window.
    reg  [3:0] y, x, c;
    wire [3:0] ky = y % STRIDE_HEIGHT, kx = x % STRIDE_WIDTH;
    wire [7:0] place    = x / STRIDE_WIDTH * CHANNELS + c;
    wire       inside   = ky < KERNEL_HEIGHT && kx < KERNEL_WIDTH && y / STRIDE_HEIGHT < OUT_HEIGHT &&
                          x / STRIDE_WIDTH < OUT_WIDTH;
    wire       first    = ky == 0 && kx == 0;
    wire       complete = ky == KERNEL_HEIGHT - 1 && kx == KERNEL_WIDTH - 1;
    wire       fire     = s_valid && s_ready;

    // The result of each window of this row of windows so far.
    reg  [DEPTH*OUT_BITS-1:0] results;
    wire [OUT_BITS-1:0]       old = results[place*OUT_BITS +: OUT_BITS];
    wire [OUT_BITS-1:0]       now = first ? s_data : MAXIMUM == 0 ? old + s_data : old > s_data ? old : s_data;
    always @(posedge clk) begin
        if (fire) begin
            if (inside) results[place*OUT_BITS +: OUT_BITS] <= now;
            c <= c + 1'b1;
            if (c == CHANNELS - 1) begin
                c <= 0;
                x <= x + 1'b1;
                if (x == IN_WIDTH - 1) begin
                    x <= 0;
                    y <= y == IN_HEIGHT - 1 ? 0 : y + 1'b1;
                end
            end
        end
        if (rst) begin
            y <= 0;
            x <= 0;
            c <= 0;
        end
    end

    wire [2:0]          held, ahead;
    wire                tracked;
    wire [OUT_BITS-1:0] data;
    beat_tracker #(.WIDTH (OUT_BITS), .COUNT_BITS (3)) tracker (
        .clk (clk), .rst (rst), .started (started), .s_fire (fire && inside && complete), .s_data (now),
        .m_valid (m_valid), .m_ready (m_ready), .m_data (m_data),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );

    reg [1:0] late_reg;                     // clocks in which a result was inside and none was offered
    always @(posedge clk) late_reg <= rst || held == 0 || m_valid ? 0 : late_reg + 1'b1;
    always @* begin
        if (started) begin
            offers:   assert (late_reg < 2);
            has_space: assert (s_ready || rst || held >= 2);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [OUT_BITS-1:0]            \dut.memory[0] , \dut.memory[1] , \dut.memory[2] , \dut.memory[3] ;
    wire [4*OUT_BITS-1:0] memory = {\dut.memory[3] , \dut.memory[2] , \dut.memory[1] , \dut.memory[0] };
    (* hierconn *) wire [OUT_BITS-1:0]            \dut.result , \dut.out.out_reg , \dut.out.skid_reg ;
    (* hierconn *) wire                           \dut.out.skid_valid_reg ;
    (* hierconn *) wire [ADDR-1:0]                \dut.addr_reg , \dut.window_reg , \dut.element_addr_reg ;
    (* hierconn *) wire                           \dut.element_valid_reg , \dut.element_last_reg ;
    (* hierconn *) wire [$clog2(CHANNELS+1)-1:0]  \dut.c_reg ;
    (* hierconn *) wire [$clog2(IN_WIDTH+1)-1:0]  \dut.x_reg ;
    (* hierconn *) wire [$clog2(IN_HEIGHT+1)-1:0] \dut.y_reg ;
    (* hierconn *) wire [$clog2(STRIDE_WIDTH+1)-1:0]  \dut.kx_reg ;
    (* hierconn *) wire [$clog2(STRIDE_HEIGHT+1)-1:0] \dut.ky_reg ;
    reg [OUT_BITS-1:0] now_reg;             // of the element that is on its way
    always @(posedge clk) if (fire) now_reg <= now;
    wire leaves = \dut.element_valid_reg && \dut.element_last_reg ;
    wire stays  = \dut.element_valid_reg && !\dut.element_last_reg ;
    wire [ADDR-1:0] window_place = x / STRIDE_WIDTH * CHANNELS;
    wire [ADDR-1:0] short_place  = place;
    // A window has begun, and waits for more.
    reg [DEPTH-1:0] begun, ended;
    reg [OUT_BITS-1:0] kept;
    integer a;
    always @* begin
        a     = 0;
        begun = 0;
        ended = 0;
        kept  = 0;
        if (started) begin
            assert (c < CHANNELS && x < IN_WIDTH && y < IN_HEIGHT);
            assert (\dut.c_reg == c && \dut.x_reg == x && \dut.y_reg == y);
            assert (\dut.kx_reg == kx && \dut.ky_reg == ky);
            assert (\dut.window_reg == window_place && \dut.addr_reg == short_place);
            assert (m_valid || !\dut.out.skid_valid_reg );
            assert (held == m_valid + \dut.out.skid_valid_reg + leaves);
            assert (!\dut.element_valid_reg || \dut.result == now_reg);
            assert (!stays || \dut.element_addr_reg < DEPTH);
            if (tracked) begin
                if (ahead < m_valid)                                 assert (\dut.out.out_reg == data);
                else if (ahead < m_valid + \dut.out.skid_valid_reg ) assert (\dut.out.skid_reg == data);
                else                                                 assert (now_reg == data);
            end
            assert (late_reg == 0 || m_valid);
            for (a = 0; a < DEPTH; a = a + 1) begin
                begun[a] = ky > 0 || x > a / CHANNELS * STRIDE_WIDTH ||
                           (x == a / CHANNELS * STRIDE_WIDTH && c > a % CHANNELS);
                ended[a] = ky > KERNEL_HEIGHT - 1 ||
                           (ky == KERNEL_HEIGHT - 1 && (x > a / CHANNELS * STRIDE_WIDTH + KERNEL_WIDTH - 1 ||
                            (x == a / CHANNELS * STRIDE_WIDTH + KERNEL_WIDTH - 1 && c > a % CHANNELS)));
                kept = stays && \dut.element_addr_reg == a ? \dut.result : memory[a*OUT_BITS +: OUT_BITS];
                assert (!(begun[a] && !ended[a] && y / STRIDE_HEIGHT < OUT_HEIGHT) ||
                        kept == results[a*OUT_BITS +: OUT_BITS]);
            end
        end
    end
`endif
endmodule
