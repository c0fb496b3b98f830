// volley_event_scanner: one term of a layer: map elements in, the events of its windows out, for SLICES slices side by side.
//
// Joins volley_word_packer, volley_spike_buffer, volley_window_walker and a volley_event_selector for each slice. A beat brings
// some elements of a pixel, in the order row, pixel, channel. For each output pixel (raster order) and each segment of output
// channels the events of the window leave: the weight row to read, the counts of all time steps, and `last` at the window's
// end. The time depends on the events: padding costs nothing, a word of zeros at most one clock, and the rows of the next
// frame enter while this one is being scanned.
//
// The slices share every word evenly, in turn or as ORDER says. One walk over one buffer serves all of them: a word holds
// 2^WORD_LOG2 elements of each slice, and is fetched when every slice has space for its part. All sizes below are in
// elements of one slice and one block of channels.
//
//     weight row = segment*WEIGHT_ROWS + ky*RUN + kx*CHANNELS + channel,     WEIGHT_ROWS = KERNEL_HEIGHT*RUN
`default_nettype none

module volley_event_scanner #(
    parameter BEAT_BITS       = 4,          // bits of a beat that comes in
    parameter BEATS_LOG2      = 2,          // a spike word holds 2^BEATS_LOG2 beats
    parameter ROW_BEATS       = 32,         // beats of a map row, all blocks
    parameter ELEMENT_BITS    = 4,          // bits of an element (the counts of all its time steps)
    parameter SLICES          = 1,          // slices that share this term
    parameter BLOCKS          = 1,          // blocks of channels, a divisor of SEGMENTS
    parameter PIXEL_WORDS     = 1,          // spike words of a pixel in one block; used with several blocks only
    parameter MAP_HEIGHT      = 8,          // rows of the input map
    parameter ROW_ELEMENTS    = 32,         // width * channels of the input map
    parameter KERNEL_HEIGHT   = 3,          // rows of a window
    parameter RUN             = 12,         // kernel width * channels
    parameter STRIDE_HEIGHT   = 1,          // rows between output pixels
    parameter STRIDE_ELEMENTS = 4,          // horizontal stride * channels
    parameter PAD_TOP         = 1,          // rows of padding above
    parameter PAD_LEFT        = 4,          // padding pixels to the left * channels
    parameter OUT_HEIGHT      = 8,          // rows of output pixels
    parameter OUT_WIDTH       = 8,          // output pixels of a row
    parameter SEGMENTS        = 1,          // groups of lanes that the output channels are cut into
    parameter WORD_LOG2       = 2,          // a spike word holds 2^WORD_LOG2 elements of each slice
    parameter ROWS            = 5,          // map rows held
    parameter BLOCK_RAM       = 1,          // 1: rows in block RAM, 0: in distributed memory
    parameter REORDERED       = 0,          // 0: the element at place p of slice g is number p*SLICES + g of a word
    parameter [8*(SLICES<<WORD_LOG2)-1:0] ORDER = 0, // else it is number ORDER[8*(p*SLICES + g) +: 8]
    parameter QUEUE_LOG2    = 4,            // words with events that may wait, a slice: 2^QUEUE_LOG2, at least 16
    parameter WEIGHT_ADDR_BITS = 6          // $clog2(SEGMENTS * WEIGHT_ROWS), at least 1
) (
    input  wire                               clk,             // rising edge
    input  wire                               rst,             // synchronous, active high
    input  wire [BEAT_BITS-1:0]               s_axis_tdata,    // elements, the first in the low bits
    input  wire                               s_axis_tvalid,
    output wire                               s_axis_tready,
    // Per slice, slice 0 in the low bits.
    output wire [SLICES*WEIGHT_ADDR_BITS-1:0] m_event_addr,    // weight row
    output wire [SLICES*ELEMENT_BITS-1:0]     m_event_counts,  // of all time steps
    output wire [SLICES-1:0]                  m_event_last,    // the window ends with this event
    output wire [SLICES-1:0]                  m_event_marker,  // no event, only the end of an empty window
    output wire [SLICES-1:0]                  m_event_valid,   // output stream of the slice: one event a beat
    input  wire [SLICES-1:0]                  m_event_ready,
    output wire [SLICES-1:0]                  busy             // a window is being scanned, or its events wait
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (BEAT_BITS < 1) begin : g_check_beat_bits
            volley_event_scanner_needs_BEAT_BITS_of_at_least_1 illegal ();
        end
        if (ROW_BEATS < 1) begin : g_check_row_beats
            volley_event_scanner_needs_ROW_BEATS_of_at_least_1 illegal ();
        end
        if (ELEMENT_BITS < 1) begin : g_check_element_bits
            volley_event_scanner_needs_ELEMENT_BITS_of_at_least_1 illegal ();
        end
        if (SLICES < 1) begin : g_check_slices
            volley_event_scanner_needs_SLICES_of_at_least_1 illegal ();
        end
        if (BLOCKS < 1) begin : g_check_blocks
            volley_event_scanner_needs_BLOCKS_of_at_least_1 illegal ();
        end
        if (PIXEL_WORDS < 1) begin : g_check_pixel_words
            volley_event_scanner_needs_PIXEL_WORDS_of_at_least_1 illegal ();
        end
        if (BEATS_LOG2 < 0) begin : g_check_beats_log2
            volley_event_scanner_needs_BEATS_LOG2_of_at_least_0 illegal ();
        end
        if ((BEAT_BITS << BEATS_LOG2) != ((SLICES * ELEMENT_BITS) << WORD_LOG2)) begin : g_check_beat_bits_2
            volley_event_scanner_needs_BEAT_BITS_and_BEATS_LOG2_that_fill_a_word illegal ();
        end
        if (BLOCK_RAM != 0 && BLOCK_RAM != 1) begin : g_check_block_ram
            volley_event_scanner_needs_BLOCK_RAM_of_0_or_1 illegal ();
        end
        if (REORDERED != 0 && REORDERED != 1) begin : g_check_reordered
            volley_event_scanner_needs_REORDERED_of_0_or_1 illegal ();
        end
        if (QUEUE_LOG2 < 4) begin : g_check_queue_log2
            volley_event_scanner_needs_QUEUE_LOG2_of_at_least_4 illegal ();
        end
    endgenerate

    localparam WORD       = 1 << WORD_LOG2;
    localparam WORD_BITS  = SLICES * WORD * ELEMENT_BITS;
    localparam ROW_WORDS  = (ROW_ELEMENTS + WORD - 1) / WORD;
    localparam RING_WORDS = BLOCKS * ROWS * ROW_WORDS;
    localparam ADDR_BITS  = RING_WORDS > 1 ? $clog2(RING_WORDS) : 1;
    localparam LEVEL_BITS = $clog2(ROWS + 1);

    wire [WORD_BITS-1:0] packed_word;
    wire                 packed_valid;
    wire                 packed_ready;

    volley_word_packer #(
        .ELEMENT_BITS (BEAT_BITS),
        .WORD_LOG2    (BEATS_LOG2),
        .ROW_ELEMENTS (ROW_BEATS)
    ) packer (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (s_axis_tdata),
        .s_axis_tvalid (s_axis_tvalid),
        .s_axis_tready (s_axis_tready),
        .m_axis_tdata  (packed_word),
        .m_axis_tvalid (packed_valid),
        .m_axis_tready (packed_ready)
    );

    wire [LEVEL_BITS-1:0] level;
    wire                  free_row;
    wire                  read_enable;
    wire [ADDR_BITS-1:0]  fetch_addr;
    wire [WORD_BITS-1:0]  word;

    volley_spike_buffer #(
        .WORD_BITS   (WORD_BITS),
        .ROW_WORDS   (ROW_WORDS),
        .ROWS        (ROWS),
        .BLOCKS      (BLOCKS),
        .PIXEL_WORDS (PIXEL_WORDS),
        .ADDR_BITS   (ADDR_BITS),
        .LEVEL_BITS  (LEVEL_BITS),
        .BLOCK_RAM   (BLOCK_RAM)
    ) buffer (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (packed_word),
        .s_axis_tvalid (packed_valid),
        .s_axis_tready (packed_ready),
        .level         (level),
        .free_row      (free_row),
        .read_enable   (read_enable),
        .read_addr     (fetch_addr),
        .read_data     (word)
    );

    wire [WEIGHT_ADDR_BITS-1:0] fetch_base;
    wire [WORD-1:0]             fetch_mask;
    wire                        fetch_last;
    wire                        fetch_valid;
    wire                        walking;
    reg                         fetch_go_reg;    // every slice has space for a word that is fetched

    volley_window_walker #(
        .MAP_HEIGHT       (MAP_HEIGHT),
        .ROW_ELEMENTS     (ROW_ELEMENTS),
        .KERNEL_HEIGHT    (KERNEL_HEIGHT),
        .RUN              (RUN),
        .STRIDE_HEIGHT    (STRIDE_HEIGHT),
        .STRIDE_ELEMENTS  (STRIDE_ELEMENTS),
        .PAD_TOP          (PAD_TOP),
        .PAD_LEFT         (PAD_LEFT),
        .OUT_HEIGHT       (OUT_HEIGHT),
        .OUT_WIDTH        (OUT_WIDTH),
        .SEGMENTS         (SEGMENTS),
        .BLOCKS           (BLOCKS),
        .WORD_LOG2        (WORD_LOG2),
        .ROWS             (ROWS),
        .ADDR_BITS        (ADDR_BITS),
        .LEVEL_BITS       (LEVEL_BITS),
        .WEIGHT_ADDR_BITS (WEIGHT_ADDR_BITS)
    ) walker (
        .clk         (clk),
        .rst         (rst),
        .level       (level),
        .free_row    (free_row),
        .walking     (walking),
        .fetch_addr  (fetch_addr),
        .fetch_base  (fetch_base),
        .fetch_mask  (fetch_mask),
        .fetch_last  (fetch_last),
        .fetch_valid (fetch_valid),
        .fetch_go    (fetch_go_reg)
    );

    // What belongs to the fetch waits one clock for the memory. Nothing stalls after a fetch.
    reg [WEIGHT_ADDR_BITS-1:0] word_base_reg;
    reg [WORD-1:0]             word_mask_reg;
    reg                        word_last_reg;
    reg                        word_valid_reg;
    wire [SLICES-1:0]          slice_space;

    assign read_enable = fetch_valid;

    always @(posedge clk) begin
        word_base_reg  <= fetch_base;
        word_mask_reg  <= fetch_mask;
        word_last_reg  <= fetch_last;
        word_valid_reg <= fetch_valid;
        fetch_go_reg   <= &slice_space;
        if (rst) begin
            word_valid_reg <= 1'b0;
            fetch_go_reg   <= 1'b0;
        end
    end

    generate
        genvar g;
        genvar p;
        for (g = 0; g < SLICES; g = g + 1) begin : g_slice
            wire [WORD*ELEMENT_BITS-1:0] part;
            wire                         waiting;
            for (p = 0; p < WORD; p = p + 1) begin : g_element
                localparam [31:0]  IN_TURN = p * SLICES + g;
                localparam integer NUMBER  = REORDERED != 0 ? {24'd0, ORDER[8*(p*SLICES+g) +: 8]} : IN_TURN;
                assign part[p*ELEMENT_BITS +: ELEMENT_BITS] = word[NUMBER*ELEMENT_BITS +: ELEMENT_BITS];
            end

            volley_event_selector #(
                .ELEMENT_BITS     (ELEMENT_BITS),
                .WORD_LOG2        (WORD_LOG2),
                .WEIGHT_ADDR_BITS (WEIGHT_ADDR_BITS),
                .QUEUE_LOG2       (QUEUE_LOG2),
                .SLACK            (8)
            ) selector (
                .clk            (clk),
                .rst            (rst),
                .s_word_data    (part),
                .s_word_mask    (word_mask_reg),
                .s_word_base    (word_base_reg),
                .s_word_last    (word_last_reg),
                .s_word_valid   (word_valid_reg),
                .space          (slice_space[g]),
                .m_event_addr   (m_event_addr[g*WEIGHT_ADDR_BITS +: WEIGHT_ADDR_BITS]),
                .m_event_counts (m_event_counts[g*ELEMENT_BITS +: ELEMENT_BITS]),
                .m_event_last   (m_event_last[g]),
                .m_event_marker (m_event_marker[g]),
                .m_event_valid  (m_event_valid[g]),
                .m_event_ready  (m_event_ready[g]),
                .waiting        (waiting)
            );

            assign busy[g] = walking || fetch_valid || word_valid_reg || waiting;
        end
    endgenerate
endmodule

`default_nettype wire
