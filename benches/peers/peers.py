"""Runs the same images through Volley's model, ONNX Runtime and PyTorch in turns; see run.sh."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

THREADS = 2
BATCHES = (1, 4, 8, 16, 32, 64, 128)
LATENCY = "one image, one thread"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("nets", nargs="+", type=Path, help="folders that volley convert wrote, of one network")
    parser.add_argument("--bench", required=True, help="the executable of benches/model.rs")
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--seconds", type=float, required=True, help="of each measurement")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--torch", action="store_true")
    return parser.parse_args()


def images(path, description, limit=1024):
    """Normalised images, N×C×H×W: the input of ONNX Runtime and PyTorch, made outside the measured time."""
    pixels = np.load(path)["x"][:limit]
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    mean, std = (np.array(description["input"][key], np.float32) for key in ("mean", "std"))
    return np.ascontiguousarray(((pixels / np.float32(255) - mean) / std).transpose(0, 3, 1, 2), np.float32)


def rate(run, x, batch, callers, seconds):
    """Images a second of `callers` threads that run batches of `batch`."""
    start = time.perf_counter()

    def call(_):
        done = 0
        while time.perf_counter() - start < seconds:
            first = done % (len(x) - batch + 1)
            run(x[first : first + batch])
            done += batch
        return done

    with ThreadPoolExecutor(callers) as pool:
        done = sum(pool.map(call, range(callers)))
    return done / (time.perf_counter() - start)


def latency(run, x, seconds):
    """Median time of one image, in microseconds."""
    start, times = time.perf_counter(), []
    while time.perf_counter() - start < seconds or len(times) < 5:
        image = x[len(times) % len(x)][None]
        before = time.perf_counter()
        run(image)
        times.append(time.perf_counter() - before)
    return statistics.median(times) * 1e6


class Batched:
    """Something that runs batches, in its best form here: for each batch size, one caller whose calls use all threads
    (`many`) or one caller per thread (`one`)."""

    def __init__(self, name, many, one, x, seconds):
        self.name, self.one, self.x = name, one, x
        ways = [(run, batch, callers) for run, callers in ((many, 1), (one, THREADS)) for batch in BATCHES]
        self.way = max(ways, key=lambda way: self.rate(way, max(seconds / 3, 0.5)))
        self.batch = f"{self.way[1]}, {self.way[2]} caller{'s' if self.way[2] > 1 else ''}"

    def rate(self, way, seconds):
        run, batch, callers = way
        run(self.x[:batch])
        return rate(run, self.x, batch, callers, seconds)

    def measure(self, seconds):
        return self.rate(self.way, seconds), latency(self.one, self.x, seconds)


class Volley:
    def __init__(self, name, bench, net, data):
        self.name, self.batch = name, "auto"
        self.command = [bench, str(net), "--data", str(data), "--best", "--json"]

    def measure(self, seconds):
        environment = os.environ | {"RAYON_NUM_THREADS": str(THREADS)}
        command = self.command + ["--seconds", str(seconds)]
        found = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
        (speed,) = json.loads(found)
        return speed["images_per_second"], speed["latency_microseconds"]


def onnx(net, x, seconds):
    import onnxruntime

    def session(threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        made = onnxruntime.InferenceSession(net / "model.onnx", options, providers=["CPUExecutionProvider"])
        (given,) = made.get_inputs()
        return lambda batch: made.run(None, {given.name: batch})[0]

    many = session(THREADS)
    return Batched("float ANN, ONNX Runtime", many, session(1), x, seconds), many


def spikingjelly_node(theta, members):
    """A group neuron as a user of SpikingJelly writes it: its base node, with a threshold for each member."""
    import torch
    from spikingjelly.activation_based import neuron, surrogate

    class GroupNode(neuron.BaseNode):
        def __init__(self):
            super().__init__(theta, None, surrogate.Sigmoid(), step_mode="m")

        def v_float_to_tensor(self, x):
            if isinstance(self.v, float):
                self.v = torch.full_like(x, theta / 2)

        def neuronal_charge(self, x):
            self.v = self.v + x

        def neuronal_fire(self):
            spikes = self.surrogate_function(self.v - theta)
            for member in range(2, members + 1):
                spikes = spikes + self.surrogate_function(self.v - member * theta)
            return spikes

        def neuronal_reset(self, spike):
            self.v = self.v - spike * theta

    return GroupNode().eval()


def group_neurons(net, description, spikingjelly):
    """The converted network in PyTorch, all time steps of a convolution in one batch; its neurons are written out here, with
    one division for all members, or are SpikingJelly's."""
    import torch
    from safetensors.torch import load_file
    from torch.nn import functional

    torch.set_grad_enabled(False)
    members, timesteps = description["members"], description["timesteps"]
    weights = load_file(net / "weights.safetensors")

    def term(described, weight):
        top, left, bottom, right = described["padding"]
        diagonal = weight[:, :, 0, 0]
        if weight.shape[2:] == (1, 1) and described["stride"] == [1, 1] and torch.equal(diagonal, diagonal.diag().diag()):
            scale = diagonal.diag()[:, None, None]
            return (lambda x: x) if torch.all(scale == 1) else (lambda x: x * scale)
        if top == bottom and left == right:
            return lambda x: functional.conv2d(x, weight, stride=described["stride"], padding=(top, left))
        padded = (left, right, top, bottom)
        return lambda x: functional.conv2d(functional.pad(x, padded), weight, stride=described["stride"])

    def fire(current, theta):
        """v ← v + I; n = clamp(⌊v/θ⌋, 0, τ); v ← v − n·θ; the output is n·θ."""
        current = current.unflatten(0, (timesteps, -1))
        v, sent = torch.full_like(current[0], theta / 2), []
        for t in range(timesteps):
            v = v + current[t]
            spikes = (v / theta).floor_().clamp_(0, members).mul_(theta)
            if t + 1 < timesteps:
                v = v - spikes
            sent.append(spikes)
        return torch.cat(sent) if timesteps > 1 else sent[0]

    # A node holds its potentials, so each caller has its own nodes.
    own = threading.local()

    def fire_node(current, theta):
        nodes = own.__dict__.setdefault("nodes", {})
        node = nodes.get(theta) or nodes.setdefault(theta, spikingjelly_node(theta, members))
        node.reset()
        return (node(current.unflatten(0, (timesteps, -1))) * theta).flatten(0, 1)

    if spikingjelly:
        fire = fire_node

    def pool(node):
        if node["pool"] == "max":
            return lambda x: functional.max_pool2d(x, node["kernel"], node["stride"])
        return lambda x: functional.avg_pool2d(x, node["kernel"], node["stride"], divisor_override=1)

    def layer(node):
        name = node["name"]
        terms = [(t["source"], term(t, weights[f"{name}.{i}.weight"])) for i, t in enumerate(node["term"])]
        return terms, weights[f"{name}.bias"][:, None, None], node.get("theta")

    prepared = [(node["name"], node, pool(node) if node["kind"] == "pool" else layer(node)) for node in description["node"]]

    def run(batch):
        maps = {"input": torch.from_numpy(batch).repeat(timesteps, 1, 1, 1)}
        for name, node, made in prepared:
            if node["kind"] == "pool":
                maps[name] = made(maps[node["source"]])
                continue
            terms, bias, theta = made
            current = bias
            for source, function in terms:
                current = current + function(maps[source])
            maps[name] = current if theta is None else fire(current, theta)
        return maps[prepared[-1][0]].flatten(1).unflatten(0, (timesteps, -1)).sum(0).numpy()

    def with_threads(threads):
        def call(batch):
            torch.set_num_threads(threads)
            return run(batch)

        return call

    return with_threads(THREADS), with_threads(1)


def main():
    args = arguments()
    descriptions = [tomllib.loads((net / "network.toml").read_text()) for net in args.nets]
    x = images(args.data, descriptions[0])
    ann, classes = onnx(args.nets[0], x, args.seconds)
    contenders = [ann]
    for net, description in zip(args.nets, descriptions):
        setting = f"τ = {description['members']}, T = {description['timesteps']}"
        if args.torch:
            for name, spikingjelly in (("PyTorch", False), ("PyTorch and SpikingJelly", True)):
                many, one = group_neurons(net, description, spikingjelly)
                same = np.mean(many(x).argmax(1) == classes(x).argmax(1))
                print(f"{name}, {setting}: the ANN's class on {100 * same:.1f} % of {len(x)} images", file=sys.stderr)
                contenders.append(Batched(f"float SNN, {name}, {setting}", many, one, x, args.seconds))
        contenders.append(Volley(f"integer SNN, Volley, {setting}", args.bench, net, args.data))

    measured = {contender.name: [] for contender in contenders}
    for _ in range(args.rounds):
        for contender in contenders:
            measured[contender.name].append(contender.measure(args.seconds))

    first = measured[ann.name]
    print(f"{descriptions[0]['name']}, {THREADS} threads, medians of {args.rounds} rounds, load {os.getloadavg()[0]:.1f}\n")
    print(f"| | batch | images/s | of the ANN's | {LATENCY} | of the ANN's speed |\n|---|---|---|---|---|---|")
    for contender in contenders:
        rates, times = zip(*measured[contender.name])
        faster = statistics.median(rate / other for rate, (other, _) in zip(rates, first))
        sooner = statistics.median(other / taken for taken, (_, other) in zip(times, first))
        rates, times = statistics.median(rates), statistics.median(times)
        print(f"| {contender.name} | {contender.batch} | {rates:,.0f} | {faster:.2f} | {times:,.0f} µs | {sooner:.2f} |")


if __name__ == "__main__":
    main()
