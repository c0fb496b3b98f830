
# Synthesis, placement, routing and bitstream, in memory: only reports, a checkpoint and the bitstream are written.
create_project -in_memory -part $part
read_verilog $verilog
# The contents of memories, which $readmemh looks for.
read_mem $memories
read_xdc [list $constraints]

synth_design -top $top -part $part
opt_design
place_design
phys_opt_design
route_design

report_utilization -file ${top}_utilization.rpt
report_timing_summary -file ${top}_timing.rpt
write_checkpoint -force $top.dcp

# A bitstream that misses its clock is none.
foreach {what delay} {setup max hold min} {
    set paths [get_timing_paths -delay_type $delay -max_paths 1 -nworst 1]
    if {[llength $paths] == 0} {
        error "$top: there is no path to time; $constraints must hold the clock"
    }
    set slack [get_property SLACK [lindex $paths 0]]
    puts "$top: worst $what slack $slack ns"
    if {$slack < 0} {
        error "$top: $what is missed by [expr {-$slack}] ns, see ${top}_timing.rpt; ask for a slower clock"
    }
}
write_bitstream -force $top.bit
