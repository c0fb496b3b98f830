// volley_axi_lite_port: an AXI4-Lite slave in front of the accelerator's register bus.
//
// A register is a word; its byte address is four times its number, and the two low address bits are ignored. Address and
// data of a write may come in either order, any number of clocks apart. Every access is answered, in the order of its
// channel: OKAY, also where the register map has a gap. A write of some bytes of a word but not all is not carried out, and
// the answer is SLVERR. A write of no bytes is OKAY and changes nothing.
//
// A write that is offered on the register bus stays there, unchanged, until it is taken. Reads wait for it, and come before
// the next write.
//
// Latency: a read three clocks from address to data, a write two from the later of address and data to its response, if
// the bus is free. All ready and valid signals are registers or the inverse of one.
`default_nettype none

module volley_axi_lite_port (
    input  wire        clk,             // rising edge
    input  wire        rst,             // synchronous, active high
    input  wire [7:0]  s_axi_awaddr,    // write address, in bytes
    input  wire        s_axi_awvalid,
    output wire        s_axi_awready,
    input  wire [31:0] s_axi_wdata,     // word to write
    input  wire [3:0]  s_axi_wstrb,     // bytes of it to write; some but not all: SLVERR
    input  wire        s_axi_wvalid,
    output wire        s_axi_wready,
    output wire [1:0]  s_axi_bresp,     // OKAY or SLVERR
    output wire        s_axi_bvalid,
    input  wire        s_axi_bready,
    input  wire [7:0]  s_axi_araddr,    // read address, in bytes
    input  wire        s_axi_arvalid,
    output wire        s_axi_arready,
    output wire [31:0] s_axi_rdata,     // word read
    output wire [1:0]  s_axi_rresp,     // OKAY
    output wire        s_axi_rvalid,
    input  wire        s_axi_rready,
    output wire [5:0]  register_addr,   // number of the register
    output wire        register_write,  // taken in a clock with register_ready
    output wire [31:0] register_wdata,  // with register_write
    input  wire        register_ready,  // the write is taken
    input  wire [31:0] register_rdata   // of the register addressed one clock before
);
    localparam OKAY   = 2'b00;
    localparam SLVERR = 2'b10;

    reg [5:0]  write_addr_reg;
    reg        write_addr_valid_reg;
    reg [31:0] write_data_reg;
    reg [3:0]  strobe_reg;
    reg        write_data_valid_reg;
    reg        failed_reg;
    reg        response_valid_reg;
    reg [5:0]  read_addr_reg;
    reg        read_addr_valid_reg;
    reg        reading_reg;             // register_rdata answers the read
    reg [31:0] read_data_reg;
    reg        read_data_valid_reg;

    assign s_axi_awready = !write_addr_valid_reg;
    assign s_axi_wready  = !write_data_valid_reg;
    assign s_axi_bresp   = failed_reg ? SLVERR : OKAY;
    assign s_axi_bvalid  = response_valid_reg;
    assign s_axi_arready = !read_addr_valid_reg;
    assign s_axi_rdata   = read_data_reg;
    assign s_axi_rresp   = OKAY;
    assign s_axi_rvalid  = read_data_valid_reg;

    wire writing = write_addr_valid_reg && write_data_valid_reg && !response_valid_reg;
    wire whole   = &strobe_reg;
    wire written = writing && (register_ready || !whole);
    wire read    = read_addr_valid_reg && !writing && !reading_reg && !read_data_valid_reg;

    assign register_addr  = writing ? write_addr_reg : read_addr_reg;
    assign register_write = writing && whole;
    assign register_wdata = write_data_reg;

    wire unused_addr = &{1'b0, s_axi_awaddr[1:0], s_axi_araddr[1:0]};

    always @(posedge clk) begin
        if (s_axi_awready) begin
            write_addr_reg <= s_axi_awaddr[7:2];
        end
        if (s_axi_wready) begin
            write_data_reg <= s_axi_wdata;
            strobe_reg     <= s_axi_wstrb;
        end
        if (s_axi_arready) begin
            read_addr_reg <= s_axi_araddr[7:2];
        end
        if (written) begin
            failed_reg <= !whole && |strobe_reg;
        end
        if (reading_reg) begin
            read_data_reg <= register_rdata;
        end

        write_addr_valid_reg <= s_axi_awready ? s_axi_awvalid : !written;
        write_data_valid_reg <= s_axi_wready  ? s_axi_wvalid  : !written;
        response_valid_reg   <= written || (response_valid_reg && !s_axi_bready);
        read_addr_valid_reg  <= s_axi_arready ? s_axi_arvalid : !read;
        reading_reg          <= read;
        read_data_valid_reg  <= reading_reg || (read_data_valid_reg && !s_axi_rready);
        if (rst) begin
            write_addr_valid_reg <= 1'b0;
            write_data_valid_reg <= 1'b0;
            response_valid_reg   <= 1'b0;
            read_addr_valid_reg  <= 1'b0;
            reading_reg          <= 1'b0;
            read_data_valid_reg  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
