// A stall changes nothing in the pipeline of group neurons, and neurons are taken exactly while it moves: with it the
// proof of volley_group_neuron, made without stalls, holds for every ready/valid pattern.
//
// While the pipeline does not move, all its registers stay and the parameter memory is not read. The clocks in which it
// moves are therefore a run without stalls; what comes out of it goes into a skid buffer, which is proven by itself.
// The pipeline stops only while that is full, so it never blocks for ever.
//
// Unbounded, by induction. Widths: one clock enable for all registers.
module group_neuron_stall_formal #(
    parameter TIMESTEPS  = 2,
    parameter COUNT_BITS = 2
) (
    input wire        clk,
    input wire        rst,
    input wire [7:0]  currents,
    input wire        valid,
    input wire [4:0]  row,
    input wire        m_ready
);
    localparam STAGES = TIMESTEPS * (1 + COUNT_BITS);
    localparam FULL   = 6;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire                            ready, enable, addr, m_valid;
    wire [TIMESTEPS*COUNT_BITS-1:0] counts;
    volley_group_neuron #(
        .CHANNELS (2), .TIMESTEPS (TIMESTEPS), .IN_TIMESTEPS (2), .MEMBERS (3), .ACC_BITS (4), .BIAS_BITS (2), .THETA_BITS (3),
        .MEMBRANE_BITS (FULL), .COUNT_BITS (COUNT_BITS), .CHANNEL_BITS (1)
    ) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (currents), .s_axis_tvalid (valid), .s_axis_tready (ready),
        .neuron_enable (enable), .neuron_addr (addr), .neuron_row (row),
        .m_axis_tdata (counts), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    (* hierconn *) wire [STAGES*FULL-1:0]                     \dut.v_bus ;
    (* hierconn *) wire [STAGES*3-1:0]                        \dut.theta_bus ;
    (* hierconn *) wire [STAGES*2*FULL-1:0]                   \dut.input_bus ;
    (* hierconn *) wire [(STAGES+1)*TIMESTEPS*COUNT_BITS-1:0] \dut.counts_bus ;
    (* hierconn *) wire [STAGES:0]                            \dut.valid_reg ;
    (* hierconn *) wire [7:0]                                 \dut.current_reg ;
    (* hierconn *) wire                                       \dut.current_valid_reg , \dut.channel_reg , \dut.advance ;
    (* hierconn *) wire                                       \dut.out.skid_valid_reg ;
    wire [STAGES*FULL+STAGES*3+STAGES*2*FULL+(STAGES+1)*TIMESTEPS*COUNT_BITS+STAGES+11-1:0] state = {
        \dut.v_bus , \dut.theta_bus , \dut.input_bus , \dut.counts_bus , \dut.valid_reg , \dut.current_reg ,
        \dut.current_valid_reg , \dut.channel_reg };

    reg                           stalled_reg = 1'b0;
    reg                           waiting_reg = 1'b0;
    reg [STAGES*FULL+STAGES*3+STAGES*2*FULL+(STAGES+1)*TIMESTEPS*COUNT_BITS+STAGES+11-1:0] state_reg;
    reg [TIMESTEPS*COUNT_BITS-1:0] offered_reg;
    always @(posedge clk) begin
        stalled_reg <= started && !rst && !ready;
        waiting_reg <= started && !rst && m_valid && !m_ready;
        state_reg   <= state;
        offered_reg <= counts;
    end
    always @* begin
        if (started) begin
            one_enable:   assert (ready == \dut.advance );
            read_then:    assert (enable == (valid && ready));
            nothing_moves: assert (!stalled_reg || state == state_reg);
            only_if_full: assert (ready || (m_valid && \dut.out.skid_valid_reg ));
            valid_stays:  assert (!waiting_reg || m_valid);
            data_stays:   assert (!waiting_reg || counts == offered_reg);
        end
    end
endmodule
