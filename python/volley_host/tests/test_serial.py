"""The serial host against simulated devices. `cargo test --test hosts host::` starts them, one for each thing that can go wrong, and names
their ports in VOLLEY_DEVICES: a list of {name, kind, port, timeout, texts}."""

from __future__ import annotations

import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any, List

import numpy
import pytest

from sums import expected, frames
from volley_host import Accelerator, AcceleratorError, PortError, Register, WeightFile
from volley_host.__main__ import main

DEVICES: List[Any] = json.loads(os.environ.get("VOLLEY_DEVICES", "[]"))
pytestmark = pytest.mark.skipif(not DEVICES, reason="`cargo test --test hosts host::` starts the devices")


def of(kind: str) -> pytest.MarkDecorator:
    devices = [device for device in DEVICES if device["kind"] == kind]
    return pytest.mark.parametrize("device", devices, ids=lambda device: str(device["name"]))


@of("bearable")
def test_every_score_is_right(device: Any) -> None:
    images = frames(60)
    done: List[int] = []
    with Accelerator.open(device["port"], timeout=device["timeout"]) as accelerator:
        assert accelerator.classify(images, done.append) == [expected(image) for image in images]
        assert sum(done) == 60
        link, name = accelerator.link, str(device["name"])
        if name.startswith(("drops", "flips", "all at once", "gets stuck", "refuses once")):
            assert link.retries > 0, link
        if name == "stale replies":
            assert link.stale_replies >= 2, link


@of("unbearable")
def test_what_cannot_be_borne_is_an_error(device: Any) -> None:
    with pytest.raises(AcceleratorError) as error:
        with Accelerator.open(device["port"], timeout=device["timeout"]) as accelerator:
            accelerator.classify(frames(60))
    for text in [device["port"], *device["texts"]]:
        assert text in str(error.value), error.value


@of("loadable")
def test_weights_are_loaded_and_used(device: Any, tmp_path: Path) -> None:
    with Accelerator.open(device["port"], timeout=device["timeout"]) as accelerator:
        for seed in (7, 11):
            data = bytes(at * seed % 251 for at in range(3000))
            file = tmp_path / "weights"
            header = struct.pack(
                "<8sIII", b"VLYW\x01\0\0\0", accelerator.identity.design, zlib.crc32(data), len(data)
            )
            file.write_bytes(header + data)
            accelerator.load_weights(file)
            assert accelerator.classify(frames(2)) == [expected(frame, zlib.crc32(data)) for frame in frames(2)]
        with pytest.raises(AcceleratorError, match="for design 0x00000001"):
            accelerator.load_weights(WeightFile(1, zlib.crc32(data), data))


@of("patient")
def test_registers_and_counters(device: Any) -> None:
    with Accelerator.open(device["port"], timeout=device["timeout"]) as accelerator:
        assert accelerator.identity.shape == (4, 5, 2)
        assert accelerator.read_registers(Register.CHANNELS, 4) == [2, 4, 5, 3]
        assert accelerator.read_register(Register.CLOCK_HZ) == accelerator.identity.clock_hz == 25_000_000
        accelerator.write_register(Register.CONTROL, 2)
        assert accelerator.predict(numpy.zeros((4, 4, 5, 2), numpy.uint8)) == [0, 0, 0, 0]
        assert accelerator.counters().frames_out == 4
        # Nothing was repeated, since nothing was lost.
        assert accelerator.counters().frames_in == 4 and accelerator.link.retries == 0
        with pytest.raises(AcceleratorError, match="weights built in"):
            accelerator.load_weights(WeightFile(accelerator.identity.design, 0, b""))
        with pytest.raises(ValueError):
            accelerator.write_register(Register.LOAD_DATA, 0)
        with pytest.raises(ValueError):
            accelerator.read_registers(0, 65)


@of("command")
def test_the_command_prints_the_accuracy(device: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = frames(20)
    labels = [int(numpy.argmax(expected(image))) for image in images]
    labels[3] = (labels[3] + 1) % 3
    pixels = numpy.frombuffer(b"".join(images), numpy.uint8).reshape(20, 4, 5, 2)
    numpy.savez(tmp_path / "test.npz", x=pixels, y=numpy.array(labels))
    arguments = ["--port", device["port"], "--data", str(tmp_path / "test.npz"), "--timeout", str(device["timeout"])]
    assert main(arguments) == 0
    assert "accuracy 95.00% (19 of 20)" in capsys.readouterr().out
    assert main([*arguments, "--frames", "3"]) == 0
    assert "accuracy 100.00% (3 of 3)" in capsys.readouterr().out
    assert main(["--port", "/dev/nowhere", *arguments[2:]]) == 2
    assert "error: /dev/nowhere: it cannot be opened" in capsys.readouterr().err


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(PortError, match="/dev/nowhere: it cannot be opened"):
        Accelerator.open("/dev/nowhere")
