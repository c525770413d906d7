"""Sparse convolution beside MinkowskiEngine's and torch's gather, product and sum.

GEO3D_MINKOWSKI names a Python that imports MinkowskiEngine 0.5.4, and GEO3D_OFFICIAL a folder with clones of the
official repositories, each at OWNER+NAME/repo; without them there is no such peer.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

CHANNELS, ROUNDS = 64, 7
VOXELS, ROOM_VOXELS = 200_000, 150_000
PEER = Path(__file__).with_name("minkowski_peer.py")


def rows() -> list[dict]:
    """Seconds and peak memory of a layer, its gradients, its kernel map and a network; ours, and the peers'."""
    with tempfile.TemporaryDirectory() as scratch:
        coordinates, room = Path(scratch) / "shells.npy", Path(scratch) / "room.npy"
        np.save(coordinates, shells(VOXELS))
        np.save(room, furnished_room(ROOM_VOXELS))
        ours = _run([sys.executable, "-m", "tests.bench.sparse", str(coordinates), str(room)])
        peer = _peer(coordinates, room)
    flops, gemm, row = 2 * ours["pairs"] * CHANNELS**2, ours["gemm"], 8 * CHANNELS
    print(
        f"{ours['pairs'] / VOXELS:.1f} pairs a voxel, {flops / 1e9:.1f} GFLOP; one dense product of as many takes "
        f"{1000 * gemm:.0f} ms ({flops / gemm / 1e9:.0f} GFLOP/s), {gemm / ours['forward']:.0%} of the layer; rows "
        f"that pairs take and give are {row * ours['pairs'] / 1e9:.2f} GB, each once {row * VOXELS / 1e9:.2f} GB"
    )
    name = f"submanifold 3^3, {CHANNELS} to {CHANNELS}, {VOXELS:,} voxels"
    made = [
        _row(f"{name}, forward", ours["forward"], peer.get("forward"), 0.135, under=True),
        _row(f"{name}, forward, torch", ours["forward"], ours["torch"], None),
        _row(f"{name}, forward and backward", ours["both"], peer.get("both"), 4),
        _row(f"sparse tensor and kernel map 3^3, {VOXELS:,} voxels", ours["map"], peer.get("map"), 3),
        _row(f"MinkUNet-18A, a room of {ROOM_VOXELS:,} voxels", ours["network"], peer.get("network"), 4),
    ]
    memory = _row("peak memory of all of it", ours["memory"], peer.get("memory"), 1)
    return [*made, memory | {"unit": "bytes"}]


def shells(count: int) -> np.ndarray:
    """Voxels of three spheres' surfaces [voxel, 4], about 13 of whose 27 neighbours are active; the batch first."""
    random, parts = np.random.default_rng(0), []
    for radius in (60, 75, 90):
        across = random.normal(size=(1_200_000, 3))
        parts.append(np.rint(radius * across / np.linalg.norm(across, axis=1, keepdims=True)).astype(np.int32))
    places = np.unique(np.concatenate(parts), axis=0)[:count]
    return np.concatenate([np.zeros((count, 1), np.int32), places], axis=1)


def furnished_room(count: int) -> np.ndarray:
    """About `count` surface voxels of a made room [voxel, 4], by points drawn evenly on its triangles."""
    from geo3d.data_tools.rooms.build import build_scene
    from geo3d.data_tools.rooms.catalogue import builders_of
    from geo3d.data_tools.rooms.place import describe

    builders = builders_of("train")
    scene = build_scene(describe(3, "train", builders, ("living_room",)), builders)
    corners = scene.vertices.numpy()[scene.faces.numpy()].astype(np.float64)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    random = np.random.default_rng(0)
    chosen = corners[random.choice(len(corners), 20 * count, p=areas / areas.sum())]
    a, b = np.sort(random.random((2, 20 * count, 1)), axis=0)
    points = a * chosen[:, 0] + (b - a) * chosen[:, 1] + (1 - b) * chosen[:, 2]
    size = 0.05
    for _ in range(6):  # the count grows with the inverse square of the size
        places = np.unique(np.floor(points / size).astype(np.int32), axis=0)
        size *= (len(places) / count) ** 0.5
    return np.concatenate([np.zeros((len(places), 1), np.int32), places], axis=1)


def measure(coordinates: Tensor, room: Tensor) -> dict[str, float]:
    """Our medians, in seconds, and the process's peak memory above that after imports."""
    from geo3d.models.sparse.minkunet import MinkUNet
    from geo3d.ops.sparse import map_between, sparse_tensor
    from geo3d.ops.sparse_convolution import _sums_reference, sparse_convolution
    from geo3d.ops.sparse_maps import kernel_map, kernel_offsets

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    torch.manual_seed(0)
    features, weights = torch.randn(len(coordinates), CHANNELS), torch.randn(27, CHANNELS, CHANNELS)
    offsets = kernel_offsets((3, 3, 3), (1, 1, 1))
    pairs = kernel_map(coordinates, coordinates, offsets)
    count = pairs.starts[-1]

    def place() -> object:
        tensor, _ = sparse_tensor(coordinates, features)
        return map_between(tensor, tensor, (3, 3, 3), (1, 1, 1))

    found = {"pairs": count, "map": median(place)}
    found["forward"] = median(lambda: sparse_convolution(features, weights, pairs))
    graded, learned = features.clone().requires_grad_(), weights.clone().requires_grad_()
    slope = torch.randn(len(coordinates), CHANNELS)
    found["both"] = median(lambda: sparse_convolution(graded, learned, pairs).backward(slope))
    network = MinkUNet(3, 20, "18A").eval()
    colours = torch.randn(len(room), 3)
    with torch.no_grad():
        found["network"] = median(lambda: network(sparse_tensor(room, colours)[0]))
    found["memory"] = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    found["torch"] = median(lambda: _sums_reference(features, weights, pairs))
    part = torch.randn(count // 16, CHANNELS)
    found["gemm"] = 16 * median(lambda: part @ weights[0])
    return found


def median(work: Callable[[], Any]) -> float:
    """Seconds of a run, after one that is not counted."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _peer(coordinates: Path, room: Path) -> dict[str, float]:
    python, official = os.environ.get("GEO3D_MINKOWSKI"), os.environ.get("GEO3D_OFFICIAL")
    if python is None or official is None:
        print("GEO3D_MINKOWSKI or GEO3D_OFFICIAL is not set: no MinkowskiEngine to compare with")
        return {}
    return _run([python, "-W", "ignore", str(PEER), str(coordinates), str(room), official])


def _run(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _row(name: str, ours: float, peer: float | None, target: float | None, under: bool = False) -> dict:
    ratio = None if peer is None else peer / ours
    met = None if target is None else ours <= target if under else None if ratio is None else ratio >= target
    return {"name": name, "ours": ours, "peer": peer, "unit": "s", "ratio": ratio, "target": target, "met": met}


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(*(torch.from_numpy(np.load(file)) for file in sys.argv[1:]))))
    else:
        for row in rows():
            print(row)
