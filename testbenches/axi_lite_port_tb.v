// Bench of volley_axi_lite_port: every access is answered in its channel's order: reads with the addressed register, writes with
// OKAY, or with SLVERR where only some bytes are written. On the register bus come exactly the whole writes, each address with
// its data, offered until it is taken. No response comes before both the address and the data that it answers.
`default_nettype none

module axi_lite_port_tb;
    parameter WRITES = 300;
    parameter READS  = 300;

    wire clk;
    wire rst;

    `include "bench_random.vh"

    // The registers of the bench read as a mix of their number.
    function [31:0] contents;
        input [5:0] number;
        contents = {4{2'b10, number}} * 32'd2654435761;
    endfunction

    reg [7:0]  write_addrs [0:WRITES-1];
    reg [35:0] write_datas [0:WRITES-1];        // strobes and data
    reg [1:0]  responses   [0:WRITES-1];
    reg [37:0] bus_writes  [0:WRITES-1];        // what must come on the register bus: number and data
    reg [31:0] whole;                           // writes of all four bytes
    reg [7:0]  read_addrs  [0:READS-1];
    reg [33:0] read_datas  [0:READS-1];
    integer    n;
    initial begin
        start_random;
        whole = 0;
        for (n = 0; n < WRITES; n = n + 1) begin
            draw;
            write_addrs[n] = fill_state[12:5];
            draw;
            write_datas[n] = {4'b1111, fill_state};
            draw;
            // A quarter of them are partial, with every set of bytes among them.
            if (fill_state[7:6] == 2'b00) write_datas[n][35:32] = fill_state[11:8];
            responses[n] = write_datas[n][35:32] == 4'b1111 || write_datas[n][35:32] == 4'b0000 ? 2'b00 : 2'b10;
            if (write_datas[n][35:32] == 4'b1111) begin
                bus_writes[whole] = {write_addrs[n][7:2], write_datas[n][31:0]};
                whole = whole + 1;
            end
        end
        for (n = 0; n < READS; n = n + 1) begin
            draw;
            read_addrs[n] = fill_state[12:5];
            read_datas[n] = {2'b00, contents(read_addrs[n][7:2])};
        end
    end

    wire [31:0] addrs_sent;
    wire [7:0]  awaddr;
    wire        awvalid;
    wire        awready;
    stream_source #(.WIDTH(8), .ID(0)) write_addr (
        .clk(clk), .rst(rst), .total(WRITES[31:0]), .index(addrs_sent), .word(write_addrs[addrs_sent]),
        .tdata(awaddr), .tvalid(awvalid), .tready(awready)
    );

    wire [31:0] datas_sent;
    wire [35:0] wdata;
    wire        wvalid;
    wire        wready;
    stream_source #(.WIDTH(36), .ID(1)) write_data (
        .clk(clk), .rst(rst), .total(WRITES[31:0]), .index(datas_sent), .word(write_datas[datas_sent]),
        .tdata(wdata), .tvalid(wvalid), .tready(wready)
    );

    wire [31:0] reads_sent;
    wire [7:0]  araddr;
    wire        arvalid;
    wire        arready;
    stream_source #(.WIDTH(8), .ID(2)) read_addr (
        .clk(clk), .rst(rst), .total(READS[31:0]), .index(reads_sent), .word(read_addrs[reads_sent]),
        .tdata(araddr), .tvalid(arvalid), .tready(arready)
    );

    wire [1:0]  bresp;
    wire        bvalid;
    wire        bready;
    wire [31:0] rdata;
    wire [1:0]  rresp;
    wire        rvalid;
    wire        rready;
    wire [5:0]  addr;
    wire        write;
    wire [31:0] data;
    wire        ready;
    reg  [31:0] rdata_reg;
    volley_axi_lite_port dut (
        .clk(clk), .rst(rst),
        .s_axi_awaddr(awaddr), .s_axi_awvalid(awvalid), .s_axi_awready(awready),
        .s_axi_wdata(wdata[31:0]), .s_axi_wstrb(wdata[35:32]), .s_axi_wvalid(wvalid), .s_axi_wready(wready),
        .s_axi_bresp(bresp), .s_axi_bvalid(bvalid), .s_axi_bready(bready),
        .s_axi_araddr(araddr), .s_axi_arvalid(arvalid), .s_axi_arready(arready),
        .s_axi_rdata(rdata), .s_axi_rresp(rresp), .s_axi_rvalid(rvalid), .s_axi_rready(rready),
        .register_addr(addr), .register_write(write), .register_wdata(data), .register_ready(ready),
        .register_rdata(rdata_reg)
    );
    always @(posedge clk) rdata_reg <= contents(addr);

    wire [3:0]  failed;
    wire [31:0] answered;
    wire        answers_done;
    wire [31:0] answer_checks;
    stream_sink #(.WIDTH(2), .ID(0)) answers (
        .clk(clk), .rst(rst), .total(WRITES[31:0]), .index(answered), .word(responses[answered]),
        .tdata(bresp), .tvalid(bvalid), .tready(bready),
        .done(answers_done), .failed(failed[0]), .checks(answer_checks)
    );

    wire [31:0] read_index;
    wire        reads_done;
    wire [31:0] read_checks;
    stream_sink #(.WIDTH(34), .ID(1)) reads (
        .clk(clk), .rst(rst), .total(READS[31:0]), .index(read_index), .word(read_datas[read_index]),
        .tdata({rresp, rdata}), .tvalid(rvalid), .tready(rready),
        .done(reads_done), .failed(failed[1]), .checks(read_checks)
    );

    wire [31:0] bus_index;
    wire        bus_done;
    wire [31:0] bus_checks;
    stream_sink #(.WIDTH(38), .ID(2)) bus (
        .clk(clk), .rst(rst), .total(whole), .index(bus_index), .word(bus_writes[bus_index]),
        .tdata({addr, data}), .tvalid(write), .tready(ready),
        .done(bus_done), .failed(failed[2]), .checks(bus_checks)
    );

    // Answers against what has been taken.
    reg [31:0] addrs_taken;
    reg [31:0] datas_taken;
    reg [31:0] answers_taken;
    reg        early_failed;
    initial early_failed = 1'b0;
    assign failed[3] = early_failed;
    always @(posedge clk) begin
        addrs_taken   <= rst ? 0 : addrs_taken + (awvalid && awready);
        datas_taken   <= rst ? 0 : datas_taken + (wvalid && wready);
        answers_taken <= rst ? 0 : answers_taken + (bvalid && bready);
        if (!rst && bvalid && (answers_taken >= addrs_taken || answers_taken >= datas_taken)) begin
            early_failed <= 1'b1;
            if (!early_failed) $display("answer %0d comes before its address and data", answers_taken);
        end
    end

    bench_control #(.NAME("axi_lite_port")) control (
        .clk(clk), .rst(rst), .done(answers_done && reads_done && bus_done), .failed(|failed),
        .checks(answer_checks + read_checks + bus_checks)
    );
endmodule

`default_nettype wire
