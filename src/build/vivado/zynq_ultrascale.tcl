
# The processing system of a Zynq UltraScale+: its clock for the fabric, one port that controls, one that reaches
# memory, one interrupt.
set clock_pin      processor/pl_clk0
set reset_pin      processor/pl_resetn0
set interrupt_pin  processor/pl_ps_irq0
set control_master processor/M_AXI_HPM0_FPD
set memory_slave   processor/S_AXI_HP0_FPD
set port_clocks    {processor/maxihpm0_fpd_aclk processor/saxihp0_fpd_aclk}

proc add_processor {mhz preset} {
    add_ip zynq_ultra_ps_e processor
    if {$preset} {
        apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} \
            [get_bd_cells processor]
    }
    set_property -dict [list \
        CONFIG.PSU__USE__M_AXI_GP0 1 \
        CONFIG.PSU__USE__M_AXI_GP1 0 \
        CONFIG.PSU__USE__M_AXI_GP2 0 \
        CONFIG.PSU__USE__S_AXI_GP2 1 \
        CONFIG.PSU__USE__IRQ0 1 \
        CONFIG.PSU__FPGA_PL0_ENABLE 1 \
        CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $mhz \
    ] [get_bd_cells processor]
}
