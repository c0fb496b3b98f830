"""A serial line: requests go out, whole messages come back, and what the line loses is sent again."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass
from typing import Deque, Optional, Protocol, Union

from .errors import NoAnswer, PortError, Refused
from .framing import Decoder, encode
from .messages import DAMAGED, MOST_CONTENT, NO_ROOM, NO_SEQUENCE, Message


@dataclass(frozen=True)
class Limits:
    """How long, and how often."""

    #: Seconds after which a request without an answer counts as lost. They must cover a message on the line and in the accelerator.
    timeout: float = 2.0
    #: How often a lost message is sent again.
    retries: int = 5


@dataclass
class LinkErrors:
    """What went wrong on the line since an accelerator was opened; all of it was repaired."""

    #: Requests that were sent again.
    retries: int = 0
    #: Requests that reached the accelerator damaged (code 1).
    damaged_requests: int = 0
    #: Requests for which the accelerator had no space (code 2).
    refused_requests: int = 0
    #: Bytes from the accelerator that were not a message.
    damaged_replies: int = 0
    #: Replies that nobody waited for.
    stale_replies: int = 0
    #: Times that nothing came within the limit.
    timeouts: int = 0
    #: Times that the core had to be reset, since it gave no scores (code 6).
    resets: int = 0

    def __str__(self) -> str:
        text = (
            f"{self.retries} sent again; damaged: {self.damaged_requests} requests, {self.damaged_replies} replies; "
            f"no space for {self.refused_requests}; {self.timeouts} time limits; {self.stale_replies} stale replies"
        )
        return text + (f"; {self.resets} resets of the core" if self.resets else "")


class Port(Protocol):
    """Bytes in both directions. Any failure is an OSError."""

    def write(self, data: bytes) -> None:
        """Sends bytes."""

    def read(self, limit: float) -> bytes:
        """Waits until bytes are there, at most for ``limit`` seconds; none if none came."""

    def close(self) -> None:
        """Ends it."""


#: What came over the line: a reply; the code of an ERROR that does not name a request; or one of the two below.
Heard = Union[Message, int, str]
#: Something that was not a message.
GARBAGE = "garbage"
#: Nothing before the time was over.
SILENCE = "silence"


class Line:
    """A port and what is known of its traffic."""

    def __init__(self, port: Port, name: str, limits: Limits) -> None:
        self.port = port
        self.name = name
        self.limits = limits
        self.errors = LinkErrors()
        #: All bytes that have come.
        self.heard = 0
        self._decoder = Decoder(MOST_CONTENT)
        self._received: Deque[Optional[bytes]] = deque()
        # It is hardly the number at which an earlier host stopped.
        self._sequence = random.randrange(NO_SEQUENCE)

    def request(self, kind: int, payload: bytes) -> Message:
        """A request with the next sequence number."""
        sequence = self._sequence
        self._sequence = (sequence + 1) % NO_SEQUENCE
        return Message(kind, sequence, payload)

    def exchange(self, request: Message, length: int, wait: float, tries: int, what: str) -> Optional[bytes]:
        """Sends a request up to ``tries`` times: again at once when something on the line was damaged, and whenever ``wait`` is over.

        Only for requests that may be carried out twice. ``length`` is that of the reply's payload; ``None`` if there is no answer.
        """
        for left in reversed(range(tries)):
            try:
                # An accelerator that complains is alive, so the last try waits for its reply whatever else comes.
                payload = self.attempt(request, length, wait, hasty=left > 0, what=what)
            except Refused as refusal:
                if left == 0 or refusal.code not in (DAMAGED, NO_ROOM):
                    raise
                payload = None
            if payload is not None:
                return payload
            self.errors.retries += left > 0
        return None

    def attempt(self, request: Message, length: int, wait: float, hasty: bool, what: str) -> Optional[bytes]:
        """Sends a request once. ``hasty`` gives up when something on the line was damaged, since that may have been the reply."""
        self.send(request)
        until = time.monotonic() + wait
        while True:
            heard = self.listen(until)
            if heard == SILENCE:
                return None
            if isinstance(heard, Message):
                if not heard.answers(request, length):
                    self.errors.stale_replies += 1
                    continue
                code = heard.refusal()
                if code is not None:
                    raise Refused(self.name, what, code)
                return heard.payload
            if hasty:
                return None

    def send(self, message: Message) -> None:
        """Puts a message on the line."""
        try:
            self.port.write(encode(message.content()))
        except OSError as error:
            raise self._gone(error) from error

    def listen(self, until: float) -> Heard:
        """The next thing that comes, until a time."""
        while not self._received:
            left = until - time.monotonic()
            if left <= 0:
                self.errors.timeouts += 1
                return SILENCE
            try:
                data = self.port.read(left)
            except OSError as error:
                raise self._gone(error) from error
            self.heard += len(data)
            self._received.extend(self._decoder.push(data))
        content = self._received.popleft()
        message = None if content is None else Message.parse(content)
        if message is None:
            self.errors.damaged_replies += 1
            return GARBAGE
        code = message.refusal()
        if code is None or message.sequence != NO_SEQUENCE:
            return message
        if code == NO_ROOM:
            self.errors.refused_requests += 1
        else:
            self.errors.damaged_requests += 1
        return code

    def silent(self, what: str, tries: int) -> NoAnswer:
        """The error of a request without an answer."""
        return NoAnswer(
            f"{self.name}: {what}: no answer within {self.limits.timeout:g} s, {tries} times ({self.errors}); "
            "check the cable and the board; for a slow accelerator raise the time limit (timeout)"
        )

    def _gone(self, error: OSError) -> PortError:
        return PortError(f"{self.name}: the port is gone ({error}); check the cable and open it again")
