// Every reader of a fork gets every beat once, in order and unaltered, whatever the others do; and no reader blocks for
// ever.
//
// A beat is taken exactly while every reader has fewer than two waiting, so each reader that reads makes space. A reader
// sees valid exactly while a beat is waiting for it.
//
// Unbounded, by induction. Widths: no bit of a beat is looked at. Three readers stand for any number: each reader's
// register is tied to the others only by the AND of their spaces.
module stream_fork_formal #(
    parameter WIDTH   = 3,
    parameter OUTPUTS = 3
) (
    input wire               clk,
    input wire               rst,
    input wire [WIDTH-1:0]   s_data,
    input wire               s_valid,
    input wire [OUTPUTS-1:0] m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire                     s_ready;
    wire [OUTPUTS-1:0]       m_valid;
    wire [OUTPUTS*WIDTH-1:0] m_data;
    volley_stream_fork #(.WIDTH (WIDTH), .OUTPUTS (OUTPUTS)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    wire [OUTPUTS*3-1:0]     held, ahead;
    wire [OUTPUTS-1:0]       tracked, space, some;
    wire [OUTPUTS*WIDTH-1:0] data;
    generate
        genvar i;
        for (i = 0; i < OUTPUTS; i = i + 1) begin : g_reader
            beat_tracker #(.WIDTH (WIDTH), .COUNT_BITS (3)) tracker (
                .clk (clk), .rst (rst), .started (started),
                .s_fire (s_valid && s_ready), .s_data (s_data),
                .m_valid (m_valid[i]), .m_ready (m_ready[i]), .m_data (m_data[i*WIDTH +: WIDTH]),
                .held (held[i*3 +: 3]), .tracked (tracked[i]), .ahead (ahead[i*3 +: 3]), .data (data[i*WIDTH +: WIDTH])
            );
            assign space[i] = held[i*3 +: 3] < 2;
            assign some[i]  = held[i*3 +: 3] != 0;
        end
    endgenerate
    always @* begin
        if (started) begin
            all_have_room: assert (s_ready == &space);
            offered:       assert (m_valid == some);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [WIDTH-1:0] \dut.g_reader[0].register.out_reg , \dut.g_reader[0].register.skid_reg ;
    (* hierconn *) wire [WIDTH-1:0] \dut.g_reader[1].register.out_reg , \dut.g_reader[1].register.skid_reg ;
    (* hierconn *) wire [WIDTH-1:0] \dut.g_reader[2].register.out_reg , \dut.g_reader[2].register.skid_reg ;
    (* hierconn *) wire \dut.g_reader[0].register.skid_valid_reg ;
    (* hierconn *) wire \dut.g_reader[1].register.skid_valid_reg ;
    (* hierconn *) wire \dut.g_reader[2].register.skid_valid_reg ;
    wire [OUTPUTS*WIDTH-1:0] out = {\dut.g_reader[2].register.out_reg , \dut.g_reader[1].register.out_reg ,
                                    \dut.g_reader[0].register.out_reg };
    wire [OUTPUTS*WIDTH-1:0] skid = {\dut.g_reader[2].register.skid_reg , \dut.g_reader[1].register.skid_reg ,
                                     \dut.g_reader[0].register.skid_reg };
    wire [OUTPUTS-1:0] skid_valid = {
        \dut.g_reader[2].register.skid_valid_reg , \dut.g_reader[1].register.skid_valid_reg ,
        \dut.g_reader[0].register.skid_valid_reg };
    generate
        for (i = 0; i < OUTPUTS; i = i + 1) begin : g_invariant
            always @* begin
                if (started) begin
                    assert (held[i*3 +: 3] == m_valid[i] + skid_valid[i]);
                    assert (!tracked[i] || data[i*WIDTH +: WIDTH] ==
                            (ahead[i*3 +: 3] == 0 ? out[i*WIDTH +: WIDTH] : skid[i*WIDTH +: WIDTH]));
                end
            end
        end
    endgenerate
`endif
endmodule
