// The bytes of words that count leave once and in order, and `tlast` comes with the last one of a transfer; a word
// without bytes gives nothing, or one byte to bring the end. Rules of AXI4-Stream.
//
// The solver picks any byte that must leave: as many leave before it as came before it, and it is unaltered. With the
// reader ready a byte is offered five clocks after the last one, if one is inside, and a word is refused for at most
// five: nothing blocks.
//
// Unbounded, by induction. The widths are those of the module.
module word_to_bytes_formal (
    input wire        clk,
    input wire        rst,
    input wire [31:0] s_data,
    input wire [3:0]  s_keep,
    input wire        s_last,
    input wire        s_valid,
    input wire        m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire       s_ready, m_valid, m_last;
    wire [7:0] m_data;
    volley_word_to_bytes dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tkeep (s_keep), .s_axis_tlast (s_last), .s_axis_tvalid (s_valid),
        .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tlast (m_last), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready)
    );

    // The byte that is picked is number `which` of those that its word leaves.
    (* anyseq *) wire       pick;
    (* anyseq *) wire [1:0] which;
    wire       fire = s_valid && s_ready, m_fire = m_valid && m_ready;
    wire [2:0] brings;
    wire [8:0] byte_in;
    wire       none_in;
    nth_byte in (.keep (s_keep), .word (s_data), .last (s_last), .n ({2'b00, which}), .number (brings),
                 .out (byte_in), .empty (none_in));

    reg [3:0] held, ahead;                  // bytes inside; those before the one that was picked
    reg       tracked, empty;               // it has a value, unless it only brings the end
    reg [8:0] data;                         // {tlast, byte}
    wire [3:0] left = held - m_fire;
    reg [2:0] late, refused;
    reg       waits = 1'b0;
    reg [8:0] offered;
    always @(posedge clk) begin
        held <= left + (fire ? brings : 3'd0);
        if (!tracked && pick && fire && which < brings) begin
            tracked <= 1'b1;
            ahead   <= left + which;
            data    <= byte_in;
            empty   <= none_in;
        end else if (tracked && m_fire) begin
            tracked <= ahead != 0;
            ahead   <= ahead - 1'b1;
        end
        late    <= rst || m_valid || held == 0 ? 0 : late + 1'b1;
        refused <= rst || s_ready || !m_ready ? 0 : refused + 1'b1;
        waits   <= started && !rst && m_valid && !m_ready;
        offered <= {m_last, m_data};
        if (rst) begin
            held    <= 0;
            tracked <= 1'b0;
        end
    end
    always @* begin
        if (started) begin
            from_nothing: assert (!m_valid || held != 0);
            its_end:      assert (!(m_valid && tracked && ahead == 0) || m_last == data[8]);
            the_byte:     assert (!(m_valid && tracked && ahead == 0) || empty || m_data == data[7:0]);
            leaves:       assert (late <= 4);
            takes:        assert (refused <= 4);
            valid_stays:  assert (!waits || m_valid);
            data_stays:   assert (!waits || {m_last, m_data} == offered);
        end
    end

`ifndef OBSERVED
    // The bytes in order: of the word that is leaving, of the skid buffer's first word, and of its second.
    (* hierconn *) wire [31:0] \dut.word_reg ;
    (* hierconn *) wire [3:0]  \dut.keep_reg ;
    (* hierconn *) wire        \dut.last_reg , \dut.in.out_valid_reg , \dut.in.skid_valid_reg ;
    (* hierconn *) wire [36:0] \dut.in.out_reg , \dut.in.skid_reg ;
    wire [2:0] number_0, number_1, number_2;
    wire [8:0] byte_0, byte_1, byte_2;
    wire       none_0, none_1, none_2;
    wire [3:0] to_1 = \dut.keep_reg == 0 ? 0 : number_0;
    wire [3:0] to_2 = to_1 + (\dut.in.out_valid_reg ? number_1 : 3'd0);
    wire [3:0] all  = to_2 + (\dut.in.skid_valid_reg ? number_2 : 3'd0);
    nth_byte leaving (.keep (\dut.keep_reg ), .word (\dut.word_reg ), .last (\dut.last_reg ), .n (ahead),
                      .number (number_0), .out (byte_0), .empty (none_0));
    nth_byte first (.keep (\dut.in.out_reg [35:32]), .word (\dut.in.out_reg [31:0]), .last (\dut.in.out_reg [36]),
                    .n (ahead - to_1),
                    .number (number_1), .out (byte_1), .empty (none_1));
    nth_byte second (.keep (\dut.in.skid_reg [35:32]), .word (\dut.in.skid_reg [31:0]),
                     .last (\dut.in.skid_reg [36]), .n (ahead - to_2),
                     .number (number_2), .out (byte_2), .empty (none_2));
    wire [8:0] there = ahead < to_1 ? byte_0 : ahead < to_2 ? byte_1 : byte_2;
    always @* begin
        if (started) begin
            assert (held == all);
            assert (\dut.in.out_valid_reg || !\dut.in.skid_valid_reg );
            assert (!tracked || (ahead < held && there[8] == data[8]));
            assert (!tracked || empty || there[7:0] == data[7:0]);
            assert (!tracked || ahead < to_1 || empty == (ahead < to_2 ? none_1 : none_2));
        end
    end
`endif
endmodule

// Byte n of those that a word leaves, with the end if it is the last one; one without meaning where there is only an
// end.
module nth_byte (
    input  wire [3:0]  keep,
    input  wire [31:0] word,
    input  wire        last,
    input  wire [3:0]  n,
    output reg  [2:0]  number,
    output reg  [8:0]  out,
    output wire        empty
);
    assign empty = keep == 0;
    integer i;
    always @* begin
        number = 0;
        out    = 0;
        for (i = 0; i < 4; i = i + 1) begin
            if (keep[i]) begin
                if (number == n) out[7:0] = word[8*i +: 8];
                number = number + 1'b1;
            end
        end
        if (keep == 0) number = last;
        out[8] = last && n + 1'b1 == number;
    end
endmodule
