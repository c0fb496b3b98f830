// A lane of gated adds gives the same sums as products: weight*count, the count recoded into digits, added one by one.
//
//     plain[t] <- clear ? 0 : plain[t] + 2^shift*weight*count[t]          modulo 2^ACC_BITS
//
// The codes come from volley_count_recoder as in volley_synapse_array, digit i > 1 i - 1 clocks later.
//
// Unbounded, by induction. Widths: a stage adds one more digit, and all later stages are alike; the tasks have one, two
// and three digits, signed counts, two shifts, and sums narrower than a product. The recoding itself is by digits:
// 3 = 4 - 1 borrows from the next one.
module synapse_lane_formal #(
    parameter TIMESTEPS    = 1,
    parameter COUNT_BITS   = 3,
    parameter COUNT_SIGNED = 0,
    parameter MOST_COUNT   = 7,
    parameter DIGITS       = 2,
    parameter WEIGHT_BITS  = 3,
    parameter ACC_BITS     = 8,
    parameter MAX_SHIFT    = 0,
    parameter [31:0] SHIFTS = 1
) (
    input wire                            clk,
    input wire                            clear,
    input wire [WEIGHT_BITS-1:0]          weight,
    input wire [TIMESTEPS*COUNT_BITS-1:0] counts,
    input wire [4:0]                      place     // of the event's shift
);
    localparam STAGES = DIGITS > 1 ? DIGITS - 1 : 1;

    wire [TIMESTEPS*ACC_BITS-1:0] sums;
    wire [TIMESTEPS*2*DIGITS-1:0] codes;
    reg  [5*STAGES-1:0]           places_reg;
    wire [MAX_SHIFT:0]            shift = 1'b1 << places_reg[5*STAGES-1 -: 5];
    always @(posedge clk) places_reg <= {places_reg, place};
    always @* assume (place <= MAX_SHIFT && SHIFTS[place]);

    volley_synapse_lane #(
        .TIMESTEPS (TIMESTEPS), .DIGITS (DIGITS), .WEIGHT_BITS (WEIGHT_BITS), .ACC_BITS (ACC_BITS), .MAX_SHIFT (MAX_SHIFT),
        .SHIFTS (SHIFTS)
    ) dut (.clk (clk), .clear (clear), .weight (weight), .codes (codes), .shift (shift), .sums (sums));

    reg [2:0] age = 3'd0;                   // clocks since the start: what comes out has come in after it
    reg       begun = 1'b0;                 // and the sums began from zero after it
    always @(posedge clk) begin
        age   <= age == STAGES ? age : age + 1'b1;
        begun <= begun || (age == STAGES && clear);
    end

    wire signed [WEIGHT_BITS-1:0] factor = weight;
    wire [TIMESTEPS-1:0]          right;
    generate
        genvar t, i, s;
        for (t = 0; t < TIMESTEPS; t = t + 1) begin : g_timestep
            wire [COUNT_BITS-1:0]      count = counts[t*COUNT_BITS +: COUNT_BITS];
            wire signed [COUNT_BITS:0] value = {COUNT_SIGNED != 0 && count[COUNT_BITS-1], count};
            wire [2*DIGITS-1:0]        now;
            always @* assume (COUNT_SIGNED != 0 || count <= MOST_COUNT);
            volley_count_recoder #(.COUNT_BITS (COUNT_BITS), .COUNT_SIGNED (COUNT_SIGNED), .DIGITS (DIGITS)) recoder (
                .count (count), .codes (now)
            );
            for (i = 0; i < DIGITS; i = i + 1) begin : g_digit
                localparam WAIT = i > 1 ? i - 1 : 0;
                wire [2*WAIT+1:0] line;
                assign line[1:0] = now[2*i +: 2];
                for (s = 0; s < WAIT; s = s + 1) begin : g_wait
                    reg [1:0] wait_reg;
                    always @(posedge clk) wait_reg <= line[2*s +: 2];
                    assign line[2*(s+1) +: 2] = wait_reg;
                end
                assign codes[(t*DIGITS+i)*2 +: 2] = line[2*WAIT +: 2];
            end

            reg signed [STAGES*ACC_BITS-1:0] products;      // modulo 2^ACC_BITS, the newest low
            reg [ACC_BITS-1:0]               plain;
            wire signed [ACC_BITS+MAX_SHIFT+WEIGHT_BITS+COUNT_BITS:0] product = (factor * value) <<< place;
            wire [ACC_BITS-1:0]              plain_now = plain + products[STAGES*ACC_BITS-1 -: ACC_BITS];
            always @(posedge clk) begin
                products <= {products, product[ACC_BITS-1:0]};
                plain    <= clear ? 0 : plain_now;
            end
            assign right[t] = sums[t*ACC_BITS +: ACC_BITS] == plain_now;
        end
    endgenerate
    always @* begin
        if (begun) begin
            as_plain: assert (&right);
        end
    end
endmodule
