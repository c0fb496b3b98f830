// The port keeps to the rules of AXI4-Lite: every write has one response and every read one answer, none comes without
// a request, and valid stays, with its data, until ready. A whole word is written exactly once, to its address, before
// its response; a part of a word never, and SLVERR says so. A read brings what the register said.
//
// Once the bus and the master are ready, a response comes within four clocks and an answer within six: nothing blocks.
//
// Unbounded, by induction. The widths are those of the module.
module axi_lite_port_formal (
    input wire        clk,
    input wire        rst,
    input wire [7:0]  awaddr,
    input wire        awvalid,
    input wire [31:0] wdata,
    input wire [3:0]  wstrb,
    input wire        wvalid,
    input wire        bready,
    input wire [7:0]  araddr,
    input wire        arvalid,
    input wire        rready,
    input wire        register_ready,
    input wire [31:0] register_rdata
);
    reg started = 1'b0;
    always @(posedge clk) started <= 1'b1;
    always @* assume (started || rst);

    wire        awready, wready, bvalid, arready, rvalid, register_write;
    wire [1:0]  bresp, rresp;
    wire [31:0] rdata, register_wdata;
    wire [5:0]  register_addr;
    volley_axi_lite_port dut (
        .clk (clk), .rst (rst),
        .s_axi_awaddr (awaddr), .s_axi_awvalid (awvalid), .s_axi_awready (awready),
        .s_axi_wdata (wdata), .s_axi_wstrb (wstrb), .s_axi_wvalid (wvalid), .s_axi_wready (wready),
        .s_axi_bresp (bresp), .s_axi_bvalid (bvalid), .s_axi_bready (bready),
        .s_axi_araddr (araddr), .s_axi_arvalid (arvalid), .s_axi_arready (arready),
        .s_axi_rdata (rdata), .s_axi_rresp (rresp), .s_axi_rvalid (rvalid), .s_axi_rready (rready),
        .register_addr (register_addr), .register_write (register_write), .register_wdata (register_wdata),
        .register_ready (register_ready), .register_rdata (register_rdata)
    );

    // Accesses that wait for their answer. A port may take the next one before the last one is answered; at most two
    // are inside.
    reg [1:0]  addresses, datas, reads;
    reg        wrote;                                // the oldest write was carried out
    reg [5:0]  address_0, address_1, read_0, read_1; // of the accesses inside, the oldest first
    reg [35:0] data_0, data_1;                       // {strobe, data}
    wire       aw_fire = awvalid && awready, w_fire = wvalid && wready, b_fire = bvalid && bready;
    wire       ar_fire = arvalid && arready, r_fire = rvalid && rready;
    wire       done    = register_write && register_ready;
    wire [1:0] addresses_kept = addresses - b_fire, datas_kept = datas - b_fire, reads_kept = reads - r_fire;
    always @(posedge clk) begin
        addresses <= addresses_kept + aw_fire;
        datas     <= datas_kept + w_fire;
        reads     <= reads_kept + ar_fire;
        if (b_fire) begin
            address_0 <= address_1;
            data_0    <= data_1;
        end
        if (r_fire) read_0 <= read_1;
        if (aw_fire && addresses_kept == 0) address_0 <= awaddr[7:2];
        if (aw_fire && addresses_kept == 1) address_1 <= awaddr[7:2];
        if (w_fire && datas_kept == 0) data_0 <= {wstrb, wdata};
        if (w_fire && datas_kept == 1) data_1 <= {wstrb, wdata};
        if (ar_fire && reads_kept == 0) read_0 <= araddr[7:2];
        if (ar_fire && reads_kept == 1) read_1 <= araddr[7:2];
        wrote <= done || (wrote && !b_fire);
        if (rst) begin
            addresses <= 0;
            datas     <= 0;
            reads     <= 0;
            wrote     <= 1'b0;
        end
    end

    // From clock to clock: what was offered and not taken, and what the register bus said.
    reg        b_waits = 1'b0, r_waits = 1'b0, write_waits = 1'b0, r_new = 1'b0;
    reg [1:0]  bresp_reg;
    reg [31:0] rdata_reg, said_reg;
    reg [37:0] write_reg;
    reg [5:0]  asked_reg, asked_before_reg;
    reg [2:0]  b_late, r_late;
    always @(posedge clk) begin
        b_waits     <= started && !rst && bvalid && !bready;
        r_waits     <= started && !rst && rvalid && !rready;
        r_new       <= started && !rst && (!rvalid || rready);
        write_waits <= started && !rst && register_write && !register_ready;
        bresp_reg   <= bresp;
        rdata_reg   <= rdata;
        write_reg   <= {register_addr, register_wdata};
        said_reg    <= register_rdata;
        asked_reg   <= register_addr;
        asked_before_reg <= asked_reg;
        b_late <= rst || bvalid || addresses == 0 || datas == 0 || !register_ready ? 0 : b_late + 1'b1;
        r_late <= rst || rvalid || reads == 0 || !register_ready || !bready ? 0 : r_late + 1'b1;
    end
    always @* begin
        if (started) begin
            b_of_a_write:   assert (!bvalid || (addresses != 0 && datas != 0));
            b_is_right:     assert (!bvalid || bresp == (data_0[35:32] == 4'hf || data_0[35:32] == 0 ? 2'b00 : 2'b10));
            b_once_written: assert (!bvalid || wrote == (data_0[35:32] == 4'hf));
            the_write:      assert (!register_write || (addresses != 0 && datas != 0 && !wrote &&
                                    {register_addr, 4'hf, register_wdata} == {address_0, data_0}));
            r_of_a_read:    assert (!rvalid || reads != 0);
            r_is_okay:      assert (!rvalid || rresp == 2'b00);
            r_as_said:      assert (!(rvalid && r_new) || (rdata == said_reg && asked_before_reg == read_0));
            b_stays:        assert (!b_waits || (bvalid && bresp == bresp_reg));
            r_stays:        assert (!r_waits || (rvalid && rdata == rdata_reg));
            write_stays:    assert (!write_waits || (register_write && {register_addr, register_wdata} == write_reg));
            b_comes:        assert (b_late <= 3);
            r_comes:        assert (r_late <= 5);
        end
    end

`ifndef OBSERVED
    (* hierconn *) wire [5:0]  \dut.write_addr_reg , \dut.read_addr_reg ;
    (* hierconn *) wire [31:0] \dut.write_data_reg ;
    (* hierconn *) wire [3:0]  \dut.strobe_reg ;
    (* hierconn *) wire        \dut.write_addr_valid_reg , \dut.write_data_valid_reg , \dut.read_addr_valid_reg ,
                               \dut.reading_reg ;
    wire in_read = \dut.reading_reg || rvalid;      // a read that has begun
    always @* begin
        if (started) begin
            assert (addresses == \dut.write_addr_valid_reg + bvalid && datas == \dut.write_data_valid_reg + bvalid);
            assert (reads == \dut.read_addr_valid_reg + in_read && !(\dut.reading_reg && rvalid));
            assert (!\dut.write_addr_valid_reg || \dut.write_addr_reg == (bvalid ? address_1 : address_0));
            assert (!\dut.write_data_valid_reg ||
                    {\dut.strobe_reg , \dut.write_data_reg } == (bvalid ? data_1 : data_0));
            assert (!\dut.read_addr_valid_reg || \dut.read_addr_reg == (in_read ? read_1 : read_0));
            assert (bvalid || !wrote);
            assert (!\dut.reading_reg || asked_reg == read_0);
        end
    end
`endif
endmodule
