#!/usr/bin/env python3
"""Measures what the library's modules cost on each family of devices and fits the formulas of src/schedule/resources.

    .venv/bin/python scripts/fit_resources.py                      measure everything (some minutes), then fit
    .venv/bin/python scripts/fit_resources.py --only pool --family ecp5    measure a part again, then fit
    .venv/bin/python scripts/fit_resources.py --fit                only fit, from the existing measurements

Writes measurements.csv (one row per synthesis run of a module) and coefficients.toml (what the compiler reads). It needs
pyosys (scripts/install-tools.sh) and nothing else.

A module's cost is a sum of terms, each a coefficient times a product of factors over the module's parameters:
    NAME         the parameter of the module; in small letters, something that follows from its parameters
    log2:NAME    ceil(log2(NAME)), at least 1: bits of an index
    pow2:NAME    2^NAME
    div16:NAME   ceil(NAME / 16), and so on for other numbers: depths of LUT memories
    over1:NAME   1 if NAME > 1, else 0, and so on for other numbers
so the terms can be looked up in the modules' headers ("LANES*TIMESTEPS*ACC_BITS": flip-flops of the accumulators). The terms
of each module are below; coefficients are fitted by least squares on the relative errors, and none is negative, so a cost never
falls when a parameter rises.
"""

import argparse
import contextlib
import csv
import json
import math
import os
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "src/rtl/lib"
FOLDER = ROOT / "src/schedule/resources"
TABLE = FOLDER / "measurements.csv"
COEFFICIENTS = FOLDER / "coefficients.toml"

SYNTHESIS = {
    "ecp5": "synth_ecp5 -top sweep",
    "xc7": "synth_xilinx -flatten -top sweep",
    "ice40": "synth_ice40 -dsp -top sweep",
}


def cost(family, cells):
    """LUTs, flip-flops, multipliers and block RAMs (of 18 kbit; 4 kbit on iCE40) of cells by type."""
    total = lambda matches: sum(n for cell, n in cells.items() if matches(cell))
    one = lambda cell: cells.get(cell, 0)
    if family == "ecp5":
        # A carry cell takes two LUTs; a distributed RAM takes four, and its write port two more.
        luts = one("LUT4") + 2 * one("CCU2C") + 6 * one("TRELLIS_DPR16X4")
        return luts, one("TRELLIS_FF"), one("MULT18X18D"), one("DP16KD")
    if family == "xc7":
        luts = (
            total(lambda c: c.startswith(("LUT", "SRL")))
            + 4 * total(lambda c: c.startswith("RAM") and c.endswith("M"))
            + 2 * total(lambda c: c.startswith("RAM") and c.endswith("1D"))
        )
        return luts, total(lambda c: c.startswith("FD")), one("DSP48E1"), one("RAMB18E1") + 2 * one("RAMB36E1")
    return one("SB_LUT4"), total(lambda c: c.startswith("SB_DFF")), one("SB_MAC16"), one("SB_RAM40_4K")


# ------------------------------------------------------------------------------------------------ what is measured


def log2(number):
    return max(1, math.ceil(math.log2(max(number, 1))))


def walker(rng):
    """A convolution's walk as the schedule lays it out; parameters of window_walker."""
    channels = rng.choice([1, 3, 4, 8, 16, 32, 64])
    size = rng.choice([8, 14, 16, 28, 32])
    kernel = rng.choice([1, 3, 3, 3, 5])
    stride = rng.choice([1, 1, 2])
    pad = kernel // 2 if rng.random() < 0.8 else 0
    out = (size + 2 * pad - kernel) // stride + 1
    word_log2 = rng.choice([n for n in range(5) if (1 << n) <= 4 * channels])
    row_words = math.ceil(size * channels / (1 << word_log2))
    segments = rng.choice([1, 1, 2, 4])
    rows = kernel + stride
    word = 1 << word_log2
    aligned = word == 1 or all(n * channels % word == 0 for n in (stride, pad, kernel, size))
    return {
        "MAP_HEIGHT": size,
        "ROW_ELEMENTS": size * channels,
        "KERNEL_HEIGHT": kernel,
        "RUN": kernel * channels,
        "STRIDE_HEIGHT": stride,
        "STRIDE_ELEMENTS": stride * channels,
        "PAD_TOP": pad,
        "PAD_LEFT": pad * channels,
        "OUT_HEIGHT": out,
        "OUT_WIDTH": out,
        "SEGMENTS": segments,
        "WORD_LOG2": word_log2,
        "ROWS": rows,
        "ADDR_BITS": log2(rows * row_words),
        "LEVEL_BITS": log2(rows + 1),
        "WEIGHT_ADDR_BITS": log2(segments * kernel * kernel * channels),
        "unaligned": 0 if aligned else 1,
    }


def packer(rng):
    word_log2 = rng.choice([0, 1, 2, 3, 4])
    return {"ELEMENT_BITS": rng.choice([2, 3, 4, 6, 8, 16]), "WORD_LOG2": word_log2, "ROW_ELEMENTS": rng.choice([28, 96, 512, 784])}


def buffer(rng):
    rows, row_words = rng.choice([4, 5, 6]), rng.choice([8, 14, 32, 128])
    return {
        "WORD_BITS": 8,
        "ROW_WORDS": row_words,
        "ROWS": rows,
        "ADDR_BITS": log2(rows * row_words),
        "LEVEL_BITS": log2(rows + 1),
        "BLOCK_RAM": 1,
    }


def blocks(rng):
    point = buffer(rng)
    number = rng.choice([2, 4, 8])
    point.update({"BLOCKS": number, "PIXEL_WORDS": rng.choice([1, 2]), "ADDR_BITS": log2(number * point["ROWS"] * point["ROW_WORDS"])})
    return point


def selector(rng):
    word_log2 = rng.choice([0, 1, 2, 3, 4])
    bits = rng.choice([2, 3, 4, 6, 8]) if word_log2 == 4 else rng.choice([2, 3, 4, 8, 12])
    return {"ELEMENT_BITS": bits, "WORD_LOG2": word_log2, "WEIGHT_ADDR_BITS": rng.choice([6, 9, 11])}


def join(rng):
    return {"TERMS": rng.choice([2, 2, 2, 3]), "COUNTS_BITS": rng.choice([3, 4, 8, 16, 64]), "WEIGHT_ADDR_BITS": rng.choice([6, 9, 11]),
            "BASES": 576, "SHIFTS": 3}


def digits(bits, signed, most):
    """Digits by which a gated lane sees a count, as synapse_array has them."""
    if signed:
        return bits // 2 + 2
    return next((n for n, limit in ((1, 2), (2, 10), (3, 42), (4, 170)) if most <= limit), bits // 2 + 1)


def lanes(rng, **fixed):
    lanes = rng.choice([2, 4, 6, 8, 16])
    units = rng.choice([1, 1, 2])
    bits = rng.choice([4, 6, 8])
    most = rng.choice([2, 4, 7, 8, 8, 20])
    count = log2(most + 1)
    shift = rng.choice([0, 0, 1, 2, 4])
    point = {
        "LANES": lanes,
        "CHANNELS": lanes * rng.choice([1, 1, 2, 4]),
        "UNITS": units,
        "TIMESTEPS": rng.choice([1, 1, 2, 4]) if lanes <= 8 else 1,
        "COUNT_BITS": count,
        "MOST_COUNT": most,
        "WEIGHT_BITS": bits,
        "ACC_BITS": bits + count + shift + rng.choice([3, 5, 8]),
        "WEIGHT_ADDR_BITS": 9,
        "MAX_SHIFT": shift,
        # Two terms, one of them unshifted.
        "SHIFTS": 1 | 1 << shift,
        "VECTOR": int(rng.random() < 0.25),
        "QUEUE_LOG2": rng.choice([4, 4, 5]),
        **fixed,
    }
    point["digits"] = digits(point["COUNT_BITS"], point.get("COUNT_SIGNED", 0), point["MOST_COUNT"])
    point["multipliers"] = math.ceil(lanes / point.get("LANES_PACKED", 1)) * point["TIMESTEPS"] if point.get("ARITHMETIC") else 0
    return point


def multipliers(rng):
    pixels = rng.random() < 0.5
    fixed = {"COUNT_BITS": 9, "COUNT_SIGNED": 1, "MOST_COUNT": 255, "TIMESTEPS": 1, "ACC_BITS": rng.choice([18, 20, 22]), "VECTOR": 0, "MAX_SHIFT": 0, "SHIFTS": 1}
    if not pixels:
        # Products of fewer than nine bits, on iCE40 eleven, are built in LUTs.
        fixed = {"WEIGHT_BITS": 8, "MOST_COUNT": rng.choice([4, 8, 20])}
        fixed["COUNT_BITS"] = log2(fixed["MOST_COUNT"] + 1)
    return lanes(rng, ARITHMETIC=1, LANES_PACKED=1, **fixed)


def accumulators(rng):
    return lanes(rng, ARITHMETIC=2, LANES_PACKED=rng.choice([1, 2, 2]), VECTOR=0, WEIGHT_BITS=8, ACC_BITS=17)


def queue(rng):
    depth = rng.choice([100, 512, 1280, 2560])
    return {"WIDTH": rng.choice([3, 4, 4, 8, 16]), "DEPTH": depth, "ADDR_BITS": log2(depth), "BLOCK_RAM": 1}


def elementwise(rng):
    units, steps, channels = rng.choice([1, 1, 2]), rng.choice([1, 1, 2, 4]), rng.choice([16, 32, 64])
    count_bits, weight_bits = rng.choice([3, 4]), rng.choice([6, 7, 8])
    return {
        "UNITS": units,
        "BEATS": channels // units,
        "TIMESTEPS": steps,
        "COUNT_BITS": count_bits,
        "WEIGHT_BITS": weight_bits,
        "SHIFT": rng.choice([0, 0, 2]),
        "ACC_BITS": rng.choice([14, 16, 18]),
        "ADDR_BITS": log2(channels // units),
        "fields": units * steps,
        "product_bits": count_bits + weight_bits,
    }


def slices(rng):
    return {"SLICES": rng.choice([2, 2, 4, 8]), "FIELDS": rng.choice([1, 1, 2]), "SUM_BITS": rng.choice([12, 16, 18, 20])}


def neuron(rng):
    members = rng.choice([2, 4, 7, 8, 8])
    timesteps = rng.choice([1, 1, 2, 4])
    membrane = rng.choice([14, 17, 20])
    channels = rng.choice([16, 32, 64])
    return {
        "CHANNELS": channels,
        "TIMESTEPS": timesteps,
        "IN_TIMESTEPS": rng.choice([1, timesteps, timesteps]),
        "MEMBERS": members,
        "ACC_BITS": membrane - 1,
        "BIAS_BITS": membrane - 3,
        "THETA_BITS": membrane - 4,
        "MEMBRANE_BITS": membrane,
        "COUNT_BITS": log2(members + 1),
        "CHANNEL_BITS": log2(channels),
    }


def neuron_pow2(rng):
    point = neuron(rng)
    return {**point, "POW2": 1, "THETA_BITS": 3, "THETA_LOG2": point["MEMBRANE_BITS"] - 5}


def scores(rng):
    return {"CHANNELS": rng.choice([10, 100]), "ACC_BITS": rng.choice([14, 18, 22]), "BIAS_BITS": rng.choice([10, 16]), "CHANNEL_BITS": 7}


def pooling(rng):
    bits = rng.choice([2, 3, 4])
    kernel = rng.choice([2, 2, 4, 8])
    size = kernel * rng.choice([1, 4, 8])
    return {
        "MAXIMUM": rng.choice([0, 1]),
        "CHANNELS": rng.choice([4, 16, 64]),
        "IN_HEIGHT": size,
        "IN_WIDTH": size,
        "KERNEL_HEIGHT": kernel,
        "KERNEL_WIDTH": kernel,
        "STRIDE_HEIGHT": kernel,
        "STRIDE_WIDTH": kernel,
        "OUT_HEIGHT": size // kernel,
        "OUT_WIDTH": size // kernel,
        "FIELDS": rng.choice([1, 2]),
        "IN_BITS": bits,
        "OUT_BITS": bits + 2 * log2(kernel),
    }


def pooling_in(block):
    """A pool whose memory synthesis puts into block RAM or into LUTs; sizes in between are left out."""

    def point(rng):
        while True:
            p = pooling(rng)
            p["depth"] = p["OUT_WIDTH"] * p["CHANNELS"]
            bits = p["depth"] * p["FIELDS"] * p["OUT_BITS"]
            if bits >= 3072 if block else bits < 2048:
                return p

    return point


def encoder(rng):
    channels = rng.choice([1, 3])
    signed = rng.choice([8, 9])
    return {"CHANNELS": channels, "PIXELS": rng.choice([64, 784, 1024]), "VALUE_BITS": signed, "OFFSETS": 0 if signed == 8 else 121}


def rows(rng):
    depth = rng.choice([16, 32, 48, 96, 160, 240])
    return {"WIDTH": rng.choice([8, 16, 32, 64]), "DEPTH": depth, "ADDR_BITS": log2(depth), "BLOCK": 0}


def rom(rng):
    return {"WIDTH": rng.choice([16, 32, 64]), "DEPTH": rng.choice([27, 64, 100, 144, 256, 400, 576])}


class Measured:
    """A module, `runs` points of its parameters, and the terms of its cost."""

    def __init__(self, module, runs, point, terms, files=(), name=None, families=tuple(SYNTHESIS), memory=False):
        self.name = name or module
        self.module, self.runs, self.point, self.terms = module, runs, point, terms.split()
        self.files = [module, *files]
        self.families = families
        # Its block RAMs follow from the shape of its memory.
        self.memory = memory


WORD = "pow2:WORD_LOG2"
ARRAY = ["synapse_lane", "synapse_multiplier", "synapse_accumulator", "count_recoder", "fifo"]
POOL = "1 FIELDS*OUT_BITS log2:depth log2:IN_WIDTH log2:IN_HEIGHT"
# Accumulators, drain, its multiplexer and the queue after it.
LANES = "1 LANES LANES*TIMESTEPS*ACC_BITS UNITS*TIMESTEPS*ACC_BITS UNITS*TIMESTEPS*ACC_BITS*pow2:QUEUE_LOG2 QUEUE_LOG2"
MODULES = [
    Measured("word_packer", 12, packer, f"1 {WORD} {WORD}*ELEMENT_BITS log2:ROW_ELEMENTS"),
    Measured("spike_buffer", 8, buffer, "1 ADDR_BITS LEVEL_BITS log2:ROW_WORDS", ["row_memory"], memory=True),
    Measured("spike_buffer", 8, blocks, "1 ADDR_BITS LEVEL_BITS log2:ROW_WORDS", ["row_memory"], name="spike_buffer_blocks", memory=True),
    Measured("row_memory", 14, rows, "1 WIDTH div4:WIDTH*div16:DEPTH WIDTH*div16:DEPTH WIDTH*over16:DEPTH WIDTH*over64:DEPTH div16:DEPTH", families=["ecp5", "xc7"]),
    Measured("window_walker", 24, walker, f"1 ADDR_BITS WEIGHT_ADDR_BITS log2:ROW_ELEMENTS log2:MAP_HEIGHT {WORD} unaligned unaligned*{WORD} unaligned*log2:ROW_ELEMENTS over1:SEGMENTS*WEIGHT_ADDR_BITS"),
    Measured("event_selector", 18, selector, f"1 WEIGHT_ADDR_BITS {WORD} {WORD}*ELEMENT_BITS ELEMENT_BITS WORD_LOG2*WEIGHT_ADDR_BITS", ["skid_buffer"]),
    Measured("event_join", 8, join, "1 TERMS TERMS*COUNTS_BITS WEIGHT_ADDR_BITS TERMS*WEIGHT_ADDR_BITS", ["skid_buffer"]),
    Measured("synapse_array", 36, lanes, f"{LANES} LANES*TIMESTEPS*digits*WEIGHT_BITS LANES*TIMESTEPS*digits TIMESTEPS*digits over0:MAX_SHIFT*LANES*TIMESTEPS*WEIGHT_BITS MAX_SHIFT*LANES*TIMESTEPS VECTOR*LANES*TIMESTEPS*digits", ARRAY, name="synapse_array_gated"),
    Measured("synapse_array", 24, multipliers, f"{LANES} LANES*TIMESTEPS*WEIGHT_BITS over0:MAX_SHIFT*TIMESTEPS*COUNT_BITS VECTOR*LANES*TIMESTEPS*COUNT_BITS VECTOR*MAX_SHIFT*LANES*TIMESTEPS multipliers", ARRAY, name="synapse_array_multiplier"),
    Measured("synapse_array", 16, accumulators, f"{LANES} LANES*TIMESTEPS*WEIGHT_BITS over0:MAX_SHIFT*TIMESTEPS*COUNT_BITS multipliers", ARRAY, name="synapse_array_accumulator", families=["xc7"]),
    Measured("spike_queue", 10, queue, "1 WIDTH ADDR_BITS", ["row_memory", "fifo"], memory=True),
    Measured("elementwise_term", 12, elementwise, "1 fields fields*ACC_BITS fields*product_bits ADDR_BITS", ["skid_buffer"]),
    Measured("slice_sum", 10, slices, "1 SLICES SLICES*FIELDS*SUM_BITS FIELDS*SUM_BITS", ["skid_buffer"]),
    Measured("group_neuron", 20, neuron, "1 TIMESTEPS*COUNT_BITS*MEMBRANE_BITS TIMESTEPS*MEMBRANE_BITS IN_TIMESTEPS*ACC_BITS IN_TIMESTEPS*TIMESTEPS*COUNT_BITS*MEMBRANE_BITS TIMESTEPS*COUNT_BITS*THETA_BITS TIMESTEPS*TIMESTEPS*COUNT_BITS*COUNT_BITS CHANNEL_BITS", ["skid_buffer"]),
    Measured("group_neuron", 12, neuron_pow2, "1 TIMESTEPS*COUNT_BITS*MEMBRANE_BITS TIMESTEPS*MEMBRANE_BITS IN_TIMESTEPS*ACC_BITS IN_TIMESTEPS*TIMESTEPS*MEMBRANE_BITS TIMESTEPS*TIMESTEPS*COUNT_BITS CHANNEL_BITS", ["skid_buffer"], name="group_neuron_pow2"),
    Measured("group_neuron_serial", 14, neuron, "1 MEMBRANE_BITS IN_TIMESTEPS*ACC_BITS THETA_BITS COUNT_BITS TIMESTEPS*COUNT_BITS CHANNEL_BITS"),
    Measured("readout", 6, scores, "1 ACC_BITS BIAS_BITS log2:CHANNELS", ["skid_buffer"]),
    Measured("pool", 10, pooling_in(True), POOL, ["skid_buffer"], memory=True),
    Measured("pool", 10, pooling_in(False), f"{POOL} FIELDS*OUT_BITS*div16:depth FIELDS*OUT_BITS*over16:depth", ["skid_buffer"], name="pool_distributed", memory=True),
    Measured("input_encoder", 6, encoder, "1 CHANNELS VALUE_BITS log2:PIXELS", ["skid_buffer"]),
    Measured("skid_buffer", 4, lambda rng: {"WIDTH": rng.choice([2, 4, 8, 16, 32, 64])}, "1 WIDTH"),
    Measured("timestep_sum", 6, lambda rng: {"TIMESTEPS": rng.choice([2, 3, 4]), "COUNT_BITS": rng.choice([2, 3, 4]), "SUM_BITS": 6}, "1 TIMESTEPS*SUM_BITS TIMESTEPS*COUNT_BITS"),
    Measured("rom", 14, rom, "1 WIDTH WIDTH*div16:DEPTH WIDTH*div64:DEPTH WIDTH*div128:DEPTH"),
]


# ------------------------------------------------------------------------------------------------ measuring


def rom_text(name, width, depth, rng):
    """A ROM in LUTs with 8-bit weights like those of a trained network: bell-shaped, most of them small."""
    words = []
    for _ in range(depth):
        weights = [max(-127, min(127, round(rng.gauss(0, 25)))) & 255 for _ in range(width // 8)]
        words.append("".join(f"{w:02x}" for w in weights))
    initial = "\n".join(f"        memory[{i}] = {width}'h{word};" for i, word in enumerate(words))
    bits = log2(depth)
    return f"""module {name} (input wire clk, input wire en, input wire [{bits - 1}:0] addr, output wire [{width - 1}:0] data);
    (* rom_style = "distributed", ram_style = "logic" *)
    reg [{width - 1}:0] memory [0:{depth - 1}];
    reg [{width - 1}:0] data_reg;
    reg [{bits - 1}:0] addr_reg;
    assign data = data_reg;
    initial begin
{initial}
    end
    always @(posedge clk) begin
        if (en) addr_reg <= addr;
        data_reg <= memory[addr_reg];
    end
endmodule
"""


def measure(family, measured):
    """Synthesises all points of a module in one run, each as a separate module. Returns rows of the table."""
    from pyosys import libyosys as ys

    rng = random.Random(measured.name)
    points = []
    while len(points) < measured.runs:
        point = measured.point(rng)
        if point not in points:
            points.append(point)
    with tempfile.TemporaryDirectory() as folder:
        design = ys.Design()
        run = lambda command: ys.run_pass(command, design)
        if measured.module == "rom":
            text = "".join(rom_text(f"point_{n}", p["WIDTH"], p["DEPTH"], rng) for n, p in enumerate(points))
            Path(folder, "rom.v").write_text(text)
            run(f"read_verilog {folder}/rom.v")
        else:
            files = " ".join(str(LIBRARY / f"volley_{file}.v") for file in measured.files)
            run(f"read_verilog -noautowire {files}")
            top = design.module(ys.IdString(f"\\volley_{measured.module}"))
            for number, point in enumerate(points):
                # Every point is a copy of the module with its own parameters.
                settings = " ".join(f"-set {k} {v}" for k, v in point.items() if k.isupper())
                run(f"copy volley_{measured.module} base")
                run(f"chparam {settings} base")
                run("hierarchy -top base")
                for command in ("proc", "flatten", "opt_clean"):
                    run(command)
                run(f"rename base point_{number}")
                run(f"design -copy-to kept point_{number}")
                run("design -reset")
                run(f"read_verilog -noautowire {files}")
            run("design -reset")
            for number in range(len(points)):
                run(f"design -copy-from kept point_{number}")
        # No instance connects them: synthesis works on every module, and modules below it are flattened into it.
        wrapper = Path(folder, "sweep.v")
        ports = {}
        for number in range(len(points)):
            module = design.module(ys.IdString(f"\\point_{number}"))
            ports[number] = [(port.str().lstrip("\\"), module.wire(port)) for port in module.ports]
        declarations, instances = [], []
        for number, wires in ports.items():
            connections = []
            for name, wire in wires:
                own = f"p{number}_{name}"
                direction = "input" if wire.port_input else "output"
                declarations.append(f"{direction} wire [{wire.width - 1}:0] {own}")
                connections.append(f".{name}({own})")
            instances.append(f"    point_{number} i{number} ({', '.join(connections)});")
        wrapper.write_text(f"module sweep ({', '.join(declarations)});\n" + "\n".join(instances) + "\nendmodule\n")
        run(f"read_verilog {wrapper}")
        run("setattr -mod -set keep_hierarchy 1 point_*")
        if family == "ice40":
            # There is no LUT memory: let yosys choose.
            run("setattr -unset ram_style a:ram_style=distributed")
        run(SYNTHESIS[family])
        run(f"tee -o {folder}/stat.json stat -json")
        stat = json.loads(Path(folder, "stat.json").read_text())
    rows = []
    for number, point in enumerate(points):
        cells = stat["modules"][f"\\point_{number}"]["num_cells_by_type"]
        luts, ffs, dsps, brams = cost(family, cells)
        text = ";".join(f"{key}={value}" for key, value in point.items())
        rows.append([family, measured.name, text, luts, ffs, dsps, brams])
    return rows


@contextlib.contextmanager
def silence():
    """yosys writes its log to the process's standard output."""
    sys.stdout.flush()
    kept = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)


# ------------------------------------------------------------------------------------------------ fitting


def factor(text, point):
    kind, _, name = text.rpartition(":")
    value = point[name]
    if kind == "log2":
        return log2(value)
    if kind == "pow2":
        return 1 << value
    if kind.startswith("div"):
        return math.ceil(value / int(kind[3:]))
    if kind.startswith("over"):
        return int(value > int(kind[4:]))
    assert kind == "", text
    return value


def term(text, point):
    return 1 if text == "1" else math.prod(factor(part, point) for part in text.split("*"))


def fit(terms, points, values):
    """Coefficients, none negative, with the least sum of squared relative errors: coordinate descent."""
    weights = [1 / (value + 20) for value in values]
    columns = [[term(t, p) * w for p, w in zip(points, weights)] for t in terms]
    residual = [value * w for value, w in zip(values, weights)]
    squares = [sum(x * x for x in column) for column in columns]
    coefficients = [0.0] * len(terms)
    for _ in range(20000):
        moved = 0.0
        for j, column in enumerate(columns):
            if squares[j] == 0:
                continue
            gradient = sum(x * r for x, r in zip(column, residual))
            new = max(0.0, coefficients[j] + gradient / squares[j])
            step = new - coefficients[j]
            if step:
                residual = [r - step * x for r, x in zip(residual, column)]
                coefficients[j] = new
                moved = max(moved, abs(step) * math.sqrt(squares[j]))
        if moved < 1e-9:
            break
    return coefficients


def fit_all(rows):
    lines = ["# Fitted by scripts/fit_resources.py on measurements.csv; do not edit. The script explains the terms."]
    for family in SYNTHESIS:
        for measured in MODULES:
            own = [row for row in rows if row[0] == family and row[1] == measured.name]
            if not own:
                continue
            points = [{k: int(v) for k, v in (pair.split("=") for pair in row[2].split(";"))} for row in own]
            for resource, column in (("luts", 3), ("flip_flops", 4), ("multipliers", 5), ("block_rams", 6)):
                values = [float(row[column]) for row in own]
                if not any(values) or (resource == "block_rams" and measured.memory):
                    continue
                coefficients = fit(measured.terms, points, values)
                estimate = lambda p: sum(c * term(t, p) for c, t in zip(coefficients, measured.terms))
                errors = [abs(estimate(p) - v) / max(v, 8) for p, v in zip(points, values)]
                print(f"{family:5} {measured.name:24} {resource:11} {min(values):6.0f} .. {max(values):6.0f}   "
                      f"mean error {100 * sum(errors) / len(errors):5.1f} %, worst {100 * max(errors):5.1f} %")
                lines.append(f"\n[{family}.{measured.name}.{resource}]")
                for name, coefficient in zip(measured.terms, coefficients):
                    if coefficient > 1e-6:
                        lines.append(f'"{name}" = {coefficient:.6g}')
    COEFFICIENTS.write_text("\n".join(lines) + "\n")


def table():
    return list(csv.reader(TABLE.open()))[1:] if TABLE.exists() else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fit", action="store_true", help="do not measure")
    parser.add_argument("--only", action="append", help="module to measure again; may be given several times")
    parser.add_argument("--family", action="append", choices=SYNTHESIS)
    options = parser.parse_args()
    if not options.fit:
        for measured in MODULES:
            for family in options.family or SYNTHESIS:
                if options.only and measured.name not in options.only or family not in measured.families:
                    continue
                print(f"measuring {measured.name} on {family}", file=sys.stderr, flush=True)
                with silence():
                    new = measure(family, measured)
                # Read again: two runs of different parts must not lose each other's measurements.
                rows = [row for row in table() if row[:2] != [family, measured.name]] + [list(map(str, row)) for row in new]
                with TABLE.open("w", newline="") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    writer.writerow(["family", "module", "parameters", "luts", "flip_flops", "multipliers", "block_rams"])
                    writer.writerows(sorted(rows, key=lambda row: row[:2]))
    fit_all(table())


if __name__ == "__main__":
    main()
