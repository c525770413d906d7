"""Signed distances of a furnished room's voxels beside Open3D's: the same mesh, the same points, in turn.

Each side runs in a process of its own and prints one JSON object. What numba compiles is compiled before the clock
starts; building the tree is part of the work, on both sides.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor

VOXEL, INNER, TRIANGLES = 0.05, (8.0, 6.0, 3.0), 80_000
FURTHER = (0.047, 0.094, 0.188)
"""Other voxel sizes that are timed for ours alone."""
ROUNDS, TARGET = 3, 2.0


def rows() -> list[dict]:
    """The entries for ``bench.json``."""
    with TemporaryDirectory() as folder:
        mesh = Path(folder, "room.npz")
        vertices, faces = room_mesh(INNER, edge_for(TRIANGLES))
        np.savez(mesh, vertices=vertices.numpy(), faces=faces.numpy())
        runs: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
        for _ in range(ROUNDS):
            for side, done in runs.items():
                command = [sys.executable, "-m", "tests.bench.distance", str(mesh), side]
                output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
                done.append(json.loads(output))
                print(f"distance volume {side}: {output}", file=sys.stderr)
    ours = {name: statistics.median(run[name] for run in runs["ours"]) for name in runs["ours"][0]}
    peer = statistics.median(run["signed"] for run in runs["peer"])
    name, unit = f"distance volume, {len(faces)} triangles", "s"
    ratio = peer / ours["signed"]
    entry = {"name": f"{name}, 5 cm", "ours": ours.pop("signed"), "peer": peer, "unit": unit}
    entries = [entry | {"ratio": ratio, "target": TARGET, "met": ratio >= TARGET}]
    none = {"peer": None, "unit": unit, "ratio": None, "target": None, "met": None}
    return entries + [{"name": f"{name}, {what}", "ours": seconds, **none} for what, seconds in ours.items()]


def room_mesh(inner: tuple[float, float, float], edge: float) -> tuple[Tensor, Tensor]:
    """The built-in room stretched to an inner size, as closed parts that overlap, no edge longer than `edge` metres."""
    parts = [subdivide(*part, edge) for part in room_parts(inner)]
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in parts])
    vertices = np.concatenate([vertices for vertices, _ in parts])
    faces = np.concatenate([faces + start for (_, faces), start in zip(parts, starts, strict=False)])
    return torch.from_numpy(vertices), torch.from_numpy(faces)


def room_parts(inner: tuple[float, float, float]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Vertices and faces of each solid of the built-in room, all convex."""
    import trimesh

    from geo3d.data_tools.room import DEPTH, HEIGHT, WIDTH, furnish
    from geo3d.ops.raycast import BOX, CYLINDER

    shapes = {BOX: trimesh.creation.box((2, 2, 2)), CYLINDER: trimesh.creation.cylinder(1, 2, sections=24)}
    ball, solids, parts = trimesh.creation.icosphere(3), furnish().solids, []
    for kind, centre, half, yaw in zip(solids.kinds.tolist(), solids.centres, solids.halves, solids.yaws, strict=True):
        shape = shapes.get(kind, ball)
        x, y, z = (shape.vertices * half.numpy()).T
        cos, sin = float(yaw.cos()), float(yaw.sin())
        turned = np.stack([cos * x - sin * y, sin * x + cos * y, z], axis=1) + centre.numpy()
        parts.append((turned * (np.array(inner) / (WIDTH, DEPTH, HEIGHT)), np.asarray(shape.faces)))
    return parts


def subdivide(vertices: np.ndarray, faces: np.ndarray, edge: float) -> tuple[np.ndarray, np.ndarray]:
    """Halve edges until none is longer; still closed."""
    import trimesh

    corners, triangles, *_ = trimesh.remesh.subdivide_to_size(vertices, faces, edge, max_iter=20)
    cut = trimesh.Trimesh(corners, triangles)  # joins the corners that faces share
    return np.asarray(cut.vertices), np.asarray(cut.faces)


def edge_for(triangles: int) -> float:
    """The longest edge at which the room has about so many triangles."""
    low, high = 0.05, 2.0
    for _ in range(8):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if len(room_mesh(INNER, middle)[1]) > triangles else (low, middle)
    return high


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("mesh", type=Path)
    parser.add_argument("side", choices=["ours", "peer"])
    arguments = parser.parse_args()
    mesh = np.load(arguments.mesh)
    print(json.dumps((ours if arguments.side == "ours" else peer)(mesh["vertices"], mesh["faces"])))


def grid(voxel_size: float) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Origin and shape of the grid that fills the room."""
    columns, depth, height = (int(np.ceil(side / voxel_size - 1e-9)) for side in INNER)
    return np.array([-INNER[0] / 2, -INNER[1] / 2, 0]) + voxel_size / 2, (columns, depth, height)


def ours(vertices: np.ndarray, faces: np.ndarray) -> dict[str, float]:
    from geo3d.ops.distance import mesh_distance_volume

    mesh = torch.from_numpy(vertices), torch.from_numpy(faces)

    def seconds(voxel_size: float, truncation: float) -> float:
        origin, shape = grid(voxel_size)
        start = time.perf_counter()
        mesh_distance_volume(*mesh, torch.from_numpy(origin), voxel_size, shape, truncation)
        return time.perf_counter() - start

    seconds(0.5, np.inf)
    times = {"signed": seconds(VOXEL, np.inf), f"{100 * VOXEL:g} cm to 3 voxels": seconds(VOXEL, 3 * VOXEL)}
    for size in FURTHER:
        times[f"{100 * size:g} cm"] = seconds(size, np.inf)
        times[f"{100 * size:g} cm to 3 voxels"] = seconds(size, 3 * size)
    return times


def peer(vertices: np.ndarray, faces: np.ndarray) -> dict[str, float]:
    import open3d as o3d

    origin, shape = grid(VOXEL)
    points: np.ndarray = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1) * VOXEL + origin
    points, vertices, faces = points.astype(np.float32), vertices.astype(np.float32), faces.astype(np.uint32)
    o3c, geometry = o3d.core, o3d.t.geometry
    queries, inputs = o3c.Tensor(points), (o3c.Tensor(vertices), o3c.Tensor(faces))
    start = time.perf_counter()
    scene = geometry.RaycastingScene()
    scene.add_triangles(*inputs)
    scene.compute_signed_distance(queries)
    return {"signed": time.perf_counter() - start}


if __name__ == "__main__":
    main()
