// Bench of volley_row_memory: random writes and reads, never both at the same address in one clock. A read brings what was written
// there last, one clock later, and it stays while nothing else is read.
//
//     +s_stall=N   percent of the clocks in which nothing is written
//     +m_stall=N   percent of the clocks in which nothing is read
`default_nettype none

module row_memory_tb;
    parameter WIDTH  = 12;
    parameter DEPTH  = 11;
    parameter BLOCK  = 1;
    parameter CLOCKS = 1500;

    localparam ADDR_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;

    wire       clk;
    wire       rst;
    reg        done;
    reg        failed;
    reg [31:0] checks;

    `include "bench_random.vh"

    reg                  write_enable;
    reg  [ADDR_BITS-1:0] write_addr;
    reg  [WIDTH-1:0]     write_data;
    reg                  read_enable;
    reg  [ADDR_BITS-1:0] read_addr;
    wire [WIDTH-1:0]     read_data;
    volley_row_memory #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ADDR_BITS(ADDR_BITS), .BLOCK(BLOCK)) dut (
        .clk(clk), .write_enable(write_enable), .write_addr(write_addr), .write_data(write_data),
        .read_enable(read_enable), .read_addr(read_addr), .read_data(read_data)
    );

    reg [WIDTH-1:0] words [0:DEPTH-1];      // what the memory must hold
    reg [DEPTH-1:0] written;                // words for which that is known
    reg [WIDTH-1:0] expected;               // of read_data
    reg             known;
    integer clocks, s_stall, m_stall, place;
    initial begin
        start_random;
        done         = 1'b0;
        failed       = 1'b0;
        checks       = 0;
        written      = 0;
        known        = 1'b0;
        clocks       = 0;
        write_enable = 1'b0;
        read_enable  = 1'b0;
        if (!$value$plusargs("s_stall=%d", s_stall)) s_stall = 0;
        if (!$value$plusargs("m_stall=%d", m_stall)) m_stall = 0;
    end

    always @(posedge clk) begin
        if (!failed && !done) begin
            if (known) begin
                checks <= checks + 1;
                if (read_data !== expected) begin
                    failed <= 1'b1;
                    $display("clock %0d: read %h, expected %h", clocks, read_data, expected);
                end
            end

            // What this edge does.
            if (read_enable) begin
                expected = words[read_addr];
                known    = 1'b1;
            end
            if (write_enable) begin
                words[write_addr]   = write_data;
                written[write_addr] = 1'b1;
            end

            // What the next one does: it reads only words that were written, and not the one that is being written.
            draw;
            place        = (fill_state >> 8) % DEPTH;
            write_enable <= (fill_state >> 20) % 100 >= s_stall;
            write_addr   <= place;
            draw;
            write_data   <= fill_state[31:4];
            draw;
            read_addr    <= (fill_state >> 8) % DEPTH;
            read_enable  <= written[(fill_state >> 8) % DEPTH] && (fill_state >> 8) % DEPTH != place
                            && (fill_state >> 20) % 100 >= m_stall;
            clocks = clocks + 1;
            if (clocks == CLOCKS) done <= 1'b1;
        end
    end

    bench_control #(.NAME("row_memory")) control (.clk(clk), .rst(rst), .done(done), .failed(failed), .checks(checks));
endmodule

`default_nettype wire
