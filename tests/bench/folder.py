"""From a folder of 7-Scenes' frames to a mesh file, beside the same job written with Open3D: decoding is in the time.

Each side runs in a process of its own and prints one JSON object; both hold a few frames at a time. Memory is what the
peak is above that after the imports and a first small job, which compiles what numba compiles.
"""

import argparse
import json
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from geo3d.scene.memory import peak_memory, reset_peak_memory, resident_memory
from tests.bench.fusion import MAX_DEPTH, MIN_WEIGHT, TRUNCATION_VOXELS, peer_grid, sides

SOME = "0:3"


def main() -> None:
    arguments = sides().parse_args()
    with TemporaryDirectory() as made:
        out = Path(made, "mesh.ply")
        job = ours if arguments.side == "ours" else peer
        job(arguments.scan, arguments, out, few=True)
        reset_peak_memory()
        before, start = resident_memory(), time.perf_counter()
        job(arguments.scan, arguments, out, few=False)
        seconds = time.perf_counter() - start
        found = {"job": seconds, "memory": peak_memory() - before, "file": os.path.getsize(out)}
    print(json.dumps(found))


def ours(folder: Path, arguments: argparse.Namespace, out: Path, few: bool) -> None:
    from geo3d.data_tools.mesh_files import write_ply
    from geo3d.data_tools.scans.formats import find_scan
    from geo3d.stages.fuse import FuseConfig, fuse
    from geo3d.stages.mesh import MeshConfig, extract_mesh

    found = find_scan(folder, "auto", SOME if few else ":", None)
    scan = found.format.read(found.source(folder / "no" / "memory"), None)
    volume = fuse(scan, FuseConfig(voxel_size=arguments.voxel_size, max_depth=MAX_DEPTH))
    write_ply(extract_mesh(volume, MeshConfig(min_weight=1 if few else MIN_WEIGHT, min_area=0)), out)


def peer(folder: Path, arguments: argparse.Namespace, out: Path, few: bool) -> None:
    import open3d as o3d

    o3c, t, band = o3d.core, o3d.t, float(TRUNCATION_VOXELS)
    K = o3c.Tensor(np.loadtxt(folder / "camera-intrinsics.txt"))
    grid = peer_grid(arguments.voxel_size, arguments.block)()
    names = sorted(path.name.split(".")[0] for path in folder.glob("*.depth.png"))
    for name in names[: 3 if few else None]:
        depth = t.io.read_image(str(folder / f"{name}.depth.png"))
        colour = t.io.read_image(str(folder / f"{name}.color.jpg"))
        camera_from_world = o3c.Tensor(np.linalg.inv(np.loadtxt(folder / f"{name}.pose.txt")))
        blocks = grid.compute_unique_block_coordinates(depth, K, camera_from_world, 1000.0, MAX_DEPTH, band)
        grid.integrate(blocks, depth, colour, K, K, camera_from_world, 1000.0, MAX_DEPTH, band)
    mesh = grid.extract_triangle_mesh((1 if few else MIN_WEIGHT) - 0.5)
    t.io.write_triangle_mesh(str(out), mesh)


if __name__ == "__main__":
    main()
