"""The AXI host against simulated DMA and registers, which behave like PYNQ's."""

from __future__ import annotations

import zlib
from typing import Any, Dict, List, Optional

import numpy
import pytest

from sums import expected, frames
from volley_host import AcceleratorError, NoAnswer, Refused, WeightFile
from volley_host.pynq import PynqAccelerator

DATA = bytes(at * 7 % 251 for at in range(400))


class Buffer(numpy.ndarray[Any, Any]):
    """A contiguous buffer of PYNQ, an array with a second memory behind it: what the accelerator wrote is seen only when it is made visible."""

    alive = 0
    host: memoryview
    memory: bytearray

    @staticmethod
    def allocate(size: int) -> Buffer:
        made = numpy.zeros(size, numpy.uint8).view(Buffer)
        plain: Any = made
        made.host, made.memory = memoryview(plain).cast("B"), bytearray(size)
        Buffer.alive += 1
        return made

    def freebuffer(self) -> None:
        Buffer.alive -= 1


class Board:
    """The registers of an accelerator, and its DMA."""

    def __init__(self, loadable: bool = False, most: int = 16383) -> None:
        self.registers: Dict[int, int] = dict(
            enumerate([0x594C4C56, 0x00010000, 0xC0FFEE11, 2, 4, 5, 3, 0x0104, 100_000_000, 0])
        )
        self.registers[10] = 8 if loadable else 2
        self.loading: Optional[List[int]] = None
        self.crc32 = 0
        self.transfers: List[int] = []
        self.dead = False
        self.failing = False
        self.dma = Dma(self, most)

    def read(self, offset: int) -> int:
        assert offset % 4 == 0
        return self.registers.get(offset // 4, 0)

    def write(self, offset: int, value: int) -> None:
        number = offset // 4
        if number == 22:
            self.loading, self.registers[10], self.registers[24] = [value], 8 + 16, 0
        elif number == 23 and self.loading is not None:
            self.loading.append(value)
            self.registers[24] += 4
            if self.registers[24] == len(DATA):
                data = b"".join(word.to_bytes(4, "little") for word in self.loading[1:])
                self.crc32 = self.registers[20] = zlib.crc32(data)
                self.registers[21] = len(data)
                self.registers[10] = 8 + 2 * (self.crc32 == self.loading[0])
        elif number == 11 and value & 1:
            # The streams are cut, so nothing may be under way.
            assert not self.dma.sendchannel.running and self.dma.resetting <= 0
            self.dead = False
            self.registers[10] &= ~4

    def work(self) -> None:
        source, target = self.dma.sendchannel.buffer, self.dma.recvchannel.buffer
        if source is None or target is None or self.dead:
            return
        pixels = bytes(source.memory)
        assert len(pixels) % 40 == 0
        self.transfers.append(len(pixels) // 40)
        some = [expected(pixels[at : at + 40], self.crc32) for at in range(0, len(pixels), 40)]
        target.memory[:] = numpy.array(some, "<i4").tobytes()
        self.dma.sendchannel.buffer = self.dma.recvchannel.buffer = None


class Dma:
    """Both channels, and the register that resets them."""

    def __init__(self, board: Board, most: int) -> None:
        self.sendchannel = Channel(board, True)
        self.recvchannel = Channel(board, False)
        self.buffer_max_size = most + 1
        self.resetting = 0
        self.resets_never = False

    def write(self, offset: int, value: int) -> None:
        assert (offset, value) == (0, 4)
        self.resetting = 3
        for channel in (self.sendchannel, self.recvchannel):
            channel.buffer, channel.running = None, False

    def read(self, offset: int) -> int:
        assert offset == 0
        self.resetting -= not self.resets_never
        return 4 if self.resetting > 0 else 0


class Channel:
    def __init__(self, board: Board, out: bool) -> None:
        self._board, self._out = board, out
        self.buffer: Optional[Buffer] = None
        self._last: Optional[Buffer] = None
        self.running = True

    @property
    def idle(self) -> bool:
        return self.buffer is None

    @property
    def error(self) -> bool:
        return self._board.failing

    def start(self) -> None:
        self.running = True

    def transfer(self, buffer: Buffer) -> None:
        assert self.running and self.idle, "DMA channel not idle"
        assert len(buffer.host) < self._board.dma.buffer_max_size
        if self._out:
            buffer.memory[:] = buffer.host
            assert self._board.dma.recvchannel.buffer is not None, "scores would have no place to go"
        self.buffer = self._last = buffer
        self._board.work()

    def wait(self) -> None:
        assert self.idle, "would never end"
        if not self._out and self._last is not None:
            self._last.host[:] = self._last.memory


def accelerator(board: Board, timeout: float = 5.0) -> PynqAccelerator:
    return PynqAccelerator(dma=board.dma, mmio=board, timeout=timeout, allocate=Buffer.allocate)


def test_scores_are_right_and_nothing_is_left_behind() -> None:
    board = Board(most=400)
    done: List[int] = []
    with accelerator(board) as opened:
        images = numpy.frombuffer(b"".join(frames(25)), numpy.uint8).reshape(25, 4, 5, 2)
        assert opened.classify(images, done.append) == [expected(frame) for frame in frames(25)]
        assert opened.classify([]) == []
        assert opened.identity.clock_hz == 100_000_000
    # As many frames at once as a transfer holds.
    assert (board.transfers, done, Buffer.alive) == ([10, 10, 5], [10, 10, 5], 0)


def test_weights_are_loaded_and_checked() -> None:
    board = Board(loadable=True)
    opened = accelerator(board)
    with pytest.raises(Refused, match="weights"):
        opened.classify(frames(1))
    opened.load_weights(WeightFile(0xC0FFEE11, zlib.crc32(DATA), DATA))
    assert opened.classify(frames(3)) == [expected(frame, zlib.crc32(DATA)) for frame in frames(3)]
    with pytest.raises(AcceleratorError, match="not valid in the accelerator"):
        opened.load_weights(WeightFile(0xC0FFEE11, 5, DATA))
    with pytest.raises(AcceleratorError, match="for design 0x00000001"):
        opened.load_weights(WeightFile(1, zlib.crc32(DATA), DATA))
    with pytest.raises(AcceleratorError, match="built in"):
        accelerator(Board()).load_weights(WeightFile(0xC0FFEE11, zlib.crc32(DATA), DATA))


def test_a_device_that_gives_no_scores_is_an_error_and_keeps_its_buffers() -> None:
    board = Board()
    opened = accelerator(board, timeout=0.1)
    board.dead = True
    with pytest.raises(NoAnswer, match=r"frames 0 to 2 were not taken within 0.1 s \(STATUS 0x2\)"):
        opened.classify(frames(3))
    assert Buffer.alive == 2
    with pytest.raises(AcceleratorError, match="never ended"):
        opened.classify(frames(1))
    with pytest.raises(AcceleratorError, match="never ended"):
        opened.load_weights(WeightFile(0xC0FFEE11, zlib.crc32(DATA), DATA))
    # A reset ends the transfer and gives its buffers back, and everything works again.
    opened.reset()
    assert Buffer.alive == 0
    assert opened.classify(frames(2)) == [expected(frame) for frame in frames(2)]
    board.dma.resets_never = True
    with pytest.raises(NoAnswer, match="load the overlay again"):
        opened.reset()


def test_errors_of_dma_and_core_are_told() -> None:
    board = Board()
    board.dead = board.failing = True
    with pytest.raises(AcceleratorError, match="DMA stopped with an error"):
        accelerator(board).classify(frames(1))
    Buffer.alive = 0
    board = Board()
    board.registers[10] |= 4
    opened = accelerator(board)
    with pytest.raises(AcceleratorError, match="wrong pixel"):
        opened.classify(frames(1))
    opened.reset()
    assert opened.classify(frames(1)) == [expected(frames(1)[0])]
    with pytest.raises(AcceleratorError, match="wider length register"):
        accelerator(Board(most=30))
    board = Board()
    board.registers[0] = 0
    with pytest.raises(AcceleratorError, match="no accelerator"):
        accelerator(board)


class Overlay:
    def __init__(self, board: Board, **kinds: str) -> None:
        self.ip_dict = {name: {"type": kind.replace("_", ":", 2)} for name, kind in kinds.items()}
        for name in kinds:
            setattr(self, name, board.dma if "dma" in name else board)


def test_an_overlay_is_searched() -> None:
    dma, net = "xilinx.com_ip_axi_dma:7.1", "user.org_user_digits_axi:1.0"
    overlay = Overlay(Board(), axi_dma_0=dma, digits_axi_0=net, zynq="xilinx.com_ip_processing_system7:5.5")
    opened = PynqAccelerator(overlay, allocate=Buffer.allocate)
    assert opened.classify(frames(1)) == [expected(frames(1)[0])]
    two = Overlay(Board(), axi_dma_0=dma, axi_dma_1=dma, digits_axi_0=net)
    with pytest.raises(ValueError, match="axi_dma_0.*axi_dma_1"):
        PynqAccelerator(two, allocate=Buffer.allocate)
    assert PynqAccelerator(two, dma="axi_dma_1", allocate=Buffer.allocate).identity.classes == 3
    with pytest.raises(ValueError, match="give an overlay"):
        PynqAccelerator()
