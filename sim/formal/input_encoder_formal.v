// Every byte of every pixel leaves once and in order, less its channel's offset. `frame_error` is up when the last
// element of a pixel with a wrong `tlast` is offered, and never before there was such a pixel.
//
// The solver picks any element of a pixel that enters, and follows it. Unbounded, by induction. Widths: three channels and
// three pixels have a first, a middle and a last one; a byte is a byte.
module input_encoder_formal #(
    parameter CHANNELS            = 3,
    parameter PIXELS              = 3,
    parameter [8*CHANNELS-1:0] OFFSETS = 24'hff_80_01
) (
    input wire                  clk,
    input wire                  rst,
    input wire [8*CHANNELS-1:0] s_data,
    input wire                  s_last,
    input wire                  s_valid,
    input wire                  m_ready
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire       s_ready, m_valid, frame_error;
    wire [8:0] m_data;
    volley_input_encoder #(.CHANNELS (CHANNELS), .PIXELS (PIXELS), .VALUE_BITS (9), .OFFSETS (OFFSETS)) dut (
        .clk (clk), .rst (rst),
        .s_axis_tdata (s_data), .s_axis_tlast (s_last), .s_axis_tvalid (s_valid), .s_axis_tready (s_ready),
        .m_axis_tdata (m_data), .m_axis_tvalid (m_valid), .m_axis_tready (m_ready), .frame_error (frame_error)
    );

    function [8:0] element;
        input [8*CHANNELS-1:0] pixel;
        input [1:0]            of;
        element = {1'b0, pixel[8*of +: 8]} - {1'b0, OFFSETS[8*of +: 8]};
    endfunction

    (* anyseq *) wire       pick;
    (* anyseq *) wire [1:0] picked;         // channel
    reg  [3:0] held;                        // elements inside
    reg        tracked;
    reg  [3:0] ahead;
    reg  [1:0] channel;
    reg  [8:0] data;
    reg        bad;                         // its pixel has a wrong tlast
    reg  [1:0] position;                    // of the next pixel in its frame
    reg        erred;                       // a pixel with a wrong tlast has come
    wire       fire   = s_valid && s_ready;
    wire       m_fire = m_valid && m_ready;
    wire       wrong  = s_last != (position == PIXELS - 1);
    wire [3:0] left   = held - m_fire;

    reg        waiting_reg = 1'b0;          // an element was offered and not taken
    reg  [8:0] offered_reg;
    reg  [1:0] late_reg;                    // clocks in which an element was inside and none was offered
    always @(posedge clk) begin
        held <= left + (fire ? CHANNELS : 0);
        if (fire && pick && !tracked && picked < CHANNELS) begin
            tracked <= 1'b1;
            ahead   <= left + picked;
            channel <= picked;
            data    <= element(s_data, picked);
            bad     <= wrong;
        end else if (tracked && m_fire) begin
            tracked <= ahead != 0;
            ahead   <= ahead - 1'b1;
        end
        if (fire) begin
            position <= position == PIXELS - 1 ? 0 : position + 1'b1;
            erred    <= erred || wrong;
        end
        waiting_reg <= started && !rst && m_valid && !m_ready;
        offered_reg <= m_data;
        late_reg    <= rst || held == 0 || m_valid ? 0 : late_reg + 1'b1;
        if (rst) begin
            held     <= 0;
            tracked  <= 1'b0;
            position <= 0;
            erred    <= 1'b0;
        end
    end
    wire now = m_valid && tracked && ahead == 0;
    always @* begin
        if (started) begin
            from_nothing: assert (!m_valid || held != 0);
            the_element:  assert (!now || m_data == data);
            says_so:      assert (!(now && bad && channel == CHANNELS - 1) || frame_error);
            not_too_soon: assert (!frame_error || erred);
            valid_stays:  assert (!waiting_reg || m_valid);
            data_stays:   assert (!waiting_reg || m_data == offered_reg);
            offers:       assert (late_reg < 2);
            has_space:     assert (s_ready || rst || held > CHANNELS);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [8*CHANNELS:0] \dut.in.out_reg , \dut.in.skid_reg ;
    (* hierconn *) wire                \dut.in.out_valid_reg , \dut.in.skid_valid_reg ;
    (* hierconn *) wire [1:0]          \dut.channel_reg , \dut.pixel_reg ;
    wire [1:0] pixels = \dut.in.out_valid_reg + \dut.in.skid_valid_reg ;
    // The element's place after the first byte of the pixel that is under way.
    wire [3:0] behind = ahead - m_valid + \dut.channel_reg ;
    wire [1:0] second = \dut.pixel_reg == PIXELS - 1 ? 0 : \dut.pixel_reg + 1'b1;
    wire       first_wrong  = \dut.in.out_reg [8*CHANNELS] != (\dut.pixel_reg == PIXELS - 1);
    wire       second_wrong = \dut.in.skid_reg [8*CHANNELS] != (second == PIXELS - 1);
    always @* begin
        if (started) begin
            assert (position < PIXELS && \dut.channel_reg < CHANNELS && \dut.pixel_reg < PIXELS);
            assert (\dut.in.out_valid_reg || (!\dut.in.skid_valid_reg && \dut.channel_reg == 0));
            assert (held == m_valid + CHANNELS * pixels - \dut.channel_reg );
            assert ((\dut.pixel_reg + pixels) % PIXELS == position);
            assert (erred || !(\dut.in.out_valid_reg && first_wrong));
            assert (erred || !(\dut.in.skid_valid_reg && second_wrong));
            if (tracked) begin
                assert (ahead < held);
                if (!now) begin
                    assert (behind % CHANNELS == channel);
                    assert (data == element(behind < CHANNELS ? \dut.in.out_reg : \dut.in.skid_reg , channel));
                    assert (bad == (behind < CHANNELS ? first_wrong : second_wrong));
                end
            end
            assert (late_reg == 0 || m_valid);
        end
    end
`endif
endmodule
