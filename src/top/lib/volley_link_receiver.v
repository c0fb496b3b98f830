// volley_link_receiver: whole, checked messages from the bytes of a serial line (docs/host-protocol.md, framing).
//
// Bodies between flags (7E) are unstuffed, checked by their FCS-16 and their length, and kept in a ring of 2^BUFFER_LOG2 bytes until
// they are read, without the FCS. A body becomes visible at its closing flag, or not at all: nothing of a bad one is kept, and
// a message of one byte, its error code, takes its place:
//     1   wrong FCS, wrong length, a byte without a stop bit
//     2   no space in the ring
// Where not even that byte has space, the host gets no answer, but `error` still tells of it.
//
// A flag is only ever between bodies, so after any garbage the next flag starts a good body.
`default_nettype none

module volley_link_receiver #(
    parameter BUFFER_LOG2 = 10              // 5 .. 15; the longest message without its FCS is a byte shorter than the ring
) (
    input  wire       clk,                  // rising edge
    input  wire       rst,                  // synchronous, active high; forgets all messages
    input  wire [7:0] s_tdata,              // byte of the line
    input  wire       s_terror,             // the byte cannot be trusted
    input  wire       s_tvalid,             // for one clock each byte, bytes at least six clocks apart
    output wire [7:0] m_tdata,              // byte of a message
    output wire       m_tlast,              // last byte of the message
    output wire       m_tvalid,
    input  wire       m_tready,
    output wire       error                 // for one clock: a message was dropped
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (BUFFER_LOG2 < 5 || BUFFER_LOG2 > 15) begin : g_check_buffer_log2
            volley_link_receiver_needs_BUFFER_LOG2_of_5_to_15 illegal ();
        end
    endgenerate

    localparam BITS = BUFFER_LOG2;

    localparam [7:0]  FLAG   = 8'h7e;
    localparam [7:0]  ESCAPE = 8'h7d;
    localparam [15:0] GOOD   = 16'hf0b8;    // what a body with its FCS leaves in the register

    localparam [7:0] BAD_CHECK = 8'd1;
    localparam [7:0] OVERRUN   = 8'd2;

    // A byte is looked at in two clocks: in phase 0 it has been classified, in phase 1 what it stores is written.
    reg [1:0] phase_reg;
    reg       flag_reg;
    reg       data_reg;                     // a byte of a body, without its escape
    reg [7:0] byte_reg;
    reg       escaped_reg;                  // an escape came before

    wire flag   = !s_terror && s_tdata == FLAG;
    wire escape = !s_terror && s_tdata == ESCAPE && !escaped_reg;

    // The body that is being received.
    reg [15:0]   fcs_reg;
    reg          some_reg;                  // anything since the last flag
    reg          bad_reg;                   // a byte that cannot be trusted, or an escape of a flag
    reg          over_reg;                  // a byte that found no space
    reg [BITS:0] count_reg;                 // bytes of the body; stops at its largest value
    reg [15:0]   length_reg;                // as the header says
    // The last three bytes: at the flag the oldest is the message's last byte, the others are the FCS.
    reg [7:0]    oldest_reg;
    reg [7:0]    middle_reg;
    reg [7:0]    newest_reg;
    // Of the whole body: the header's five bytes, the payload and the FCS. Both are known long before the flag comes.
    reg          fcs_good_reg;
    reg          length_good_reg;
    reg [16:0]   wanted_reg;

    wire [15:0] fcs_next;

    volley_fcs16 fcs (
        .value (fcs_reg),
        .data  (byte_reg),
        .next  (fcs_next)
    );

    // The ring: bytes from read to commit are messages, those from there to write are the body that is being received.
    (* ram_style = "block" *)
    reg [8:0]      memory [0:(1<<BITS)-1];
    reg [BITS-1:0] read_reg;
    reg [BITS-1:0] commit_reg;
    reg [BITS-1:0] write_reg;
    reg            write_space_reg;         // space for a byte at write; reading can only make more
    reg            commit_space_reg;        // space for a byte at commit
    reg [8:0]      word_reg;                // as it comes from the memory, late in its clock
    reg            word_valid_reg;
    reg [8:0]      out_reg;
    reg            out_valid_reg;
    reg            error_reg;

    // What phase 1 writes.
    reg            store_reg;
    reg [BITS-1:0] place_reg;
    reg [8:0]      stored_reg;

    wire [BITS-1:0] write_next  = write_reg + 1'b1;
    wire [BITS-1:0] commit_next = commit_reg + 1'b1;

    wire over = over_reg || !write_space_reg;
    wire good = fcs_good_reg && length_good_reg && !bad_reg && !over;

    // A byte goes into the ring when the third one after it comes, or at the flag.
    wire delayed = data_reg && (|count_reg[BITS:2] || &count_reg[1:0]);
    wire ended   = flag_reg && some_reg;

    wire advance = m_tready || !out_valid_reg;
    wire fetch   = advance || !word_valid_reg;

    assign m_tdata  = out_reg[7:0];
    assign m_tlast  = out_reg[8];
    assign m_tvalid = out_valid_reg;
    assign error    = error_reg;

    always @(posedge clk) begin
        if (store_reg && phase_reg[1]) begin
            memory[place_reg] <= stored_reg;
        end
        if (fetch) begin
            word_reg <= memory[read_reg];
        end
        if (advance) begin
            out_reg <= word_reg;
        end
    end

    always @(posedge clk) begin
        phase_reg        <= {phase_reg[0], s_tvalid};
        error_reg        <= 1'b0;
        fcs_good_reg     <= fcs_reg == GOOD;
        wanted_reg       <= {1'b0, length_reg} + 17'd7;
        length_good_reg  <= wanted_reg == {{(16 - BITS){1'b0}}, count_reg};
        write_space_reg  <= write_next != read_reg;
        commit_space_reg <= commit_next != read_reg;
        if (s_tvalid) begin
            flag_reg    <= flag;
            data_reg    <= !flag && !escape;
            byte_reg    <= escaped_reg ? s_tdata ^ 8'h20 : s_tdata;
            escaped_reg <= escape;
            if (s_terror || (flag && escaped_reg)) begin
                bad_reg <= 1'b1;
            end
        end
        if (phase_reg[0]) begin
            store_reg  <= ended ? (good || commit_space_reg) : delayed && !over;
            place_reg  <= ended && !good ? commit_reg : write_reg;
            stored_reg <= !ended ? {1'b0, oldest_reg}
                        : good ? {1'b1, oldest_reg}
                        : {1'b1, over ? OVERRUN : BAD_CHECK};
            error_reg  <= ended && !good;
            if (delayed && over) begin
                over_reg <= 1'b1;
            end
            if (data_reg) begin
                fcs_reg    <= fcs_next;
                oldest_reg <= middle_reg;
                middle_reg <= newest_reg;
                newest_reg <= byte_reg;
                if (count_reg != {(BITS + 1){1'b1}}) begin
                    count_reg <= count_reg + 1'b1;
                end
                if (count_reg == 3) begin
                    length_reg[7:0] <= byte_reg;
                end
                if (count_reg == 4) begin
                    length_reg[15:8] <= byte_reg;
                end
            end
        end
        if (phase_reg[1]) begin
            if (store_reg) begin
                write_reg <= place_reg + 1'b1;
            end
            some_reg <= !flag_reg;
            if (flag_reg) begin
                fcs_reg   <= 16'hffff;
                bad_reg   <= 1'b0;
                over_reg  <= 1'b0;
                count_reg <= {(BITS + 1){1'b0}};
                // Without space for a code nothing of the body was stored.
                if (store_reg) begin
                    commit_reg <= place_reg + 1'b1;
                end
            end
        end
        if (advance) begin
            out_valid_reg <= word_valid_reg;
        end
        if (fetch) begin
            word_valid_reg <= read_reg != commit_reg;
            if (read_reg != commit_reg) begin
                read_reg <= read_reg + 1'b1;
            end
        end
        if (rst) begin
            phase_reg      <= 2'b00;
            fcs_reg        <= 16'hffff;
            escaped_reg    <= 1'b0;
            some_reg       <= 1'b0;
            bad_reg        <= 1'b0;
            over_reg       <= 1'b0;
            count_reg      <= {(BITS + 1){1'b0}};
            read_reg       <= {BITS{1'b0}};
            commit_reg     <= {BITS{1'b0}};
            write_reg      <= {BITS{1'b0}};
            out_valid_reg  <= 1'b0;
            error_reg      <= 1'b0;
            word_valid_reg <= 1'b0;
        end
    end
endmodule

`default_nettype wire
