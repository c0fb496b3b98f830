// Drives the clock of a Verilated volley_cosim_tb until it calls $finish.
//
// +trace_from=A +trace_to=B +trace_file=F  (only in a model built with --trace-fst) write an FST waveform of the
// clocks A..B and stop after B. Clock n is the n-th rising edge, counted from 0: the number that volley_cosim_tb records.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "Vvolley_cosim_tb.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif

#if VM_TRACE_FST
static std::string plusarg(VerilatedContext& context, const std::string& name) {
    const std::string found = context.commandArgsPlusMatch((name + "=").c_str());
    return found.empty() ? found : found.substr(name.size() + 2);  // "+name=value"
}
#endif

int main(int argc, char** argv) {
    const std::unique_ptr<VerilatedContext> context{new VerilatedContext};
    context->commandArgs(argc, argv);
#if VM_TRACE_FST
    context->traceEverOn(true);
#endif
    const std::unique_ptr<Vvolley_cosim_tb> tb{new Vvolley_cosim_tb{context.get()}};

#if VM_TRACE_FST
    const std::uint64_t from = std::strtoull(plusarg(*context, "trace_from").c_str(), nullptr, 10);
    const std::uint64_t to = std::strtoull(plusarg(*context, "trace_to").c_str(), nullptr, 10);
    VerilatedFstC fst;
    tb->trace(&fst, 99);
    fst.open(plusarg(*context, "trace_file").c_str());
#endif

    tb->clk = 0;
    tb->eval();
    for (std::uint64_t cycle = 0; !context->gotFinish(); ++cycle) {
        for (int level = 1; level >= 0; --level) {
            context->timeInc(5);
            tb->clk = level;
            tb->eval();
#if VM_TRACE_FST
            if (cycle >= from && cycle <= to) fst.dump(context->time());
#endif
        }
#if VM_TRACE_FST
        if (cycle >= to) break;
#endif
    }
#if VM_TRACE_FST
    fst.close();
#endif
    tb->final();
    return 0;
}
