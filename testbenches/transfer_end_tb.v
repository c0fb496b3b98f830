// Bench of volley_transfer_end: frames of random transfers pass byte by byte, and each gets its end; their scores pass, and end
// where the transfer ended. At most 2^FRAMES_LOG2 frames are in the device, and one less is not refused. The device of the bench
// gives scores as early as it can. A transfer that breaks off within frame BREAK passes up to its last byte; the rest is taken
// and dropped.
`default_nettype none

module transfer_end_tb;
    parameter FRAME_BYTES = 5;
    parameter FRAMES_LOG2 = 2;
    parameter CLASSES     = 3;
    parameter FRAMES      = 60;
    parameter EARLY       = 0;          // 1: a frame's scores do not wait for its last byte
    parameter BREAK       = FRAMES;     // this frame breaks off; FRAMES: none does

    localparam BYTES  = FRAME_BYTES * FRAMES;
    localparam SCORES = CLASSES * FRAMES;

    wire clk;
    wire rst;

    `include "bench_random.vh"

    reg [8:0]  bytes      [0:BYTES-1];          // last of the transfer, data
    reg [8:0]  entered    [0:BYTES-1];          // last of the frame, data
    reg [32:0] scores     [0:SCORES-1];         // last of the frame, data
    reg [32:0] left       [0:SCORES-1];         // last of the transfer, data
    reg [31:0] passing;                         // bytes that the device sees
    reg [31:0] whole;                           // frames that it sees whole
    integer    n;
    integer    i;
    initial begin
        start_random;
        for (n = 0; n < FRAMES; n = n + 1) begin
            for (i = 0; i < CLASSES; i = i + 1) begin
                draw;
                scores[CLASSES*n+i] = {i == CLASSES - 1, fill_state};
            end
            for (i = 0; i < FRAME_BYTES; i = i + 1) begin
                draw;
                bytes[FRAME_BYTES*n+i]   = {i == FRAME_BYTES - 1 && (fill_state[9:8] == 2'b00), fill_state[31:24]};
                entered[FRAME_BYTES*n+i] = {i == FRAME_BYTES - 1, fill_state[31:24]};
            end
            for (i = 0; i < CLASSES; i = i + 1) begin
                left[CLASSES*n+i] = {scores[CLASSES*n+i][32] && bytes[FRAME_BYTES*n+FRAME_BYTES-1][8],
                                     scores[CLASSES*n+i][31:0]};
            end
        end
        whole   = FRAMES;
        passing = BYTES;
        if (BREAK < FRAMES) begin
            draw;
            whole   = BREAK;
            passing = FRAME_BYTES * BREAK + 1 + (fill_state >> 5) % (FRAME_BYTES - 1);
            bytes[passing-1][8]   = 1'b1;
            entered[passing-1][8] = 1'b1;
        end
    end

    wire [31:0] bytes_sent;
    wire [8:0]  in_data;
    wire        in_valid;
    wire        in_ready;
    stream_source #(.WIDTH(9), .ID(0)) byte_source (
        .clk(clk), .rst(rst), .total(BYTES[31:0]), .index(bytes_sent), .word(bytes[bytes_sent]),
        .tdata(in_data), .tvalid(in_valid), .tready(in_ready)
    );

    wire [8:0]  device_data;
    wire        device_valid;
    wire        device_ready;
    wire [31:0] scores_sent;
    reg  [31:0] scores_total;
    wire [32:0] score_data;
    wire        score_valid;
    wire        score_ready;
    stream_source #(.WIDTH(33), .ID(1)) score_source (
        .clk(clk), .rst(rst), .total(scores_total), .index(scores_sent), .word(scores[scores_sent]),
        .tdata(score_data), .tvalid(score_valid), .tready(score_ready)
    );

    wire [32:0] out_data;
    wire        out_valid;
    wire        out_ready;
    volley_transfer_end #(.FRAME_BYTES(FRAME_BYTES), .FRAMES_LOG2(FRAMES_LOG2)) dut (
        .clk(clk), .rst(rst),
        .s_bytes_tdata(in_data[7:0]), .s_bytes_tlast(in_data[8]), .s_bytes_tvalid(in_valid), .s_bytes_tready(in_ready),
        .m_bytes_tdata(device_data[7:0]), .m_bytes_tlast(device_data[8]), .m_bytes_tvalid(device_valid),
        .m_bytes_tready(device_ready),
        .s_scores_tdata(score_data[31:0]), .s_scores_tlast(score_data[32]), .s_scores_tvalid(score_valid),
        .s_scores_tready(score_ready),
        .m_scores_tdata(out_data[31:0]), .m_scores_tlast(out_data[32]), .m_scores_tvalid(out_valid),
        .m_scores_tready(out_ready)
    );

    wire [2:0]  failed;
    wire [31:0] device_index;
    wire        device_done;
    wire [31:0] device_checks;
    stream_sink #(.WIDTH(9), .ID(0)) device (
        .clk(clk), .rst(rst), .total(passing), .index(device_index), .word(entered[device_index]),
        .tdata(device_data), .tvalid(device_valid), .tready(device_ready),
        .done(device_done), .failed(failed[0]), .checks(device_checks)
    );

    wire [31:0] score_index;
    wire        scores_done;
    wire [31:0] score_checks;
    stream_sink #(.WIDTH(33), .ID(1)) score_sink (
        .clk(clk), .rst(rst), .total(CLASSES * whole), .index(score_index), .word(left[score_index]),
        .tdata(out_data), .tvalid(out_valid), .tready(out_ready),
        .done(scores_done), .failed(failed[1]), .checks(score_checks)
    );

    // Frames in the device; a frame may be kept out only while it is full.
    reg [31:0] frames_reg;
    reg [31:0] inside_reg;
    reg [31:0] byte_reg;                // of the next byte in its frame
    reg        level_failed;
    wire       frame_enters = device_valid && device_ready && byte_reg == FRAME_BYTES - 1;
    wire       frame_leaves = score_valid && score_ready && score_data[32];
    wire       full         = inside_reg == (1 << FRAMES_LOG2) && byte_reg == FRAME_BYTES - 1;
    wire       broken       = device_index == passing && BREAK < FRAMES;
    initial level_failed = 1'b0;
    assign failed[2] = level_failed;
    always @(posedge clk) begin
        frames_reg <= rst ? 0 : frames_reg + frame_enters;
        inside_reg <= rst ? 0 : inside_reg + frame_enters - frame_leaves;
        byte_reg   <= rst || frame_enters ? 0 : byte_reg + (device_valid && device_ready);
        if (!rst && (device_valid !== (in_valid && !full && !broken) || in_ready !== (broken || (device_ready && !full)))) begin
            level_failed <= 1'b1;
            if (!level_failed) $display("with %0d frames inside: valid %b, ready %b", inside_reg, device_valid, in_ready);
        end
    end
    always @* begin
        scores_total = CLASSES * (EARLY != 0 ? frames_reg + 1 : frames_reg);
        if (scores_total > CLASSES * whole) scores_total = CLASSES * whole;
    end

    bench_control #(.NAME("transfer_end")) control (
        .clk(clk), .rst(rst), .done(device_done && scores_done && bytes_sent == BYTES && !in_valid), .failed(|failed),
        .checks(device_checks + score_checks)
    );
endmodule

`default_nettype wire
