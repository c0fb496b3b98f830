"""Shared by the tests: a case, the clock, and a host that drives a design through cocotbext-axi."""

import json
import os
import random
import re
import struct
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp, AxiStreamBus, AxiStreamSink, AxiStreamSource

CASE = json.loads(Path(os.environ["CASE"]).read_text())
FRAME_BYTES = CASE["channels"] * CASE["height"] * CASE["width"]
FRAMES = [bytes(image) for image in CASE["images"]]
SCORES = CASE["scores"]
NS = 10

# A row of the document's table: | 0 | 0x00 | IDENTITY | r | ...
ROWS = re.findall(r"^\| (\d+) \| 0x([0-9A-F]+) \| (\w+) \| (rw|[rw]) \|", Path(os.environ["DOCUMENT"]).read_text(), re.M)
ADDRESS = {name: int(address, 16) for _, address, name, _ in ROWS}
READABLE = [name for _, _, name, access in ROWS if "r" in access]

STATUS_BUSY, STATUS_WEIGHTS, STATUS_ERROR = 1, 2, 4
CONTROL_RESET, CONTROL_CLEAR = 1, 2
INTERRUPT_FRAME, INTERRUPT_ERROR = 1, 2


def pauses(seed, share):
    """Pauses in a share of the clocks."""
    draw = random.Random(seed)
    while True:
        yield draw.random() < share


def decode(frame):
    """The scores of a transfer, frame by frame."""
    values = [value for (value,) in struct.iter_unpack("<i", bytes(frame.tdata))]
    classes = CASE["classes"]
    return [values[at : at + classes] for at in range(0, len(values), classes)]


class Beats:
    """Every beat of a stream: (clock, data, last)."""

    def __init__(self, dut, prefix):
        self.all = []
        self.dut, self.prefix = dut, prefix
        cocotb.start_soon(self.watch())

    async def watch(self):
        signal = {part: getattr(self.dut, f"{self.prefix}_{part}") for part in ("tvalid", "tready", "tdata", "tlast")}
        clock = 0
        while True:
            await RisingEdge(self.dut.aclk)
            clock += 1
            if signal["tvalid"].value == 1 and signal["tready"].value == 1:
                self.all.append((clock, signal["tdata"].value.to_unsigned(), bool(signal["tlast"].value)))


class Core:
    """What passes between the device and its core, counted clock by clock, and the clocks that the core takes."""

    def __init__(self, dut):
        self.dut = dut
        self.inside = 0  # frames in the core
        self.begun = False  # a frame has entered, but not whole
        self.spent = None  # clocks of a frame that is in the core alone
        self.clear()
        cocotb.start_soon(self.watch())

    def clear(self):
        self.input_stalls = self.output_stalls = self.busy_clocks = self.latency = 0

    async def watch(self):
        device = self.dut.accelerator
        while True:
            await RisingEdge(self.dut.aclk)
            # Valid, ready and last of both streams.
            pixel, score = (
                tuple(getattr(device, f"{stream}_{part}").value == 1 for part in ("tvalid", "tready", "tlast"))
                for stream in ("pixel", "m_axis")
            )
            self.input_stalls += pixel[:2] == (True, False)
            self.output_stalls += score[:2] == (True, False)
            lacks_pixel = self.begun and pixel[:2] == (False, True)
            waits = (lacks_pixel or score[:2] == (True, False)) and "1" not in str(device.status_busy.value)
            counted = self.inside > 0 and not waits
            self.busy_clocks += counted
            if self.spent is not None:
                self.spent += counted
            leaves = score == (True, True, True)
            enters = pixel[:2] == (True, True) and not self.begun
            if leaves and self.spent is not None:
                self.latency = self.spent
            if leaves or enters:
                self.spent = 0 if enters and self.inside == 0 else None
            self.inside += enters - leaves
            if pixel[:2] == (True, True):
                self.begun = not pixel[2]


class Host:
    """A processor with a DMA; all its channels pause in a share of the clocks."""

    def __init__(self, dut, share=0.0, seed=1):
        self.dut = dut
        cocotb.start_soon(Clock(dut.aclk, NS, unit="ns").start())
        dut.aresetn.value = 0
        reset = {"reset": dut.aresetn, "reset_active_level": False}
        self.lite = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), dut.aclk, **reset)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.aclk, **reset)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.aclk, **reset)
        for channel in (
            *(self.lite.write_if.aw_channel, self.lite.write_if.w_channel, self.lite.write_if.b_channel),
            *(self.lite.read_if.ar_channel, self.lite.read_if.r_channel, self.source, self.sink),
        ):
            channel.log.setLevel("ERROR")
            if share:
                seed += 1
                channel.set_pause_generator(pauses(seed, share))
        for log in (self.lite.write_if.log, self.lite.read_if.log):
            log.setLevel("WARNING")
        self.words_in = Beats(dut, "s_axis")
        self.words_out = Beats(dut, "m_axis")

    async def clocks(self, count):
        await ClockCycles(self.dut.aclk, count)

    async def reset(self):
        self.dut.aresetn.value = 0
        await self.clocks(16)
        self.dut.aresetn.value = 1
        await self.clocks(1)

    def stop_dma(self):
        """Forgets transfers under way and moves nothing, like a DMA in reset."""
        for stream in (self.source, self.sink):
            stream.assert_reset(True)
            stream.clear()

    def start_dma(self):
        for stream in (self.source, self.sink):
            stream.assert_reset(False)

    async def reset_core(self):
        """As a driver does it: nothing moves meanwhile."""
        self.stop_dma()
        await self.write("CONTROL", CONTROL_RESET)
        await self.clocks(2)
        self.start_dma()

    async def read(self, name):
        answer = await self.lite.read(ADDRESS[name], 4)
        assert answer.resp == AxiResp.OKAY, f"{name}: {answer.resp!r}"
        return int.from_bytes(answer.data, "little")

    async def write(self, name, value):
        answer = await self.lite.write(ADDRESS[name], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY, f"{name}: {answer.resp!r}"

    async def send(self, frames):
        """Frames of these indices as one transfer."""
        await self.source.send(b"".join(FRAMES[n] for n in frames))

    async def receive(self, frames):
        """The next transfer must be the scores of these frames."""
        scores = decode(await self.sink.recv())
        assert scores == [SCORES[n] for n in frames], f"frames {frames}: {scores}"
