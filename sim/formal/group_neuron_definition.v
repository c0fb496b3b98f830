// group_neuron_definition: what a group neuron does, written as its definition is (docs/architecture.md, arithmetic):
//
//     v <- v + current[t] + bias,   n = #{i in 1..MEMBERS : v >= i*theta},   v <- v - n*theta,   floor(theta/2) at first
//
// Each member is compared by itself with its own multiple of theta; nothing is divided. Combinational, in integers with
// more bits than anything in here needs.
`default_nettype none

module group_neuron_definition #(
    parameter TIMESTEPS     = 1,
    parameter IN_TIMESTEPS  = 1,
    parameter MEMBERS       = 5,
    parameter COUNT_BITS    = 3,
    parameter ACC_BITS      = 6,
    parameter BIAS_BITS     = 4,
    parameter THETA_BITS    = 3,
    parameter POW2          = 0,
    parameter THETA_LOG2    = 3,
    parameter ALIGNED       = 0,            // with POW2: all are shifted to the common theta 2^THETA_LOG2
    parameter MEMBRANE_BITS = 8
) (
    input  wire [IN_TIMESTEPS*ACC_BITS-1:0] currents,
    input  wire [BIAS_BITS+THETA_BITS-1:0]  row,
    output reg                              legal,  // the row is allowed, and the membrane holds every v
    output reg  [TIMESTEPS*COUNT_BITS-1:0]  counts
);
    localparam WIDE = MEMBRANE_BITS + THETA_LOG2 + COUNT_BITS + 2;
    localparam signed [WIDE-1:0] MOST = (1 << (MEMBRANE_BITS - 1)) - 1;

    wire signed [BIAS_BITS-1:0] bias  = row[THETA_BITS +: BIAS_BITS];
    wire [THETA_BITS-1:0]       low   = row[THETA_BITS-1:0];
    wire signed [WIDE-1:0]      theta = POW2 == 0 ? low : ALIGNED != 0 ? 1 << THETA_LOG2 : (1 << THETA_LOG2) >> low;
    wire [THETA_BITS-1:0]       left  = ALIGNED != 0 ? low : 0;

    reg signed [WIDE-1:0]     v, multiple;
    reg signed [ACC_BITS-1:0] current;
    reg [COUNT_BITS-1:0]      fired;
    integer t, i;
    always @* begin
        legal  = POW2 != 0 ? low <= THETA_LOG2 : low != 0;
        counts = 0;
        v      = theta >>> 1;
        for (t = 0; t < TIMESTEPS; t = t + 1) begin
            current  = currents[(IN_TIMESTEPS == 1 ? 0 : t)*ACC_BITS +: ACC_BITS];
            v        = v + ((current + bias) <<< left);
            legal    = legal && v <= MOST && v >= ~MOST;
            fired    = 0;
            multiple = theta;
            for (i = 1; i <= MEMBERS; i = i + 1) begin
                if (v >= multiple) begin
                    fired = fired + 1'b1;
                end
                multiple = multiple + theta;
            end
            counts[t*COUNT_BITS +: COUNT_BITS] = fired;
            for (i = 1; i <= MEMBERS; i = i + 1) begin
                if (i <= fired) begin
                    v = v - theta;
                end
            end
        end
    end
endmodule

`default_nettype wire
