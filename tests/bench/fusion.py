"""Fusing and meshing beside Open3D's voxel block grid: the same frames, voxels, truncation and minimum weight.

Each side runs in a process of its own, in turn with the other, and prints one JSON object. Frames are decoded before
the clock starts; what numba compiles is compiled before it, too.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from geo3d.data_tools.scans.formats import find_scan
from geo3d.scene.kinds import RgbdScan
from geo3d.scene.memory import peak_memory, reset_peak_memory

VOXEL, TRUNCATION_VOXELS, MAX_DEPTH, MIN_WEIGHT = 0.01, 8, 4.0, 3
BLOCK_COUNT = 16_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("scan", type=Path)
    parser.add_argument("side", choices=["ours", "peer"])
    parser.add_argument("--block", type=int, default=16, help="edge of the peer's blocks, in voxels")
    arguments = parser.parse_args()
    scan, frames = decode(arguments.scan)
    if arguments.side == "ours":
        print(json.dumps(ours(scan, frames)))
    else:
        print(json.dumps(peer(frames, scan.intrinsics[0].numpy(), arguments.block)))


def decode(folder: Path) -> tuple[RgbdScan, list]:
    """The scan, and all its frames as arrays (depth in metres, colour, world_from_camera)."""
    from geo3d.scene.frames import stream_frames

    found = find_scan(folder, "auto", ":", None)
    scan = found.format.read(found.source(folder / "no" / "memory"), None)
    return scan, list(stream_frames(scan))


def ours(scan: RgbdScan, frames: list) -> dict[str, float]:
    import torch

    from geo3d.ops.block_grid import BlockTable
    from geo3d.ops.fusion import Grid, blocks_near_surface, integrate_
    from geo3d.stages.fuse import FuseConfig
    from geo3d.stages.fuse_pool import Pool, as_volume, block_bytes, finish
    from geo3d.stages.fuse_views import stride_of, view_of
    from geo3d.stages.mesh import MeshConfig, extract_mesh

    grid = Grid(torch.zeros(3, dtype=torch.float64), VOXEL, TRUNCATION_VOXELS * VOXEL)
    config = FuseConfig(voxel_size=VOXEL, max_depth=MAX_DEPTH)

    def fuse(pool: Pool, table: BlockTable, some: list) -> int:
        visited = 0
        for frame in some:
            view = view_of(frame, config)
            blocks = blocks_near_surface(view, grid, stride_of(frame.intrinsics, MAX_DEPTH, grid))
            integrate_(pool.means, table.rows(blocks), blocks, view, grid, config.weight_cap, config.free_weight)
            visited += len(blocks) * 8**3
        return visited

    def run(some: list) -> dict[str, float]:
        pool, table = Pool(scan, config, 8 * BLOCK_COUNT * block_bytes(scan, config)), BlockTable()
        reset_peak_memory()
        before, start = peak_memory(), time.perf_counter()
        visited = fuse(pool, table, some) / len(some)
        fused, memory = time.perf_counter() - start, peak_memory() - before
        volume = as_volume(finish(pool, table.blocks, grid, scan), grid, scan)
        start = time.perf_counter()
        mesh = extract_mesh(volume, MeshConfig(min_weight=MIN_WEIGHT, min_area=0))
        meshed = time.perf_counter() - start
        voxels = len(volume.blocks) * 8**3
        return {
            "integrate": fused / len(some),
            "extract": meshed,
            "memory": memory,
            "faces": len(mesh.faces),
            "voxels": voxels,
            "visited": visited,
        }

    run(frames[:3])
    return run(frames)


def peer(frames: list, intrinsics: np.ndarray, block: int) -> dict[str, float]:
    import open3d as o3d

    o3c, t = o3d.core, o3d.t.geometry
    K, band = o3c.Tensor(intrinsics), float(TRUNCATION_VOXELS)
    inputs = [
        (
            t.Image(o3c.Tensor((frame.depth.numpy() * 1000).round().astype(np.uint16))),
            t.Image(o3c.Tensor(frame.colour.numpy())),
            o3c.Tensor(np.linalg.inv(frame.world_from_camera.numpy())),
        )
        for frame in frames
    ]
    names, kinds, shapes = ("tsdf", "weight", "color"), (o3c.float32,) * 3, ((1), (1), (3))
    reset_peak_memory()
    before = peak_memory()
    count = BLOCK_COUNT * (16 // block) ** 2
    grid = t.VoxelBlockGrid(names, kinds, shapes, VOXEL, block, count, o3c.Device("CPU:0"))
    start = time.perf_counter()
    for depth, colour, camera_from_world in inputs:
        blocks = grid.compute_unique_block_coordinates(depth, K, camera_from_world, 1000.0, MAX_DEPTH, band)
        grid.integrate(blocks, depth, colour, K, K, camera_from_world, 1000.0, MAX_DEPTH, band)
    fused, memory = time.perf_counter() - start, peak_memory() - before
    start = time.perf_counter()
    mesh = grid.extract_triangle_mesh(float(MIN_WEIGHT))
    meshed = time.perf_counter() - start
    faces = len(mesh.triangle.indices)
    voxels = grid.hashmap().size() * block**3
    return {"integrate": fused / len(inputs), "extract": meshed, "memory": memory, "faces": faces, "voxels": voxels}


if __name__ == "__main__":
    main()
