// $TOP_tb: checks the core in a simulator. It streams the frames of frames.hex, with pauses on both sides, and compares every
// score with scores.hex. Volley's bit-accurate model has computed these.
//
// It prints one line that begins with PASS or FAIL, and ends the simulation. `sh run.sh icarus` and `sh run.sh verilator` run it. Any
// other simulator needs the files of $TOP.f and this one.
`default_nettype none

module $TOP_tb #(
    parameter FOLDER = "."                  // the core's folder, as seen from where the simulator runs
);
    localparam FRAMES  = $FRAMES;
    // Of a frame, one a beat.
    localparam PIXELS  = $PIXELS;
    // Of a pixel.
    localparam BITS    = $BITS;
    localparam CLASSES = $CLASSES;
    // Clocks. A core in which nothing moves for so long is stuck.
    localparam PATIENCE = $PATIENCE;
    // Clocks after the last score in which no other may come.
    localparam QUIET = 100;

    reg [BITS-1:0] frames [0:FRAMES*PIXELS-1];
    reg [31:0]     scores [0:FRAMES*CLASSES-1];

    initial begin
        $readmemh({FOLDER, "/bench/frames.hex"}, frames);
        $readmemh({FOLDER, "/bench/scores.hex"}, scores);
    end

    reg     clk   = 1'b0;
    reg     rst   = 1'b1;
    integer clock = 0;

    always #5 clk = !clk;

    always @(posedge clk) begin
        clock <= clock + 1;
        rst   <= clock < 3;
    end

    // Xorshift (Marsaglia 2003). Each side pauses in a quarter of the clocks.
    reg  [31:0] random_reg = 32'd1;
    wire [31:0] random_1   = random_reg ^ (random_reg << 13);
    wire [31:0] random_2   = random_1 ^ (random_1 >> 17);
    wire        s_pause    = random_reg[9:8] == 2'b00;
    wire        m_pause    = random_reg[21:20] == 2'b00;

    always @(posedge clk) begin
        random_reg <= random_2 ^ (random_2 << 5);
    end

    integer     sent     = 0;               // pixels
    reg         s_tvalid = 1'b0;
    wire        s_tready;
    wire        s_beat   = s_tvalid && s_tready;
    wire        s_tlast  = sent % PIXELS == PIXELS - 1;
    integer     received = 0;               // scores
    wire [31:0] m_tdata;
    wire        m_tlast;
    wire        m_tvalid;
    reg         m_tready = 1'b0;
    wire        m_beat   = m_tvalid && m_tready;
    wire        frame_error;

    $TOP #(
        .MEMORY_FOLDER (FOLDER)
    ) core (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (frames[sent]),
        .s_axis_tlast  (s_tlast),
        .s_axis_tvalid (s_tvalid),
        .s_axis_tready (s_tready),
        .m_axis_tdata  (m_tdata),
        .m_axis_tlast  (m_tlast),
        .m_axis_tvalid (m_tvalid),
        .m_axis_tready (m_tready),
        .frame_error   (frame_error),$LOAD
        .status_event  (),
        .status_busy   ()
    );

    always @(posedge clk) begin
        if (s_beat) begin
            sent <= sent + 1;
        end
        // What is offered stays until it is taken.
        if (rst) begin
            s_tvalid <= 1'b0;
        end else if (!s_tvalid || s_tready) begin
            s_tvalid <= sent + (s_beat ? 1 : 0) < FRAMES * PIXELS && !s_pause;
        end
        m_tready <= !m_pause;
    end

    integer still = 0;                      // clocks since something has moved
    reg     over  = 1'b0;

    always @(posedge clk) begin
        still <= rst || s_beat || m_beat ? 0 : still + 1;
        if (m_beat) begin
            received <= received + 1;
        end
        if (!over) begin
            over <= 1'b1;
            if (m_beat && received >= FRAMES * CLASSES) begin
                $display("FAIL: a score comes after the last one of the last frame");
            end else if (m_beat && m_tdata !== scores[received]) begin
                $display("FAIL: frame %0d, class %0d: expected %0d, got %0d", received / CLASSES, received % CLASSES,
                         $signed(scores[received]), $signed(m_tdata));
            end else if (m_beat && m_tlast !== (received % CLASSES == CLASSES - 1)) begin
                $display("FAIL: frame %0d, class %0d: expected m_axis_tlast %0d, got %0d", received / CLASSES,
                         received % CLASSES, received % CLASSES == CLASSES - 1, m_tlast);
            end else if (frame_error) begin
                $display("FAIL: frame_error is high after %0d pixels", sent);
            end else if (received < FRAMES * CLASSES && still == PATIENCE) begin
                $display("FAIL: frame %0d, class %0d: nothing comes; %0d of %0d pixels are in", received / CLASSES,
                         received % CLASSES, sent, FRAMES * PIXELS);
            end else if (received == FRAMES * CLASSES && still == QUIET) begin
                $display("PASS: %0d frames of %0d scores, all as expected, in %0d clocks", FRAMES, CLASSES, clock - QUIET);
            end else begin
                over <= 1'b0;
            end
        end else begin
            $finish(0);
        end
    end
endmodule

`default_nettype wire
