"""Requests and answers on a serial line."""

from __future__ import annotations

import struct
from typing import NamedTuple, Optional

READ = 0x01
WRITE = 0x02
FRAME = 0x03
ERROR = 0xFF
#: The sequence of an ERROR that answers an unreadable message.
NO_SEQUENCE = 0xFFFF
#: Bytes of a body besides the payload: kind, sequence, length and FCS.
OVERHEAD = 7
#: Bytes of the longest payload, and of a message without its FCS.
MOST_PAYLOAD = 0xFFFF
MOST_CONTENT = 5 + MOST_PAYLOAD

DAMAGED, NO_ROOM, STUCK = 1, 2, 6


class Message(NamedTuple):
    """A request or a reply."""

    kind: int
    sequence: int
    payload: bytes

    def content(self) -> bytes:
        """The body without its FCS."""
        return struct.pack("<BHH", self.kind, self.sequence, len(self.payload)) + self.payload

    @staticmethod
    def parse(content: bytes) -> Optional[Message]:
        """``None`` if the length is not that of the payload."""
        if len(content) < 5:
            return None
        kind, sequence, length = struct.unpack_from("<BHH", content)
        payload = content[5:]
        return Message(kind, sequence, payload) if len(payload) == length else None

    def refusal(self) -> Optional[int]:
        """The code, if it is an ERROR."""
        return self.payload[0] if self.kind == ERROR and len(self.payload) == 1 else None

    def answers(self, request: Message, length: int) -> bool:
        """Whether this can only be the reply to ``request``, with ``length`` bytes, or its refusal."""
        answer = self.kind == request.kind | 0x80 and len(self.payload) == length
        return self.sequence == request.sequence and (answer or self.refusal() is not None)
