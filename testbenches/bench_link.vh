// A message as bytes on a serial line, by the definition (docs/host-protocol.md, framing); included inside a bench's module,
// after bench_random.vh. BODY_MOST and LINE_MOST are sizes that the bench chooses.
    reg [7:0]  body [0:BODY_MOST-1];        // before stuffing, with its FCS
    integer    body_size;
    reg [15:0] body_fcs;                    // low byte first
    reg [8:0]  line [0:LINE_MOST-1];        // what is sent: {cannot be trusted, byte}
    integer    line_size;
    integer    link_n;
    reg [16:0] link_rest;
    // CRC-16/X-25 by long division: the bits of `size` bytes, low bit first, then 16 zeros, the first 16 of all of them
    // inverted, are divided by x^16 + x^12 + x^5 + 1. The rest, inverted, is sent highest power first.
    task divide;
        input integer size;
        begin
            link_rest = 17'd0;
            for (link_n = 0; link_n < 8 * size + 16; link_n = link_n + 1) begin
                link_rest = {link_rest[15:0], (link_n < 8 * size ? body[link_n/8][link_n%8] : 1'b0) ^ (link_n < 16)};
                if (link_rest[16]) link_rest = link_rest ^ 17'h11021;
            end
            for (link_n = 0; link_n < 16; link_n = link_n + 1) body_fcs[link_n] = !link_rest[15-link_n];
        end
    endtask
    task add_byte;
        input [7:0] value;
        begin
            body[body_size] = value;
            body_size = body_size + 1;
        end
    endtask
    // A random byte, every other one of those that stuffing is about.
    task add_random;
        begin
            draw;
            case (fill_state[10:8])
                3'd0:    add_byte(8'h7e);
                3'd1:    add_byte(8'h7d);
                3'd2:    add_byte(8'h5e);
                3'd3:    add_byte(8'h5d);
                default: add_byte(fill_state[31:24]);
            endcase
        end
    endtask
    task add_header;
        input [7:0]  kind;
        input [15:0] sequence_number;
        input [15:0] length;
        begin
            body_size = 0;
            add_byte(kind);
            add_byte(sequence_number[7:0]);
            add_byte(sequence_number[15:8]);
            add_byte(length[7:0]);
            add_byte(length[15:8]);
        end
    endtask
    task add_fcs;
        begin
            divide(body_size);
            add_byte(body_fcs[7:0]);
            add_byte(body_fcs[15:8]);
        end
    endtask
    task send_byte;
        input [8:0] value;
        begin
            line[line_size] = value;
            line_size = line_size + 1;
        end
    endtask
    task send_flag;
        send_byte(9'h07e);
    endtask
    integer link_at;
    // The body without flags.
    task send_body;
        for (link_at = 0; link_at < body_size; link_at = link_at + 1) begin
            if (body[link_at] == 8'h7e || body[link_at] == 8'h7d) begin
                send_byte(9'h07d);
                send_byte({1'b0, body[link_at] ^ 8'h20});
            end else begin
                send_byte({1'b0, body[link_at]});
            end
        end
    endtask
