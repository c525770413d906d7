"""Casting rays against simple solids: scenes whose geometry is known exactly."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from geo3d.kernels import raycast as kernel

BOX, CYLINDER, ELLIPSOID = kernel.BOX, kernel.CYLINDER, kernel.ELLIPSOID


@dataclass(frozen=True)
class Solids:
    """Boxes, upright elliptic cylinders and ellipsoids, each turned about z."""

    kinds: Int[Tensor, " solid"]
    """BOX, CYLINDER or ELLIPSOID."""
    centres: Float[Tensor, "solid 3"]
    """Metres."""
    halves: Float[Tensor, "solid 3"]
    """Half the extent along the solid's own axes, in metres; positive."""
    yaws: Float[Tensor, " solid"]
    """Turn about z, counter-clockwise seen from above, in radians."""


def cast_rays(
    origin: Float[Tensor, "3"], directions: Float[Tensor, "ray 3"], solids: Solids
) -> tuple[Float[Tensor, " ray"], Int[Tensor, " ray"]]:
    """Where rays first enter a solid, in lengths of their direction (inf: never), and which (-1: none).

    All tensors are float64. A solid that holds the origin is not seen by the rays that leave it.
    """
    if directions.device.type != "cpu":
        return _cast_rays_reference(origin, directions, solids)
    distance, solid = torch.empty(len(directions), dtype=torch.float64), torch.empty(len(directions)).int()
    kernel.cast(
        origin.numpy(),
        directions.numpy(),
        solids.kinds.numpy(),
        solids.centres.numpy(),
        solids.halves.numpy(),
        solids.yaws.numpy(),
        distance.numpy(),
        solid.numpy(),
    )
    return distance, solid


def _cast_rays_reference(origin: Tensor, directions: Tensor, solids: Solids) -> tuple[Tensor, Tensor]:
    """All rays against all solids at once, each solid scaled to the unit one."""
    o, d = to_solids(origin[None], solids)[:, 0], to_solids(directions, solids, vectors=True)  # [solid, ray, 3]
    o = o[:, None]
    first, last = (torch.minimum, torch.maximum)
    slabs = ((-1 - o) / d, (1 - o) / d)
    near, far = first(*slabs).nan_to_num(-torch.inf), last(*slabs).nan_to_num(torch.inf)
    flat = torch.tensor([1.0, 1.0, 0.0], dtype=o.dtype, device=o.device)
    round_near, round_far = zip(
        *(_between_roots(o * axes, d * axes) for axes in (flat, torch.ones_like(flat))), strict=True
    )
    kinds = solids.kinds[:, None]
    starts = torch.where(
        kinds == BOX, near.amax(-1), torch.where(kinds == CYLINDER, last(near[..., 2], round_near[0]), round_near[1])
    )
    ends = torch.where(
        kinds == BOX, far.amin(-1), torch.where(kinds == CYLINDER, first(far[..., 2], round_far[0]), round_far[1])
    )
    distance, solid = torch.where((starts <= ends) & (starts > 0), starts, torch.inf).min(dim=0)
    return distance, torch.where(distance.isfinite(), solid, -1).int()


def _between_roots(o: Tensor, d: Tensor) -> tuple[Tensor, Tensor]:
    """Where |o + t d| <= 1; from inf to -inf where nowhere."""
    a, b, c = (d * d).sum(-1), (o * d).sum(-1), (o * o).sum(-1) - 1
    root = (b * b - a * c).sqrt()  # NaN where the ray passes by
    begin, end = ((-b - root) / a).nan_to_num(torch.inf), ((-b + root) / a).nan_to_num(-torch.inf)
    always = (a == 0) & (c <= 0)
    return torch.where(always, -torch.inf, begin), torch.where(always, torch.inf, end)


def to_solids(points: Float[Tensor, "n 3"], solids: Solids, vectors: bool = False) -> Float[Tensor, "solid n 3"]:
    """Points (or directions) in each solid's own axes, its surface at distance 1."""
    offsets = points[None] - (0 if vectors else solids.centres[:, None])
    cos, sin = solids.yaws.cos()[:, None], solids.yaws.sin()[:, None]
    x, y, z = offsets.expand(len(cos), -1, -1).unbind(-1)
    return torch.stack([cos * x + sin * y, cos * y - sin * x, z], dim=-1) / solids.halves[:, None]


def solid_normals(points: Float[Tensor, "n 3"], solid: Int[Tensor, " n"], solids: Solids) -> Float[Tensor, "n 3"]:
    """Outward unit normals at points on the surfaces of the solids they are on."""
    own = Solids(*(part[solid.long()] for part in (solids.kinds, solids.centres, solids.halves, solids.yaws)))
    offsets = points - own.centres
    cos, sin = own.yaws.cos(), own.yaws.sin()
    unit = torch.stack(
        [cos * offsets[:, 0] + sin * offsets[:, 1], cos * offsets[:, 1] - sin * offsets[:, 0], offsets[:, 2]], -1
    )
    unit = unit / own.halves
    box = unit * (unit.abs() == unit.abs().amax(dim=1, keepdim=True))
    on_lid = unit[:, 2:].abs() > unit[:, :2].norm(dim=1, keepdim=True)
    lid, side = unit * unit.new_tensor([0, 0, 1]), unit * unit.new_tensor([1, 1, 0]) / own.halves
    kinds = own.kinds[:, None]
    local = torch.where(
        kinds == BOX, box, torch.where(kinds == CYLINDER, torch.where(on_lid, lid, side), unit / own.halves)
    )
    turned = torch.stack(
        [cos * local[:, 0] - sin * local[:, 1], sin * local[:, 0] + cos * local[:, 1], local[:, 2]], dim=-1
    )
    return torch.nn.functional.normalize(turned, dim=1)
