
# An IP-XACT component in the folder ip/, for block designs.
create_project -force package_ip package_ip -part $part
add_files -norecurse [concat $verilog $memories]
set_property top $top [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir ip -vendor $vendor -library user -taxonomy /UserIP -import_files -force
set core [ipx::current_core]
set_property name $top $core
set_property version 1.0 $core
set_property display_name $top $core
set_property description $description $core

# The ports' names tell Vivado the interfaces; one that it does not see would be missing in a block design.
foreach interface {s_axi s_axis m_axis} {
    if {[llength [ipx::get_bus_interfaces $interface -of_objects $core]] == 0} {
        error "$top: Vivado did not infer the interface $interface"
    }
    ipx::associate_bus_interfaces -busif $interface -clock aclk $core
}
ipx::associate_bus_interfaces -clock aclk -reset aresetn $core
ipx::infer_bus_interface irq xilinx.com:signal:interrupt_rtl:1.0 $core

# The registers, by name. A processor's address map has no blocks below 4 KiB.
set map [ipx::get_memory_maps s_axi -of_objects $core]
if {[llength $map] == 0} {
    set map [ipx::add_memory_map s_axi $core]
    set_property slave_memory_map_ref s_axi [ipx::get_bus_interfaces s_axi -of_objects $core]
}
set block [lindex [ipx::get_address_blocks -of_objects $map] 0]
if {$block eq ""} {
    set block [ipx::add_address_block reg0 $map]
}
set_property base_address 0 $block
set_property range 4096 $block
set_property width 32 $block
set_property usage register $block
foreach entry $registers {
    lassign $entry name offset access what
    set register [ipx::add_register $name $block]
    set_property address_offset $offset $register
    set_property size 32 $register
    set_property access $access $register
    set_property description $what $register
}

set_property core_revision 1 $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project
