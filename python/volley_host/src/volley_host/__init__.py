"""The host side of accelerators that Volley generated.

``Accelerator`` talks to a board over a serial line. ``volley_host.pynq.PynqAccelerator`` does the same over AXI on a Zynq board. Both
speak what ``docs/host-protocol.md`` describes; every wait has a limit.

    with Accelerator.open("/dev/ttyUSB1") as accelerator:
        scores = accelerator.classify(frames)   # for each frame a list of integers, one per class
"""

from .accelerator import Accelerator, Limits, LinkErrors
from .base import AcceleratorBase, class_of
from .errors import AcceleratorError, NoAnswer, PortError, Refused
from .registers import Counters, Identity, Register, Status
from .weights import WeightFile

__all__ = [
    "Accelerator",
    "AcceleratorError",
    "Counters",
    "AcceleratorBase",
    "Identity",
    "Limits",
    "LinkErrors",
    "NoAnswer",
    "PortError",
    "Refused",
    "Register",
    "Status",
    "WeightFile",
    "class_of",
]
