"""Frames out, scores in, with as many frames on the way as the accelerator has space for.

An accelerator answers in the order in which it was asked. So a reply also says that earlier requests without an answer were lost. When the
line complains without naming a request, a READ after all others finds out which were lost: its reply comes when all of them are
settled. It is called a fence here.
"""

from __future__ import annotations

import struct
import time
from collections import deque
from typing import Callable, Deque, Iterable, List, NamedTuple, Optional

from .errors import AcceleratorError, Refused
from .line import SILENCE, Line
from .messages import DAMAGED, FRAME, NO_ROOM, OVERHEAD, READ, STUCK, Message
from .registers import Identity, Register

#: Bytes of a fence's body, and fences on the way at a time; the line may damage them, too.
_FENCE = OVERHEAD + 2
_MOST_FENCES = 4


class _Sent(NamedTuple):
    """A request on its way; ``frame`` is ``None`` for a fence, ``length`` that of the reply's payload."""

    request: Message
    frame: Optional[int]
    length: int

    @property
    def size(self) -> int:
        return OVERHEAD + len(self.request.payload)


class Batch:
    """Some frames that are classified together."""

    def __init__(self, line: Line, identity: Identity, frames: List[bytes], reset: Callable[[], None]) -> None:
        self._line = line
        self._identity = identity
        self._reset = reset
        self._scores: List[Optional[List[int]]] = [None] * len(frames)
        self._frames = frames
        #: A frame keeps its request, and with it its sequence number, so a late reply still belongs to it.
        self._requests: List[Optional[Message]] = [None] * len(frames)
        self._tries = [0] * len(frames)
        #: Frames to send, in this order.
        self._waiting = deque(range(len(frames)))
        #: What is not answered, in the order in which it was sent.
        self._sent: Deque[_Sent] = deque()
        #: Bytes that may be on the way: space is left for a fence, if both fit.
        self._least_window = OVERHEAD + identity.frame_bytes
        space = identity.link_buffer
        self._window = space - _FENCE if self._least_window + _FENCE <= space else space
        self._fence_wanted = False
        #: The core is stuck: nothing more is sent before it is reset.
        self._reset_wanted = False
        #: Time limits in a row.
        self._silences = 0

    def run(self, progress: Callable[[int], object]) -> List[List[int]]:
        """The scores of all frames; ``progress`` is told how many more are answered."""
        line = self._line
        left = len(self._scores)
        since = time.monotonic()
        while left:
            if not self._sent:
                since = time.monotonic()
                if self._reset_wanted:
                    self._reset_wanted = False
                    line.errors.resets += 1
                    self._reset()
            self._fill()
            heard = line.listen(since + line.limits.timeout)
            if isinstance(heard, Message):
                at = next((at for at, sent in enumerate(self._sent) if heard.answers(sent.request, sent.length)), None)
                if at is None:
                    line.errors.stale_replies += 1
                    continue
                since, self._silences = time.monotonic(), 0
                answered = self._take(at, heard)
                left -= answered
                progress(answered)
            elif heard == SILENCE:
                since = time.monotonic()
                self._silence()
            else:
                if heard == NO_ROOM:
                    self._window = max(self._least_window, self._window // 2)
                self._fence_wanted = True
        return [scores for scores in self._scores if scores is not None]

    def _fill(self) -> None:
        """Sends what there is space for."""
        outstanding = sum(sent.size for sent in self._sent)
        fences = sum(sent.frame is None for sent in self._sent)
        space = outstanding + _FENCE <= self._identity.link_buffer and fences < _MOST_FENCES
        if self._fence_wanted and len(self._sent) > fences and space:
            fence = self._line.request(READ, bytes([Register.IDENTITY, 1]))
            self._send(_Sent(fence, None, 4))
            outstanding += _FENCE
        self._fence_wanted = False
        while self._waiting and not self._reset_wanted:
            frame = self._waiting[0]
            if outstanding + self._least_window > self._window:
                break
            request = self._requests[frame] or self._line.request(FRAME, self._frames[frame])
            self._requests[frame] = request
            sent = _Sent(request, frame, 4 * self._identity.classes)
            self._waiting.popleft()
            self._tries[frame] += 1
            self._line.errors.retries += self._tries[frame] > 1
            self._send(sent)
            outstanding += sent.size

    def _send(self, sent: _Sent) -> None:
        self._line.send(sent.request)
        self._sent.append(sent)

    def _take(self, at: int, reply: Message) -> int:
        """Takes the reply to the ``at``-th request on its way. Returns how many frames it answers."""
        lost = [self._sent.popleft().frame for _ in range(at)]
        frame = self._sent.popleft().frame
        code = reply.refusal()
        answered = 0
        # If a fence is refused, no harm is done.
        if frame is not None:
            if code is None:
                self._requests[frame] = None
                self._scores[frame] = list(struct.unpack(f"<{self._identity.classes}i", reply.payload))
                answered = 1
            elif code in (DAMAGED, NO_ROOM, STUCK):
                self._reset_wanted = self._reset_wanted or code == STUCK
                lost.append(frame)
            else:
                raise Refused(self._line.name, f"frame {frame}", code)
        self._again(lost)
        return answered

    def _silence(self) -> None:
        """Nothing came within the limit: everything on its way is lost."""
        self._silences += 1
        lost = [sent.frame for sent in self._sent]
        self._sent.clear()
        if self._silences > self._line.limits.retries:
            frame = next((frame for frame in [*lost, *self._waiting] if frame is not None), 0)
            raise self._line.silent(f"frame {frame}", self._silences)
        self._again(lost)

    def _again(self, lost: Iterable[Optional[int]]) -> None:
        """Puts lost frames, in order, before those that wait."""
        frames = [frame for frame in lost if frame is not None]
        for frame in frames:
            if self._tries[frame] > self._line.limits.retries:
                raise AcceleratorError(
                    f"{self._line.name}: frame {frame}: lost {self._tries[frame]} times ({self._line.errors}); "
                    "check the cable and the baud rate; for a slow accelerator raise the time limit (timeout)"
                )
        self._waiting.extendleft(reversed(frames))
