"""``python -m volley_host --port DEV --data TEST.npz``: the accuracy of an accelerator on a serial line."""

from __future__ import annotations

import argparse
import sys
import time
from typing import List, Optional

from . import Accelerator, AcceleratorError, class_of


def main(arguments: Optional[List[str]] = None) -> int:
    """Returns the exit code: 0 fine, 2 unusable input or accelerator."""
    parser = argparse.ArgumentParser(
        "volley_host", description="Classifies images with an accelerator on a serial line."
    )
    parser.add_argument("--port", required=True, help="serial port of the board, or of a simulated one")
    parser.add_argument("--data", required=True, metavar="TEST.npz", help="x: uint8, N×H×W or N×H×W×C; y: labels")
    parser.add_argument("--frames", type=int, metavar="N", help="use the first N images [default: all]")
    parser.add_argument("--baud", type=int, default=1_000_000, metavar="RATE", help="bits a second [default: 1000000]")
    parser.add_argument("--weights", metavar="FILE", help="load these weights first, as `volley weights` wrote them")
    parser.add_argument(
        "--timeout", type=float, default=2.0, metavar="SECONDS", help="until a message counts as lost [default: 2]"
    )
    args = parser.parse_args(arguments)
    try:
        import numpy
    except ImportError:
        print("error: reading .npz files needs NumPy; pip install numpy", file=sys.stderr)
        return 2
    try:
        with numpy.load(args.data) as data:
            images = data["x"][: args.frames]
            labels = data["y"][: args.frames].tolist() if "y" in data else None
        with Accelerator.open(args.port, args.baud, args.timeout) as accelerator:
            if args.weights:
                accelerator.load_weights(args.weights)
            start = time.monotonic()
            scores = accelerator.classify(images)
            seconds = time.monotonic() - start
            link = accelerator.link
    except (AcceleratorError, ValueError, TypeError, KeyError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(scores)} frames, {len(scores) / max(seconds, 1e-9):.1f} a second")
    if labels is not None and scores:
        right = sum(class_of(row) == label for row, label in zip(scores, labels))
        print(f"accuracy {right / len(scores):.2%} ({right} of {len(scores)})")
    print(f"link: {link}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
