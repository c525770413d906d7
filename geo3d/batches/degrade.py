"""Make a scan worse, as real ones are: regions that nobody saw, and distances that are off."""

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Generator, Tensor
from torch.nn.functional import interpolate


def hide_regions(known: UInt8[Tensor, "x y z"], random: Generator) -> UInt8[Tensor, "x y z"]:
    """`known` with one to three boxes, balls or half-spaces of it made unknown."""
    hidden = torch.zeros_like(known, dtype=torch.bool)
    for _ in range(whole(1, 3, random)):
        shape = (_box, _ball, _half_space)[whole(0, 2, random)]
        hidden |= shape(known.shape, random)
    return known.masked_fill(hidden, 0)


def add_noise(
    distance: Float[Tensor, "x y z"], strength: float, truncation: float, random: Generator
) -> Float[Tensor, "x y z"]:
    """Distances with normal noise of each voxel and smooth noise over about 8 voxels, clipped again.

    `strength` is the standard deviation of either, in the distances' unit. What was clipped stays as it is.
    """
    fine = torch.randn(distance.shape, generator=random)
    coarse = torch.randn([-(-side // 8) + 1 for side in distance.shape], generator=random)
    smooth = interpolate(coarse[None, None], distance.shape, mode="trilinear", align_corners=True)[0, 0]
    noisy = (distance + strength * (fine + smooth)).clamp(-truncation, truncation)
    return torch.where(distance.abs() < truncation, noisy, distance)


def whole(low: int, high: int, random: Generator) -> int:
    """One of the whole numbers from `low` to `high`, both among them."""
    return int(torch.randint(low, high + 1, (1,), generator=random))


def between(low: float, high: float, random: Generator) -> float:
    """A number of a range, any alike."""
    return low + (high - low) * float(torch.rand(1, generator=random))


def _box(shape: torch.Size, random: Generator) -> Bool[Tensor, "x y z"]:
    """An eighth to a half of each side long, somewhere."""
    inside = torch.ones(1, 1, 1, dtype=torch.bool)
    for axis, side in enumerate(shape):
        length = whole(side // 8, side // 2, random)
        first = whole(-length // 2, side - length // 2, random)
        places = torch.arange(side)
        inside = inside & _along(axis, (places >= first) & (places < first + length))
    return inside


def _ball(shape: torch.Size, random: Generator) -> Bool[Tensor, "x y z"]:
    """Of a radius of a sixteenth to a quarter of the shortest side, its middle anywhere."""
    radius = between(min(shape) / 16, min(shape) / 4, random)
    x, y, z = (_along(axis, (torch.arange(side) - between(0, side, random)) ** 2) for axis, side in enumerate(shape))
    return x + y + z < radius**2


def _half_space(shape: torch.Size, random: Generator) -> Bool[Tensor, "x y z"]:
    """Beyond a plane that lies a tenth to a half of the longest side from the middle, facing anywhere."""
    normal = torch.nn.functional.normalize(torch.randn(3, generator=random), dim=0)
    x, y, z = (_along(axis, normal[axis] * (torch.arange(side) - side / 2)) for axis, side in enumerate(shape))
    return x + y + z > between(0.1, 0.5, random) * max(shape)


def _along(axis: int, values: Tensor) -> Tensor:
    """Values of one axis, to be spread over the other two."""
    return values.reshape([-1 if axis == one else 1 for one in range(3)])
