// Drives one AXI4-Stream top with random gaps and stalls and records every beat. Filled in by testbench.rs.
`default_nettype none

/* verilator lint_off BLKSEQ */ // file reads deliver through variables: used up in the same clock
module volley_cosim_tb (
    input wire clk
);

    // plusargs
    reg [8191:0] dir;
    reg [8191:0] name;
    reg [63:0]   frames = 64'd1;
    reg [63:0]   idle_limit = 64'd1000000;
    reg [8:0]    stalls = 9'd0;
    reg [31:0]   seed = 32'd1;

    // the top
    reg                 rst = 1'b1;
    reg  [@IN_BITS@-1:0] s_axis_tdata = 0;
    reg                 s_axis_tvalid = 1'b0;
    wire                s_axis_tready;
    reg                 s_axis_tlast = 1'b0;
    wire [@OUT_BITS@-1:0] m_axis_tdata;
    wire                m_axis_tvalid;
    reg                 m_axis_tready = 1'b0;
    wire                m_axis_tlast;
    wire                frame_error;
@UNREAD_WIRES@
    @TOP@ dut (
        .clk(clk),
        .rst(rst),
        .s_axis_tdata(s_axis_tdata),
        .s_axis_tvalid(s_axis_tvalid),
        .s_axis_tready(s_axis_tready),
        .s_axis_tlast(s_axis_tlast),
        .m_axis_tdata(m_axis_tdata),
        .m_axis_tvalid(m_axis_tvalid),
        .m_axis_tready(m_axis_tready),
        .m_axis_tlast(m_axis_tlast),
        .frame_error(frame_error)@UNREAD_PORTS@@STILL_PORTS@
    );

    integer file;
    integer input_file;
    integer output_file;
    integer start_file;
    integer end_file;
    integer status;

    reg [63:0] cycle = 64'd0;
    reg [63:0] idle = 64'd0;
    reg [31:0] tail = 32'd0;
    reg [31:0] random = 32'd1;
    reg [@IN_BITS@-1:0] next_beat = 0;

    reg [63:0] in_frames_sent = 64'd0;  // frames handed to the driver in full
    reg [31:0] in_sent = 32'd0;         // beats of the frame being handed to the driver
    reg [31:0] in_taken = 32'd0;        // beats of the frame being accepted by the top
    reg [63:0] in_count = 64'd0;
    reg [31:0] out_taken = 32'd0;
    reg [63:0] out_count = 64'd0;
    reg [63:0] out_frames = 64'd0;

    // checks on the stream coming out
    reg [63:0] frame_errors = 64'd0;     // clocks with frame_error
    reg [63:0] last_errors = 64'd0;      // beats with a wrong tlast
    reg [63:0] stability_errors = 64'd0; // an offered beat was withdrawn or changed before it was taken
    // A reset may still be on its way through the top; its streams mean nothing before it is ready for the first time.
    reg        was_ready = 1'b0;
    wire       live = !rst && (was_ready || s_axis_tready === 1'b1);
    reg        held = 1'b0;
    reg        held_last = 1'b0;
    reg [@OUT_BITS@-1:0] held_data = 0;

    wire in_beat = s_axis_tvalid && s_axis_tready;
    wire out_beat = m_axis_tvalid && m_axis_tready;
    wire out_last = out_taken == @OUT_BEATS@ - 1;

@DECLARE@
@HOLDS@
    // Marsaglia's xorshift, 32 bits: never 0 when seeded otherwise
    function [31:0] xorshift;
        input [31:0] x;
        reg [31:0] y;
        begin
            y = x ^ (x << 13);
            y = y ^ (y >> 17);
            xorshift = y ^ (y << 5);
        end
    endfunction

    initial begin
        status = 0;
        dir = 8192'd0;
        status = status + $value$plusargs("dir=%s", dir);
        status = status + $value$plusargs("frames=%d", frames);
        status = status + $value$plusargs("idle_limit=%d", idle_limit);
        status = status + $value$plusargs("stalls=%d", stalls);
        status = status + $value$plusargs("seed=%d", seed);
        // an odd multiplier spreads small seeds over all bits
        random = (seed ^ 32'h5bd1e995) * 32'h9e3779b1;
        if (random == 32'd0) random = 32'd1;
        $sformat(name, "%0s/input.txt", dir);
        input_file = $fopen(name, "r");
        $sformat(name, "%0s/output.txt", dir);
        output_file = $fopen(name, "w");
        $sformat(name, "%0s/frame_start.txt", dir);
        start_file = $fopen(name, "w");
        $sformat(name, "%0s/frame_end.txt", dir);
        end_file = $fopen(name, "w");
@OPEN@
        if (status != 5 || input_file == 0 || output_file == 0) begin
            $display("volley_cosim_tb: a plusarg or a file in +dir is missing");
            $finish;
        end
    end

    always @(posedge clk) begin
        cycle <= cycle + 64'd1;
        random <= xorshift(random);
        rst <= cycle < @RESET@;

        // the source: an offered beat stays until it is taken; between beats tdata is noise
        if (rst) begin
            s_axis_tvalid <= 1'b0;
        end else if (!s_axis_tvalid || s_axis_tready) begin
            if (in_frames_sent != frames && {1'b0, random[7:0]} >= stalls) begin
                status = $fscanf(input_file, "%h", next_beat);
                s_axis_tdata <= next_beat;
                s_axis_tvalid <= 1'b1;
                s_axis_tlast <= in_sent == @IN_BEATS@ - 1;
                if (in_sent == @IN_BEATS@ - 1) begin
                    in_sent <= 32'd0;
                    in_frames_sent <= in_frames_sent + 64'd1;
                end else begin
                    in_sent <= in_sent + 32'd1;
                end
            end else begin
                s_axis_tvalid <= 1'b0;
                s_axis_tdata <= {@IN_BITS@{random[8]}};
                s_axis_tlast <= random[9];
            end
        end
        // the sink
        m_axis_tready <= !rst && {1'b0, random[23:16]} >= stalls;

        was_ready <= live;
        if (live) begin
            if (in_beat) begin
                if (in_taken == 32'd0) $fwrite(start_file, "%0d\n", cycle);
                in_taken <= (in_taken == @IN_BEATS@ - 1) ? 32'd0 : in_taken + 32'd1;
                in_count <= in_count + 64'd1;
            end
            if (out_beat) begin
                $fwrite(output_file, "%h %0d\n", m_axis_tdata, cycle);
                out_count <= out_count + 64'd1;
                if (m_axis_tlast !== out_last) last_errors <= last_errors + 64'd1;
                if (out_last) begin
                    $fwrite(end_file, "%0d\n", cycle);
                    out_taken <= 32'd0;
                    out_frames <= out_frames + 64'd1;
                end else begin
                    out_taken <= out_taken + 32'd1;
                end
            end
            if (frame_error !== 1'b0) frame_errors <= frame_errors + 64'd1;
            if (held && (m_axis_tvalid !== 1'b1 || m_axis_tdata !== held_data || m_axis_tlast !== held_last))
                stability_errors <= stability_errors + 64'd1;
            held <= m_axis_tvalid && !m_axis_tready;
            held_data <= m_axis_tdata;
            held_last <= m_axis_tlast;

@RECORD@
        end
        if (!rst) begin
            // A handshake that is unknown moves nothing.
            idle <= ((@MOVING@) === 1'b1) ? 64'd0 : idle + 64'd1;
            // The last frame's end may still be moving between engines when its scores have left.
            tail <= (out_frames >= frames@COMPLETE@) ? tail + 32'd1 : 32'd0;
        end

        if (idle >= idle_limit || tail == @TAIL@) begin
            $sformat(name, "%0s/summary.txt", dir);
            file = $fopen(name, "w");
            $fwrite(file, "cycles %0d\n", cycle);
            $fwrite(file, "in_beats %0d\n", in_count);
            $fwrite(file, "out_beats %0d\n", out_count);
            $fwrite(file, "frame_errors %0d\n", frame_errors);
            $fwrite(file, "last_errors %0d\n", last_errors);
            $fwrite(file, "stability_errors %0d\n", stability_errors);
            $fwrite(file, "s_axis_tvalid %b\n", s_axis_tvalid);
            $fwrite(file, "s_axis_tready %b\n", s_axis_tready);
            $fwrite(file, "m_axis_tvalid %b\n", m_axis_tvalid);
@REPORT@
            if (tail != @TAIL@) begin
                $display("volley_cosim_tb: TIMEOUT at clock %0d", cycle);
                $fwrite(file, "timeout 1\n");
            end
            $fclose(file);
            $fclose(output_file);
            $fclose(start_file);
            $fclose(end_file);
@CLOSE@
            $finish;
        end
    end

endmodule

`default_nettype wire
