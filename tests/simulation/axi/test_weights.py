"""The weights of another network, loaded over AXI4-Lite into a design that takes them at run time."""

import cocotb

from host import CASE, FRAME_BYTES, FRAMES, SCORES, STATUS_WEIGHTS, Host, decode

STATUS_LOADABLE, STATUS_LOADING = 8, 16
OTHER = CASE["other"]
WORDS = [int.from_bytes(bytes(OTHER["weight_data"][at : at + 4]), "little") for at in range(0, len(OTHER["weight_data"]), 4)]


async def load(host, words, crc):
    await host.write("LOAD_START", crc)
    for word in words:
        await host.write("LOAD_DATA", word)
    # The last word's way into its memory, and the check.
    await host.clocks(80)
    assert await host.read("LOAD_OFFSET") == 4 * len(words)
    return await host.read("STATUS") & ~STATUS_LOADABLE


async def classify(host, scores):
    await host.send(range(len(FRAMES)))
    received = decode(await host.sink.recv())
    assert received == scores, received


async def nothing_is_taken(host):
    """A transfer waits; the DMA is stopped again."""
    before = len(host.words_in.all)
    await host.send([0])
    await host.clocks(4 * FRAME_BYTES)
    assert len(host.words_in.all) == before
    await host.reset_core()


@cocotb.test(timeout_time=20, timeout_unit="ms")
@cocotb.parametrize(share=[0, 0.5])
async def another_network(dut, share):
    host = Host(dut, share)
    await host.reset()
    assert await host.read("STATUS") == STATUS_WEIGHTS | STATUS_LOADABLE
    # A reset of the bus keeps what an earlier test loaded.
    own = await host.read("WEIGHTS") == CASE["weights"]
    await classify(host, SCORES if own else OTHER["scores"])
    # Half of it, and all of it under another checksum.
    assert await load(host, WORDS[: len(WORDS) // 2], OTHER["crc32"]) == STATUS_LOADING
    await nothing_is_taken(host)
    assert await load(host, WORDS, OTHER["crc32"] ^ 1) == 0
    await nothing_is_taken(host)
    assert await load(host, WORDS, OTHER["crc32"]) == STATUS_WEIGHTS
    assert (await host.read("WEIGHTS"), await host.read("WEIGHTS_BYTES")) == (OTHER["crc32"], len(OTHER["weight_data"]))
    await classify(host, OTHER["scores"])
    # A reset of the core keeps them.
    await host.reset_core()
    await classify(host, OTHER["scores"])
