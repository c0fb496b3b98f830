// Bench of volley_accelerator_registers: streams of pixels and scores with pauses, events, and a bus that reads in every clock and writes now
// and then, in rounds of activity and rest.
//
// Every word read is what docs/host-protocol.md says of its number, with counts that the bench keeps itself; EVENTS is checked in
// rests only, since it lags by a few clocks. LATENCY and BUSY_CLOCKS lag by one. In every fourth round each frame is in the core
// alone. CONTROL resets the core for one clock, in which pixels may still be taken; while the reset passes through the core, scores
// may still leave. The counters are set to 0 in rests. With LOADABLE every word of LOAD_DATA must be offered to the loader until it
// is taken, once and in order, while writing waits; without, the loader must see nothing.
// With INTERRUPTS what happens sets its bit, also while it is cleared, and `irq` follows the enabled ones a clock later.
`default_nettype none

module accelerator_registers_tb;
    parameter EVENTS   = 7;
    parameter LAYERS   = 3;
    parameter COUNTERS = 1;
    parameter LOADABLE = 1;
    parameter INTERRUPTS = 1;
    parameter ROUNDS   = 12;

    localparam [31:0] DESIGN = 32'h8badf00d;
    localparam CHANNELS = 3, HEIGHT = 2, WIDTH = 1, CLASSES = 4, MEMBERS = 15, TIMESTEPS = 6, CLOCK_HZ = 80_000_000;
    localparam LINK_BUFFER = 1016, WEIGHTS_BYTES = 70_004;
    localparam PIXELS   = HEIGHT * WIDTH;
    localparam ACTIVE   = 220;              // clocks of a round
    localparam REST     = 90;
    localparam [5:0] LATENCY = 6'd14, BUSY_CLOCKS = 6'd15, EVENTS_ = 6'd16, CONTROL = 6'd11, LOAD_START = 6'd22, LOAD_DATA = 6'd23;
    localparam [5:0] INTERRUPT_ENABLE = 6'd25, INTERRUPT_STATUS = 6'd26;

    wire        clk;
    wire        rst;
    reg         failed;
    reg  [31:0] checks;

    `include "bench_random.vh"

    reg  [5:0]        addr;
    reg               write;
    reg  [31:0]       wdata;
    wire              ready;
    wire [31:0]       rdata;
    reg               pixel_valid, pixel_ready, score_valid, score_ready;
    reg  [EVENTS-1:0] events;
    reg  [LAYERS-1:0] working;
    reg               frame_error, link_error, weights_valid, load_busy, load_ready;
    reg  [31:0]       load_offset, weights_crc;
    wire              core_reset, busy, irq, load_start, load_valid;
    wire [31:0]       load_word;

    integer pixel_at, score_at;             // of their frames
    wire    pixel_last = pixel_at == PIXELS - 1;
    wire    score_last = score_at == CLASSES - 1;

    volley_accelerator_registers #(
        .DESIGN(DESIGN), .CHANNELS(CHANNELS), .HEIGHT(HEIGHT), .WIDTH(WIDTH), .CLASSES(CLASSES), .MEMBERS(MEMBERS),
        .TIMESTEPS(TIMESTEPS), .CLOCK_HZ(CLOCK_HZ), .LINK_BUFFER(LINK_BUFFER), .WEIGHTS_BYTES(WEIGHTS_BYTES),
        .LOADABLE(LOADABLE), .EVENTS(EVENTS), .LAYERS(LAYERS), .INTERRUPTS(INTERRUPTS), .COUNTERS(COUNTERS)
    ) dut (
        .clk(clk), .rst(rst), .register_addr(addr), .register_write(write), .register_wdata(wdata), .register_ready(ready),
        .register_rdata(rdata), .pixel_valid(pixel_valid), .pixel_ready(pixel_ready),
        .pixel_last(pixel_valid ? pixel_last : 1'bx), .score_valid(score_valid), .score_ready(score_ready),
        .score_last(score_valid ? score_last : 1'bx), .status_event(events), .status_busy(working),
        .frame_error(frame_error), .link_error(link_error), .core_reset(core_reset), .busy(busy), .irq(irq),
        .weights_valid(weights_valid), .load_busy(load_busy),
        .load_offset(load_offset), .weights_crc(weights_crc), .load_start(load_start), .load_valid(load_valid),
        .load_word(load_word), .load_ready(load_ready)
    );

    // ---------------------------------------------------------------- the bench's own counts
    reg [31:0] frames_in, frames_out, latency, busy_clocks, event_count, input_stalls, output_stalls, link_errors;
    integer    in_core;                     // frames
    reg [31:0] spent;                       // clocks of the frame that is timed
    reg        timed;
    reg        counted;                     // the clock before was no waiting
    reg        ended;                       // in the clock before the timed frame left
    reg        reset_due, clear_due, start_due;     // asked for in the clock before
    reg        pending;                     // a word waits for the loader
    reg [31:0] pending_word, start_word;
    reg [1:0]  int_enable, int_status;      // a frame left, a frame error began
    reg        error_before, want_interrupt;
    reg [31:0] want_reg;                    // what must be read
    reg        look_reg;

    function [31:0] register;
        input [5:0] number;
        case (number)
            6'd0:    register = {8'd89, 8'd76, 8'd76, 8'd86};
            6'd1:    register = {16'd1, 16'd1};
            6'd2:    register = DESIGN;
            6'd3:    register = CHANNELS;
            6'd4:    register = HEIGHT;
            6'd5:    register = WIDTH;
            6'd6:    register = CLASSES;
            6'd7:    register = 256 * TIMESTEPS + MEMBERS;
            6'd8:    register = CLOCK_HZ;
            6'd9:    register = LINK_BUFFER;
            6'd10:   register = (in_core > 0) + 2 * weights_valid + 4 * frame_error + 8 * (LOADABLE != 0) + 16 * load_busy;
            6'd12:   register = frames_in;
            6'd13:   register = frames_out;
            6'd14:   register = COUNTERS != 0 ? latency : 0;
            6'd15:   register = COUNTERS != 0 ? busy_clocks : 0;
            6'd16:   register = COUNTERS != 0 ? event_count : 0;
            6'd17:   register = COUNTERS != 0 ? input_stalls : 0;
            6'd18:   register = COUNTERS != 0 ? output_stalls : 0;
            6'd19:   register = link_errors;
            6'd20:   register = weights_crc;
            6'd21:   register = WEIGHTS_BYTES;
            6'd24:   register = load_offset;
            6'd25:   register = int_enable;
            6'd26:   register = int_status;
            default: register = 0;
        endcase
    endfunction

    // ---------------------------------------------------------------- what happens
    integer stall_in, stall_out;
    integer round_now, phase;               // clocks of the round, the rest first
    integer limit;                          // frames that the core takes in this round
    integer held_up;                        // clocks for which the core is still in reset
    integer whole;                          // frames in the core of which scores may leave
    wire    rests   = phase < REST;
    wire    settled = phase > 6 && phase < REST - 6;
    wire    enters  = pixel_valid && pixel_ready && pixel_at == 0;
    wire    leaves  = score_valid && score_ready && score_last;
    // The core waits: it lacks a pixel within a frame, or cannot get rid of a score, and has nothing else to do.
    wire    waits   = working == 0 && ((pixel_at > 0 && pixel_ready && !pixel_valid) || (score_valid && !score_ready));
    wire    alone   = round_now % 4 == 2;
    // The next pixel begins a frame while another is in the core.
    wire    follows = (pixel_valid && pixel_ready ? pixel_last : pixel_at == 0) && in_core + enters > leaves;
    integer i;
    reg     wrong;
    initial begin
        start_random;
        failed    = 1'b0;
        checks    = 0;
        stall_in  = 0;
        stall_out = 0;
        if (!$value$plusargs("s_stall=%d", stall_in)) stall_in = 0;
        if (!$value$plusargs("m_stall=%d", stall_out)) stall_out = 0;
    end

    always @(posedge clk) begin
        wrong  = 1'b0;
        if (rst) begin
            round_now     <= 0;
            phase         <= 0;
            limit         <= 1;
            held_up       <= 0;
            whole         <= 0;
            addr          <= 6'd0;
            write         <= 1'b0;
            pixel_at      <= 0;
            score_at      <= 0;
            pixel_valid   <= 1'b0;
            pixel_ready   <= 1'b0;
            score_valid   <= 1'b0;
            score_ready   <= 1'b0;
            events        <= {EVENTS{1'b0}};
            working       <= {LAYERS{1'b0}};
            frame_error   <= 1'b0;
            link_error    <= 1'b0;
            weights_valid <= 1'b1;
            load_busy     <= 1'b0;
            load_ready    <= 1'b0;
            load_offset   <= 32'd0;
            weights_crc   <= 32'd0;
            frames_in     <= 0;
            frames_out    <= 0;
            latency       <= 0;
            busy_clocks   <= 0;
            event_count    = 0;
            input_stalls  <= 0;
            output_stalls <= 0;
            link_errors   <= 0;
            in_core       <= 0;
            timed         <= 1'b0;
            spent         <= 0;
            counted       <= 1'b0;
            ended         <= 1'b0;
            reset_due     <= 1'b0;
            clear_due     <= 1'b0;
            start_due     <= 1'b0;
            pending       <= 1'b0;
            look_reg      <= 1'b0;
            int_enable    <= 2'b00;
            int_status    <= 2'b00;
            error_before  <= 1'b0;
            want_interrupt <= 1'b0;
        end else begin
            // ------------------------------------------------ what this clock shows
            if (look_reg && rdata !== want_reg) wrong = 1'b1;
            if (irq !== want_interrupt || core_reset !== reset_due || busy !== (in_core > 0) || ready !== !pending || load_valid !== pending ||
                load_start !== start_due || (start_due && load_word !== start_word) ||
                (pending && load_word !== pending_word)) begin
                wrong = 1'b1;
            end
            checks   <= checks + 1;
            want_reg <= register(addr);
            look_reg <= addr != EVENTS_ || settled;

            // ------------------------------------------------ what it counts
            if (pixel_valid && pixel_ready && pixel_last) frames_in <= frames_in + 1;
            if (leaves) frames_out <= frames_out + 1;
            if (link_error) link_errors <= link_errors + 1;
            counted     <= in_core > 0 && !waits;
            busy_clocks <= busy_clocks + counted;
            if (in_core > 0) begin
                for (i = 0; i < EVENTS; i = i + 1) event_count = event_count + events[i];
            end
            if (pixel_valid && !pixel_ready) input_stalls <= input_stalls + 1;
            if (score_valid && !score_ready) output_stalls <= output_stalls + 1;
            in_core <= in_core + enters - (leaves && in_core > 0);
            spent <= spent + !waits;
            if (enters) begin
                timed <= in_core == 0;
                if (in_core == 0) spent <= 0;
            end
            ended <= timed && leaves;
            if (ended) latency <= spent;
            if (leaves) timed <= 1'b0;
            if (clear_due) begin
                frames_in     <= 0;
                frames_out    <= 0;
                latency       <= 0;
                busy_clocks   <= 0;
                event_count   = 0;
                input_stalls  <= 0;
                output_stalls <= 0;
                link_errors   <= 0;
            end
            if (reset_due || start_due) begin
                in_core <= 0;
                timed  <= 1'b0;
            end
            reset_due <= 1'b0;
            clear_due <= 1'b0;
            start_due <= 1'b0;
            if (pending && load_ready) pending <= 1'b0;
            if (INTERRUPTS != 0) begin
                // Something that happens in the clock in which it is cleared stays.
                for (i = 0; i < 2; i = i + 1) begin
                    if (write && ready && addr == INTERRUPT_STATUS && wdata[i]) int_status[i] <= 1'b0;
                    if (write && ready && addr == INTERRUPT_ENABLE) int_enable[i] <= wdata[i];
                end
                if (leaves) int_status[0] <= 1'b1;
                if (frame_error && !error_before) int_status[1] <= 1'b1;
                error_before   <= frame_error;
                want_interrupt <= (int_status & int_enable) != 0;
            end
            if (write && ready) begin
                reset_due  <= addr == CONTROL && wdata[0];
                clear_due  <= addr == CONTROL && wdata[1];
                start_due  <= addr == LOAD_START && LOADABLE != 0;
                start_word <= wdata;
                if (addr == LOAD_DATA && LOADABLE != 0) begin
                    pending      <= 1'b1;
                    pending_word <= wdata;
                end
            end

            // ------------------------------------------------ what the next clock does
            phase <= phase + 1;
            if (phase == REST + ACTIVE) begin
                phase     <= 0;
                round_now <= round_now + 1;
                limit     <= 1 + (round_now + 1) % 3;
            end
            // The bus: all registers one after the other in a rest, any of them otherwise.
            draw;
            if (!write || ready) begin
                addr  <= rests ? phase : alone && fill_state[20] ? (fill_state[21] ? LATENCY : BUSY_CLOCKS) : fill_state[13:8];
                write <= 1'b0;
                wdata <= {32{1'bx}};
                if (!rests && fill_state[16:14] == 0) begin
                    write <= 1'b1;
                    wdata <= fill_state;
                    if (fill_state[18:17] == 0) addr <= LOAD_DATA;
                    if (fill_state[22:17] == 1) addr <= CONTROL;
                    if (fill_state[18:17] == 2) addr <= fill_state[19] ? INTERRUPT_STATUS : INTERRUPT_ENABLE;
                    // Not the counters now.
                    if (fill_state[13:8] == CONTROL || fill_state[22:17] == 1) wdata[1] <= 1'b0;
                end
                // The counters in every other rest, together with the core or not.
                if (phase == REST - 12 && round_now % 2 == 1 && !pending) begin
                    write <= 1'b1;
                    addr  <= CONTROL;
                    wdata <= {fill_state[31:2], 1'b1, round_now % 4 == 1};
                end
            end
            // Pixels and scores. After a reset the core takes none for a while.
            draw;
            held_up     <= held_up > 0 ? held_up - 1 : 0;
            pixel_ready <= held_up <= 1 && fill_state[15:8] % 100 >= stall_out && in_core + enters - leaves < limit + 1;
            if (pixel_valid && pixel_ready) pixel_at <= pixel_last ? 0 : pixel_at + 1;
            if (!pixel_valid || pixel_ready || rests) begin
                pixel_valid <= !rests && fill_state[23:16] % 100 >= stall_in &&
                               !(alone ? follows : limit == 1 && in_core + enters > 0 && pixel_last);
            end
            score_ready <= fill_state[31:24] % 100 >= stall_out;
            if (score_valid && score_ready) score_at <= score_last ? 0 : score_at + 1;
            whole <= whole + (pixel_valid && pixel_ready && pixel_last) - (score_valid && score_ready && score_last);
            if (!score_valid || score_ready || rests) score_valid <= !rests && whole > leaves && fill_state[3:0] > 4;
            if (held_up == 4) begin
                whole       <= 0;
                score_at    <= 0;
                score_valid <= 1'b0;
            end
            if (reset_due || start_due) begin
                held_up     <= 4 + fill_state[1:0];
                pixel_at    <= 0;
                pixel_valid <= 1'b0;
                pixel_ready <= 1'b0;
            end
            // Events, also while there is no frame; a rest begins with none.
            draw;
            events <= rests && phase < REST - 3 ? {EVENTS{1'b0}} : {fill_state, fill_state ^ (fill_state << 7)};
            // Engines, often none of them.
            draw;
            working <= fill_state[0] ? {LAYERS{1'b0}} : {2{fill_state & {fill_state[15:0], fill_state[31:16]}}};
            draw;
            link_error    <= !rests && fill_state[11:8] == 0;
            load_ready    <= fill_state[19:12] % 100 >= stall_out;
            frame_error   <= fill_state[20];
            weights_valid <= fill_state[21];
            load_busy     <= fill_state[22];
            weights_crc   <= fill_state;
            load_offset   <= ~fill_state;
            if (wrong) begin
                failed <= 1'b1;
                if (!failed) begin
                    $display("round %0d, clock %0d: read %h, expected %h (%b); ready %b, busy %b, %0d frames inside",
                             round_now, phase, rdata, want_reg, look_reg, ready, busy, in_core);
                    $display("core_reset %b, load_start %b, load_valid %b, load_word %h", core_reset, load_start, load_valid,
                             load_word);
                end
            end
        end
    end

    bench_control #(.NAME("accelerator_registers")) control (
        .clk(clk), .rst(rst), .done(round_now >= ROUNDS), .failed(failed), .checks(checks)
    );
endmodule

`default_nettype wire
