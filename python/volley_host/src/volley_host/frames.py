"""Frames as users have them, and as an accelerator takes them: rows of pixels, one byte per channel."""

from __future__ import annotations

from typing import Any, Iterable, List, Tuple, Union

#: Anything with the buffer protocol that holds bytes: a NumPy array of uint8, bytes, memoryview. The type system has no name for
#: it that Python 3.9 knows.
Buffer = Any
#: Many frames: an array (frames × height × width × channels, without channels if there is one, or flat), or one buffer a frame.
Frames = Union[Buffer, Iterable[Buffer]]


def _view(buffer: Buffer, what: str) -> memoryview:
    view = memoryview(buffer)
    if view.itemsize != 1 or view.format not in ("B", "b", "c", "<B", "|u1"):
        raise TypeError(
            f"{what}: elements are of format '{view.format}'; give bytes (uint8), as the images of training were before scaling"
        )
    return view


def split(frames: Frames, shape: Tuple[int, int, int]) -> List[bytes]:
    """The bytes of each frame; TypeError for other elements than bytes, ValueError for another shape than (height, width, channels)."""
    height, width, channels = shape
    size = height * width * channels
    named = f"{height}×{width}×{channels} (height × width × channels)"
    shapes = [(height, width, channels), (size,)] + ([(height, width)] if channels == 1 else [])
    try:
        view = _view(frames, "frames")
    except TypeError:
        many: Any = frames
        if _is_buffer(many) or not isinstance(many, Iterable):
            raise
        found = []
        for number, frame in enumerate(many):
            view = _view(frame, f"frame {number}")
            if view.shape not in shapes:
                raise ValueError(f"frame {number} is {view.shape}, the accelerator takes {named}")
            found.append(view.tobytes())
        return found
    given = tuple(view.shape or ())
    if view.nbytes % size if len(given) == 1 else given[1:] not in shapes:
        hint = "; for a single frame give [frame]" if given in shapes else ""
        raise ValueError(f"frames are {given}, the accelerator takes any number of {named}{hint}")
    data = view.tobytes()
    return [data[at : at + size] for at in range(0, len(data), size)]


def _is_buffer(frames: Any) -> bool:
    try:
        memoryview(frames)
    except TypeError:
        return False
    return True
