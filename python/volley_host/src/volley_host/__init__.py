"""The host side of accelerators that Volley generated.

``Accelerator`` talks to a board over a serial line. ``volley_host.pynq.PynqAccelerator`` does the same over AXI on a Zynq board. Both
speak what ``docs/host-protocol.md`` describes; every wait has a limit.

    with Accelerator.open("/dev/ttyUSB1") as accelerator:
        scores = accelerator.classify(frames)   # a list of integers a frame, one a class
"""

from .accelerator import Accelerator, Limits, LinkReport
from .device import Device, argmax
from .errors import AcceleratorError, NoAnswer, PortError, Refused
from .registers import Counters, Identity, Register, Status
from .weights import WeightsFile

__all__ = [
    "Accelerator",
    "AcceleratorError",
    "Counters",
    "Device",
    "Identity",
    "Limits",
    "LinkReport",
    "NoAnswer",
    "PortError",
    "Refused",
    "Register",
    "Status",
    "WeightsFile",
    "argmax",
]
