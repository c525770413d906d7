"""Fusing depth images into a truncated signed distance field over sparse blocks (Curless and Levoy 1996)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Int16, UInt8
from torch import Tensor

from geo3d.kernels import fusion as kernel
from geo3d.ops.block_grid import SIDE
from geo3d.ops.camera import transform
from geo3d.ops.implementations import implementation


@dataclass(frozen=True)
class View:
    """What one camera saw: aligned colour and depth from one centre and orientation.

    Images lie on the device where they are averaged; intrinsics and the transform always on the CPU.
    """

    planes: Float[Tensor, "height width 4"]
    """Each pixel's depth and the plane of its surface, as :func:`geo3d.ops.depth.fit_planes` gives it."""
    colour: UInt8[Tensor, "row column 3"] | None
    """RGB; may have another size than the depth."""
    intrinsics: Float[Tensor, "3 3"]
    """Of the depth image, without skew."""
    colour_intrinsics: Float[Tensor, "3 3"]
    """Of the colour image and the labels, without skew."""
    world_from_camera: Float[Tensor, "4 4"]
    """Rigid, in metres."""
    factors: Float[Tensor, "height width"] | None = None
    """What the votes of each pixel's ray are multiplied with, more than 0; None: nothing."""
    labels: UInt8[Tensor, "row column candidate 2"] | None = None
    """Classes of each pixel, 255 for none, and the votes for each; of the colour image's size, where there is one."""

    @property
    def depth(self) -> Float[Tensor, "height width"]:
        """Metres along z; 0 = none."""
        return self.planes[..., 0]

    @property
    def colour_size(self) -> tuple[int, int] | None:
        """Height and width of the colour image and the labels; None where there is neither."""
        image = self.colour if self.colour is not None else self.labels
        return None if image is None else (image.shape[0], image.shape[1])


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


@dataclass(frozen=True)
class Means:
    """Running means over all views, a row for each block; changed in place by :func:`integrate_`."""

    tsdf: Float[Tensor, "row 8 8 8"]
    """Signed distance, in truncations."""
    weight: Float[Tensor, "row 8 8 8"]
    """Sum of the votes in the means, up to a cap."""
    seen: UInt8[Tensor, "row 8 8 8"]
    """Number of views, up to 255."""
    colour: Int16[Tensor, "row 8 8 8 4"] | Float[Tensor, "row 8 8 8 4"] | None
    """RGB in 1 / LEVEL, and the number of views in it: those that saw a surface within two voxels.

    As whole numbers it is rounded with each view, as floating-point ones it takes twice the memory.
    """
    candidates: UInt8[Tensor, "row 8 8 8 candidate"] | None = None
    """The classes that those views saw most, 255 for none."""
    votes: Int16[Tensor, "row 8 8 8 candidate"] | None = None
    """Those for each of the candidates."""


NO_CLASS = int(kernel.NO_CLASS)
LEVEL = 128
"""Parts of a colour's 255 levels in which its mean is kept: half the memory of float32, at most a level less exact."""

COLOUR_CAP = 255.0
"""Views after which a mean colour stops getting slower to change: with more, a step would be lost in rounding."""


def integrate_(
    means: Means,
    rows: Int[Tensor, " block"],
    blocks: Int[Tensor, "block 3"],
    view: View,
    grid: Grid,
    weight_cap: float = 255.0,
    free_weight: float = 0.1,
) -> None:
    """Average one view into the voxels of `blocks`, which lie at `rows`, in place; no row twice.

    A voxel takes part where its centre projects onto a pixel with depth and lies at most the truncation behind it along
    z. Two things differ from the paper. The distance s is that to the plane through the pixel's surface, clipped to
    [-1, 1]: distances along the ray disagree between views of a tilted surface, and their mean is bumpy. And a view's
    vote is (1 - abs(s))^2, at least `free_weight`: one that passes beside a rounded or sharp thing has a clipped, so
    wrong, distance, and should not move the surface that others see. With a `free_weight` of 0 rays have no vote where
    they pass a truncation or more in front of the surface, and what only they see stays unseen.

    What `means` or the view has no place for, colour or labels, is left out. A voxel keeps a few candidates of all
    classes, as Space-Saving does (Metwally, Agrawal and El Abbadi 2005): their votes add up to all that were given, and
    each has at most what the weakest has too many. They are exact while a voxel has seen no more classes than that.
    """
    integrate = _INTEGRATE[implementation(means.tsdf.device)]
    integrate(means, rows, blocks, view, grid, weight_cap, free_weight)


def _integrate_numba_(
    means: Means, rows: Tensor, blocks: Tensor, view: View, grid: Grid, weight_cap: float, free_weight: float
) -> None:
    dtype, scalar = means.tsdf.dtype, means.tsdf.numpy().dtype.type
    projection, steps = _projection(view, grid)
    colour, labels = (None if kept is None else seen for kept, seen in _averaged(means, view))
    kernel.integrate(
        torch.get_num_threads(),
        rows.numpy(),
        blocks.numpy(),
        projection.numpy(),
        steps.to(dtype).numpy(),
        view.planes.to(dtype).numpy(),
        None if view.factors is None else view.factors.to(dtype).reshape(-1).numpy(),
        None if colour is None else colour.numpy(),
        None if labels is None else labels.reshape(-1, *labels.shape[2:]).numpy(),
        None if _same_pixels(view) else view.colour_size,
        torch.tensor(_colour_from_depth(view), dtype=dtype).numpy(),
        scalar(grid.truncation),
        scalar(_most(free_weight)),
        scalar(weight_cap),
        scalar(free_weight),
        scalar(_near(grid)),
        scalar(LEVEL),
        scalar(_half(means)),
        scalar(min(weight_cap, COLOUR_CAP)),
        means.tsdf.numpy(),
        means.weight.numpy(),
        means.seen.numpy(),
        None if means.colour is None else means.colour.numpy(),
        None if means.candidates is None else means.candidates.numpy(),
        None if means.votes is None else means.votes.numpy(),
    )


def _integrate_triton_(
    means: Means, rows: Tensor, blocks: Tensor, view: View, grid: Grid, weight_cap: float, free_weight: float
) -> None:
    from geo3d.kernels.fusion_triton import integrate

    device, dtype = means.tsdf.device, means.tsdf.dtype
    projection, steps = _projection(view, grid)
    caps = _most(free_weight), weight_cap, free_weight, _near(grid)
    colours = LEVEL, _half(means), min(weight_cap, COLOUR_CAP)
    numbers = torch.tensor([grid.truncation, *caps, *colours, *_colour_from_depth(view)], dtype=dtype)
    told = (None if kept is None else seen for kept, seen in _averaged(means, view))
    colour, labels = (None if seen is None else seen.to(device).contiguous() for seen in told)
    integrate(
        rows.contiguous(),
        blocks.contiguous(),
        projection.contiguous().to(device),
        steps.to(device, dtype).contiguous(),
        numbers.to(device),
        view.planes.to(device, dtype).contiguous(),
        None if view.factors is None else view.factors.to(device, dtype).contiguous(),
        colour,
        labels,
        view.colour_size,
        means.tsdf,
        means.weight,
        means.seen,
        means.colour,
        means.candidates,
        means.votes,
    )


def _projection(view: View, grid: Grid) -> tuple[Tensor, Tensor]:
    """From a block [x, y, z, 1] to its first voxel's (u z, v z, z), and what a step along each axis adds; float64."""
    camera_from_world, K = torch.linalg.inv(view.world_from_camera.double()), view.intrinsics.double()
    turn = K @ camera_from_world[:3, :3]
    begin = K @ transform(grid.origin.double()[None], camera_from_world)[0]
    return torch.cat([turn * grid.block_size, begin[:, None]], dim=1), turn * grid.voxel_size


def _averaged(means: Means, view: View) -> list[tuple[Tensor | None, Tensor | None]]:
    """What is kept, and what is seen, of colours and of labels."""
    return [(means.colour, view.colour), (means.candidates, view.labels)]


def _half(means: Means) -> float:
    """What rounds a mean colour when the digits behind the point are cut off."""
    return 0.5 if means.colour is not None and not means.colour.is_floating_point() else 0.0


def _most(free_weight: float) -> float:
    """Distance, in truncations, that a voxel must be nearer than to be seen."""
    return 1.0 if free_weight == 0 else 2.0


def _integrate_reference_(
    means: Means, rows: Tensor, blocks: Tensor, view: View, grid: Grid, weight_cap: float, free_weight: float
) -> None:
    device, dtype, rows = means.tsdf.device, means.tsdf.dtype, rows.long()
    K, camera_from_world = view.intrinsics.double().to(device), torch.linalg.inv(view.world_from_camera.double())
    steps = torch.cartesian_prod(*[torch.arange(SIDE, device=device)] * 3).reshape(SIDE, SIDE, SIDE, 3)
    voxels = blocks.double()[:, None, None, None].to(device) * SIDE + steps
    points = transform(grid.origin.double().to(device) + voxels * grid.voxel_size, camera_from_world.to(device))
    z = points[..., 2].to(dtype)
    u, v = ((points @ K.T)[..., :2] / points[..., 2:]).to(dtype).unbind(-1)
    row, column, inside = _nearest(u, v, *view.planes.shape[:2])
    depth, du, dv, facing = view.planes.to(device, dtype)[row, column].unbind(-1)
    signed = depth + du * (u - column) + dv * (v - row) - z
    colour_row, colour_column, in_colour = _colour_pixels(view, u, v)
    inside &= in_colour & (z > 0) & (depth > 0) & (signed >= -grid.truncation)
    signed = (signed * facing / grid.truncation).clamp(-1, 1)
    inside &= signed.abs() < _most(free_weight)
    near = inside & (signed.abs() <= means.tsdf.new_tensor(_near(grid)))

    vote = ((1 - signed.abs()) ** 2).clamp(min=free_weight)
    if view.factors is not None:
        vote = vote * view.factors.to(device, dtype)[row, column]
    weight = means.weight[rows] + vote
    share = vote / weight
    means.tsdf[rows] = torch.where(inside, means.tsdf[rows] + (signed - means.tsdf[rows]) * share, means.tsdf[rows])
    means.weight[rows] = torch.where(inside, weight.clamp(max=weight_cap), means.weight[rows])
    means.seen[rows] += inside & (means.seen[rows] < 255)
    if means.colour is not None and view.colour is not None:
        seen = view.colour.to(device)[colour_row, colour_column].to(dtype)
        colour, count = means.colour[rows].to(dtype).split([3, 1], dim=-1)
        views = (count + 1).clamp(max=min(weight_cap, COLOUR_CAP))
        mixed = colour + (LEVEL * seen - colour) / views
        mixed = mixed if means.colour.is_floating_point() else (mixed + _half(means)).floor()
        mixed = torch.cat([mixed, views], dim=-1).to(means.colour.dtype)
        means.colour[rows] = torch.where(near[..., None], mixed, means.colour[rows])
    if means.candidates is not None and means.votes is not None and view.labels is not None:
        told = view.labels.to(device)[colour_row, colour_column].masked_fill(~near[..., None, None], NO_CLASS)
        held = means.candidates[rows].int(), means.votes[rows].int()
        means.candidates[rows], means.votes[rows] = _counted_reference(*held, told)


def _counted_reference(candidates: Tensor, votes: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
    """Candidates and votes after one view told [..., candidate, 2] more."""
    for name, vote in (pair.unbind(-1) for pair in told.int().unbind(dim=-2)):
        same = candidates == name[..., None]
        at = torch.where(same.any(-1), same.int().argmax(-1), votes.argmin(-1))[..., None]
        counts = (vote > 0) & (name != NO_CLASS)
        while bool((full := counts & (votes.gather(-1, at)[..., 0] + vote > int(kernel.MOST_VOTES))).any()):
            votes = torch.where(full[..., None], votes // 2, votes)
        total = votes.gather(-1, at) + vote[..., None]
        votes = torch.where(counts[..., None], votes.scatter(-1, at, total), votes)
        candidates = torch.where(counts[..., None], candidates.scatter(-1, at, name[..., None]), candidates)
    return candidates.to(torch.uint8), votes.to(torch.int16)


def _colour_pixels(view: View, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Row and column of the colour camera's pixels, and whether they are there; all are where there is no image."""
    if view.colour_size is None:
        return torch.zeros_like(u).long(), torch.zeros_like(v).long(), torch.ones_like(u, dtype=torch.bool)
    scale_u, shift_u, scale_v, shift_v = _colour_from_depth(view)
    return _nearest(u * scale_u + shift_u, v * scale_v + shift_v, *view.colour_size)


def _nearest(u: Tensor, v: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Row and column of the nearest pixel, and whether there is one; some pixel where there is none."""
    column, row = (u + 0.5).floor().nan_to_num(-1), (v + 0.5).floor().nan_to_num(-1)
    inside = (column >= 0) & (row >= 0) & (column < width) & (row < height)
    return (torch.where(inside, row, 0).long(), torch.where(inside, column, 0).long(), inside)


def _near(grid: Grid) -> float:
    """Two voxels, in truncations: no mesh asks for the colour of a voxel farther from the surface."""
    return min(1.0, 2 * grid.voxel_size / grid.truncation)


def _same_pixels(view: View) -> bool:
    """Whether a point falls on the same pixel of both images, or there is only one."""
    same = view.colour_size == tuple(view.depth.shape) and _colour_from_depth(view) == [1, 0, 1, 0]
    return same or view.colour_size is None


def _colour_from_depth(view: View) -> list[float]:
    """Scale and shift that map columns, then rows, of depth pixels to colour pixels."""
    K, C = view.intrinsics.double(), view.colour_intrinsics.double()
    scale_u, scale_v = float(C[0, 0] / K[0, 0]), float(C[1, 1] / K[1, 1])
    return [scale_u, float(C[0, 2] - scale_u * K[0, 2]), scale_v, float(C[1, 2] - scale_v * K[1, 2])]


_INTEGRATE = {"numba": _integrate_numba_, "triton": _integrate_triton_, "torch": _integrate_reference_}
