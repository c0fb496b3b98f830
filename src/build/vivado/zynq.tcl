
# The processing system of a Zynq-7000: its clock for the fabric, one port that controls, one that reaches memory,
# one interrupt.
set clock_pin      processor/FCLK_CLK0
set reset_pin      processor/FCLK_RESET0_N
set interrupt_pin  processor/IRQ_F2P
set control_master processor/M_AXI_GP0
set memory_slave   processor/S_AXI_HP0
set port_clocks    {processor/M_AXI_GP0_ACLK processor/S_AXI_HP0_ACLK}

proc add_processor {mhz preset} {
    add_ip processing_system7 processor
    if {$preset} {
        apply_bd_automation -rule xilinx.com:bd_rule:processing_system7 \
            -config {make_external "FIXED_IO, DDR" apply_board_preset "1" Master "Disable" Slave "Disable"} \
            [get_bd_cells processor]
    } else {
        make_bd_intf_pins_external [get_bd_intf_pins processor/DDR]
        make_bd_intf_pins_external [get_bd_intf_pins processor/FIXED_IO]
    }
    set_property -dict [list \
        CONFIG.PCW_USE_M_AXI_GP0 1 \
        CONFIG.PCW_USE_S_AXI_HP0 1 \
        CONFIG.PCW_USE_FABRIC_INTERRUPT 1 \
        CONFIG.PCW_IRQ_F2P_INTR 1 \
        CONFIG.PCW_FPGA0_PERIPHERAL_FREQMHZ $mhz \
    ] [get_bd_cells processor]
}
