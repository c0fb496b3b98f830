"""`<net>_axi` as docs/host-protocol.md describes it, driven by cocotbext-axi."""

import random

import cocotb
from cocotb.triggers import with_timeout
from cocotbext.axi import AxiResp

from host import ADDRESS, CASE, CONTROL_CLEAR, FRAME_BYTES, FRAMES, NS, READABLE, SCORES
from host import INTERRUPT_ERROR, INTERRUPT_FRAME, STATUS_BUSY, STATUS_ERROR, STATUS_WEIGHTS, Core, Host

ALL = range(len(FRAMES))
# What registers hold after a reset; the others are 0.
AT_START = {
    "IDENTITY": int.from_bytes(b"VLLY", "little"),
    "VERSION": 0x00010001,
    "DESIGN": CASE["design"],
    "CHANNELS": CASE["channels"],
    "HEIGHT": CASE["height"],
    "WIDTH": CASE["width"],
    "CLASSES": CASE["classes"],
    "NEURONS": CASE["timesteps"] << 8 | CASE["members"],
    "CLOCK_HZ": CASE["clock_hz"],
    "STATUS": STATUS_WEIGHTS,
    "WEIGHTS": CASE["weights"],
    "WEIGHTS_BYTES": CASE["weights_bytes"],
}

limit = {"timeout_time": 5, "timeout_unit": "ms"}


async def started(dut, share=0.0, seed=1):
    host = Host(dut, share, seed)
    await host.reset()
    return host


@cocotb.test(**limit)
@cocotb.parametrize(share=[0, 0.5])
async def every_register_reads_as_documented(dut, share):
    host = await started(dut, share)
    for name in READABLE:
        value = await host.read(name)
        assert value == AT_START.get(name, 0), f"{name}: {value:#x}"
    # Outside the map, and registers that can only be written.
    for address in [ADDRESS["CONTROL"], ADDRESS["LOAD_START"], ADDRESS["LOAD_DATA"], *range(0x6C, 0x100, 4)]:
        answer = await host.lite.read(address, 4)
        assert (answer.resp, bytes(answer.data)) == (AxiResp.OKAY, bytes(4)), hex(address)
    # The map as one block, as a debugger reads it.
    answer = await host.lite.read(0, 0x6C)
    words = [int.from_bytes(answer.data[at : at + 4], "little") for at in range(0, 0x6C, 4)]
    expected = [0] * len(words)
    for name, value in AT_START.items():
        expected[ADDRESS[name] // 4] = value
    assert words == expected, words


@cocotb.test(**limit)
@cocotb.parametrize(share=[0, 0.5])
async def writes_change_only_what_they_may(dut, share):
    host = await started(dut, share)
    await host.send([0])
    await host.receive([0])
    counted = await host.read("EVENTS")
    assert counted > 0
    # Read-only registers and gaps take nothing; nor do the load registers if weights are not writable.
    writable = [ADDRESS[name] for name in ("CONTROL", "INTERRUPT_ENABLE", "INTERRUPT_STATUS")]
    for address in range(0, 0x100, 4):
        if address not in writable:
            answer = await host.lite.write(address, b"\xff\xff\xff\xff")
            assert answer.resp == AxiResp.OKAY, hex(address)
    # Parts of a register are refused.
    for at, length in [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]:
        answer = await host.lite.write(ADDRESS["CONTROL"] + at, b"\x03" * length)
        assert answer.resp == AxiResp.SLVERR, (at, length)
    for name, value in AT_START.items():
        assert await host.read(name) == value, name
    assert (await host.read("FRAMES_IN"), await host.read("EVENTS")) == (1, counted)
    await host.write("CONTROL", CONTROL_CLEAR)
    assert (await host.read("FRAMES_IN"), await host.read("EVENTS")) == (0, 0)
    await host.send([1])
    await host.receive([1])


@cocotb.test(**limit)
@cocotb.parametrize(share=[0, 0.3, 0.8])
async def a_frame_a_transfer(dut, share):
    host = await started(dut, share)
    for n in ALL:
        await host.send([n])
    for n in ALL:
        await host.receive([n])
    assert await host.read("FRAMES_IN") == await host.read("FRAMES_OUT") == len(FRAMES)
    assert await host.read("STATUS") == STATUS_WEIGHTS


@cocotb.test(**limit)
@cocotb.parametrize(share=[0, 0.3, 0.8])
async def several_frames_a_transfer_while_registers_are_read(dut, share):
    draw = random.Random(7)
    host = await started(dut, share)
    transfers, at = [], 0
    while at < 9:
        size = draw.randint(1, 5)
        transfers.append([n % len(FRAMES) for n in range(at, at + size)])
        at += size
    for transfer in transfers:
        await host.send(transfer)

    async def poll():
        seen = 0
        while seen < at:
            entered, left = await host.read("FRAMES_IN"), await host.read("FRAMES_OUT")
            # Read later, so it may have grown.
            assert seen <= left and left <= await host.read("FRAMES_IN") and entered <= at
            seen = left

    polling = cocotb.start_soon(poll())
    for transfer in transfers:
        await host.receive(transfer)
    await polling


@cocotb.test(**limit)
async def counters_count(dut):
    host = await started(dut)
    core = Core(dut)
    first = None
    for n in ALL:
        await host.write("CONTROL", CONTROL_CLEAR)
        core.clear()
        await host.send([n])
        await host.receive([n])
        await host.clocks(5)
        assert await host.read("LATENCY") == await host.read("BUSY_CLOCKS") == core.busy_clocks == core.latency
        assert await host.read("EVENTS") == CASE["events"][n]
        assert await host.read("INPUT_STALLS") == core.input_stalls
        assert await host.read("OUTPUT_STALLS") == core.output_stalls == 0
        assert (await host.read("FRAMES_IN"), await host.read("FRAMES_OUT")) == (1, 1)
        first = first or core.busy_clocks

    # A slow reader holds up a frame, which is not the core's doing. (A readout with several segments works on while scores wait.)
    await host.write("CONTROL", CONTROL_CLEAR)
    core.clear()
    host.sink.pause = True
    await host.send([0])
    while core.output_stalls < 100:
        await host.clocks(1)
    host.sink.pause = False
    await host.receive([0])
    await host.clocks(5)
    assert await host.read("LATENCY") == await host.read("BUSY_CLOCKS") == core.busy_clocks
    assert abs(core.busy_clocks - first) < CASE["classes"]

    # A slow reader holds the core up, and STATUS says that frames are inside.
    await host.write("CONTROL", CONTROL_CLEAR)
    core.clear()
    host.sink.pause = True
    await host.send(ALL)
    await host.clocks(20 * FRAME_BYTES)
    assert await host.read("STATUS") == STATUS_WEIGHTS | STATUS_BUSY
    assert await host.read("FRAMES_OUT") == 0
    host.sink.pause = False
    await host.receive(ALL)
    await host.clocks(5)
    assert await host.read("EVENTS") == sum(CASE["events"])
    assert await host.read("INPUT_STALLS") == core.input_stalls
    assert await host.read("OUTPUT_STALLS") == core.output_stalls > 0
    assert await host.read("BUSY_CLOCKS") == core.busy_clocks
    assert await host.read("LATENCY") == core.latency

    # Counters restart in the middle of a frame, which is not disturbed.
    await host.send(ALL)
    await host.clocks(FRAME_BYTES)
    await host.write("CONTROL", CONTROL_CLEAR)
    await host.receive(ALL)
    assert 0 < await host.read("EVENTS") <= sum(CASE["events"])


@cocotb.test(**limit)
@cocotb.parametrize((
    ("share", "whole", "rest"),
    [(0, 0, 1), (0, 2, FRAME_BYTES - 1), (0.4, 1, 2), (0.4, 0, FRAME_BYTES - 2), (0, 1, 3)],
))
async def a_transfer_that_ends_within_a_frame(dut, share, whole, rest):
    host = await started(dut, share)
    await host.send([2])
    await host.receive([2])
    host.words_out.all.clear()
    # The transfer breaks off, others follow.
    await host.source.send(b"".join(FRAMES[:whole]) + FRAMES[whole][:rest])
    for _ in range(4):
        await host.send(ALL)
    # All of it is taken.
    await with_timeout(host.source.wait(), 500 * len(FRAMES) * FRAME_BYTES * NS, "ns")
    await host.clocks(2500)
    # The frames before have left, without an end; nothing else has.
    beats = [(data, last) for _, data, last in host.words_out.all]
    assert beats == [(score & 0xFFFFFFFF, False) for n in range(whole) for score in SCORES[n]], (whole, rest, beats)
    status = await host.read("STATUS")
    assert status & (STATUS_ERROR | STATUS_WEIGHTS) == STATUS_ERROR | STATUS_WEIGHTS, status
    assert await host.read("FRAMES_IN") == 1 + whole
    # A clearing of the counters does not hide it, a reset of the core does.
    await host.write("CONTROL", CONTROL_CLEAR)
    assert await host.read("STATUS") & STATUS_ERROR
    await host.reset_core()
    assert await host.read("STATUS") == STATUS_WEIGHTS
    for transfer in ([0, 1], [2], ALL):
        await host.send(transfer)
        await host.receive(transfer)
    assert await host.read("FRAMES_IN") == 3 + len(FRAMES)


@cocotb.test(**limit)
@cocotb.parametrize(share=[0, 0.5])
async def interrupts(dut, share):
    host = await started(dut, share)

    async def state():
        # The line follows the registers by a clock.
        status = await host.read("INTERRUPT_STATUS")
        await host.clocks(2)
        return status, dut.irq.value == 1

    # What happens is seen also where it is not enabled, and without the line.
    assert await state() == (0, False)
    await host.send([0])
    await host.receive([0])
    assert await state() == (INTERRUPT_FRAME, False)
    await host.write("INTERRUPT_ENABLE", INTERRUPT_ERROR)
    assert await state() == (INTERRUPT_FRAME, False)
    await host.write("INTERRUPT_ENABLE", 0xFFFFFFFF)
    assert await host.read("INTERRUPT_ENABLE") == INTERRUPT_FRAME | INTERRUPT_ERROR
    assert await state() == (INTERRUPT_FRAME, True)
    # A 0 clears nothing, the other bit's 1 neither.
    for cleared, left in [(0, INTERRUPT_FRAME), (INTERRUPT_ERROR, INTERRUPT_FRAME), (INTERRUPT_FRAME, 0)]:
        await host.write("INTERRUPT_STATUS", cleared)
        assert await state() == (left, left != 0)
    # An error comes once, and a reset of the core leaves it to the host.
    await host.source.send(FRAMES[0][:1])
    await with_timeout(host.source.wait(), 500 * FRAME_BYTES * NS, "ns")
    await host.clocks(100)
    assert await state() == (INTERRUPT_ERROR, True)
    await host.write("INTERRUPT_STATUS", INTERRUPT_ERROR)
    assert await state() == (0, False)
    assert await host.read("STATUS") & STATUS_ERROR
    await host.reset_core()
    await host.send([1])
    await host.receive([1])
    assert await state() == (INTERRUPT_FRAME, True)
    await host.reset()
    assert await state() == (0, False)
    assert await host.read("INTERRUPT_ENABLE") == 0


@cocotb.test(**limit)
@cocotb.parametrize(share=[0, 0.5])
async def a_core_reset_at_any_time(dut, share):
    draw = random.Random(3)
    host = await started(dut, share)
    for _ in range(8):
        await host.send(ALL)
        await host.send(ALL)
        await host.clocks(draw.randint(1, 12 * FRAME_BYTES))
        await host.reset_core()
        assert await host.read("STATUS") == STATUS_WEIGHTS
        await host.send([1, 0])
        await host.receive([1, 0])


@cocotb.test(**limit)
async def a_bus_reset_at_any_time(dut):
    draw = random.Random(5)
    host = await started(dut, 0.3)
    for _ in range(4):
        await host.send(ALL)
        await host.clocks(draw.randint(1, 12 * FRAME_BYTES))
        host.stop_dma()
        await host.reset()
        host.start_dma()
        assert await host.read("FRAMES_IN") == 0
        assert await host.read("STATUS") == STATUS_WEIGHTS
        await host.send([2])
        await host.receive([2])
