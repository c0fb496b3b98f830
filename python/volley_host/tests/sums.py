"""What the simulated devices of the tests compute (``tests/hosts/host/behaviour.rs``)."""

from __future__ import annotations

from typing import List

#: Height, width, channels.
SHAPE = (4, 5, 2)


def frames(count: int) -> List[bytes]:
    """Images with the bytes that are escaped on the line among their pixels."""

    def pixel(frame: int, at: int) -> int:
        value = (frame * 37 + at * 11) % 256
        return (0x7E, 0x7D, 0x5E, 0)[value % 4] if value < 40 else value

    return [bytes(pixel(frame, at) for at in range(40)) for frame in range(count)]


def expected(frame: bytes, crc32: int = 0) -> List[int]:
    """The scores of a frame under weights with a checksum."""
    weights = crc32 % 1000
    return [
        sum(pixel * ((at * 7 + category * 13 + weights) % 31 - 15) for at, pixel in enumerate(frame))
        for category in range(3)
    ]
