"""Files of weights for a design that takes them at run time."""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Union

_MAGIC = b"VLYW\x01\0\0\0"
_HEADER = struct.Struct("<8sIII")


@dataclass(frozen=True)
class WeightFile:
    """Weight data and the design that it is meant for."""

    #: Fingerprint of the design.
    design: int
    #: CRC-32 of the data.
    crc32: int
    #: Whole words.
    data: bytes

    @staticmethod
    def read(path: Union[str, os.PathLike[str]]) -> WeightFile:
        """Reads a file that ``volley weights`` wrote; ValueError for another one, or a damaged one."""
        try:
            return WeightFile.parse(Path(path).read_bytes())
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)}: {error}; give a file that `volley weights` wrote") from None

    @staticmethod
    def parse(content: bytes) -> WeightFile:
        """The content of such a file."""
        if len(content) < _HEADER.size:
            raise ValueError("it is too short for weights")
        magic, design, crc32, length = _HEADER.unpack_from(content)
        data = content[_HEADER.size :]
        if magic[:4] != _MAGIC[:4]:
            raise ValueError("these are no weights")
        if magic != _MAGIC:
            raise ValueError("it is of another version of the format")
        if len(data) != length or length % 4 or not length:
            raise ValueError(f"its weight data has {len(data)} bytes and should have {length}, whole words")
        found = zlib.crc32(data)
        if found != crc32:
            raise ValueError(f"it is damaged: its checksum is {found:#010x} and should be {crc32:#010x}")
        return WeightFile(design, crc32, data)
