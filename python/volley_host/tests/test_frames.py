"""What may be given as frames, and what may not."""

from __future__ import annotations

import numpy
import pytest

from volley_host.frames import split

SHAPE = (4, 5, 2)
IMAGES = numpy.arange(3 * 40, dtype=numpy.uint8).reshape(3, 4, 5, 2)
WANTED = [bytes(range(at, at + 40)) for at in (0, 40, 80)]


def test_arrays_bytes_and_lists_are_frames() -> None:
    assert split(IMAGES, SHAPE) == WANTED
    assert split(numpy.asfortranarray(IMAGES), SHAPE) == WANTED
    assert split(IMAGES.reshape(3, 40), SHAPE) == WANTED
    assert split(IMAGES.tobytes(), SHAPE) == WANTED
    assert split(memoryview(IMAGES.tobytes()).cast("B", [3, 4, 5, 2]), SHAPE) == WANTED
    assert split(list(IMAGES), SHAPE) == WANTED
    assert split(iter(WANTED), SHAPE) == WANTED
    assert split([bytearray(frame) for frame in WANTED], SHAPE) == WANTED
    assert split([], SHAPE) == []
    assert split(IMAGES.reshape(6, 4, 5), (4, 5, 1)) == [IMAGES.tobytes()[at : at + 20] for at in range(0, 120, 20)]


def test_other_shapes_are_refused() -> None:
    for frames in (IMAGES.transpose(0, 3, 1, 2), IMAGES[:, :3], IMAGES.tobytes()[:-1], IMAGES.reshape(6, 4, 5)):
        with pytest.raises(ValueError, match="the accelerator takes any number of 4×5×2"):
            split(frames, SHAPE)
    with pytest.raises(ValueError, match=r"for a single frame give \[frame\]"):
        split(IMAGES[0], SHAPE)
    with pytest.raises(ValueError, match="frame 1 is"):
        split([WANTED[0], WANTED[1][1:]], SHAPE)


def test_other_elements_are_refused() -> None:
    with pytest.raises(TypeError, match="uint8"):
        split(IMAGES / 255, SHAPE)
    with pytest.raises(TypeError, match="frame 0: elements"):
        split([IMAGES[0].astype(numpy.int32)], SHAPE)
    with pytest.raises(TypeError):
        split(5, SHAPE)
    with pytest.raises(TypeError):
        split([[1, 2, 3]], SHAPE)
