// The serial form of group neurons fires exactly as their definition says, for every current, bias, theta and potential,
// and takes the next one when it should.
//
// Unbounded, by induction over a window of two neurons, without stalls; group_neuron_serial_stall proves that a stall
// changes nothing. Assumptions and widths as in group_neuron_formal.v: the same restoring division, one stage after the
// other.
module group_neuron_serial_formal #(
    parameter POW2          = 0,
    parameter TIMESTEPS     = 1,
    parameter IN_TIMESTEPS  = 1,
    parameter MEMBERS       = 5,
    parameter COUNT_BITS    = 3,
    parameter ACC_BITS      = 6,
    parameter BIAS_BITS     = 4,
    parameter THETA_BITS    = 3,
    parameter THETA_LOG2    = 3,
    parameter MEMBRANE_BITS = 8
) (
    input wire                             clk,
    input wire [IN_TIMESTEPS*ACC_BITS-1:0] currents,
    input wire [BIAS_BITS+THETA_BITS-1:0]  row          // of the parameter memory: any, for any neuron
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    wire rst = !started;

    wire                            ready, enable, addr, m_valid;
    wire [TIMESTEPS*COUNT_BITS-1:0] counts;
    reg  [BIAS_BITS+THETA_BITS-1:0] row_reg;
    always @(posedge clk) if (enable) row_reg <= row;

    volley_group_neuron_serial #(
        .CHANNELS (2), .TIMESTEPS (TIMESTEPS), .IN_TIMESTEPS (IN_TIMESTEPS), .MEMBERS (MEMBERS), .ACC_BITS (ACC_BITS),
        .BIAS_BITS (BIAS_BITS), .THETA_BITS (THETA_BITS), .POW2 (POW2), .THETA_LOG2 (THETA_LOG2),
        .MEMBRANE_BITS (MEMBRANE_BITS), .COUNT_BITS (COUNT_BITS), .CHANNEL_BITS (1)
    ) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (currents), .s_axis_tvalid (1'b1), .s_axis_tready (ready),
        .neuron_enable (enable), .neuron_addr (addr), .neuron_row (row_reg),
        .m_axis_tdata (counts), .m_axis_tvalid (m_valid), .m_axis_tready (1'b1)
    );

    // A neuron's currents stay until they are taken.
    reg                             waiting_reg = 1'b0;
    reg [IN_TIMESTEPS*ACC_BITS-1:0] offered_reg;
    always @(posedge clk) begin
        waiting_reg <= !ready && !rst;
        offered_reg <= currents;
    end
    always @* assume (!waiting_reg || currents == offered_reg);

    // The definition, in the clock in which the currents are taken; the row of the next neuron comes one clock later.
    wire                            legal;
    wire [TIMESTEPS*COUNT_BITS-1:0] defined;
    group_neuron_definition #(
        .TIMESTEPS (TIMESTEPS), .IN_TIMESTEPS (IN_TIMESTEPS), .MEMBERS (MEMBERS), .COUNT_BITS (COUNT_BITS), .ACC_BITS (ACC_BITS),
        .BIAS_BITS (BIAS_BITS), .THETA_BITS (THETA_BITS), .POW2 (POW2), .THETA_LOG2 (THETA_LOG2),
        .MEMBRANE_BITS (MEMBRANE_BITS)
    ) definition (.currents (currents), .row (row_reg), .legal (legal), .counts (defined));
    always @* if (ready) assume (legal);

    // From the last current to the counts: the bits of one theta. A whole neuron takes what the header says.
    localparam LATENCY = COUNT_BITS + 1;
    localparam PERIOD  = 1 + TIMESTEPS * (2 + COUNT_BITS);
    localparam COUNTS  = TIMESTEPS * COUNT_BITS;
    reg [LATENCY-1:0]        due_reg;
    reg [LATENCY*COUNTS-1:0] line_reg;
    reg [7:0]                wait_reg;          // clocks since currents were taken
    always @(posedge clk) begin
        due_reg  <= rst ? 0 : {due_reg, ready};
        line_reg <= {line_reg, defined};
        wait_reg <= rst || ready ? 1 : wait_reg + 1'b1;
    end

    always @* begin
        if (started) begin
            fires_as_defined: assert (!due_reg[LATENCY-1] || counts == line_reg[LATENCY*COUNTS-1 -: COUNTS]);
            in_time:          assert (m_valid == due_reg[LATENCY-1]);
            next_is_taken:    assert (wait_reg <= PERIOD + 2);      // 2: after a reset the first row is read
        end
    end

`ifndef OBSERVED
    // The phases are one-hot.
    (* hierconn *) wire                  \dut.half_reg , \dut.bias_reg , \dut.current_reg ;
    (* hierconn *) wire [COUNT_BITS-1:0] \dut.fire_reg ;
    (* hierconn *) wire [1:0]            \dut.boot_reg ;
    wire [COUNT_BITS+4:0] phases = {\dut.half_reg , \dut.bias_reg , \dut.current_reg , \dut.fire_reg , \dut.boot_reg };
    always @* begin
        if (started) begin
            assert (phases != 0 && (phases & (phases - 1)) == 0);
        end
    end
`endif
endmodule
