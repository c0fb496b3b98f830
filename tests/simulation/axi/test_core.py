"""The streams of the bare `<net>_core`, driven by cocotbext-axi: a pixel a beat, a frame an AXI4-Stream frame."""

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiStreamBus, AxiStreamSink, AxiStreamSource

from host import FRAMES, NS, SCORES, decode, pauses


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def frames_come_out_as_scores(dut):
    cocotb.start_soon(Clock(dut.clk, NS, unit="ns").start())
    dut.rst.value = 1
    source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk, dut.rst)
    sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk, dut.rst)
    await ClockCycles(dut.clk, 4)
    dut.rst.value = 0
    for share in (0, 0.3, 0.8):
        source.set_pause_generator(pauses(1, share))
        sink.set_pause_generator(pauses(2, share))
        for frame in FRAMES:
            await source.send(frame)
        for scores in SCORES:
            received = decode(await sink.recv())
            assert received == [scores], received
    assert dut.frame_error.value == 0
