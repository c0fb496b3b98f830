// Every sum leaves once and in order, with the product of its count and its channel's weight, shifted, added to it.
//
// The weights are any three rows that the solver picks. Unbounded, by induction. Widths: a product is a product at any
// width, and sums fit ACC_BITS by contract, so all is modulo 2^ACC_BITS; three beats a pixel have a first, a middle and
// a last one; two time steps share a weight; fields are alike and separate.
module elementwise_term_formal #(
    parameter BEATS       = 3,
    parameter TIMESTEPS   = 2,
    parameter COUNT_BITS  = 2,
    parameter WEIGHT_BITS = 3,
    parameter SHIFT       = 1,
    parameter ACC_BITS    = 6
) (
    input wire                            clk,
    input wire                            rst,
    input wire [TIMESTEPS*COUNT_BITS-1:0] counts,
    input wire                            counts_valid,
    input wire [TIMESTEPS*ACC_BITS-1:0]   sums,
    input wire                            sums_valid,
    input wire                            m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    // A memory that holds what it has read until it reads again.
    (* anyconst *) wire [BEATS*WEIGHT_BITS-1:0] weights;
    wire                   weight_enable;
    wire [1:0]             weight_addr;
    reg  [WEIGHT_BITS-1:0] weight_row;
    always @(posedge clk) if (weight_enable) weight_row <= weights[weight_addr*WEIGHT_BITS +: WEIGHT_BITS];

    wire                          counts_ready, sums_ready, m_valid;
    wire [TIMESTEPS*ACC_BITS-1:0] m_data;
    volley_elementwise_term #(
        .UNITS (1), .BEATS (BEATS), .TIMESTEPS (TIMESTEPS), .COUNT_BITS (COUNT_BITS), .WEIGHT_BITS (WEIGHT_BITS), .SHIFT (SHIFT),
        .ACC_BITS (ACC_BITS), .ADDR_BITS (2)
    ) dut (
        .clk (clk), .rst (rst),
        .s_counts_tdata (counts), .s_counts_tvalid (counts_valid), .s_counts_tready (counts_ready),
        .s_axis_tdata (sums), .s_axis_tvalid (sums_valid), .s_axis_tready (sums_ready),
        .weight_enable (weight_enable), .weight_addr (weight_addr), .weight_row (weight_row),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    // What a beat must be when it leaves.
    function [TIMESTEPS*ACC_BITS-1:0] with_term;
        input [TIMESTEPS*ACC_BITS-1:0]   beat;
        input [TIMESTEPS*COUNT_BITS-1:0] count;
        input [WEIGHT_BITS-1:0]      weight;
        integer                      t;
        for (t = 0; t < TIMESTEPS; t = t + 1) begin
            with_term[t*ACC_BITS +: ACC_BITS] = beat[t*ACC_BITS +: ACC_BITS] +
                {{(ACC_BITS - WEIGHT_BITS){weight[WEIGHT_BITS-1]}}, weight} * (count[t*COUNT_BITS +: COUNT_BITS] << SHIFT);
        end
    endfunction

    reg [1:0] channel;
    wire      fire = sums_valid && sums_ready;
    always @(posedge clk) begin
        if (fire) channel <= channel == BEATS - 1 ? 0 : channel + 1'b1;
        if (rst) channel <= 0;
    end

    wire [2:0]                    held, ahead;
    wire                          tracked;
    wire [TIMESTEPS*ACC_BITS-1:0] data;
    beat_tracker #(.WIDTH (TIMESTEPS * ACC_BITS), .COUNT_BITS (3)) tracker (
        .clk (clk), .rst (rst), .started (started),
        .s_fire (fire), .s_data (with_term(sums, counts, weights[channel*WEIGHT_BITS +: WEIGHT_BITS])),
        .m_valid (m_valid), .m_ready (m_ready), .m_data (m_data),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );

    reg [1:0] late_reg;                     // clocks in which a beat was inside and none was offered
    always @(posedge clk) late_reg <= rst || held == 0 || m_valid ? 0 : late_reg + 1'b1;
    always @* begin
        if (started) begin
            both:     assert (fire == (counts_valid && counts_ready));
            has_space: assert (held >= 2 || rst || fire || !(sums_valid && counts_valid));
            offers:   assert (late_reg < 3);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire                            \dut.out.skid_valid_reg ;
    (* hierconn *) wire [TIMESTEPS*ACC_BITS-1:0]       \dut.out.out_reg , \dut.out.skid_reg , \dut.sums_reg , \dut.whole ;
    (* hierconn *) wire [TIMESTEPS*COUNT_BITS-1:0]     \dut.counts_reg ;
    (* hierconn *) wire [1:0]                      \dut.valid_reg , \dut.beat_reg ;
    // Beats before the end of each stage, from the output back.
    wire [2:0] to_skid = m_valid + \dut.out.skid_valid_reg ;
    wire [2:0] to_sum  = to_skid + \dut.valid_reg [1];
    always @* begin
        if (started) begin
            assert (channel < BEATS && \dut.beat_reg == channel);
            assert (m_valid || !\dut.out.skid_valid_reg );
            assert (held == to_sum + \dut.valid_reg [0]);
            if (tracked) begin
                if (ahead < m_valid)      assert (\dut.out.out_reg == data);
                else if (ahead < to_skid) assert (\dut.out.skid_reg == data);
                else if (ahead < to_sum)  assert (\dut.whole == data);
                else                      assert (with_term(\dut.sums_reg , \dut.counts_reg , weight_row) == data);
            end
            assert (late_reg < 1 || m_valid || \dut.valid_reg [1]);
            assert (late_reg < 2 || m_valid);
        end
    end
`endif
endmodule
