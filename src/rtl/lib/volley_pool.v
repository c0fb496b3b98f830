// volley_pool: sum or maximum of the counts in windows that do not overlap, for each channel and time step.
//
//     MAXIMUM = 0:  out[c][t] = sum of in[y][x][c][t] over the window   (average pooling; 1/k^2 is in the next weights)
//     MAXIMUM = 1:  out[c][t] = maximum of in[y][x][c][t] over the window
//
// Elements come and leave in the order row, pixel, channel. Rows and columns between windows (stride > kernel) and
// those after the last window are dropped. Memory: one partial result for each element of an output row
// (OUT_WIDTH*CHANNELS words of FIELDS*OUT_BITS). Throughput: one input element a clock. Latency: three clocks.
`default_nettype none

module volley_pool #(
    parameter MAXIMUM       = 0,            // 1: the maximum of a window, 0: its sum
    parameter CHANNELS      = 4,            // channels of the map; beats of a pixel
    parameter IN_HEIGHT     = 8,            // rows of the input map
    parameter IN_WIDTH      = 8,            // pixels of a row of the input map
    parameter KERNEL_HEIGHT = 2,            // rows of a window
    parameter KERNEL_WIDTH  = 2,            // pixels of a row of a window
    parameter STRIDE_HEIGHT = 2,            // at least KERNEL_HEIGHT
    parameter STRIDE_WIDTH  = 2,            // at least KERNEL_WIDTH
    parameter OUT_HEIGHT    = 4,            // rows of output pixels
    parameter OUT_WIDTH     = 4,            // output pixels of a row
    parameter FIELDS        = 1,            // counts of a beat, pooled side by side: time steps * elements
    parameter IN_BITS       = 3,            // bits of a count that comes in
    parameter OUT_BITS      = 5             // bits of a result, at least IN_BITS
) (
    input  wire                       clk,           // rising edge
    input  wire                       rst,           // synchronous, active high
    input  wire [FIELDS*IN_BITS-1:0]  s_axis_tdata,  // one element, time step 0 in the low bits
    input  wire                       s_axis_tvalid,
    output wire                       s_axis_tready,
    output wire [FIELDS*OUT_BITS-1:0] m_axis_tdata,  // one element
    output wire                       m_axis_tvalid,
    input  wire                       m_axis_tready
);
    // A parameter that cannot be built names a module that does not exist: every tool stops and shows the name.
    generate
        if (MAXIMUM != 0 && MAXIMUM != 1) begin : g_check_maximum
            volley_pool_needs_MAXIMUM_of_0_or_1 illegal ();
        end
        if (CHANNELS < 1) begin : g_check_channels
            volley_pool_needs_CHANNELS_of_at_least_1 illegal ();
        end
        if (KERNEL_HEIGHT < 1) begin : g_check_kernel_height
            volley_pool_needs_KERNEL_HEIGHT_of_at_least_1 illegal ();
        end
        if (KERNEL_WIDTH < 1) begin : g_check_kernel_width
            volley_pool_needs_KERNEL_WIDTH_of_at_least_1 illegal ();
        end
        if (OUT_HEIGHT < 1) begin : g_check_out_height
            volley_pool_needs_OUT_HEIGHT_of_at_least_1 illegal ();
        end
        if (OUT_WIDTH < 1) begin : g_check_out_width
            volley_pool_needs_OUT_WIDTH_of_at_least_1 illegal ();
        end
        if (FIELDS < 1) begin : g_check_fields
            volley_pool_needs_FIELDS_of_at_least_1 illegal ();
        end
        if (IN_BITS < 1) begin : g_check_in_bits
            volley_pool_needs_IN_BITS_of_at_least_1 illegal ();
        end
        if (STRIDE_HEIGHT < KERNEL_HEIGHT) begin : g_check_stride_height
            volley_pool_needs_STRIDE_HEIGHT_of_at_least_KERNEL_HEIGHT illegal ();
        end
        if (STRIDE_WIDTH < KERNEL_WIDTH) begin : g_check_stride_width
            volley_pool_needs_STRIDE_WIDTH_of_at_least_KERNEL_WIDTH illegal ();
        end
        if ((OUT_HEIGHT - 1) * STRIDE_HEIGHT + KERNEL_HEIGHT > IN_HEIGHT) begin : g_check_out_height_2
            volley_pool_needs_OUT_HEIGHT_windows_inside_IN_HEIGHT illegal ();
        end
        if ((OUT_WIDTH - 1) * STRIDE_WIDTH + KERNEL_WIDTH > IN_WIDTH) begin : g_check_out_width_2
            volley_pool_needs_OUT_WIDTH_windows_inside_IN_WIDTH illegal ();
        end
        if (OUT_BITS < IN_BITS) begin : g_check_out_bits
            volley_pool_needs_OUT_BITS_of_at_least_IN_BITS illegal ();
        end
    endgenerate

    localparam DEPTH = OUT_WIDTH * CHANNELS;
    localparam ADDR_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam C_BITS  = $clog2(CHANNELS + 1);
    localparam X_BITS  = $clog2(IN_WIDTH + 1);
    localparam Y_BITS  = $clog2(IN_HEIGHT + 1);
    localparam KX_BITS = $clog2(STRIDE_WIDTH + 1);
    localparam KY_BITS = $clog2(STRIDE_HEIGHT + 1);
    localparam LAST_C  = CHANNELS - 1;
    localparam LAST_X  = IN_WIDTH - 1;
    localparam LAST_Y  = IN_HEIGHT - 1;
    localparam LAST_SX = STRIDE_WIDTH - 1;
    localparam LAST_SY = STRIDE_HEIGHT - 1;
    localparam LAST_KX = KERNEL_WIDTH - 1;
    localparam LAST_KY = KERNEL_HEIGHT - 1;
    localparam USED_X  = OUT_WIDTH * STRIDE_WIDTH;      // columns from here on belong to no window
    localparam USED_Y  = OUT_HEIGHT * STRIDE_HEIGHT;
    localparam WORD    = FIELDS * OUT_BITS;

    wire advance;
    assign s_axis_tready = advance;

    // ---------------------------------------------------------------- where the element is
    reg [C_BITS-1:0]    c_reg;
    reg [X_BITS-1:0]    x_reg;
    reg [Y_BITS-1:0]    y_reg;
    reg [KX_BITS-1:0]   kx_reg;                // column in the window
    reg [KY_BITS-1:0]   ky_reg;
    reg [ADDR_BITS-1:0] addr_reg;              // of the partial result
    reg [ADDR_BITS-1:0] window_reg;            // of channel 0 of this window

    wire accept = advance && s_axis_tvalid;
    wire c_last = c_reg == LAST_C[C_BITS-1:0];
    wire x_last = x_reg == LAST_X[X_BITS-1:0];
    wire y_last = y_reg == LAST_Y[Y_BITS-1:0];
    wire kx_last = kx_reg == LAST_SX[KX_BITS-1:0];
    wire ky_last = ky_reg == LAST_SY[KY_BITS-1:0];
    wire in_window  = kx_reg <= LAST_KX[KX_BITS-1:0] && ky_reg <= LAST_KY[KY_BITS-1:0]
                   && {1'b0, x_reg} < USED_X[X_BITS:0] && {1'b0, y_reg} < USED_Y[Y_BITS:0];
    wire [ADDR_BITS-1:0] next_window = window_reg + CHANNELS[ADDR_BITS-1:0];

    always @(posedge clk) begin
        if (accept) begin
            if (!c_last) begin
                c_reg    <= c_reg + 1'b1;
                addr_reg <= addr_reg + 1'b1;
            end else begin
                c_reg <= {C_BITS{1'b0}};
                if (!x_last) begin
                    x_reg      <= x_reg + 1'b1;
                    kx_reg     <= kx_last ? {KX_BITS{1'b0}} : kx_reg + 1'b1;
                    addr_reg   <= kx_last ? next_window : window_reg;
                    window_reg <= kx_last ? next_window : window_reg;
                end else begin
                    x_reg      <= {X_BITS{1'b0}};
                    kx_reg     <= {KX_BITS{1'b0}};
                    addr_reg   <= {ADDR_BITS{1'b0}};
                    window_reg <= {ADDR_BITS{1'b0}};
                    y_reg      <= y_last ? {Y_BITS{1'b0}} : y_reg + 1'b1;
                    ky_reg     <= (y_last || ky_last) ? {KY_BITS{1'b0}} : ky_reg + 1'b1;
                end
            end
        end
        if (rst) begin
            c_reg      <= {C_BITS{1'b0}};
            x_reg      <= {X_BITS{1'b0}};
            y_reg      <= {Y_BITS{1'b0}};
            kx_reg     <= {KX_BITS{1'b0}};
            ky_reg     <= {KY_BITS{1'b0}};
            addr_reg   <= {ADDR_BITS{1'b0}};
            window_reg <= {ADDR_BITS{1'b0}};
        end
    end

    // ---------------------------------------------------------------- read, combine, write back
    reg [WORD-1:0]          memory [0:DEPTH-1];
    reg [WORD-1:0]           partial_reg;       // read from the memory
    reg [WORD-1:0]           forward_reg;       // the result written in the clock of that read
    reg                      forward_valid_reg; // it was for the same element
    reg [FIELDS*IN_BITS-1:0] element_reg;
    reg [ADDR_BITS-1:0]      element_addr_reg;
    reg                      element_first_reg;
    reg                      element_last_reg;
    reg                      element_valid_reg; // in_window a window

    wire [WORD-1:0] partial = forward_valid_reg ? forward_reg : partial_reg;
    wire [WORD-1:0] result;
    wire            write = advance && element_valid_reg && !element_last_reg;

    generate
        genvar t;
        for (t = 0; t < FIELDS; t = t + 1) begin : g_field
            wire [OUT_BITS-1:0] old = partial[t*OUT_BITS +: OUT_BITS];
            wire [OUT_BITS-1:0] now = {{(OUT_BITS - IN_BITS){1'b0}}, element_reg[t*IN_BITS +: IN_BITS]};
            assign result[t*OUT_BITS +: OUT_BITS] =
                element_first_reg ? now : (MAXIMUM == 0) ? old + now : (old > now) ? old : now;
        end
    endgenerate

    always @(posedge clk) begin
        if (write) begin
            memory[element_addr_reg] <= result;
        end
        if (advance) begin
            partial_reg <= memory[addr_reg];
        end
    end

    always @(posedge clk) begin
        if (advance) begin
            element_reg       <= s_axis_tdata;
            element_addr_reg  <= addr_reg;
            element_first_reg <= kx_reg == {KX_BITS{1'b0}} && ky_reg == {KY_BITS{1'b0}};
            element_last_reg  <= kx_reg == LAST_KX[KX_BITS-1:0] && ky_reg == LAST_KY[KY_BITS-1:0];
            element_valid_reg <= s_axis_tvalid && in_window;
            forward_reg       <= result;
            forward_valid_reg <= write && element_addr_reg == addr_reg;
        end
        if (rst) begin
            element_valid_reg <= 1'b0;
        end
    end

    volley_skid_buffer #(
        .WIDTH (WORD)
    ) out (
        .clk           (clk),
        .rst           (rst),
        .s_axis_tdata  (result),
        .s_axis_tvalid (element_valid_reg && element_last_reg),
        .s_axis_tready (advance),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready)
    );
endmodule

`default_nettype wire
