// A stall changes nothing in the serial form of group neurons, and each neuron that is taken leaves once: with it the
// proof of volley_group_neuron_serial, made without stalls, holds for every ready/valid pattern.
//
// It waits for currents, or at the end of a theta for the output to become free. Meanwhile all its registers stay,
// except the multiple of theta in the phase that adds the current: it is not used there, and written in each clock of
// that phase. The clocks in which it does not wait are therefore a run without stalls. A neuron whose currents were
// taken leaves after COUNT_BITS clocks in which the output is free, so it never blocks for ever; the rules of
// AXI4-Stream hold.
//
// Unbounded, by induction. Widths: one clock enable for all registers.
module group_neuron_serial_stall_formal #(
    parameter TIMESTEPS  = 3,
    parameter COUNT_BITS = 2
) (
    input wire        clk,
    input wire        rst,
    input wire [11:0] currents,
    input wire        valid,
    input wire [4:0]  row,
    input wire        m_ready
);
    localparam FULL   = 6;
    localparam COUNTS = TIMESTEPS * COUNT_BITS;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire              ready, enable, addr, m_valid;
    wire [COUNTS-1:0] counts;
    volley_group_neuron_serial #(
        .CHANNELS (2), .TIMESTEPS (TIMESTEPS), .IN_TIMESTEPS (3), .MEMBERS (3), .ACC_BITS (4), .BIAS_BITS (2), .THETA_BITS (3),
        .MEMBRANE_BITS (FULL), .COUNT_BITS (COUNT_BITS), .CHANNEL_BITS (1)
    ) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (currents), .s_axis_tvalid (valid), .s_axis_tready (ready),
        .neuron_enable (enable), .neuron_addr (addr), .neuron_row (row),
        .m_axis_tdata (counts), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    (* hierconn *) wire [FULL-1:0]       \dut.v_reg ;
    (* hierconn *) wire [3:0]            \dut.theta_reg ;
    (* hierconn *) wire [COUNT_BITS-1:0] \dut.fire_reg ;
    (* hierconn *) wire [1:0]            \dut.t_reg ;
    (* hierconn *) wire                  \dut.half_reg , \dut.bias_reg , \dut.current_reg , \dut.tight_reg ,
                                         \dut.channel_reg ;
    (* hierconn *) wire                  \dut.g_count.count_reg ;
    (* hierconn *) wire [1:0]            \dut.boot_reg ;
    wire [FULL+COUNT_BITS+2+6+COUNTS-1:0] state = {
        \dut.v_reg , \dut.fire_reg , \dut.t_reg , \dut.half_reg , \dut.bias_reg , \dut.current_reg , \dut.tight_reg ,
        \dut.channel_reg , \dut.g_count.count_reg , counts };
    // As the header of the module says: currents are missing, or the output is not free.
    wire waits = (\dut.current_reg && !valid) || (\dut.fire_reg [0] && m_valid);

    reg                                  waited_reg = 1'b0;
    reg [FULL+COUNT_BITS+2+6+COUNTS-1:0] state_reg;
    reg [3:0]                            theta_reg;
    reg                                  offered_reg = 1'b0;
    reg [COUNTS-1:0]                     counts_reg;
    reg [1:0]                            inside_reg;        // neurons taken that have not left
    reg [3:0]                            wait_reg;          // clocks since one was taken, with the output free
    always @(posedge clk) begin
        waited_reg  <= started && !rst && waits;
        state_reg   <= state;
        theta_reg   <= \dut.theta_reg ;
        offered_reg <= started && !rst && m_valid && !m_ready;
        counts_reg  <= counts;
        inside_reg  <= rst ? 0 : inside_reg + (valid && ready) - (m_valid && m_ready);
        wait_reg    <= rst || m_valid || inside_reg == 0 ? 0 : wait_reg + 1'b1;
    end
    always @* begin
        if (started) begin
            nothing_moves: assert (!waited_reg || state == state_reg);
            theta_stays:    assert (!waited_reg || \dut.current_reg || \dut.theta_reg == theta_reg);
            read_once:     assert (enable == (\dut.boot_reg [0] || (valid && ready)));
            from_nothing:  assert (!m_valid || inside_reg != 0);
            leaves:        assert (wait_reg <= COUNT_BITS);
            valid_stays:   assert (!offered_reg || m_valid);
            data_stays:    assert (!offered_reg || counts == counts_reg);
        end
    end

`ifndef OBSERVED
    wire [COUNT_BITS+4:0] phases = {\dut.half_reg , \dut.bias_reg , \dut.current_reg , \dut.fire_reg , \dut.boot_reg };
    always @* begin
        if (started) begin
            assert (phases != 0 && (phases & (phases - 1)) == 0);
            assert (inside_reg == m_valid + (\dut.fire_reg != 0 && \dut.t_reg == TIMESTEPS - 1));
            assert (\dut.t_reg < TIMESTEPS);
        end
    end
`endif
endmodule
