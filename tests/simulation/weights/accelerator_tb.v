// Drives the register bus and the streams of an accelerator by a script: +script=FILE has an operation a line, op a b in hexadecimal, and
// what is read or received is printed.
//
//     1 r w   write word w to register r          4 l b   send byte b of a frame, l: its tlast
//     2 r 0   read register r: R <word>           5 n c   receive n scores: S <word> each, NONE after c clocks without one
//     3 0 c   wait for c clocks                   6 0 c   reset for c clocks
//
// Everything is driven at falling edges and sampled at rising ones.
`default_nettype none

module accelerator_tb;
    reg         clk = 1'b0;
    reg         rst = 1'b1;
    reg  [5:0]  register_addr = 6'd0;
    reg         register_write = 1'b0;
    reg  [31:0] register_wdata = 32'd0;
    wire        register_ready;
    wire [31:0] register_rdata;
    reg  [7:0]  s_axis_tdata = 8'd0;
    reg         s_axis_tlast = 1'b0;
    reg         s_axis_tvalid = 1'b0;
    wire        s_axis_tready;
    wire [31:0] m_axis_tdata;
    wire        m_axis_tvalid;
    reg         m_axis_tready = 1'b0;

    `ACCELERATOR dut (
        .clk(clk), .rst(rst),
        .register_addr(register_addr), .register_write(register_write), .register_wdata(register_wdata),
        .register_ready(register_ready), .register_rdata(register_rdata),
        .s_axis_tdata(s_axis_tdata), .s_axis_tlast(s_axis_tlast), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tlast(), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .link_error(1'b0), .core_reset(), .weights_valid(), .busy(), .frame_error(), .irq()
    );

    always #5 clk = ~clk;

    // Nothing here takes longer.
    localparam LIMIT = 100000;

    reg [8191:0] script;
    integer      file, read, n, waited;
    reg [31:0]   op, a, b;
    reg          moved;

    // One clock; `moved` is what `signal` was at its rising edge.
    task clock;
        input integer which;
        begin
            @(posedge clk);
            moved = which == 1 ? register_ready === 1'b1 : which == 4 ? s_axis_tready === 1'b1 : m_axis_tvalid === 1'b1;
            if (which == 5 && moved) $display("S %h", m_axis_tdata);
            @(negedge clk);
        end
    endtask

    task until_moved;
        input integer which;
        input integer limit;
        begin
            moved  = 1'b0;
            waited = 0;
            while (!moved && waited < limit) begin
                clock(which);
                waited = waited + 1;
            end
        end
    endtask

    initial begin
        if (!$value$plusargs("script=%s", script)) $finish;
        file = $fopen(script, "r");
        for (n = 0; n < 8; n = n + 1) @(negedge clk);
        rst = 1'b0;
        read = $fscanf(file, "%h %h %h", op, a, b);
        while (read == 3) begin
            case (op)
                1: begin
                    register_addr  = a[5:0];
                    register_wdata = b;
                    register_write = 1'b1;
                    until_moved(1, LIMIT);
                    register_write = 1'b0;
                    if (!moved) $display("STUCK");
                end
                2: begin
                    register_addr = a[5:0];
                    clock(0);
                    clock(0);
                    $display("R %h", register_rdata);
                end
                3: for (n = 0; n < b; n = n + 1) clock(0);
                4: begin
                    s_axis_tdata  = b[7:0];
                    s_axis_tlast  = a[0];
                    s_axis_tvalid = 1'b1;
                    until_moved(4, 2000);
                    s_axis_tvalid = 1'b0;
                    if (!moved) $display("NOT TAKEN");
                end
                5: begin
                    m_axis_tready = 1'b1;
                    for (n = 0; n < a; n = n + 1) begin
                        until_moved(5, b);
                        if (!moved) $display("NONE");
                    end
                    m_axis_tready = 1'b0;
                end
                default: begin
                    rst = 1'b1;
                    for (n = 0; n < b; n = n + 1) clock(0);
                    rst = 1'b0;
                end
            endcase
            read = $fscanf(file, "%h %h %h", op, a, b);
        end
        $display("END");
        $finish;
    end
endmodule

`default_nettype wire
