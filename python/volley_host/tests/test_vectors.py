"""The test vectors beside the document, which the Rust host is tested with, too; and random bytes."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, List, Optional

import pytest

from volley_host.framing import FLAG, Decoder, encode, fcs16
from volley_host.messages import MOST_CONTENT, Message

VECTORS = json.loads((Path(__file__).parents[3] / "docs/host-protocol-vectors.json").read_text())


def test_the_fcs_is_crc_16_x_25() -> None:
    assert fcs16(b"123456789") == 0x906E


@pytest.mark.parametrize("vector", VECTORS["fcs"])
def test_fcs(vector: Any) -> None:
    assert fcs16(bytes.fromhex(vector["bytes"])) == vector["fcs"]


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: str(vector["name"]))
def test_messages(vector: Any) -> None:
    message = Message(vector["kind"], vector["sequence"], bytes.fromhex(vector["payload"]))
    line = bytes.fromhex(vector["line"])
    assert encode(message.content()) == line
    (content,) = Decoder(MOST_CONTENT).push(line)
    assert content is not None and Message.parse(content) == message


@pytest.mark.parametrize("vector", VECTORS["streams"], ids=lambda vector: str(vector["name"]))
def test_streams(vector: Any) -> None:
    def whole(content: Optional[bytes]) -> Optional[str]:
        message = None if content is None else Message.parse(content)
        return None if message is None else message.content().hex()

    decoder = Decoder(MOST_CONTENT)
    # A byte at a time, as they may come.
    contents = [content for byte in bytes.fromhex(vector["line"]) for content in decoder.push(bytes([byte]))]
    assert [whole(content) for content in contents] == vector["contents"]


def test_contents_come_back_and_garbage_ends_at_the_next_flag() -> None:
    chance = random.Random(1)
    decoder = Decoder(80)
    for _ in range(2000):
        content = bytes(
            chance.choice((FLAG, 0x7D, 0x5E, 0x5D, chance.randrange(256))) for _ in range(chance.randrange(80))
        )
        garbage = chance.randbytes(chance.randrange(200))
        found: List[Optional[bytes]] = decoder.push(garbage + encode(content))
        assert found[-1] == content
        assert encode(content).count(FLAG) == 2


def test_what_is_too_long_is_damaged_and_the_next_is_whole() -> None:
    assert Decoder(4).push(encode(b"abcde") + encode(b"abcd")) == [None, b"abcd"]
