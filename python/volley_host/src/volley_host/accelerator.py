"""An accelerator on a serial line."""

from __future__ import annotations

import struct
from typing import Callable, List, Optional

from .batch import Batch
from .base import AcceleratorBase
from .errors import AcceleratorError, NoAnswer
from .frames import Frames, split
from .line import Limits, Line, LinkErrors, Port
from .messages import MOST_PAYLOAD, OVERHEAD, READ, WRITE
from .registers import IDENTITY_REGISTERS, Identity, Register
from .serial_port import SerialPort

__all__ = ["Accelerator", "Limits", "LinkErrors"]

#: Times that the first request is sent within the time limit: an earlier host may have left the accelerator in the middle of one.
_OPENING_TRIES = 4
#: Bytes of weights that are written at once, if the accelerator has space.
_MOST_AT_ONCE = 1024


class Accelerator(AcceleratorBase):
    """``Accelerator.open("/dev/ttyUSB1")`` opens one."""

    def __init__(self, port: Port, name: str, limits: Optional[Limits] = None) -> None:
        """Finds out what is behind a port. Replies to an earlier host are passed over. If it fails, the port is closed."""
        limits = limits or Limits()
        super().__init__(name, limits.timeout)
        self._line = Line(port, name, limits)
        try:
            self._identity = self._introduce()
        except BaseException:
            port.close()
            raise

    @classmethod
    def open(
        cls, port: str, baud: int = 1_000_000, timeout: float = Limits.timeout, retries: int = Limits.retries
    ) -> Accelerator:
        """Opens a serial port of this computer.

        ``timeout`` seconds without an answer mean that a message was lost: more for a slow line or a simulated accelerator.
        """
        if not timeout > 0 or retries < 0:
            raise ValueError(f"timeout is {timeout}, retries {retries}; give a time above 0 and retries from 0 on")
        return cls(SerialPort(port, baud, timeout), port, Limits(timeout, retries))

    def _introduce(self) -> Identity:
        line = self._line
        request = line.request(READ, bytes([Register.IDENTITY, IDENTITY_REGISTERS]))
        wait = line.limits.timeout / _OPENING_TRIES
        length = 4 * IDENTITY_REGISTERS
        payload = line.exchange(request, length, wait, _OPENING_TRIES, "reading its first registers")
        if payload is None:
            came = f"{line.heard} bytes came that are none" if line.heard else "nothing came"
            raise NoAnswer(
                f"{line.name}: no answer within {line.limits.timeout:g} s ({came}); check the port, the baud rate "
                "and that the bitstream is loaded; for a slow accelerator raise the time limit (timeout)"
            )
        identity = Identity.of(struct.unpack(f"<{IDENTITY_REGISTERS}I", payload), line.name)
        size = identity.frame_bytes
        if size > MOST_PAYLOAD or size + OVERHEAD > identity.link_buffer or 4 * identity.classes > MOST_PAYLOAD:
            raise AcceleratorError(
                f"{line.name}: a frame of {identity.shape} with {identity.classes} scores does not fit its buffer of "
                f"{identity.link_buffer} bytes; the bitstream is faulty: build it again"
            )
        return identity

    @property
    def link(self) -> LinkErrors:
        """What went wrong on the line so far."""
        return self._line.errors

    def close(self) -> None:
        self._line.port.close()

    def read_registers(self, first: int, count: int) -> List[int]:
        if not 1 <= count <= 64 or not 0 <= first <= 0xFF:
            raise ValueError(f"{count} registers from {first} on; read 1 to 64 from 0 to 255 on")
        payload = self._request(READ, bytes([first, count]), 4 * count, f"reading register {first}")
        return list(struct.unpack(f"<{count}I", payload))

    def write_register(self, register: int, value: int) -> None:
        """Writes a register. It may be written twice if an answer is lost, so LOAD_DATA is left to ``load_weights``."""
        if register == Register.LOAD_DATA:
            raise ValueError("LOAD_DATA must not be written twice; load a whole file of weights")
        self._request(WRITE, struct.pack("<BI", register, value), 0, f"writing register {register}")

    def _request(self, kind: int, payload: bytes, length: int, what: str) -> bytes:
        line = self._line
        tries = line.limits.retries + 1
        answer = line.exchange(line.request(kind, payload), length, line.limits.timeout, tries, what)
        if answer is None:
            raise line.silent(what, tries)
        return answer

    def classify(self, frames: Frames, progress: Optional[Callable[[int], object]] = None) -> List[List[int]]:
        batch = Batch(self._line, self.identity, split(frames, self.identity.shape), self.reset)
        return batch.run(progress or (lambda count: None))

    def _load(self, data: bytes, progress: Callable[[int], object]) -> None:
        line = self._line
        space = self.identity.link_buffer - OVERHEAD - 1
        most = min(max(space, 4), _MOST_AT_ONCE) // 4 * 4
        taken = losses = 0
        while taken < len(data):
            end = min(len(data), taken + most)
            request = line.request(WRITE, bytes([Register.LOAD_DATA]) + data[taken:end])
            now = end
            if line.attempt(request, 0, line.limits.timeout, hasty=True, what="weights") is None:
                # The accelerator carries out requests in order, so this is its state after that write.
                now = self.read_register(Register.LOAD_OFFSET)
                if not taken <= now <= end or now % 4:
                    raise AcceleratorError(
                        f"{line.name}: byte {now} is next in the accelerator, and {taken} to {end} were sent; "
                        "let no other program use the port, and load again"
                    )
                line.errors.retries += now < end
            losses = 0 if now > taken else losses + 1
            if losses > line.limits.retries:
                raise line.silent(f"weights from byte {taken} on", losses)
            progress(now - taken)
            taken = now
