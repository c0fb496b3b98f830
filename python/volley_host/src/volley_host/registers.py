"""The registers of an accelerator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Optional, Sequence, Tuple

from .errors import AcceleratorError

#: "VLLY", low byte last.
IDENTITY = 0x594C4C56
#: The major version of the protocol of this host.
MAJOR = 1
#: CONTROL: resets the core, frames in it are lost.
RESET_CORE = 1
#: CONTROL: sets the counters to 0.
CLEAR_COUNTERS = 2


class Register(IntEnum):
    """By number. Over AXI4-Lite the byte address is four times as large."""

    IDENTITY = 0
    VERSION = 1
    DESIGN = 2
    CHANNELS = 3
    HEIGHT = 4
    WIDTH = 5
    CLASSES = 6
    NEURONS = 7
    CLOCK_HZ = 8
    LINK_BUFFER = 9
    STATUS = 10
    CONTROL = 11
    FRAMES_IN = 12
    FRAMES_OUT = 13
    LATENCY = 14
    BUSY_CLOCKS = 15
    EVENTS = 16
    INPUT_STALLS = 17
    OUTPUT_STALLS = 18
    LINK_ERRORS = 19
    WEIGHTS = 20
    WEIGHTS_BYTES = 21
    LOAD_START = 22
    LOAD_DATA = 23
    LOAD_OFFSET = 24
    INTERRUPT_ENABLE = 25
    INTERRUPT_STATUS = 26


#: Registers that an identity is made of, from the first on.
IDENTITY_REGISTERS = 10


@dataclass(frozen=True)
class Identity:
    """What an accelerator says of itself."""

    #: Major and minor version of the protocol.
    version: Tuple[int, int]
    #: Fingerprint of the core's Verilog without its weights.
    design: int
    #: Of a frame: height, width, channels.
    shape: Tuple[int, int, int]
    #: Scores of a frame.
    classes: int
    #: Of a group neuron.
    members: int
    timesteps: int
    #: Of the core; ``None`` if the generator did not know it.
    clock_hz: Optional[int]
    #: Bytes of requests that may be outstanding; 0 over AXI.
    link_buffer: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame."""
        height, width, channels = self.shape
        return height * width * channels

    @staticmethod
    def of(words: Sequence[int], accelerator: str) -> Identity:
        """From the first registers; ``accelerator`` is named in errors."""
        if words[Register.IDENTITY] != IDENTITY:
            raise AcceleratorError(
                f"{accelerator}: its IDENTITY is {words[0]:#010x} and not {IDENTITY:#010x}: this is no accelerator of Volley; "
                "give the port or the address of the accelerator"
            )
        version = (words[Register.VERSION] >> 16, words[Register.VERSION] & 0xFFFF)
        if version[0] != MAJOR:
            raise AcceleratorError(
                f"{accelerator}: it speaks version {version[0]}.{version[1]} of the protocol, this package {MAJOR}; "
                "build and flash the bitstream with this version of Volley, or use its own host package"
            )
        identity = Identity(
            version=version,
            design=words[Register.DESIGN],
            shape=(words[Register.HEIGHT], words[Register.WIDTH], words[Register.CHANNELS]),
            classes=words[Register.CLASSES],
            members=words[Register.NEURONS] & 0xFF,
            timesteps=words[Register.NEURONS] >> 8 & 0xFF,
            clock_hz=words[Register.CLOCK_HZ] or None,
            link_buffer=words[Register.LINK_BUFFER],
        )
        if identity.frame_bytes == 0 or identity.classes == 0:
            raise AcceleratorError(
                f"{accelerator}: its frames of {identity.shape} with {identity.classes} scores are empty; "
                "the bitstream is faulty: build it again"
            )
        return identity


@dataclass(frozen=True)
class Status:
    """The register STATUS."""

    word: int

    @property
    def busy(self) -> bool:
        """A frame is in the core."""
        return bool(self.word & 1)

    @property
    def weights_valid(self) -> bool:
        """Frames can be classified."""
        return bool(self.word & 2)

    @property
    def frame_error(self) -> bool:
        """A frame ended at the wrong pixel since the last reset."""
        return bool(self.word & 4)

    @property
    def loadable(self) -> bool:
        """The design takes weights at run time."""
        return bool(self.word & 8)

    @property
    def loading(self) -> bool:
        """A load has begun and not ended."""
        return bool(self.word & 16)


@dataclass(frozen=True)
class Counters:
    """What an accelerator counts, modulo 2**32; in a design without counters all are 0 except frames and link errors."""

    frames_in: int
    frames_out: int
    #: Clocks that the core took for the last frame that was in it alone; without its waiting for the link, since version 1.1.
    latency: int
    #: Clocks with a frame in the core in which it did not wait for the link, since version 1.1.
    busy_clocks: int
    events: int
    input_stalls: int
    output_stalls: int
    link_errors: int
