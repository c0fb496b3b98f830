"""Trains a slim QCFS convolutional network on MNIST, small enough for an iCE40UP5K.

    image 1x28x28 -> conv 5x5 stride 2 (8), batch norm, QCFS -> conv 5x5 stride 2 (16), batch norm, QCFS
                  -> flatten -> linear (10) -> scores

The strides take the place of pools: they leave short rows to buffer and few windows to compute. Layers, optimiser and
export are those of ../digits/train.py; new here are the strided convolution and the distorted copies of each image,
without which 1,700 images are soon learned by heart.

Writes mnist-slim.onnx and mnist-slim.toml. Fixed seed and one BLAS thread: the same machine and the same package
versions give the same bytes again.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "digits"))
import train as digits  # noqa: E402  (sets the number of BLAS threads, so before NumPy)

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper  # noqa: E402

from train import CLASSES, F32, LEVELS, Array, Images, Network  # noqa: E402

SIDE = 28
KERNEL, STRIDE = 5, 2
CHANNELS = (8, 16)
HELD_OUT = 300


# ---------------------------------------------------------------------------------------------------------------- data
def load(path: Path) -> Images:
    """Images and labels of an npz file: `x` uint8 N x 28 x 28, `y` N."""
    with np.load(path) as file:
        x, y = file["x"], file["y"].astype(np.uint8)
    if x.dtype != np.uint8 or x.shape[1:] != (SIDE, SIDE):
        raise SystemExit(f"{path}: x must be uint8, N x {SIDE} x {SIDE}; it is {x.dtype}, {x.shape}")
    return Images(x, y)


def distorted(x: Array, rng: np.random.Generator) -> Array:
    """A copy of each image, turned, scaled, sheared, shifted and bent at random; N x 1 x 28 x 28, bilinear."""
    n = len(x)
    turn, shear = rng.normal(0, 0.13, n), rng.normal(0, 0.12, n)
    height, width = np.exp(rng.normal(0, 0.09, (2, n)))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos * height, (shear - sin) * width], [sin * height, cos * width]])  # 2 2 N
    grid = np.indices((SIDE, SIDE)) - (SIDE - 1) / 2
    where = np.einsum("abn,bij->anij", matrix, grid) + rng.normal(0, 1.0, (2, n))[..., None, None] + (SIDE - 1) / 2
    # Bending: a sum of two waves across the image for each axis.
    for _ in range(2):
        frequency, phase = rng.normal(0, 0.2, (2, 2, n)), rng.uniform(0, 2 * np.pi, (2, n))
        angle = np.einsum("abn,bij->anij", frequency, grid) + phase[..., None, None]
        where += rng.normal(0, 0.5, (2, n))[..., None, None] * np.sin(angle)
    # One blank pixel around: what lies outside is then blank, too.
    padded = np.pad(x[:, 0], ((0, 0), (1, 1), (1, 1)))
    where = np.clip(where + 1, 0, SIDE + 0.999)
    (top, left), (down, right) = where.astype(np.int64), where % 1
    image = np.arange(n)[:, None, None]
    upper = padded[image, top, left] * (1 - right) + padded[image, top, left + 1] * right
    lower = padded[image, top + 1, left] * (1 - right) + padded[image, top + 1, left + 1] * right
    return (upper * (1 - down) + lower * down).astype(F32)[:, None]


# --------------------------------------------------------------------------------------------------------------- layer
class StridedConv(digits.Layer):
    """Square kernel, no padding, no bias: the batch normalisation after it has one."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, rng: np.random.Generator) -> None:
        super().__init__(weight=rng.normal(0, np.sqrt(2 / (kernel**2 * inputs)), (outputs, inputs, kernel, kernel)))
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Array, training: bool) -> Array:
        k, s, self.shape = self.kernel, self.stride, x.shape
        windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::s, ::s]  # N C H W k k
        n, c, h, w = windows.shape[:4]
        self.columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * k * k)
        weight = self.parameters["weight"]
        return (self.columns @ weight.reshape(len(weight), -1).T).reshape(n, h, w, -1).transpose(0, 3, 1, 2)

    def backward(self, g: Array) -> Array:
        k, s, (n, outputs, h, w) = self.kernel, self.stride, g.shape
        weight = self.parameters["weight"]
        rows = g.transpose(0, 2, 3, 1).reshape(-1, outputs)
        self.gradients["weight"] = (rows.T @ self.columns).reshape(weight.shape)
        windows = (rows @ weight.reshape(outputs, -1)).reshape(n, h, w, -1, k, k).transpose(0, 3, 1, 2, 4, 5)
        result = np.zeros(self.shape, F32)
        for dy in range(k):
            for dx in range(k):
                result[:, :, dy : dy + s * h : s, dx : dx + s * w : s] += windows[..., dy, dx]
        return result

    def export(self, graph: digits.Graph, layer: int, source: str) -> str:
        weight = graph.parameter(layer, "weight", self.parameters["weight"])
        k, s = [self.kernel] * 2, [self.stride] * 2
        geometry = {"dilations": [1, 1], "group": 1, "kernel_shape": k, "pads": [0] * 4, "strides": s}
        return graph.node(layer, "Conv", [source, weight], **geometry)


# ------------------------------------------------------------------------------------------------------------ training
def build(rng: np.random.Generator) -> Network:
    network: Network = []
    inputs, side = 1, SIDE
    for outputs in CHANNELS:
        network += [StridedConv(inputs, outputs, KERNEL, STRIDE, rng), digits.BatchNorm(outputs), digits.Qcfs()]
        inputs, side = outputs, (side - KERNEL) // STRIDE + 1
    return [*network, digits.Flatten(), digits.Linear(inputs * side * side, CLASSES, rng)]


@dataclass
class Schedule:
    """Length of training, images of a batch, and the highest learning rate."""

    epochs: int
    batch: int
    peak: float


def train(network: Network, images: Images, watched: Images, schedule: Schedule, rng: np.random.Generator) -> None:
    """Cross entropy on distorted images, cosine learning rate. `watched` is only printed, never trained on."""
    x, y, adam, batch = images.normalised(), images.y, digits.Adam(network), schedule.batch
    batches = len(y) // batch
    for epoch in range(schedule.epochs):
        order, total = rng.permutation(len(y)), 0.0
        seen = distorted(x[order], rng)
        for i in range(batches):
            part = slice(i * batch, (i + 1) * batch)
            s = digits.scores(network, seen[part], training=True)
            e = np.exp(s - s.max(1, keepdims=True))
            probability = e / e.sum(1, keepdims=True)
            target = np.eye(CLASSES, dtype=F32)[y[order[part]]]
            total -= float(np.log((probability * target).sum(1) + 1e-12).mean())
            g = (probability - target) / F32(batch)
            for layer in reversed(network):
                g = layer.backward(g)
            progress = (epoch * batches + i) / (schedule.epochs * batches)
            adam.update(schedule.peak * 0.5 * (1 + np.cos(np.pi * progress)))
        if epoch == 0 or (epoch + 1) % 10 == 0:
            known, unknown = digits.accuracy(network, images), digits.accuracy(network, watched)
            print(
                f"epoch {epoch + 1:3}: loss {total / batches:.4f}  training {known:.2%}  held out {unknown:.2%}",
                flush=True,
            )


# -------------------------------------------------------------------------------------------------------------- output
def to_onnx(network: Network) -> onnx.ModelProto:
    graph, value = digits.Graph(), "image"
    for number, layer in enumerate(network):
        value = layer.export(graph, number, value)
    graph.nodes[-1].output[0] = "scores"
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])
    result = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", CLASSES])
    body = helper.make_graph(graph.nodes, "main_graph", [image], [result], graph.initializers)
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(body, opset_imports=opset, ir_version=8, producer_name="volley/examples/mnist-slim")
    onnx.checker.check_model(model, full_check=True)
    return model


DESCRIPTION = """\
# Trained with QCFS (L = {levels}) on MNIST; written by train.py
name = "mnist-slim"

# a raw pixel p (0..255) enters the network as (p/255 - mean) / std, per channel
[input]
mean = [0.0]
std = [1.0]
"""

ACCURACY = """
# top-1, float32, on the {test:,} test images
[accuracy]
ann = {ann:.4f}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a slim MNIST network for an iCE40UP5K and export it to ONNX.")
    parser.add_argument("data", type=Path, help=f"npz of labelled training images; {HELD_OUT} of them are held out")
    parser.add_argument("--test", type=Path, help="npz of test images, for the accuracy in mnist-slim.toml")
    parser.add_argument("--output-dir", type=Path, default=Path(__file__).parent, help="default: this folder")
    parser.add_argument("--epochs", type=int, default=800)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--peak", type=float, default=1e-2, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    rng = np.random.default_rng(arguments.seed)
    images = load(arguments.data)
    order = rng.permutation(len(images.y))
    watched, training = (Images(images.x[i], images.y[i]) for i in (order[:HELD_OUT], order[HELD_OUT:]))
    network = build(rng)
    train(network, training, watched, Schedule(arguments.epochs, arguments.batch, arguments.peak), rng)

    description = DESCRIPTION.format(levels=LEVELS)
    if arguments.test:
        test = load(arguments.test)
        ann = digits.accuracy(network, test)
        print(f"test: {ann:.2%} of {len(test.y):,}")
        description += ACCURACY.format(test=len(test.y), ann=ann)

    folder = arguments.output_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mnist-slim.onnx").write_bytes(to_onnx(network).SerializeToString(deterministic=True))
    (folder / "mnist-slim.toml").write_text(description)


if __name__ == "__main__":
    main()
