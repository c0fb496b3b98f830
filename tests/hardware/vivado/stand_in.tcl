# Stands in for Vivado: `tclsh stand_in.tcl SCRIPT SLACK` runs a script with its commands replaced. A command that is not
# listed below, an option that it does not have, a file that is not there, a cell that was not made, a pin that is
# connected twice or not at all is an error. Every call is printed; paths have SLACK ns of slack.

set script [lindex $argv 0]
set slack  [lindex $argv 1]

# Options of each command: NAME takes a value where NAME= stands.
array set options {
    create_project       {in_memory force part=}
    read_verilog         {}
    read_mem             {}
    read_xdc             {}
    add_files            {norecurse}
    synth_design         {top= part=}
    opt_design           {}
    place_design         {}
    phys_opt_design      {}
    route_design         {}
    report_utilization   {file=}
    report_timing_summary {file=}
    write_checkpoint     {force}
    write_bitstream      {force}
    get_timing_paths     {delay_type= max_paths= nworst=}
    get_property         {}
    set_property         {dict=}
    current_fileset      {}
    current_project      {}
    close_project        {}
    update_compile_order {fileset=}
    update_ip_catalog    {}
    get_board_parts      {quiet}
    get_ipdefs           {all filter=}
    create_bd_design     {}
    create_bd_cell       {type= vlnv=}
    get_bd_cells         {}
    get_bd_pins          {}
    get_bd_intf_pins     {}
    connect_bd_net       {}
    connect_bd_intf_net  {}
    make_bd_intf_pins_external {}
    apply_bd_automation  {rule= config=}
    assign_bd_address    {}
    validate_bd_design   {}
    save_bd_design       {}
    get_files            {}
    generate_target      {}
    make_wrapper         {files= top}
    launch_runs          {to_step= jobs=}
    wait_on_run          {}
    get_runs             {}
    ipx::package_project {root_dir= vendor= library= taxonomy= import_files force}
    ipx::current_core    {}
    ipx::get_bus_interfaces {of_objects=}
    ipx::associate_bus_interfaces {busif= clock= reset=}
    ipx::infer_bus_interface {}
    ipx::get_memory_maps {of_objects=}
    ipx::add_memory_map  {}
    ipx::get_address_blocks {of_objects=}
    ipx::add_address_block {}
    ipx::add_register    {}
    ipx::create_xgui_files {}
    ipx::update_checksums {}
    ipx::check_integrity {}
    ipx::save_core       {}
}

# Pins of each component in a block design that must be connected: to another one, and to a net.
array set interfaces {
    processing_system7 {M_AXI_GP0 S_AXI_HP0}
    zynq_ultra_ps_e    {M_AXI_HPM0_FPD S_AXI_HP0_FPD}
    axi_dma            {S_AXI_LITE M_AXI_MM2S M_AXI_S2MM M_AXIS_MM2S S_AXIS_S2MM}
    proc_sys_reset     {}
    accelerator        {s_axi s_axis m_axis}
}
array set pins {
    processing_system7 {FCLK_CLK0 FCLK_RESET0_N IRQ_F2P M_AXI_GP0_ACLK S_AXI_HP0_ACLK}
    zynq_ultra_ps_e    {pl_clk0 pl_resetn0 pl_ps_irq0 maxihpm0_fpd_aclk saxihp0_fpd_aclk}
    axi_dma            {s_axi_lite_aclk m_axi_mm2s_aclk m_axi_s2mm_aclk axi_resetn}
    smartconnect       {aclk aresetn}
    proc_sys_reset     {slowest_sync_clk ext_reset_in peripheral_aresetn}
    accelerator        {aclk aresetn irq}
}
array set cells {}
array set joined {}

proc exists {files} {
    foreach file $files {
        if {![file isfile $file]} { error "there is no file $file" }
    }
}

proc touch {file} {
    file mkdir [file dirname $file]
    close [open $file w]
}

# The kind of a cell, for the tables.
proc kind {cell} {
    global cells interfaces pins
    if {![info exists cells($cell)]} { error "there is no cell $cell" }
    return [expr {[info exists pins($cells($cell))] ? $cells($cell) : "accelerator"}]
}

proc known {table pin} {
    upvar #0 $table names
    lassign [split $pin /] cell name
    set kind [kind $cell]
    if {$kind eq "smartconnect" && $table eq "interfaces"} {
        if {![regexp {^[SM]0[0-1]_AXI$} $name]} { error "$pin is no interface" }
    } elseif {$name ni $names($kind) && $name ni {DDR FIXED_IO}} {
        error "a $kind has no $name"
    }
    return $pin
}

proc unknown {command args} {
    global options cells joined interfaces pins slack project
    if {![info exists options($command)]} { error "Vivado has no command '$command'" }
    puts "CALL $command [regsub -all {\s+} $args { }]"
    set rest {}
    array set option {}
    for {set at 0} {$at < [llength $args]} {incr at} {
        set arg [lindex $args $at]
        if {![regexp {^-([a-z_]+)$} $arg -> name]} {
            lappend rest $arg
        } elseif {"$name=" in $options($command)} {
            set option($name) [lindex $args [incr at]]
        } elseif {$name in $options($command)} {
            set option($name) 1
        } else {
            error "$command has no option $arg"
        }
    }
    switch -- $command {
        create_project { set project [lindex $rest 0] }
        read_verilog - read_mem - read_xdc { exists [lindex $rest 0] }
        add_files { exists [lindex $rest 0] }
        get_timing_paths { return path }
        get_property {
            lassign $rest property
            return [switch -- $property { PROGRESS { expr {"100%"} } default { set slack } }]
        }
        get_board_parts { return [expr {[info exists ::env(BOARD_FILES)] ? $rest : {}}] }
        get_ipdefs {
            if {![regexp {NAME == (\w+) } $option(filter) -> name]} { error "no name in $option(filter)" }
            return xilinx.com:ip:$name:1.0
        }
        create_bd_cell {
            if {[info exists cells($rest)]} { error "the cell $rest is there already" }
            set cells($rest) [lindex [split $option(vlnv) :] 2]
        }
        get_bd_cells { kind $rest; return $rest }
        get_bd_pins { return [known pins $rest] }
        get_bd_intf_pins { return [known interfaces $rest] }
        connect_bd_intf_net {
            foreach pin $rest {
                if {[info exists joined($pin)]} { error "$pin is connected twice" }
                set joined($pin) 1
            }
        }
        connect_bd_net {
            lassign $rest from to
            if {[info exists joined($to)]} { error "$to is driven twice" }
            set joined($from) 1
            set joined($to) 1
        }
        validate_bd_design {
            foreach cell [array names cells] {
                set kind [kind $cell]
                set all $pins($kind)
                if {$kind ne "smartconnect"} { lappend all {*}$interfaces($kind) }
                foreach name $all {
                    if {![info exists joined($cell/$name)]} { error "$cell/$name is not connected" }
                }
            }
        }
        make_wrapper {
            touch $project/system_wrapper.v
            return $project/system_wrapper.v
        }
        wait_on_run {
            touch $project/[file tail $project].runs/impl_1/system_wrapper.bit
            touch $project/[file tail $project].gen/sources_1/bd/system/hw_handoff/system.hwh
        }
        ipx::current_core { return core }
        ipx::get_bus_interfaces { return [lindex $rest 0] }
        ipx::get_memory_maps - ipx::add_address_block - ipx::add_register { return [lindex $rest 0] }
        ipx::get_address_blocks { return reg0 }
        get_files - get_runs { return $rest }
    }
    return ""
}

source $script
