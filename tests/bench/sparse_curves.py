"""Seconds and memory of one 3^3 convolution of a sphere's surface over the grid's resolution, dense and sparse; and
which places are active after submanifold and plain convolutions.

    python -m tests.bench.sparse_curves

writes runs/bench/sparse_curves.html and dilation.png. A dense grid that would take more than DENSE_LIMIT is not tried.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

from geo3d.data_tools.benchmarks.protocol import Curve
from geo3d.data_tools.benchmarks.results.charts import lines
from geo3d.data_tools.png import encode_png
from geo3d.nn.sparse import Convolution, SubmanifoldConvolution
from geo3d.ops.sparse import SparseTensor, sparse_tensor, to_dense

CHANNELS, ROUNDS, DENSE_LIMIT = 16, 3, 6 << 30
RESOLUTIONS = (32, 64, 128, 256, 512)
OUT = Path("runs/bench")
LAYERS = 5
"""Convolutions in the picture of what is active."""


def shell(resolution: int, dimensions: int = 3) -> np.ndarray:
    """Cells [cell, 1 + dimensions] that a sphere of 0.4 times the grid's edge passes through, the batch first."""
    axes = np.meshgrid(*[np.arange(resolution)] * (dimensions - 1), indexing="ij")
    found = []
    for layer in range(resolution):  # a slice at a time: the whole grid would be what is to be avoided
        squares = (layer - resolution / 2) ** 2 + sum((axis - resolution / 2) ** 2 for axis in axes)
        on = np.abs(np.sqrt(squares) - 0.4 * resolution) < 0.5
        found.append(np.stack([np.full(on.sum(), layer), *(axis[on] for axis in axes)], axis=1))
    places = np.concatenate(found).astype(np.int32)
    return np.concatenate([np.zeros((len(places), 1), np.int32), places], axis=1)


def measure(kind: str, resolution: int) -> dict[str, float]:
    """Median seconds of a convolution, and peak memory above that before there was data; in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    places = torch.from_numpy(shell(resolution))
    tensor, _ = sparse_tensor(places, torch.ones(len(places), CHANNELS))
    if kind == "sparse":
        layer = SubmanifoldConvolution(CHANNELS, CHANNELS, 3)
        given = tensor
    else:
        layer = torch.nn.Conv3d(CHANNELS, CHANNELS, 3, padding=1, bias=False)
        given = to_dense(tensor, (0, 0, 0), (resolution,) * 3, 1)
    times = []
    with torch.no_grad():
        for _ in range(1 + ROUNDS):
            start = time.perf_counter()
            layer(given)
            times.append(time.perf_counter() - start)
    peak = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    return {"seconds": statistics.median(times[1:]), "bytes": peak, "places": len(places)}


def dilation() -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Active cells of a circle after some convolutions: above submanifold ones, below plain ones; and their counts."""
    tensor, _ = sparse_tensor(torch.from_numpy(shell(40, 2)), torch.ones(len(shell(40, 2)), 1))
    rows, counts, pair = ([], []), [], (tensor, tensor)
    for _ in range(LAYERS + 1):
        counts.append((len(pair[0].coordinates), len(pair[1].coordinates)))
        for row, one in zip(rows, pair, strict=True):
            row.append(np.pad(_cells(one), 2, constant_values=255))
        pair = SubmanifoldConvolution(1, 1, 3, dimensions=2)(pair[0]), Convolution(1, 1, 3, dimensions=2)(pair[1])
    picture = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return np.repeat(picture.repeat(4, axis=0).repeat(4, axis=1)[..., None], 3, axis=2), counts


def _cells(tensor: SparseTensor) -> np.ndarray:
    active = to_dense(tensor.having(torch.ones(len(tensor.coordinates), 1)), (-8, -8), (56, 56), 1)[0, 0]
    return np.where(active.numpy() > 0, 60, 235).astype(np.uint8)


def main() -> None:
    """Measure, print, and write the page."""
    found: dict[str, list[tuple[int, dict[str, float]]]] = {"dense": [], "sparse": []}
    for resolution in RESOLUTIONS:
        for kind, made in found.items():
            if kind == "dense" and 2 * 4 * CHANNELS * resolution**3 > DENSE_LIMIT:
                print(f"dense at {resolution}^3 would take {8 * CHANNELS * resolution**3 / 2**30:.0f} GiB: not tried")
                continue
            command = [sys.executable, "-m", "tests.bench.sparse_curves", kind, str(resolution)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            made.append((resolution, json.loads(done.stdout)))
            figures = made[-1][1]
            print(
                f"{kind:6} {resolution:3}^3 {figures['places']:9,} places "
                f"{1000 * figures['seconds']:9.1f} ms {figures['bytes'] / 2**20:8.0f} MiB"
            )
    picture, counts = dilation()
    print("active after each convolution, submanifold and plain:", counts)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "dilation.png").write_bytes(encode_png(picture))
    charts = [
        Curve(title, "cells along an edge", up, {kind: _line(made, key) for kind, made in found.items()})
        for title, up, key in (("time", "seconds", "seconds"), ("memory", "bytes", "bytes"))
    ]
    rules = "svg{max-width:640px}polyline{fill:none;stroke-width:2}text{font:12px sans-serif}.grid{stroke:#ccc}"
    page = "".join(f"<h2>{curve.title}</h2>{lines(curve)}" for curve in charts)
    (OUT / "sparse_curves.html").write_text(
        f"<!DOCTYPE html><style>{rules}</style>{page}<img src='dilation.png'>", encoding="utf-8"
    )


def _line(made: list[tuple[int, dict[str, float]]], key: str) -> tuple[list[float], list[float]]:
    return [float(resolution) for resolution, _ in made], [figures[key] for _, figures in made]


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
