"""What an accelerator can do, over any link."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Callable, List, Optional, Sequence, Type, TypeVar, Union

from .errors import AcceleratorError
from .frames import Frames
from .registers import RESET_CORE, Counters, Identity, Register, Status
from .weights import WeightFile

_Own = TypeVar("_Own", bound="AcceleratorBase")


def class_of(scores: Sequence[int]) -> int:
    """The class: the index of the largest score, the lowest on ties; of a single score, 1 if it is more than 0, else 0."""
    if len(scores) == 1:
        return int(scores[0] > 0)
    return max(range(len(scores)), key=lambda index: scores[index])


class AcceleratorBase(ABC):
    """An open accelerator; a context manager, which closes it."""

    def __init__(self, name: str, timeout: float) -> None:
        self._name = name
        self._timeout = timeout
        self._identity: Optional[Identity] = None

    @property
    def identity(self) -> Identity:
        """What the accelerator says of itself."""
        assert self._identity is not None, "set when an accelerator is opened"
        return self._identity

    @abstractmethod
    def read_registers(self, first: int, count: int) -> List[int]:
        """The contents of ``count`` registers (1 to 64) from ``first`` on."""

    @abstractmethod
    def write_register(self, register: int, value: int) -> None:
        """Writes a register. LOAD_DATA is left to ``load_weights``."""

    @abstractmethod
    def classify(self, frames: Frames, progress: Optional[Callable[[int], object]] = None) -> List[List[int]]:
        """The scores of each frame, one per class.

        ``frames`` is an array of uint8 (frames × height × width × channels; without the last if there is one channel; or flat) or an iterable with
        one such buffer a frame; NumPy is not needed. The result is always a list of lists of integers: ``numpy.array(scores)``
        makes an array of it. ``progress`` is told how many more frames are answered.
        """

    @abstractmethod
    def close(self) -> None:
        """Gives the accelerator back. It may be called more than once."""

    @abstractmethod
    def _load(self, data: bytes, progress: Callable[[int], object]) -> None:
        """Writes all weight data to LOAD_DATA."""

    def predict(self, frames: Frames) -> List[int]:
        """The class of each frame, by ``class_of``."""
        return [class_of(scores) for scores in self.classify(frames)]

    def read_register(self, register: int) -> int:
        """The content of one register."""
        return self.read_registers(register, 1)[0]

    def status(self) -> Status:
        """The register STATUS."""
        return Status(self.read_register(Register.STATUS))

    def counters(self) -> Counters:
        """What the accelerator has counted."""
        return Counters(*self.read_registers(Register.FRAMES_IN, 8))

    def reset(self) -> None:
        """Resets the core; frames in it are lost."""
        self.write_register(Register.CONTROL, RESET_CORE)

    def load_weights(
        self, weights: Union[WeightFile, str, os.PathLike[str]], progress: Optional[Callable[[int], object]] = None
    ) -> None:
        """Loads weights, a file of ``volley weights``, and checks that the accelerator uses them; ``progress`` is told how many more bytes were taken.

        If this fails on the way, the accelerator has no weights until a load succeeds.
        """
        if not isinstance(weights, WeightFile):
            weights = WeightFile.read(weights)
        if weights.design != self.identity.design:
            raise AcceleratorError(
                f"{self._name}: the weights are for design {weights.design:#010x}, the accelerator is design {self.identity.design:#010x}; "
                "write them with `volley weights` for the RTL folder of this bitstream"
            )
        if not self.status().loadable:
            raise AcceleratorError(
                f"{self._name}: the design has its weights built in; generate with --weights runtime for one that can take others"
            )
        self.write_register(Register.LOAD_START, weights.crc32)
        self._load(weights.data, progress or (lambda count: None))
        until = time.monotonic() + self._timeout
        status = self.status()
        while status.loading and time.monotonic() < until:
            time.sleep(0.001)
            status = self.status()
        crc32, length = self.read_registers(Register.WEIGHTS, 2)
        if not status.weights_valid or status.loading or (crc32, length) != (weights.crc32, len(weights.data)):
            state = "not the same" if status.weights_valid else "not valid"
            raise AcceleratorError(
                f"{self._name}: the weights were sent and are {state} in the accelerator: checksum {crc32:#010x} of {length} bytes, "
                f"sent were {weights.crc32:#010x} of {len(weights.data)}; load them again; if it stays so, the bitstream is of another design"
            )

    def __enter__(self: _Own) -> _Own:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()
