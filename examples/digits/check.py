"""Runs digits.onnx on test.npz with ONNX's own reference evaluator and compares the accuracy with digits.toml.

Independent of train.py's NumPy network: it shows that the exported file computes what was trained. The exit status is 1
if the accuracies differ.
"""

import sys
import tomllib
from pathlib import Path

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    description = tomllib.loads((folder / "digits.toml").read_text())
    mean, std = (np.array(description["input"][key], np.float32).reshape(1, -1, 1, 1) for key in ("mean", "std"))
    model = onnx.load(folder / "digits.onnx")
    onnx.checker.check_model(model, full_check=True)

    with np.load(folder / "test.npz") as test:
        x, y = test["x"], test["y"]
    image = (x[:, None].astype(np.float32) / np.float32(255) - mean) / std
    (scores,) = ReferenceEvaluator(model).run(["scores"], {"image": image})
    measured = float((scores.argmax(1) == y).mean())
    expected = description["accuracy"]["ann_test"]
    print(f"digits.onnx on {len(y)} images of test.npz: {measured:.2%} (digits.toml: {expected:.2%})")
    return 0 if round(measured, 4) == expected else 1


if __name__ == "__main__":
    sys.exit(main())
