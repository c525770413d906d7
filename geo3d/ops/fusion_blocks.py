"""The blocks of voxels that a camera saw something in."""

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from geo3d.kernels import blocks as kernel
from geo3d.ops.block_grid import pack_blocks, unpack_blocks
from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.fusion import Grid, View
from geo3d.ops.implementations import implementation


def blocks_near_surface(view: View, grid: Grid, stride: int = 1) -> Int[Tensor, "block 3"]:
    """All blocks that a ray passes within the truncation, along z, of its depth; none twice.

    On the CPU they are in the order in which rays find them, row by row: blocks that look at the same pixels follow
    each other, and find those pixels in the processor's cache. On other devices they are sorted.

    Every `stride`-th pixel of every `stride`-th row is looked at: enough while they lie closer than half a block.
    """
    if implementation(view.depth.device) != "numba":
        return _blocks_near_surface_reference(view, grid, stride)
    rotation, centre, size = _camera_in_blocks(view, grid)
    K = view.intrinsics
    camera = (float(K[0, 0]), float(K[1, 1]), float(K[0, 2]), float(K[1, 2]))
    where = (camera, rotation.numpy(), centre.numpy(), size, grid.truncation)
    parts, room = 4, 1 << 11
    while True:
        slots, found = np.full((parts, 4 * room), kernel.EMPTY), np.empty((parts, room), np.int64)
        counts = np.empty(parts, np.int64)
        kernel.traverse(view.depth.numpy(), stride, *where, slots, found, counts)
        if counts.min() >= 0:
            keys = np.concatenate([listed[:count] for listed, count in zip(found, counts, strict=True)])
            return unpack_blocks(torch.from_numpy(_without_repeats(keys)))
        room *= 4


def _without_repeats(keys: np.ndarray) -> np.ndarray:
    """The keys in the order of their first occurrence."""
    size = 1 << (4 * len(keys) + 1).bit_length()
    slots, slot_rows, rows = np.full(size, kernel.EMPTY), np.empty(size, np.int32), np.empty(len(keys), np.int32)
    first = np.empty(kernel.insert(keys, slots, slot_rows, 0, rows), np.int64)
    first[rows] = keys
    return first


def _blocks_near_surface_reference(view: View, grid: Grid, stride: int) -> Int[Tensor, "block 3"]:
    """Cut each ray where it crosses the planes between blocks; the middles of the pieces name the blocks."""
    rotation, centre, size = _camera_in_blocks(view, grid)
    rotation, centre = rotation.to(view.depth.device), centre.to(view.depth.device)
    depth = view.depth[::stride, ::stride].double()
    height, width = view.depth.shape
    pixels = pixel_grid(height, width, stride).to(depth.device)[depth > 0]
    depth = depth[depth > 0]
    rays = unproject(pixels, torch.ones_like(depth), view.intrinsics.double().to(depth.device)) @ rotation.T / size
    near, far = (depth - grid.truncation).clamp(min=0), depth + grid.truncation
    cuts = [near[:, None], far[:, None]]
    for axis in range(3):
        begin, end = (centre[axis] + t * rays[:, axis] for t in (near, far))
        most = int((end - begin).abs().max().ceil()) + 1 if len(depth) else 0
        planes = torch.minimum(begin, end).floor()[:, None] + torch.arange(most + 1, device=depth.device)
        cuts.append(((planes - centre[axis]) / rays[:, axis, None]).nan_to_num(0, 0, 0))
    ordered = torch.cat(cuts, dim=1).clamp(near[:, None], far[:, None]).sort(dim=1).values
    middles, lengths = (ordered[:, 1:] + ordered[:, :-1]) / 2, ordered.diff(dim=1)
    blocks = (centre + middles[..., None] * rays[:, None]).floor().int()[lengths > 1e-9]
    return unpack_blocks(pack_blocks(blocks).unique())


def _camera_in_blocks(view: View, grid: Grid) -> tuple[Tensor, Tensor, float]:
    """Rotation, camera centre in blocks from the corner of block 0, and block size in metres."""
    corner = grid.origin.double() - grid.voxel_size / 2
    world_from_camera = view.world_from_camera.double()
    centre = (world_from_camera[:3, 3] - corner) / grid.block_size
    return world_from_camera[:3, :3].contiguous(), centre, grid.block_size
