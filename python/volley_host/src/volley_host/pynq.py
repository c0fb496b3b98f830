"""The same over AXI: a Zynq board that runs PYNQ, frames and scores by DMA, registers by memory-mapped I/O.

PYNQ is imported only where it is needed, so this module can be used, and tested, without it.
"""

from __future__ import annotations

import os
import struct
import time
from typing import Any, Callable, List, Optional, Protocol, Union

from .base import AcceleratorBase
from .errors import AcceleratorError, NoAnswer, Refused
from .frames import Frames, split
from .registers import IDENTITY_REGISTERS, Identity, Register
from .weights import WeightFile

#: Bytes of a transfer that any AXI DMA can do: its length register has 14 bits or more.
_LEAST_TRANSFER = (1 << 14) - 1
#: A control register of the AXI DMA, and its bit that resets both directions and is 0 again after that.
_DMA_CONTROL = 0
_DMA_RESET = 4
#: The code for weights that are not valid.
_WEIGHTS = 5


class Mmio(Protocol):
    """``pynq.MMIO``, or the driver of an IP in an overlay; addresses in bytes."""

    def read(self, offset: int) -> int:
        """A word."""

    def write(self, offset: int, value: int) -> None:
        """A word."""


class PynqAccelerator(AcceleratorBase):
    """``PynqAccelerator(overlay)``, or ``PynqAccelerator(dma=..., mmio=...)`` with the caller's own objects.

    Over AXI nothing is lost, so nothing is sent again. An accelerator that gives no scores within ``timeout`` seconds leaves the DMA in the
    middle of a transfer, which ``reset`` ends.
    """

    def __init__(
        self,
        overlay: Any = None,
        *,
        dma: Any = None,
        mmio: Optional[Mmio] = None,
        timeout: float = 10.0,
        allocate: Optional[Callable[[int], Any]] = None,
    ) -> None:
        """Without ``dma`` and ``mmio`` they are found in the overlay: its only AXI DMA, and the only IP whose name has ``_axi`` or ``volley`` in it.

        Both may also be names in the overlay. ``allocate(bytes)`` makes a contiguous buffer of uint8, ``pynq.allocate`` by default.
        """
        super().__init__("accelerator", timeout)
        self._dma: Any = _find(overlay, dma, "dma", lambda name, kind: ":axi_dma:" in kind)
        own = lambda name, kind: ":axi_dma:" not in kind and ("_axi" in name or "volley" in name + kind)  # noqa: E731
        self._mmio: Mmio = _find(overlay, mmio, "mmio", own)
        self._allocate = allocate or _allocate
        self._in_use: List[Any] = []
        most: Any = getattr(self._dma, "buffer_max_size", None)
        self._most = max(int(most) - 1, 1) if most else _LEAST_TRANSFER
        self._identity = Identity.of(self.read_registers(0, IDENTITY_REGISTERS), self._name)
        if max(self.identity.frame_bytes, 4 * self.identity.classes) > self._most:
            raise AcceleratorError(
                f"{self._name}: a frame of {self.identity.frame_bytes} bytes with {self.identity.classes} scores is more than the DMA "
                f"moves at once ({self._most} bytes); give it a wider length register in the block design"
            )

    def load_weights(
        self, weights: Union[WeightFile, str, os.PathLike[str]], progress: Optional[Callable[[int], object]] = None
    ) -> None:
        # A load resets the core.
        self._check_idle()
        super().load_weights(weights, progress)

    def close(self) -> None:
        """Nothing is kept open: buffers are freed after each transfer."""

    def read_registers(self, first: int, count: int) -> List[int]:
        return [self._mmio.read(4 * (first + at)) & 0xFFFFFFFF for at in range(count)]

    def write_register(self, register: int, value: int) -> None:
        self._mmio.write(4 * register, value)

    def classify(self, frames: Frames, progress: Optional[Callable[[int], object]] = None) -> List[List[int]]:
        self._check_idle()
        split_frames = split(frames, self.identity.shape)
        if split_frames and not self.status().weights_valid:
            # Frames would wait for weights, and this for their scores.
            raise Refused(self._name, "frame 0", _WEIGHTS)
        size, scores_size = self.identity.frame_bytes, 4 * self.identity.classes
        together = min(self._most // size, self._most // scores_size)
        scores: List[List[int]] = []
        for first in range(0, len(split_frames), together):
            some = split_frames[first : first + together]
            scores += self._transfer(first, some)
            if progress:
                progress(len(some))
        return scores

    def _transfer(self, first: int, frames: List[bytes]) -> List[List[int]]:
        """One transfer out and one in; frame ``first`` and those after it."""
        classes = self.identity.classes
        source = self._allocate(len(frames) * self.identity.frame_bytes)
        target = self._allocate(4 * classes * len(frames))
        memoryview(source).cast("B")[:] = b"".join(frames)
        # They must not be freed while the DMA may still use them: after a failure it does until it is reset.
        self._in_use = [source, target]
        # The way back must be open before scores can come.
        self._dma.recvchannel.transfer(target)
        self._dma.sendchannel.transfer(source)
        until = time.monotonic() + self._timeout
        last = first + len(frames) - 1
        self._wait(self._dma.sendchannel, "taken", first, last, until)
        self._wait(self._dma.recvchannel, "answered", first, last, until)
        data = bytes(memoryview(target).cast("B"))
        self._free()
        if self.status().frame_error:
            raise AcceleratorError(
                f"{self._name}: frames {first} to {last}: a frame ended at the wrong pixel in the core (STATUS); "
                "reset() the accelerator, and check the width of the stream in the block design"
            )
        words = struct.unpack(f"<{classes * len(frames)}i", data)
        return [list(words[at : at + classes]) for at in range(0, len(words), classes)]

    def _wait(self, channel: Any, done: str, first: int, last: int, until: float) -> None:
        # PYNQ's own wait has no limit; called on an idle channel it returns at once and makes the data visible.
        while not channel.idle:
            if getattr(channel, "error", False):
                raise AcceleratorError(
                    f"{self._name}: frames {first} to {last}: the DMA stopped with an error; reset() the accelerator"
                )
            if time.monotonic() > until:
                raise NoAnswer(
                    f"{self._name}: frames {first} to {last} were not {done} within {self._timeout:g} s (STATUS {self.status().word:#x}); "
                    "reset() the accelerator; for a slow design raise the time limit (timeout)"
                )
            time.sleep(0)
        channel.wait()

    def reset(self) -> None:
        """Ends transfers that are under way and resets the core; frames in it are lost."""
        self._dma.write(_DMA_CONTROL, _DMA_RESET)
        until = time.monotonic() + self._timeout
        while self._dma.read(_DMA_CONTROL) & _DMA_RESET:
            if time.monotonic() > until:
                raise NoAnswer(
                    f"{self._name}: the DMA was not reset within {self._timeout:g} s; load the overlay again"
                )
        # Only now, since this drops what both streams hold: a transfer under way would be cut in two.
        super().reset()
        self._dma.sendchannel.start()
        self._dma.recvchannel.start()
        self._free()

    def _check_idle(self) -> None:
        if self._in_use:
            raise AcceleratorError(f"{self._name}: an earlier transfer never ended; reset() the accelerator")

    def _free(self) -> None:
        for buffer in self._in_use:
            _free(buffer)
        self._in_use = []

    def _load(self, data: bytes, progress: Callable[[int], object]) -> None:
        for at in range(0, len(data), 4):
            self._mmio.write(4 * Register.LOAD_DATA, int.from_bytes(data[at : at + 4], "little"))
            progress(4)
        offset = self.read_register(Register.LOAD_OFFSET)
        if self.status().loading and offset != len(data):
            raise AcceleratorError(
                f"{self._name}: {len(data)} bytes of weights were written and {offset} taken; let no other program use it, and load again"
            )


def _find(overlay: Any, given: Any, what: str, wanted: Callable[[str, str], bool]) -> Any:
    """The object itself, by name, or the only one of its kind."""
    if given is not None and not isinstance(given, str):
        return given
    if overlay is None:
        raise ValueError(f"there is no {what}; give an overlay, or dma and mmio objects")
    if given is None:
        names = [name for name, ip in overlay.ip_dict.items() if wanted(name, ip.get("type", ""))]
        if len(names) != 1:
            raise ValueError(
                f"{what}: {names or 'none'} in the overlay fit; give one of {sorted(overlay.ip_dict)} by name"
            )
        given = names[0]
    return getattr(overlay, given)


def _allocate(size: int) -> Any:
    import importlib

    return importlib.import_module("pynq").allocate(shape=(size,), dtype="u1")


def _free(buffer: Any) -> None:
    free = getattr(buffer, "freebuffer", None)
    if free is not None:
        free()
