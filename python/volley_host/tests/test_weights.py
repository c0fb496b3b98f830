"""Files of weights."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from volley_host import WeightFile

DATA = bytes(range(200))
GOOD = struct.pack("<8sIII", b"VLYW\x01\0\0\0", 5, zlib.crc32(DATA), 200) + DATA


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(GOOD)
    assert WeightFile.read(tmp_path / "good") == WeightFile(5, zlib.crc32(DATA), DATA)


def test_what_is_no_weights_says_why(tmp_path: Path) -> None:
    damaged = GOOD[:100] + b"\xff" + GOOD[101:]
    cases = [
        (GOOD[:10], "too short"),
        (b"X" + GOOD[1:], "no weights"),
        (GOOD[:4] + b"\x02" + GOOD[5:], "another version"),
    ]
    for content, text in cases + [(GOOD[:-4], "should have 200"), (damaged, "checksum")]:
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(ValueError, match=text):
            WeightFile.read(tmp_path / "bad")
