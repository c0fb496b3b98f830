// A spike queue neither loses, doubles, alters nor reorders a beat, takes at least DEPTH of them, and never blocks.
//
// It refuses a beat only while DEPTH or more are inside, or in the clock after a reset; a beat inside is offered after
// at most five clocks.
//
// Unbounded, by induction. Widths: no bit of a beat is looked at. DEPTH is not a power of two, so both pointers
// wrap as they do for any depth; the beats read ahead are always eight.
module spike_queue_formal #(
    parameter WIDTH = 1
) (
    input wire             clk,
    input wire             rst,
    input wire [WIDTH-1:0] s_data,
    input wire             s_valid,
    input wire             m_ready
);
    localparam DEPTH = 3;

    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire             s_ready, m_valid;
    wire [WIDTH-1:0] m_data;
    volley_spike_queue #(.WIDTH (WIDTH), .DEPTH (DEPTH), .ADDR_BITS (2)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    wire [4:0]       held, ahead;
    wire             tracked;
    wire [WIDTH-1:0] data;
    beat_tracker #(.WIDTH (WIDTH), .COUNT_BITS (5)) tracker (
        .clk (clk), .rst (rst), .started (started),
        .s_fire (s_valid && s_ready), .s_data (s_data),
        .m_valid (m_valid), .m_ready (m_ready), .m_data (m_data),
        .held (held), .tracked (tracked), .ahead (ahead), .data (data)
    );

    reg [3:0] late_reg;                     // clocks in which a beat was inside and none was offered
    reg       reset_reg;                    // the clock before was one of a reset
    always @(posedge clk) begin
        late_reg  <= rst || held == 0 || m_valid ? 0 : late_reg + 1'b1;
        reset_reg <= rst;
    end
    always @* begin
        if (started) begin
            takes_depth: assert (s_ready || held >= DEPTH || reset_reg);
            offers:      assert (late_reg < 5);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [1:0]       \dut.write_reg , \dut.read_reg , \dut.level_reg ;
    (* hierconn *) wire             \dut.space_reg , \dut.reading_reg , \dut.loaded_reg ;
    (* hierconn *) wire [3:0]       \dut.ahead_reg , \dut.ahead.write_reg , \dut.ahead.read_reg ;
    (* hierconn *) wire [WIDTH-1:0] \dut.data_reg , \dut.beats.read_reg ;
    (* hierconn *) wire [WIDTH-1:0] \dut.beats.g_block.memory[0] , \dut.beats.g_block.memory[1] ,
                                    \dut.beats.g_block.memory[2] ;
    (* hierconn *) wire [WIDTH-1:0] \dut.ahead.memory[0] , \dut.ahead.memory[1] , \dut.ahead.memory[2] ,
                                    \dut.ahead.memory[3] ;
    (* hierconn *) wire [WIDTH-1:0] \dut.ahead.memory[4] , \dut.ahead.memory[5] , \dut.ahead.memory[6] ,
                                    \dut.ahead.memory[7] ;
    wire [3*WIDTH-1:0] beats = {
        \dut.beats.g_block.memory[2] , \dut.beats.g_block.memory[1] , \dut.beats.g_block.memory[0] };
    wire [8*WIDTH-1:0] queue = {
        \dut.ahead.memory[7] , \dut.ahead.memory[6] , \dut.ahead.memory[5] , \dut.ahead.memory[4] ,
        \dut.ahead.memory[3] , \dut.ahead.memory[2] , \dut.ahead.memory[1] , \dut.ahead.memory[0] };

    // The beats in order: the queue at the output, the register, the memory's output, the memory.
    wire [3:0] queued  = \dut.ahead.write_reg - \dut.ahead.read_reg ;
    wire [4:0] loaded  = queued + \dut.loaded_reg ;
    wire [4:0] reading = loaded + \dut.reading_reg ;
    wire [2:0] place   = \dut.ahead.read_reg + ahead;
    wire [4:0] address = \dut.read_reg + (ahead - reading);
    wire [4:0] wrapped = address >= DEPTH ? address - DEPTH : address;
    wire [4:0] behind  = \dut.read_reg + \dut.level_reg ;
    always @* begin
        if (started) begin
            assert (held == reading + \dut.level_reg );
            assert (\dut.ahead_reg == reading && reading <= 8);
            assert (\dut.level_reg <= DEPTH && \dut.read_reg < DEPTH);
            assert (\dut.write_reg == (behind >= DEPTH ? behind - DEPTH : behind));
            assert (\dut.space_reg == (\dut.level_reg != DEPTH && !reset_reg));
            assert (!tracked || data == (ahead < queued  ? queue[place*WIDTH +: WIDTH] :
                                         ahead < loaded  ? \dut.data_reg :
                                         ahead < reading ? \dut.beats.read_reg : beats[wrapped*WIDTH +: WIDTH]));
        end
    end
`endif
endmodule
