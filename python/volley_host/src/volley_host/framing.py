"""Where a message begins and ends in a stream of bytes, and whether it arrived whole: RFC 1662's octet stuffing and FCS-16."""

from __future__ import annotations

from typing import List, Optional

#: Ends a message and begins the next; appears nowhere else.
FLAG = 0x7E
#: The next byte has its bit 5 inverted.
ESCAPE = 0x7D
_FLIP = 0x20


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ 0x8408 if byte & 1 else byte >> 1
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def fcs16(data: bytes) -> int:
    """CRC-16/X-25: polynomial 0x1021 (0x8408 reflected), start 0xFFFF, inverted at the end."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF


def encode(content: bytes) -> bytes:
    """``content`` as it goes over the line: a flag, the stuffed bytes and their FCS, a flag."""
    body = content + fcs16(content).to_bytes(2, "little")
    # The escape first, or the escapes of flags would be escaped again.
    for byte in (ESCAPE, FLAG):
        body = body.replace(bytes([byte]), bytes([ESCAPE, byte ^ _FLIP]))
    return bytes([FLAG]) + body + bytes([FLAG])


class Decoder:
    """Finds the contents again. After any bytes it finds its place again at the next flag."""

    def __init__(self, most: int) -> None:
        """For contents of at most ``most`` bytes."""
        self._most = most + 2
        self._body = bytearray()
        self._escaped = False
        self._too_long = False

    def push(self, data: bytes) -> List[Optional[bytes]]:
        """Takes more bytes; returns the contents that end in them, ``None`` for a damaged one."""
        found: List[Optional[bytes]] = []
        for byte in data:
            if byte == FLAG:
                # An escape before a flag is how RFC 1662 aborts a frame.
                if self._body or self._escaped:
                    found.append(self._content())
                self._body = bytearray()
                self._escaped = self._too_long = False
            elif byte == ESCAPE and not self._escaped:
                self._escaped = True
            elif len(self._body) >= self._most:
                self._too_long, self._escaped = True, False
            else:
                self._body.append(byte ^ _FLIP if self._escaped else byte)
                self._escaped = False
        return found

    def _content(self) -> Optional[bytes]:
        body = bytes(self._body)
        if self._escaped or self._too_long or len(body) < 2:
            return None
        content = body[:-2]
        return content if fcs16(content).to_bytes(2, "little") == body[-2:] else None
