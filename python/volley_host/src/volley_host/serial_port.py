"""A serial port of this computer, by pyserial."""

from __future__ import annotations

import time

import serial

from .errors import PortError

#: Seconds that one look for bytes takes at most; pyserial sets the port up again when this changes.
_LOOK = 0.02


class SerialPort:
    """In raw mode, 8N1, locked as long as it is open."""

    def __init__(self, path: str, baud: int, write_timeout: float) -> None:
        try:
            self._serial = serial.Serial(path, baud, timeout=_LOOK, write_timeout=write_timeout, exclusive=True)
        except (OSError, ValueError) as error:
            raise PortError(
                f"{path}: it cannot be opened ({error}); give the port of the board, close other programs that use it, "
                "and be in the group that owns it (often dialout)"
            ) from error

    def write(self, data: bytes) -> None:
        """Sends bytes; OSError if the port takes none within the time limit."""
        self._serial.write(data)

    def read(self, limit: float) -> bytes:
        """Waits until bytes are there, for ``limit`` seconds at most."""
        until = time.monotonic() + limit
        while True:
            data: bytes = self._serial.read(max(1, self._serial.in_waiting))
            if data or time.monotonic() >= until:
                return data

    def close(self) -> None:
        """Ends it."""
        self._serial.close()
