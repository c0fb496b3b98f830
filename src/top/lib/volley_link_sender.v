// volley_link_sender: a message becomes a stuffed body between two flags, with its FCS-16 (docs/host-protocol.md, framing).
//
// If a message cannot be finished, its FCS is made wrong, so the host drops it.
//
// Every message has its own flag before and after it. At best one byte leaves in two clocks, far faster than a serial line.
`default_nettype none

module volley_link_sender (
    input  wire       clk,                  // rising edge
    input  wire       rst,                  // synchronous, active high
    input  wire [7:0] s_tdata,              // byte of a message
    input  wire       s_tlast,              // last byte of the message
    input  wire       s_tbad,               // with it: the message cannot be trusted
    input  wire       s_tvalid,
    output wire       s_tready,
    output wire [7:0] m_tdata,              // byte for the line, registered
    output wire       m_tvalid,             // registered
    input  wire       m_tready
);
    localparam [7:0] FLAG   = 8'h7e;
    localparam [7:0] ESCAPE = 8'h7d;

    localparam [2:0] IDLE = 3'd0, BODY = 3'd1, LOW = 3'd2, HIGH = 3'd3, END = 3'd4;

    reg [2:0]  state_reg;
    reg [15:0] fcs_reg;
    reg        escaped_reg;                 // the escape of the next byte has left
    reg [7:0]  out_reg;
    reg        out_valid_reg;

    wire [15:0] fcs_next;

    volley_fcs16 fcs (
        .value (fcs_reg),
        .data  (s_tdata),
        .next  (fcs_next)
    );

    // The body's next byte, before stuffing.
    wire [7:0] plain   = state_reg == BODY ? s_tdata : state_reg == LOW ? ~fcs_reg[7:0] : ~fcs_reg[15:8];
    wire       there   = state_reg != BODY || s_tvalid;
    wire       special = plain == FLAG || plain == ESCAPE;
    wire       stuff   = special && !escaped_reg;
    wire       free    = !out_valid_reg;
    wire       body    = state_reg == BODY || state_reg == LOW || state_reg == HIGH;
    wire       leaves  = free && body && there && !stuff;

    assign s_tready = leaves && state_reg == BODY;
    assign m_tdata  = out_reg;
    assign m_tvalid = out_valid_reg;

    always @(posedge clk) begin
        if (out_valid_reg && m_tready) begin
            out_valid_reg <= 1'b0;
        end
        if (free) begin
            case (state_reg)
                IDLE: begin
                    out_reg       <= FLAG;
                    out_valid_reg <= s_tvalid;
                    fcs_reg       <= 16'hffff;
                    escaped_reg   <= 1'b0;
                    if (s_tvalid) begin
                        state_reg <= BODY;
                    end
                end
                END: begin
                    out_reg       <= FLAG;
                    out_valid_reg <= 1'b1;
                    state_reg     <= IDLE;
                end
                default: begin
                    out_reg       <= stuff ? ESCAPE : escaped_reg ? plain ^ 8'h20 : plain;
                    out_valid_reg <= there;
                    if (there) begin
                        escaped_reg <= stuff;
                    end
                    if (leaves) begin
                        if (state_reg == BODY) begin
                            fcs_reg <= fcs_next ^ {16{s_tbad}};
                            if (s_tlast) begin
                                state_reg <= LOW;
                            end
                        end else begin
                            state_reg <= state_reg + 3'd1;
                        end
                    end
                end
            endcase
        end
        if (rst) begin
            state_reg     <= IDLE;
            escaped_reg   <= 1'b0;
            out_valid_reg <= 1'b0;
        end
    end
endmodule

`default_nettype wire
