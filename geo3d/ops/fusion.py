"""Fusing depth images into a truncated signed distance field over sparse blocks (Curless and Levoy 1996)."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.kernels import block_hash, fusion
from geo3d.ops.block_grid import SIDE, pack_blocks, unpack_blocks
from geo3d.ops.camera import pixel_grid, transform, unproject


@dataclass(frozen=True)
class View:
    """What one camera saw: aligned colour and depth from one centre and orientation."""

    planes: Float[Tensor, "height width 4"]
    """Each pixel's depth and the plane of its surface, as :func:`geo3d.ops.depth.fit_planes` gives it."""
    colour: UInt8[Tensor, "row column 3"]
    """RGB; may have another size than the depth."""
    intrinsics: Float[Tensor, "3 3"]
    """Of the depth image, without skew."""
    colour_intrinsics: Float[Tensor, "3 3"]
    """Of the colour image, without skew."""
    world_from_camera: Float[Tensor, "4 4"]
    """Rigid, in metres."""

    @property
    def depth(self) -> Float[Tensor, "height width"]:
        """Metres along z; 0 = none."""
        return self.planes[..., 0]


@dataclass(frozen=True)
class Grid:
    """Where voxels lie: voxel (x, y, z) has its centre at ``origin + voxel_size * (x, y, z)``."""

    origin: Float[Tensor, "3"]
    """World position of the centre of voxel (0, 0, 0), in metres."""
    voxel_size: float
    """Metres."""
    truncation: float
    """Metres."""

    @property
    def block_size(self) -> float:
        """Edge length of a block, in metres."""
        return SIDE * self.voxel_size


def blocks_near_surface(view: View, grid: Grid, stride: int = 1) -> Int[Tensor, "block 3"]:
    """All blocks that a ray passes within the truncation, along z, of its depth; sorted, none twice.

    Every `stride`-th pixel of every `stride`-th row is looked at: enough while they lie closer than half a block.
    """
    if view.depth.device.type != "cpu":
        return _blocks_near_surface_reference(view, grid, stride)
    rotation, centre, size = _camera_in_blocks(view, grid)
    K = view.intrinsics
    camera = (float(K[0, 0]), float(K[1, 1]), float(K[0, 2]), float(K[1, 2]))
    room = 1 << 14
    while True:
        slots, found = np.full(4 * room, block_hash.EMPTY, np.int64), np.empty(room, np.int64)
        where = (camera, rotation.numpy(), centre.numpy(), size, grid.truncation)
        count = fusion.traverse(view.depth.numpy(), stride, *where, slots, found)
        if count >= 0:
            return unpack_blocks(torch.from_numpy(np.sort(found[:count])))
        room *= 4


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


def integrate_(
    tsdf: Float[Tensor, "row 8 8 8"],
    weight: Float[Tensor, "row 8 8 8"],
    colour: Float[Tensor, "row 8 8 8 3"],
    rows: Int[Tensor, " block"],
    blocks: Int[Tensor, "block 3"],
    view: View,
    grid: Grid,
    weight_cap: float = 255.0,
) -> None:
    """Average one view into the voxels of `blocks`, which lie at `rows`, in place; no row twice.

    A voxel takes part where its centre projects onto a pixel with depth and lies at most the truncation behind it along
    z. Its distance is that to the plane through the pixel's surface, clipped at 1 in front: distances along the ray, as
    in the paper, disagree between views of a tilted surface, and their mean is bumpy. Every view counts 1; `colour` is
    RGB in [0, 255].
    """
    if tsdf.device.type != "cpu":
        _integrate_reference_(tsdf, weight, colour, rows, blocks, view, grid, weight_cap)
        return
    camera_from_world = torch.linalg.inv(view.world_from_camera.double())
    K = view.intrinsics.double()
    first_voxels = grid.origin.double() + blocks.double() * grid.block_size
    fusion.integrate(
        rows.numpy(),
        (transform(first_voxels, camera_from_world) @ K.T).to(tsdf.dtype).numpy(),
        (K @ camera_from_world[:3, :3] * grid.voxel_size).to(tsdf.dtype).numpy(),
        view.planes.to(tsdf.dtype).numpy(),
        view.colour.numpy(),
        torch.tensor(_colour_from_depth(view), dtype=tsdf.dtype).numpy(),
        tsdf.new_tensor(grid.truncation).numpy()[()],
        tsdf.new_tensor(weight_cap).numpy()[()],
        torch.arange(SIDE, dtype=tsdf.dtype).numpy(),
        tsdf.numpy(),
        weight.numpy(),
        colour.numpy(),
    )


def _integrate_reference_(
    tsdf: Tensor,
    weight: Tensor,
    colour: Tensor,
    rows: Tensor,
    blocks: Tensor,
    view: View,
    grid: Grid,
    weight_cap: float,
) -> None:
    device, rows = tsdf.device, rows.long()
    K, camera_from_world = view.intrinsics.double().to(device), torch.linalg.inv(view.world_from_camera.double())
    steps = torch.cartesian_prod(*[torch.arange(SIDE, device=device)] * 3).reshape(SIDE, SIDE, SIDE, 3)
    voxels = blocks.double()[:, None, None, None].to(device) * SIDE + steps
    points = transform(grid.origin.double().to(device) + voxels * grid.voxel_size, camera_from_world.to(device))
    pixels = ((points @ K.T)[..., :2] / points[..., 2:]).to(tsdf.dtype)
    z = points[..., 2].to(tsdf.dtype)
    height, width = view.depth.shape
    nearest = (pixels + 0.5).floor().nan_to_num(-1).clamp(-1, max(height, width)).long()
    u, v = nearest.unbind(-1)
    inside = (z > 0) & (u >= 0) & (v >= 0) & (u < width) & (v < height)
    planes = view.planes.to(device, tsdf.dtype)[v.clamp(0, height - 1), u.clamp(0, width - 1)]
    depth, du, dv, facing = planes.unbind(-1)
    signed = depth + du * (pixels[..., 0] - u) + dv * (pixels[..., 1] - v) - z
    scale_u, shift_u, scale_v, shift_v = _colour_from_depth(view)
    cu = (pixels[..., 0] * scale_u + shift_u + 0.5).floor().nan_to_num(-1).clamp(-1, view.colour.shape[1]).long()
    cv = (pixels[..., 1] * scale_v + shift_v + 0.5).floor().nan_to_num(-1).clamp(-1, view.colour.shape[0]).long()
    inside &= (cu >= 0) & (cv >= 0) & (cu < view.colour.shape[1]) & (cv < view.colour.shape[0])
    inside &= (depth > 0) & (signed >= -grid.truncation)
    seen = view.colour.to(device)[cv.clamp(0, view.colour.shape[0] - 1), cu.clamp(0, view.colour.shape[1] - 1)]
    share = inside / (weight[rows] + 1)
    tsdf[rows] += ((signed * facing / grid.truncation).clamp(max=1) - tsdf[rows]) * share
    colour[rows] += (seen.to(tsdf.dtype) - colour[rows]) * share[..., None]
    weight[rows] = torch.where(inside, (weight[rows] + 1).clamp(max=weight_cap), weight[rows])


def _colour_from_depth(view: View) -> list[float]:
    """Scale and shift that map columns, then rows, of depth pixels to colour pixels."""
    K, C = view.intrinsics.double(), view.colour_intrinsics.double()
    scale_u, scale_v = float(C[0, 0] / K[0, 0]), float(C[1, 1] / K[1, 1])
    return [scale_u, float(C[0, 2] - scale_u * K[0, 2]), scale_v, float(C[1, 2] - scale_v * K[1, 2])]
