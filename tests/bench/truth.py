"""How far fused meshes lie from the true surface of a generated room, ours and Open3D's.

``python -m tests.bench.truth SCENE`` takes a scene of ``geo3d render-dataset``: frames, and the ``mesh.ply`` that they
were rendered from.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from geo3d.data_tools.mesh_files import find_mesh, read_mesh
from geo3d.ops.distance import distance_to_mesh
from geo3d.scene.kinds import RgbdScan, TriangleMesh
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests.bench.fusion import MAX_DEPTH, MIN_WEIGHT, decode, fuse_by_peer, peer_grid

PARTS = torch.tensor([0.5, 0.9, 0.99])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("scene", type=Path)
    parser.add_argument("--voxel-size", type=float, default=0.01)
    arguments = parser.parse_args()
    scan, frames = decode(arguments.scene)
    truth = read_mesh(find_mesh(arguments.scene / "mesh.ply", arguments.scene / "no" / "memory"))
    print("mm from the vertices to the true surface:     mean  median  90 %  99 %")
    tell("geo3d", ours(scan, arguments.voxel_size), truth)
    even: dict[str, float | str] = {"free_weight": 1.0, "min_facing": 0.0}
    tell("geo3d, every vote 1, from all sides", ours(scan, arguments.voxel_size, **even), truth)
    along: dict[str, float | str] = {"free_weight": 1.0, "distance": "axis"}
    tell("geo3d, every vote 1, along the axis", ours(scan, arguments.voxel_size, **along), truth)
    tell("Open3D", peer(frames, arguments.voxel_size), truth)


def ours(scan: RgbdScan, voxel_size: float, **options: float | str) -> Tensor:
    volume = fuse(scan, FuseConfig(voxel_size=voxel_size, max_depth=MAX_DEPTH, **options))  # pyright: ignore[reportArgumentType]
    return extract_mesh(volume, MeshConfig(min_weight=MIN_WEIGHT, min_area=0)).vertices


def peer(frames: list, voxel_size: float) -> Tensor:
    grid = fuse_by_peer(frames, peer_grid(voxel_size, 16)())
    return torch.from_numpy(grid.extract_triangle_mesh(MIN_WEIGHT - 0.5).vertex.positions.numpy())


def tell(name: str, vertices: Tensor, truth: TriangleMesh) -> None:
    apart = 1000 * distance_to_mesh(vertices.float(), truth.vertices, truth.faces)[0].double().numpy()
    parts = " ".join(f"{value:6.2f}" for value in np.quantile(apart, PARTS.numpy()))
    print(f"{name:44} {apart.mean():6.2f} {parts}")


if __name__ == "__main__":
    main()
