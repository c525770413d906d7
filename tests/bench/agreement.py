"""How far the fused surfaces of a scan lie from Open3D's, both ways: as we fuse, and measured as Open3D measures.

``python -m tests.bench.agreement SCAN``. Open3D takes distances along the camera's axis, counts every view alike, and
takes the pixel at or before a point where we take the nearest; half a pixel is in the intrinsics then.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from geo3d.ops.distance import distance_to_mesh
from geo3d.scene.kinds import RgbdScan, TriangleMesh
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests.bench.fusion import MAX_DEPTH, MIN_WEIGHT, decode, fuse_by_peer, peer_grid

VOXEL = 0.01
HALF = torch.tensor([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
OURS = FuseConfig(voxel_size=VOXEL, max_depth=MAX_DEPTH)
EVEN = replace(OURS, free_weight=1.0, min_facing=0.0)
THEIRS = replace(OURS, free_weight=1.0, distance="axis")


def rows(folder: Path) -> list[dict]:
    """Mean distances in metres, both ways, for each way of measuring; the last has a target."""
    scan, frames = decode(folder)
    grid = fuse_by_peer(frames, peer_grid(VOXEL, 16)())
    mesh = grid.extract_triangle_mesh(MIN_WEIGHT - 0.5)
    positions, faces = mesh.vertex.positions.numpy(), mesh.triangle.indices.numpy().astype(np.int32)
    peer = TriangleMesh(torch.from_numpy(positions), torch.from_numpy(faces), None, None)
    shifted = replace(scan, intrinsics=scan.intrinsics - HALF, colour_intrinsics=scan.colour_intrinsics - HALF)
    ways = (
        ("as we fuse", scan, OURS, None),
        ("every view counted alike", scan, EVEN, None),
        ("alike and along the axis", scan, THEIRS, None),
        ("alike, along the axis, at Open3D's pixel", shifted, THEIRS, 0.002),
    )
    return [entry for name, seen, config, target in ways for entry in apart(name, surface(seen, config), peer, target)]


def surface(scan: RgbdScan, config: FuseConfig) -> TriangleMesh:
    return extract_mesh(fuse(scan, config), MeshConfig(min_weight=MIN_WEIGHT, min_area=0))


def apart(name: str, ours: TriangleMesh, peer: TriangleMesh, target: float | None) -> list[dict]:
    """From the vertices of each to the other's surface."""
    found = []
    for way, one, other in (("to Open3D's", ours, peer), ("from Open3D's", peer, ours)):
        far = distance_to_mesh(one.vertices.float(), other.vertices.float(), other.faces)[0]
        entry = {"name": f"mean distance {way}, {name}", "ours": float(far.mean()), "median": float(far.median())}
        entry |= {"peer": None, "unit": "m", "ratio": None}
        found.append(entry | {"target": target, "met": target is None or float(far.mean()) < target})
    return found


if __name__ == "__main__":
    for entry in rows(Path(sys.argv[1])):
        print(f"{entry['name']:70} {1000 * entry['ours']:6.2f} mm, median {1000 * entry['median']:6.3f} mm")
