"""Cuts the networks and images of this folder from the whole zoo.

    python3 zoo/cut.py WHOLE           # writes zoo/
    python3 zoo/cut.py WHOLE --check   # compares zoo/ with what would be written, array by array

WHOLE is the folder of the whole zoo (VOLLEY_ZOO of the acceptance tests). Needs NumPy. The networks and their cards are copied byte
for byte. Of the images and of the golden arrays the first ones are kept, so that golden scores still belong to the images beside
them. Members of the archives carry no date: the same NumPy and zlib give the same bytes again.
"""

import argparse
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
NETWORKS = ("mnist-mlp", "mnist-cnn", "resnet20-cifar10-relu", "resnet20-cifar10-qcfs8", "vgg16-slim-cifar10")
IMAGES = ("mnist_test", "mnist_calib", "cifar10_test", "cifar10_calib")
COUNT = 500
"""Images kept of each set, and at most this many rows of each golden array."""

Arrays = dict[str, np.ndarray]


def first(path: Path) -> Arrays:
    """The first `COUNT` rows of every array of an archive."""
    with np.load(path) as archive:
        return {name: archive[name][:COUNT] for name in archive.files}


def write(path: Path, arrays: Arrays) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o644 << 16
            archive.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED, 9)


def equal(path: Path, arrays: Arrays) -> bool:
    def same(a: np.ndarray, b: np.ndarray) -> bool:
        return a.dtype == b.dtype and np.array_equal(a, b)

    with np.load(path) as archive:
        return archive.files == list(arrays) and all(same(archive[name], array) for name, array in arrays.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whole", type=Path, help="folder of the whole zoo")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()

    copied = [Path(network) / name for network in NETWORKS for name in ("model.onnx", "model.toml")]
    cut = [Path(network) / "golden.npz" for network in NETWORKS] + [Path("data") / f"{name}.npz" for name in IMAGES]
    different = []
    for path in copied:
        content = (arguments.whole / path).read_bytes()
        if not arguments.check:
            (HERE / path).parent.mkdir(exist_ok=True)
            (HERE / path).write_bytes(content)
        elif (HERE / path).read_bytes() != content:
            different.append(path)
    for path in cut:
        arrays = first(arguments.whole / path)
        if not arguments.check:
            (HERE / path).parent.mkdir(exist_ok=True)
            write(HERE / path, arrays)
        elif not equal(HERE / path, arrays):
            different.append(path)
    if different:
        sys.exit("different: " + ", ".join(map(str, different)))
    print(f"{len(copied) + len(cut)} files {'are equal' if arguments.check else 'written'}")


if __name__ == "__main__":
    main()
