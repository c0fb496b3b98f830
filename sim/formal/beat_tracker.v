// beat_tracker: what enters a module leaves it once, in order and unaltered. For a stream in and a stream out.
//
// The solver picks any beat that enters (`pick` is free) and the tracker follows it: `ahead` beats were inside before
// it, and after as many have left, the next one must be it. Only one beat is picked at a time, but the choice is free,
// so what holds for the picked beat holds for every beat. `held` beats are inside: none may leave when there is none, so
// no beat is invented or doubled. The harness of the module asserts on `held` that each one leaves.
//
// It also checks the rules of AXI4-Stream for the outgoing stream: valid stays, and data with it, until ready.
//
// Harnesses tie the tracker's registers to those of the module, which makes the proof inductive.
`default_nettype none

module beat_tracker #(
    parameter WIDTH      = 8,
    parameter COUNT_BITS = 5                // of the number of beats inside
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  started,   // the first clock, with its reset, is over
    input  wire                  s_fire,    // a beat enters
    input  wire [WIDTH-1:0]      s_data,    // what it must be when it leaves
    input  wire                  m_valid,
    input  wire                  m_ready,
    input  wire [WIDTH-1:0]      m_data,
    output reg  [COUNT_BITS-1:0] held,
    output reg                   tracked,
    output reg  [COUNT_BITS-1:0] ahead,
    output reg  [WIDTH-1:0]      data
);
    (* anyseq *) wire pick;

    wire m_fire = m_valid && m_ready;
    wire [COUNT_BITS-1:0] left = held - {{(COUNT_BITS - 1){1'b0}}, m_fire};

    reg             waiting_reg;            // a beat was offered and not taken
    reg [WIDTH-1:0] offered_reg;

    initial waiting_reg = 1'b0;

    always @(posedge clk) begin
        held <= left + {{(COUNT_BITS - 1){1'b0}}, s_fire};
        if (s_fire && pick && !tracked) begin
            tracked <= 1'b1;
            ahead   <= left;
            data    <= s_data;
        end else if (tracked && m_fire) begin
            tracked <= ahead != {COUNT_BITS{1'b0}};
            ahead   <= ahead - 1'b1;
        end
        waiting_reg <= m_valid && !m_ready && started;
        offered_reg <= m_data;
        if (rst) begin
            held        <= {COUNT_BITS{1'b0}};
            tracked     <= 1'b0;
            waiting_reg <= 1'b0;
        end
    end

    always @* begin
        if (started) begin
            from_nothing: assert (!m_valid || held != {COUNT_BITS{1'b0}});
            the_beat:     assert (!(m_valid && tracked && ahead == {COUNT_BITS{1'b0}}) || m_data == data);
            inside:       assert (!tracked || ahead < held);
            valid_stays:  assert (!waiting_reg || m_valid);
            data_stays:   assert (!waiting_reg || m_data == offered_reg);
        end
    end
endmodule

`default_nettype wire
