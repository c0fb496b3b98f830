
# Processing system, DMA and accelerator, as a bitstream and the .hwh file by which PYNQ knows what is in it.
# DMA: memory to frames, scores to memory; control: the registers of DMA and accelerator.

# The accelerator as a component.
source [file join [file dirname [info script]] package_ip.tcl]

# The newest version of a component that this Vivado has.
proc add_ip {name cell} {
    set found [get_ipdefs -all -filter "NAME == $name && UPGRADE_VERSIONS == \"\""]
    if {[llength $found] == 0} {
        error "this Vivado has no component $name for the part"
    }
    create_bd_cell -type ip -vlnv [lindex $found 0] $cell
}

create_project -force $top.project $top.project -part $part
set_property ip_repo_paths ip [current_project]
update_ip_catalog

# The board's files bring the presets of its memory. Without them the system that is already running on the processor, as
# PYNQ's, keeps its own, which this design does not touch.
set preset [expr {[llength [get_board_parts -quiet $board_part]] > 0}]
if {$preset} {
    set_property board_part $board_part [current_project]
} else {
    puts "$top: there are no board files of $board_part; the processor's memory is not set up by this design"
}

create_bd_design system
add_processor $core_mhz $preset
add_ip $top accelerator
add_ip axi_dma dma
add_ip smartconnect control
add_ip smartconnect memory
add_ip proc_sys_reset reset

# Frames may begin at any byte. 2^26 - 1 bytes a transfer.
set_property -dict [list \
    CONFIG.c_include_sg 0 \
    CONFIG.c_sg_include_stscntrl_strm 0 \
    CONFIG.c_sg_length_width 26 \
    CONFIG.c_m_axis_mm2s_tdata_width 32 \
    CONFIG.c_include_mm2s_dre 1 \
    CONFIG.c_include_s2mm_dre 1 \
] [get_bd_cells dma]
set_property -dict {CONFIG.NUM_SI 1 CONFIG.NUM_MI 2} [get_bd_cells control]
set_property -dict {CONFIG.NUM_SI 2 CONFIG.NUM_MI 1} [get_bd_cells memory]

foreach {from to} [list \
    $control_master     control/S00_AXI \
    control/M00_AXI     dma/S_AXI_LITE \
    control/M01_AXI     accelerator/s_axi \
    dma/M_AXI_MM2S      memory/S00_AXI \
    dma/M_AXI_S2MM      memory/S01_AXI \
    memory/M00_AXI      $memory_slave \
    dma/M_AXIS_MM2S     accelerator/s_axis \
    accelerator/m_axis  dma/S_AXIS_S2MM \
] {
    connect_bd_intf_net [get_bd_intf_pins $from] [get_bd_intf_pins $to]
}
foreach pin [concat $port_clocks {
    reset/slowest_sync_clk control/aclk memory/aclk dma/s_axi_lite_aclk dma/m_axi_mm2s_aclk dma/m_axi_s2mm_aclk accelerator/aclk
}] {
    connect_bd_net [get_bd_pins $clock_pin] [get_bd_pins $pin]
}
connect_bd_net [get_bd_pins $reset_pin] [get_bd_pins reset/ext_reset_in]
connect_bd_net [get_bd_pins accelerator/irq] [get_bd_pins $interrupt_pin]
foreach pin {control/aresetn memory/aresetn dma/axi_resetn accelerator/aresetn} {
    connect_bd_net [get_bd_pins reset/peripheral_aresetn] [get_bd_pins $pin]
}
assign_bd_address
validate_bd_design
save_bd_design

set design [get_files system.bd]
generate_target all $design
add_files -norecurse [make_wrapper -files $design -top]
set_property top system_wrapper [current_fileset]
update_compile_order -fileset sources_1

launch_runs impl_1 -to_step write_bitstream -jobs 4
wait_on_run impl_1
set run [get_runs impl_1]
if {[get_property PROGRESS $run] ne "100%"} {
    error "$top: [get_property STATUS $run]; see $top.project/$top.project.runs/impl_1/runme.log"
}
foreach {what property} {setup STATS.WNS hold STATS.WHS} {
    set slack [get_property $property $run]
    puts "$top: worst $what slack $slack ns"
    if {$slack < 0} {
        error "$top: $what is missed by [expr {-$slack}] ns; ask for a slower clock"
    }
}

# Older versions of Vivado keep what they generate in .srcs.
proc only {pattern} {
    set found [glob -nocomplain $pattern]
    if {[llength $found] != 1} {
        error "$pattern: [llength $found] files instead of one"
    }
    return [lindex $found 0]
}
file copy -force [only $top.project/$top.project.runs/impl_1/system_wrapper.bit] $top.bit
file copy -force [only $top.project/$top.project.{gen,srcs}/sources_1/bd/system/hw_handoff/system.hwh] $top.hwh
puts "$top: $top.bit and $top.hwh"
