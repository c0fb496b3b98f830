// volley_accelerator_registers: what a host reads from an accelerator and sets in it (docs/host-protocol.md, registers).
//
// The word read is registered: it comes one clock after its address. A write happens in a clock in which it is wanted and
// `register_ready` is high. `core_reset` and the start of a load come one clock after their write.
//
// LATENCY and BUSY_CLOCKS leave out the clocks in which the core waits: no engine works, and the core offers a score that is not
// taken, or could take the next pixel of a frame and there is none. They lag by one clock, EVENTS by two.
//
// Cost: with COUNTERS about 265 + LAYERS flip-flops, without about 75; INTERRUPTS add 6.
`default_nettype none

module volley_accelerator_registers #(
    parameter [31:0] DESIGN        = 32'd0, // fingerprint of the core's Verilog
    parameter        CHANNELS      = 1,     // of an input pixel
    parameter        HEIGHT        = 8,     // of an input frame
    parameter        WIDTH         = 8,     // of an input frame
    parameter        CLASSES       = 10,    // scores of a frame
    parameter        MEMBERS       = 4,     // of a group neuron
    parameter        TIMESTEPS     = 1,     // time steps T
    parameter        CLOCK_HZ      = 0,     // 0: not known
    parameter        LINK_BUFFER   = 0,     // bytes of requests that may be outstanding; 0: there is no serial line
    parameter        WEIGHTS_BYTES = 0,     // bytes of the image of the weights
    parameter        LOADABLE      = 0,     // 1: the weights can be loaded
    parameter        EVENTS        = 1,     // bits of status_event
    parameter        LAYERS        = 1,     // bits of status_busy
    parameter        INTERRUPTS    = 1,     // 0: INTERRUPT_ENABLE, INTERRUPT_STATUS and `irq` stay 0
    parameter        COUNTERS      = 1      // 0: LATENCY, BUSY_CLOCKS, EVENTS and the stalls stay 0
) (
    input  wire              clk,               // rising edge
    input  wire              rst,               // synchronous, active high
    input  wire [5:0]        register_addr,     // number of the register
    input  wire              register_write,    // wanted; taken in a clock with register_ready
    input  wire [31:0]       register_wdata,    // with register_write
    output wire              register_ready,    // of writing
    output wire [31:0]       register_rdata,    // one clock after its address
    // The core's streams, as they pass.
    input  wire              pixel_valid,
    input  wire              pixel_ready,
    input  wire              pixel_last,        // last of a frame
    input  wire              score_valid,
    input  wire              score_ready,
    input  wire              score_last,        // last of a frame
    input  wire [EVENTS-1:0] status_event,      // events processed in this clock
    input  wire [LAYERS-1:0] status_busy,       // engines that work in this clock
    input  wire              frame_error,       // a frame ended at the wrong pixel
    input  wire              link_error,        // a message was dropped
    output wire              core_reset,        // for one clock; registered
    output wire              busy,              // a frame is in the core
    output wire              irq,               // what is enabled has happened; registered, high until a host clears it
    // The weights.
    input  wire              weights_valid,     // the memories hold a whole image
    input  wire              load_busy,         // a load is under way
    input  wire [31:0]       load_offset,       // bytes taken
    input  wire [31:0]       weights_crc,       // of the weights in use
    output wire              load_start,        // for one clock, with the image's CRC-32 in load_word; registered
    output wire              load_valid,        // a word of the image in load_word
    output wire [31:0]       load_word,         // the CRC-32, or the next word of the image
    input  wire              load_ready         // the loader takes the word
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (CHANNELS < 1) begin : g_check_channels
            volley_accelerator_registers_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (HEIGHT < 1) begin : g_check_height
            volley_accelerator_registers_needs_HEIGHT_of_at_least_1 illegal ();
        end
        if (WIDTH < 1) begin : g_check_width
            volley_accelerator_registers_needs_WIDTH_of_at_least_1 illegal ();
        end
        if (CLASSES < 1) begin : g_check_classes
            volley_accelerator_registers_needs_CLASSES_of_at_least_1 illegal ();
        end
        if (MEMBERS < 1) begin : g_check_members
            volley_accelerator_registers_needs_MEMBERS_of_at_least_1 illegal ();
        end
        if (TIMESTEPS < 1) begin : g_check_timesteps
            volley_accelerator_registers_needs_TIMESTEPS_of_at_least_1 illegal ();
        end
        if (EVENTS < 1) begin : g_check_events
            volley_accelerator_registers_needs_EVENTS_of_at_least_1 illegal ();
        end
        if (LAYERS < 1) begin : g_check_layers
            volley_accelerator_registers_needs_LAYERS_of_at_least_1 illegal ();
        end
        if (LOADABLE != 0 && LOADABLE != 1) begin : g_check_loadable
            volley_accelerator_registers_needs_LOADABLE_of_0_or_1 illegal ();
        end
        if (INTERRUPTS != 0 && INTERRUPTS != 1) begin : g_check_interrupts
            volley_accelerator_registers_needs_INTERRUPTS_of_0_or_1 illegal ();
        end
        if (COUNTERS != 0 && COUNTERS != 1) begin : g_check_counters
            volley_accelerator_registers_needs_COUNTERS_of_0_or_1 illegal ();
        end
    endgenerate

    localparam [5:0] IDENTITY = 6'd0, VERSION = 6'd1;
    localparam [5:0] DESIGN_ = 6'd2, CHANNELS_ = 6'd3, HEIGHT_ = 6'd4, WIDTH_ = 6'd5, CLASSES_ = 6'd6, NEURONS = 6'd7;
    localparam [5:0] CLOCK_HZ_ = 6'd8, LINK_BUFFER_ = 6'd9, STATUS = 6'd10, CONTROL = 6'd11, FRAMES_IN = 6'd12;
    localparam [5:0] FRAMES_OUT = 6'd13, LATENCY = 6'd14, BUSY_CLOCKS = 6'd15, EVENTS_ = 6'd16, INPUT_STALLS = 6'd17;
    localparam [5:0] OUTPUT_STALLS = 6'd18, LINK_ERRORS = 6'd19, WEIGHTS = 6'd20, WEIGHTS_BYTES_ = 6'd21;
    localparam [5:0] LOAD_START = 6'd22, LOAD_DATA = 6'd23, LOAD_OFFSET = 6'd24;
    localparam [5:0] INTERRUPT_ENABLE = 6'd25, INTERRUPT_STATUS = 6'd26;

    // ---- Writing ----

    reg        core_reset_reg;
    reg        clear_reg;
    reg        load_start_reg;
    reg        load_valid_reg;
    reg [31:0] load_word_reg;

    wire written = register_write && register_ready;

    // One word waits for the loader.
    assign register_ready = !load_valid_reg;
    assign core_reset     = core_reset_reg;
    assign load_start     = load_start_reg;
    assign load_valid     = load_valid_reg;
    assign load_word      = load_word_reg;

    always @(posedge clk) begin
        core_reset_reg <= written && register_addr == CONTROL && register_wdata[0];
        clear_reg      <= written && register_addr == CONTROL && register_wdata[1];
        load_start_reg <= written && register_addr == LOAD_START && LOADABLE != 0;
        if (written) begin
            load_word_reg <= register_wdata;
        end
        if (load_ready) begin
            load_valid_reg <= 1'b0;
        end
        if (written && register_addr == LOAD_DATA && LOADABLE != 0) begin
            load_valid_reg <= 1'b1;
        end
        if (rst) begin
            core_reset_reg <= 1'b0;
            clear_reg      <= 1'b0;
            load_start_reg <= 1'b0;
            load_valid_reg <= 1'b0;
        end
    end

    // ---- Frames ----

    reg        first_reg;                   // the next pixel is a frame's first
    reg [7:0]  inside_reg;                  // frames in the core
    reg [31:0] frames_in_reg;
    reg [31:0] frames_out_reg;
    reg [15:0] link_errors_reg;

    wire taken   = pixel_valid && pixel_ready;
    wire enters  = taken && first_reg;
    wire whole   = taken && pixel_last;
    wire leaves  = score_valid && score_ready && score_last;
    wire nothing = inside_reg == 8'd0;

    assign busy = !nothing;

    always @(posedge clk) begin
        if (taken) begin
            first_reg <= pixel_last;
        end
        // A score that leaves while a reset passes through the core belongs to a frame that no longer counts.
        if (enters && !leaves) begin
            inside_reg <= inside_reg + 8'd1;
        end else if (leaves && !enters && !nothing) begin
            inside_reg <= inside_reg - 8'd1;
        end
        if (core_reset_reg || load_start_reg) begin
            first_reg  <= 1'b1;
            inside_reg <= 8'd0;
        end
        if (whole) begin
            frames_in_reg <= frames_in_reg + 32'd1;
        end
        if (leaves) begin
            frames_out_reg <= frames_out_reg + 32'd1;
        end
        if (link_error) begin
            link_errors_reg <= link_errors_reg + 16'd1;
        end
        if (clear_reg) begin
            frames_in_reg   <= 32'd0;
            frames_out_reg  <= 32'd0;
            link_errors_reg <= 16'd0;
        end
        if (rst) begin
            first_reg       <= 1'b1;
            inside_reg      <= 8'd0;
            frames_in_reg   <= 32'd0;
            frames_out_reg  <= 32'd0;
            link_errors_reg <= 16'd0;
        end
    end

    // ---- Counters ----

    wire [31:0] latency;
    wire [31:0] busy_clocks;
    wire [31:0] events;
    wire [31:0] input_stalls;
    wire [31:0] output_stalls;

    generate
        if (COUNTERS != 0) begin : g_counters
            localparam GROUPS   = (EVENTS + 5) / 6;
            localparam SUM_BITS = $clog2(EVENTS + 1) > 3 ? $clog2(EVENTS + 1) : 3;

            // What one clock shows is counted in the next.
            reg [LAYERS-1:0]   works_reg;   // engines that worked
            reg                held_reg;    // the core needed a pixel, or had a score that was not taken
            reg                inside_core_reg; // a frame was in the core
            reg                begins_reg;  // a frame entered the empty core
            reg                ends_reg;    // the timed frame left

            reg                timed_reg;   // the only frame in the core is timed
            reg [31:0]         timer_reg;
            reg [31:0]         latency_reg;
            reg [31:0]         busy_clocks_reg;
            reg [31:0]         events_reg;
            reg [31:0]         input_stalls_reg;
            reg [31:0]         output_stalls_reg;
            // Six events are added, then all of them, each a clock later. A core without a frame has none.
            reg [3*GROUPS-1:0] group_reg;
            reg [SUM_BITS-1:0] sum_reg;

            wire [6*GROUPS:0]   padded = {{(6 * GROUPS - EVENTS + 1){1'b0}}, status_event};
            wire                unused_top = &{1'b0, padded[6*GROUPS]};
            reg  [3*GROUPS-1:0] group;
            reg  [SUM_BITS-1:0] sum;
            integer             g, n;
            always @* begin
                sum = {SUM_BITS{1'b0}};
                for (g = 0; g < GROUPS; g = g + 1) begin
                    group[3*g +: 3] = 3'd0;
                    for (n = 0; n < 6; n = n + 1) begin
                        group[3*g +: 3] = group[3*g +: 3] + {2'd0, padded[6*g+n] && busy};
                    end
                    sum = sum + {{(SUM_BITS - 3){1'b0}}, group_reg[3*g +: 3]};
                end
            end

            wire        wants      = pixel_ready && !pixel_valid && !first_reg;
            wire        offers     = score_valid && !score_ready;
            wire        counts     = inside_core_reg && (!held_reg || |works_reg);
            wire [31:0] timer_next = timer_reg + {31'd0, counts};

            assign latency       = latency_reg;
            assign busy_clocks   = busy_clocks_reg;
            assign events        = events_reg;
            assign input_stalls  = input_stalls_reg;
            assign output_stalls = output_stalls_reg;

            always @(posedge clk) begin
                group_reg         <= group;
                sum_reg           <= sum;
                events_reg        <= events_reg + {{(32 - SUM_BITS){1'b0}}, sum_reg};
                works_reg         <= status_busy;
                held_reg          <= wants || offers;
                inside_core_reg   <= busy;
                begins_reg        <= enters && nothing;
                ends_reg          <= leaves && timed_reg;
                busy_clocks_reg   <= busy_clocks_reg + {31'd0, counts};
                input_stalls_reg  <= input_stalls_reg + {31'd0, pixel_valid && !pixel_ready};
                output_stalls_reg <= output_stalls_reg + {31'd0, offers};
                timer_reg         <= begins_reg ? 32'd0 : timer_next;
                if (ends_reg) begin
                    latency_reg <= timer_next;
                end
                // A frame that another follows into the core is not timed: the engines work for both.
                if (enters) begin
                    timed_reg <= nothing;
                end
                if (leaves) begin
                    timed_reg <= 1'b0;
                end
                if (clear_reg) begin
                    latency_reg       <= 32'd0;
                    events_reg        <= 32'd0;
                    busy_clocks_reg   <= 32'd0;
                    input_stalls_reg  <= 32'd0;
                    output_stalls_reg <= 32'd0;
                end
                if (core_reset_reg || load_start_reg) begin
                    timed_reg <= 1'b0;
                end
                if (rst) begin
                    inside_core_reg   <= 1'b0;
                    ends_reg          <= 1'b0;
                    timed_reg         <= 1'b0;
                    latency_reg       <= 32'd0;
                    events_reg        <= 32'd0;
                    busy_clocks_reg   <= 32'd0;
                    input_stalls_reg  <= 32'd0;
                    output_stalls_reg <= 32'd0;
                    group_reg         <= {(3 * GROUPS){1'b0}};
                    sum_reg           <= {SUM_BITS{1'b0}};
                end
            end
        end else begin : g_none
            assign latency       = 32'd0;
            assign busy_clocks   = 32'd0;
            assign events        = 32'd0;
            assign input_stalls  = 32'd0;
            assign output_stalls = 32'd0;
            wire unused_events = &{1'b0, status_event, status_busy};
        end
    endgenerate

    // ---- Interrupts ----

    wire [1:0] interrupt_enable;
    wire [1:0] interrupt_status;

    generate
        if (INTERRUPTS != 0) begin : g_interrupts
            reg [1:0] enable_reg;           // of each bit of the status
            reg [1:0] happened_reg;         // a frame left, a frame ended at the wrong pixel
            reg       frame_error_reg;      // one clock ago
            reg       interrupt_reg;

            wire [1:0] happens = {frame_error && !frame_error_reg, leaves};
            wire [1:0] clears  = written && register_addr == INTERRUPT_STATUS ? register_wdata[1:0] : 2'b00;

            assign interrupt_enable = enable_reg;
            assign interrupt_status = happened_reg;
            assign irq              = interrupt_reg;

            always @(posedge clk) begin
                frame_error_reg <= frame_error;
                // What happens while it is cleared is not lost.
                happened_reg    <= (happened_reg & ~clears) | happens;
                interrupt_reg   <= |(happened_reg & enable_reg);
                if (written && register_addr == INTERRUPT_ENABLE) begin
                    enable_reg <= register_wdata[1:0];
                end
                if (rst) begin
                    frame_error_reg <= 1'b0;
                    happened_reg    <= 2'b00;
                    interrupt_reg   <= 1'b0;
                    enable_reg      <= 2'b00;
                end
            end
        end else begin : g_no_interrupts
            assign interrupt_enable = 2'b00;
            assign interrupt_status = 2'b00;
            assign irq              = 1'b0;
        end
    endgenerate

    // ---- Reading ----

    wire [31:0] status = {27'd0, load_busy, LOADABLE != 0, frame_error, weights_valid, busy};

    reg [31:0] rdata_reg;

    assign register_rdata = rdata_reg;

    always @(posedge clk) begin
        case (register_addr)
            IDENTITY:       rdata_reg <= 32'h594c4c56;
            VERSION:        rdata_reg <= 32'h00010001;
            DESIGN_:        rdata_reg <= DESIGN;
            CHANNELS_:      rdata_reg <= CHANNELS;
            HEIGHT_:        rdata_reg <= HEIGHT;
            WIDTH_:         rdata_reg <= WIDTH;
            CLASSES_:       rdata_reg <= CLASSES;
            NEURONS:        rdata_reg <= {16'd0, TIMESTEPS[7:0], MEMBERS[7:0]};
            CLOCK_HZ_:      rdata_reg <= CLOCK_HZ;
            LINK_BUFFER_:   rdata_reg <= LINK_BUFFER;
            STATUS:         rdata_reg <= status;
            FRAMES_IN:      rdata_reg <= frames_in_reg;
            FRAMES_OUT:     rdata_reg <= frames_out_reg;
            LATENCY:        rdata_reg <= latency;
            BUSY_CLOCKS:    rdata_reg <= busy_clocks;
            EVENTS_:        rdata_reg <= events;
            INPUT_STALLS:   rdata_reg <= input_stalls;
            OUTPUT_STALLS:  rdata_reg <= output_stalls;
            LINK_ERRORS:    rdata_reg <= {16'd0, link_errors_reg};
            WEIGHTS:        rdata_reg <= weights_crc;
            WEIGHTS_BYTES_: rdata_reg <= WEIGHTS_BYTES;
            LOAD_OFFSET:    rdata_reg <= load_offset;
            INTERRUPT_ENABLE: rdata_reg <= {30'd0, interrupt_enable};
            INTERRUPT_STATUS: rdata_reg <= {30'd0, interrupt_status};
            default:        rdata_reg <= 32'd0;
        endcase
    end
endmodule

`default_nettype wire
