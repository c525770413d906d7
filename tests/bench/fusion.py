"""Fusing and meshing beside Open3D's voxel block grid: the same frames, voxels, truncation and minimum weight.

Each side runs in a process of its own, in turn with the other, and prints one JSON object. Frames are decoded before
the clock starts; what numba compiles is compiled before it, too.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from geo3d.data_tools.scans.formats import find_scan
from geo3d.scene.kinds import RgbdScan
from geo3d.scene.memory import peak_memory, reset_peak_memory

TRUNCATION_VOXELS, MAX_DEPTH, MIN_WEIGHT = 8, 4.0, 3
"""The last is 2.5 for Open3D, which wants more than that."""
BLOCK_COUNT = 16_000


def main() -> None:
    arguments = sides().parse_args()
    scan, frames = decode(arguments.scan)
    if arguments.side == "ours":
        print(json.dumps(ours(scan, frames, arguments.voxel_size)))
    else:
        grid = peer_grid(arguments.voxel_size, arguments.block)
        print(json.dumps(peer(frames, scan.intrinsics[0].numpy(), grid)))


def sides() -> argparse.ArgumentParser:
    """Options of a bench that runs one side at a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scan", type=Path)
    parser.add_argument("side", choices=["ours", "peer"])
    parser.add_argument("--voxel-size", type=float, default=0.01)
    parser.add_argument("--block", type=int, default=16, help="edge of the peer's blocks, in voxels")
    return parser


def decode(folder: Path) -> tuple[RgbdScan, list]:
    """The scan, and all its frames as arrays (depth in metres, colour, world_from_camera)."""
    from geo3d.scene.frames import stream_frames

    found = find_scan(folder, "auto", ":", None)
    scan = found.format.read(found.source(folder / "no" / "memory"), None)
    return scan, list(stream_frames(scan))


def ours(scan: RgbdScan, frames: list, voxel_size: float) -> dict[str, float]:
    import torch

    from geo3d.ops.block_grid import BlockTable
    from geo3d.ops.fusion import Grid, Means, integrate_
    from geo3d.ops.fusion_blocks import blocks_near_surface
    from geo3d.stages.fuse import FuseConfig
    from geo3d.stages.fuse_pool import Pool, as_volume, block_bytes, finish
    from geo3d.stages.fuse_views import stride_of, view_of
    from geo3d.stages.mesh import MeshConfig, extract_mesh

    grid = Grid(torch.zeros(3, dtype=torch.float64), voxel_size, TRUNCATION_VOXELS * voxel_size)
    config = FuseConfig(voxel_size=voxel_size, max_depth=MAX_DEPTH)

    def fuse(means: Means, table: BlockTable, some: list) -> int:
        visited, room = 0, torch.from_numpy(np.empty((*scan.depth_size, 4), np.float32))
        for frame in some:
            view = view_of(frame, config, room)
            blocks = blocks_near_surface(view, grid, stride_of(frame, MAX_DEPTH, grid))
            integrate_(means, table.rows(blocks), blocks, view, grid, config.weight_cap, config.free_weight)
            visited += len(blocks) * 8**3
        return visited

    def run(some: list) -> dict[str, float]:
        pool, table = Pool(scan, config, 8 * BLOCK_COUNT * block_bytes(scan, config)), BlockTable()
        assert pool.means is not None
        reset_peak_memory()
        before, start = peak_memory(), time.perf_counter()
        visited = fuse(pool.means, table, some) / len(some)
        fused, memory = time.perf_counter() - start, peak_memory() - before
        volume = as_volume(finish(pool, table.blocks, grid, scan), grid, scan)
        start = time.perf_counter()
        mesh = extract_mesh(volume, MeshConfig(min_weight=MIN_WEIGHT, min_area=0))
        meshed = time.perf_counter() - start
        return {
            "integrate": fused / len(some),
            "extract": meshed,
            "memory": memory,
            "faces": len(mesh.faces),
            "visited": visited,
        }

    run(frames[:3])
    return run(frames)


def peer_grid(voxel_size: float, block: int) -> Callable[[], Any]:
    """What makes Open3D's grid, which takes its memory at once."""
    import open3d as o3d

    names, kinds = ("tsdf", "weight", "color"), (o3d.core.float32,) * 3
    shapes = [o3d.core.SizeVector([size]) for size in (1, 1, 3)]
    device = o3d.core.Device("CPU:0")
    return lambda: o3d.t.geometry.VoxelBlockGrid(names, kinds, shapes, voxel_size, block, BLOCK_COUNT, device)


def fuse_by_peer(frames: list, grid: Any) -> Any:
    """Open3D's grid with all frames in it."""
    import open3d as o3d

    o3c, t, limits = o3d.core, o3d.t.geometry, (1000.0, MAX_DEPTH, float(TRUNCATION_VOXELS))
    for frame in frames:
        K = o3c.Tensor(frame.intrinsics.double().numpy())
        camera_from_world = o3c.Tensor(np.linalg.inv(frame.world_from_camera.numpy()))
        depth = t.Image(o3c.Tensor((frame.depth.numpy() * 1000).round().astype(np.uint16)))
        colour = t.Image(o3c.Tensor(frame.colour.numpy()))
        blocks = grid.compute_unique_block_coordinates(depth, K, camera_from_world, *limits)
        grid.integrate(blocks, depth, colour, K, K, camera_from_world, *limits)
    return grid


def peer(frames: list, intrinsics: np.ndarray, make_grid: Callable[[], Any]) -> dict[str, float]:
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
    reset_peak_memory()
    before, grid = peak_memory(), make_grid()
    start = time.perf_counter()
    for depth, colour, camera_from_world in inputs:
        blocks = grid.compute_unique_block_coordinates(depth, K, camera_from_world, 1000.0, MAX_DEPTH, band)
        grid.integrate(blocks, depth, colour, K, K, camera_from_world, 1000.0, MAX_DEPTH, band)
    fused, memory = time.perf_counter() - start, peak_memory() - before
    start = time.perf_counter()
    mesh = grid.extract_triangle_mesh(MIN_WEIGHT - 0.5)
    meshed = time.perf_counter() - start
    faces = len(mesh.triangle.indices)
    return {"integrate": fused / len(inputs), "extract": meshed, "memory": memory, "faces": faces}


if __name__ == "__main__":
    main()
