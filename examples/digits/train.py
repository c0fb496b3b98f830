"""Trains Volley's demo network: a small QCFS convolutional network on scikit-learn's 8x8 handwritten digits.

Plain NumPy: the whole network, its gradient and its export fit on a few pages and run in a minute on a CPU.

    image 1x8x8 -> conv 3x3 (8), batch norm, QCFS -> average pool 2x2
                -> conv 3x3 (16), batch norm, QCFS -> average pool 2x2 -> flatten -> linear (10) -> scores

QCFS (quantisation clip-floor-shift) is the activation that a group of L spiking neurons computes in one time step:

    a = lambda/L * clip(floor(x*L/lambda + 1/2), 0, L)          L = 4 levels, lambda learned for each layer

Writes digits.onnx, digits.toml, test.npz and calibration.npz. Fixed seed and one BLAS thread: the same machine and the
same package versions give the same bytes again.
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

# The order of additions in a matrix product may depend on the number of BLAS threads. Must be set before NumPy loads.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402

LEVELS = 4
CLASSES = 10
Array = np.ndarray
F32 = np.float32


# ---------------------------------------------------------------------------------------------------------------- data
@dataclass
class Images:
    """Raw pixels `x`, uint8, N x 8 x 8, and labels `y`, uint8, N."""

    x: Array
    y: Array

    def normalised(self) -> Array:
        """The network's input: float32, N x 1 x 8 x 8, in 0..1 (mean 0, standard deviation 1 in digits.toml)."""
        return (self.x.astype(F32) / F32(255))[:, None]


def load_split(rng: np.random.Generator) -> tuple[Images, Images, Images]:
    """Training, calibration and held-out images: disjoint, the same number of each class in the latter two.

    The first 100 of the 300 held-out images become test.npz and hold 10 of each class, shuffled.
    """
    digits = load_digits()
    # 0..16 to 0..255; 16 would be 256 and is clipped, so the input is at most 1.
    x = np.minimum(digits.images.astype(np.int64) * 16, 255).astype(np.uint8)
    y = digits.target.astype(np.uint8)
    by_class = [rng.permutation(np.flatnonzero(y == c)) for c in range(CLASSES)]

    def part(start: int, stop: int | None) -> Array:
        return rng.permutation(np.concatenate([indices[start:stop] for indices in by_class]))

    held_out = np.concatenate([part(0, 10), part(10, 30)])
    calibration, training = part(30, 50), part(50, None)
    return Images(x[training], y[training]), Images(x[calibration], y[calibration]), Images(x[held_out], y[held_out])


# -------------------------------------------------------------------------------------------------------------- layers
class Graph:
    """Collects ONNX nodes, named as PyTorch's exporter names them: `/0/Conv`, `/0/Conv_output_0`, `0.weight`."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.used: dict[str, int] = {}

    def node(self, layer: int, op: str, inputs: list[str], **attributes: object) -> str:
        """Appends a node of module number `layer` and returns the name of its output."""
        name = f"/{layer}/{op}"
        count = self.used.get(name, 0)
        self.used[name] = count + 1
        name = f"{name}_{count}" if count else name
        self.nodes.append(helper.make_node(op, inputs, [f"{name}_output_0"], name, **attributes))
        return f"{name}_output_0"

    def constant(self, layer: int, value: float) -> str:
        """A scalar Constant node, as the exporter writes a Python number."""
        return self.node(layer, "Constant", [], value=numpy_helper.from_array(np.array(value, F32)))

    def parameter(self, layer: int, name: str, value: Array) -> str:
        self.initializers.append(numpy_helper.from_array(value.astype(F32), f"{layer}.{name}"))
        return f"{layer}.{name}"


class Layer:
    """One module. `forward` keeps what `backward` needs. `backward` takes the loss gradient of the output, fills
    `gradients` (same keys and shapes as `parameters`) and returns the loss gradient of the input."""

    def __init__(self, **parameters: Array) -> None:
        self.parameters = {name: np.asarray(value, F32) for name, value in parameters.items()}
        self.gradients: dict[str, Array] = {}

    def forward(self, x: Array, training: bool) -> Array:
        raise NotImplementedError

    def backward(self, g: Array) -> Array:
        raise NotImplementedError

    def export(self, graph: Graph, layer: int, source: str) -> str:
        raise NotImplementedError


class Conv3x3(Layer):
    """Stride 1, padding 1, no bias: the batch normalisation after it has one."""

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__(weight=rng.normal(0, np.sqrt(2 / (9 * inputs)), (outputs, inputs, 3, 3)))

    def forward(self, x: Array, training: bool) -> Array:
        n, c, h, w = self.shape = x.shape
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))  # N C H W 3 3
        self.columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)
        weight = self.parameters["weight"]
        return (self.columns @ weight.reshape(len(weight), -1).T).reshape(n, h, w, -1).transpose(0, 3, 1, 2)

    def backward(self, g: Array) -> Array:
        n, c, h, w = self.shape
        weight = self.parameters["weight"]
        rows = g.transpose(0, 2, 3, 1).reshape(n * h * w, -1)
        self.gradients["weight"] = (rows.T @ self.columns).reshape(weight.shape)
        windows = (rows @ weight.reshape(len(weight), -1)).reshape(n, h, w, c, 3, 3).transpose(0, 3, 1, 2, 4, 5)
        padded = np.zeros((n, c, h + 2, w + 2), F32)
        for dy in range(3):
            for dx in range(3):
                padded[:, :, dy : dy + h, dx : dx + w] += windows[..., dy, dx]
        return padded[:, :, 1:-1, 1:-1]

    def export(self, graph: Graph, layer: int, source: str) -> str:
        weight = graph.parameter(layer, "weight", self.parameters["weight"])
        geometry = {"dilations": [1, 1], "group": 1, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1]}
        return graph.node(layer, "Conv", [source, weight], **geometry)


class BatchNorm(Layer):
    """Normalises each channel by the batch's moments in training, by their running averages in inference."""

    EPSILON, MOMENTUM = F32(1e-5), F32(0.1)

    def __init__(self, channels: int) -> None:
        super().__init__(weight=np.ones(channels), bias=np.zeros(channels))
        self.mean, self.variance = np.zeros(channels, F32), np.ones(channels, F32)

    def forward(self, x: Array, training: bool) -> Array:
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
            self.mean += self.MOMENTUM * (mean - self.mean)
            self.variance += self.MOMENTUM * (variance - self.variance)
        self.scale = 1 / np.sqrt(variance + self.EPSILON)
        self.normal = (x - per_channel(mean)) * per_channel(self.scale)
        return self.normal * per_channel(self.parameters["weight"]) + per_channel(self.parameters["bias"])

    def backward(self, g: Array) -> Array:
        self.gradients = {"weight": (g * self.normal).sum((0, 2, 3)), "bias": g.sum((0, 2, 3))}
        # The batch's mean and variance depend on x too: remove the parts of g that would move them.
        count = g.size // g.shape[1]
        along = per_channel(self.gradients["bias"]) + self.normal * per_channel(self.gradients["weight"])
        return (g - along / F32(count)) * per_channel(self.scale * self.parameters["weight"])

    def export(self, graph: Graph, layer: int, source: str) -> str:
        tensors = self.parameters | {"running_mean": self.mean, "running_var": self.variance}
        names = [graph.parameter(layer, name, value) for name, value in tensors.items()]
        attributes = {"epsilon": float(self.EPSILON), "momentum": float(1 - self.MOMENTUM), "training_mode": 0}
        return graph.node(layer, "BatchNormalization", [source, *names], **attributes)


class Qcfs(Layer):
    """a = lambda/L * clip(floor(x*L/lambda + 1/2), 0, L), in the order of operations that `export` writes."""

    def __init__(self) -> None:
        super().__init__(lam=np.array(2.0))

    def forward(self, x: Array, training: bool) -> Array:
        lam = self.parameters["lam"]
        steps = np.floor(x * F32(LEVELS) / lam + F32(0.5))
        self.x, self.steps = x, steps
        return np.clip(steps, 0, LEVELS) * lam / F32(LEVELS)

    def backward(self, g: Array) -> Array:
        # Straight-through: floor counts as the identity. So da/dx is 1 inside the clip and 0 outside;
        # da/dlambda is (a - x)/lambda inside, 1 above and 0 below.
        lam = self.parameters["lam"]
        inside = (self.steps >= 0) & (self.steps <= LEVELS)
        by_lam = np.where(inside, self.steps / F32(LEVELS) - self.x / lam, self.steps > LEVELS)
        self.gradients["lam"] = (g * by_lam).sum()
        return g * inside

    def export(self, graph: Graph, layer: int, source: str) -> str:
        lam = graph.parameter(layer, "lam", self.parameters["lam"])
        x = graph.node(layer, "Mul", [source, graph.constant(layer, LEVELS)])
        x = graph.node(layer, "Div", [x, lam])
        x = graph.node(layer, "Floor", [graph.node(layer, "Add", [x, graph.constant(layer, 0.5)])])
        x = graph.node(layer, "Clip", [x, graph.constant(layer, 0), graph.constant(layer, LEVELS)])
        x = graph.node(layer, "Mul", [x, lam])
        return graph.node(layer, "Div", [x, graph.constant(layer, LEVELS)])


class AveragePool2x2(Layer):
    def forward(self, x: Array, training: bool) -> Array:
        n, c, h, w = x.shape
        return x.reshape(n, c, h // 2, 2, w // 2, 2).mean((3, 5))

    def backward(self, g: Array) -> Array:
        return (g * F32(0.25)).repeat(2, axis=2).repeat(2, axis=3)

    def export(self, graph: Graph, layer: int, source: str) -> str:
        geometry = {"ceil_mode": 0, "count_include_pad": 1, "kernel_shape": [2, 2], "pads": [0] * 4, "strides": [2, 2]}
        return graph.node(layer, "AveragePool", [source], **geometry)


class Flatten(Layer):
    def forward(self, x: Array, training: bool) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, g: Array) -> Array:
        return g.reshape(self.shape)

    def export(self, graph: Graph, layer: int, source: str) -> str:
        return graph.node(layer, "Flatten", [source], axis=1)


class Linear(Layer):
    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__(weight=rng.normal(0, np.sqrt(1 / inputs), (outputs, inputs)), bias=np.zeros(outputs))

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        return x @ self.parameters["weight"].T + self.parameters["bias"]

    def backward(self, g: Array) -> Array:
        self.gradients = {"weight": g.T @ self.x, "bias": g.sum(0)}
        return g @ self.parameters["weight"]

    def export(self, graph: Graph, layer: int, source: str) -> str:
        names = [graph.parameter(layer, name, value) for name, value in self.parameters.items()]
        return graph.node(layer, "Gemm", [source, *names], alpha=1.0, beta=1.0, transB=1)


def per_channel(values: Array) -> Array:
    """Shapes one value for each channel to broadcast over N x C x H x W."""
    return values[None, :, None, None]


# ------------------------------------------------------------------------------------------------------------ training
Network = list[Layer]


def build(rng: np.random.Generator) -> Network:
    first: Network = [Conv3x3(1, 8, rng), BatchNorm(8), Qcfs(), AveragePool2x2()]
    second: Network = [Conv3x3(8, 16, rng), BatchNorm(16), Qcfs(), AveragePool2x2()]
    return [*first, *second, Flatten(), Linear(16 * 2 * 2, CLASSES, rng)]


def scores(network: Network, x: Array, training: bool = False) -> Array:
    for layer in network:
        x = layer.forward(x, training)
    return x


def accuracy(network: Network, images: Images) -> float:
    return float((scores(network, images.normalised()).argmax(1) == images.y).mean())


class Adam:
    """Adam with decoupled weight decay on matrices and kernels (not on batch norm, biases and thresholds)."""

    DECAY, BETA1, BETA2, EPSILON = 1e-2, 0.9, 0.999, 1e-8

    def __init__(self, network: Network) -> None:
        self.network, self.step = network, 0
        self.moments = [{k: [np.zeros_like(p), np.zeros_like(p)] for k, p in m.parameters.items()} for m in network]

    def update(self, rate: float) -> None:
        self.step += 1
        for layer, moments in zip(self.network, self.moments):
            for name, value in layer.parameters.items():
                g, (m, v) = layer.gradients[name], moments[name]
                m = self.BETA1 * m + (1 - self.BETA1) * g
                v = self.BETA2 * v + (1 - self.BETA2) * g * g
                moments[name] = [m, v]
                direction = m / (1 - self.BETA1**self.step) / (np.sqrt(v / (1 - self.BETA2**self.step)) + self.EPSILON)
                if name == "weight" and value.ndim > 1:
                    direction = direction + self.DECAY * value
                layer.parameters[name] = (value - rate * direction).astype(F32)


def train(network: Network, images: Images, watched: Images, epochs: int, batch: int, rng: np.random.Generator) -> None:
    """Cross entropy, cosine learning rate. `watched` is only printed, never trained on."""
    x, y, adam = images.normalised(), images.y, Adam(network)
    peak, batches = 1e-2, len(y) // batch
    for epoch in range(epochs):
        order, total = rng.permutation(len(y)), 0.0
        for i in range(batches):
            chosen = order[i * batch : (i + 1) * batch]
            s = scores(network, x[chosen], training=True)
            e = np.exp(s - s.max(1, keepdims=True))
            probability = e / e.sum(1, keepdims=True)
            total -= float(np.log(probability[np.arange(batch), y[chosen]] + 1e-12).mean())
            g = (probability - np.eye(CLASSES, dtype=F32)[y[chosen]]) / F32(batch)
            for layer in reversed(network):
                g = layer.backward(g)
            progress = (epoch * batches + i) / (epochs * batches)
            adam.update(peak * 0.5 * (1 + np.cos(np.pi * progress)))
        if epoch == 0 or (epoch + 1) % 10 == 0:
            seen, unseen = accuracy(network, images), accuracy(network, watched)
            print(f"epoch {epoch + 1:3}: loss {total / batches:.4f}  training {seen:.2%}  calibration {unseen:.2%}")


# -------------------------------------------------------------------------------------------------------------- output
def to_onnx(network: Network) -> onnx.ModelProto:
    graph, value = Graph(), "image"
    for number, layer in enumerate(network):
        value = layer.export(graph, number, value)
    graph.nodes[-1].output[0] = "scores"
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])
    result = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", CLASSES])
    body = helper.make_graph(graph.nodes, "main_graph", [image], [result], graph.initializers)
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(body, opset_imports=opset, ir_version=8, producer_name="volley/examples/digits")
    onnx.checker.check_model(model, full_check=True)
    return model


DESCRIPTION = """\
# Trained with QCFS (L = {levels}) on scikit-learn's 8x8 handwritten digits; written by train.py
name = "digits"

# a raw pixel p (0..255) enters the network as (p/255 - mean) / std, per channel
[input]
mean = [0.0]
std = [1.0]

# top-1, float32: on all {held_out} held-out images, and on the {test} of them in test.npz
[accuracy]
ann = {ann:.4f}
ann_test = {ann_test:.4f}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Train Volley's demo network on the 8x8 digits and export it to ONNX.")
    parser.add_argument("--output-dir", type=Path, default=Path(__file__).parent, help="default: this folder")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    rng = np.random.default_rng(arguments.seed)
    training, calibration, held_out = load_split(rng)
    test = Images(held_out.x[:100], held_out.y[:100])
    network = build(rng)
    train(network, training, calibration, arguments.epochs, arguments.batch, rng)

    ann, ann_test = accuracy(network, held_out), accuracy(network, test)
    print(f"held-out: {ann:.2%} of {len(held_out.y)}; test.npz: {ann_test:.2%} of {len(test.y)}")
    print("lambda:", ", ".join(f"{m.parameters['lam']:.6f}" for m in network if isinstance(m, Qcfs)))

    folder = arguments.output_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "digits.onnx").write_bytes(to_onnx(network).SerializeToString(deterministic=True))
    sizes = {"levels": LEVELS, "held_out": len(held_out.y), "test": len(test.y)}
    (folder / "digits.toml").write_text(DESCRIPTION.format(**sizes, ann=ann, ann_test=ann_test))
    np.savez_compressed(folder / "test.npz", x=test.x, y=test.y)
    np.savez_compressed(folder / "calibration.npz", x=calibration.x, y=calibration.y)


if __name__ == "__main__":
    main()
