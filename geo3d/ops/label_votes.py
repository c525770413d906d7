"""What a frame's labels tell voxels: classes and votes of each pixel, and back to probabilities."""

import torch
from jaxtyping import Float, Int16, Shaped, UInt8
from torch import Tensor

from geo3d.ops.fusion import NO_CLASS

UNIT = 32
"""Votes of a view that is sure."""
CANDIDATES = 4
"""Classes that a voxel keeps, and that a pixel's probabilities are cut to."""


def votes_of_labels(labels: UInt8[Tensor, "height width"]) -> UInt8[Tensor, "height width 1 2"]:
    """All of a view's votes for one class; 255 has none."""
    return torch.stack([labels, torch.full_like(labels, UNIT)], dim=-1)[:, :, None]


def votes_of_probabilities(
    probabilities: Float[Tensor, "class height width"],
) -> UInt8[Tensor, "height width candidate 2"]:
    """Votes in proportion, in whole numbers and for the likeliest classes alone: a share under 1/64 is lost."""
    shares, classes = probabilities.topk(min(CANDIDATES, len(probabilities)), dim=0)
    votes = (UNIT * shares.float()).round().clamp(0, UNIT).byte()
    names = torch.where(votes > 0, classes, NO_CLASS).byte()
    return torch.stack([names, votes], dim=-1).permute(1, 2, 0, 3).contiguous()


def sorted_candidates(
    candidates: UInt8[Tensor, "*voxel candidate"], votes: Int16[Tensor, "*voxel candidate"]
) -> tuple[UInt8[Tensor, "*voxel candidate"], Int16[Tensor, "*voxel candidate"]]:
    """The same, those with the most votes first."""
    votes, order = votes.sort(dim=-1, descending=True, stable=True)
    return candidates.gather(-1, order), votes


def probabilities_of(
    candidates: UInt8[Tensor, "voxel candidate"], votes: Int16[Tensor, "voxel candidate"], class_count: int
) -> Float[Tensor, "voxel class"]:
    """Shares of all votes; rows of zeros where there were none."""
    shares = votes.float() / votes.sum(dim=1, keepdim=True).clamp(min=1)
    known = torch.zeros(len(votes), NO_CLASS + 1).scatter_add_(1, candidates.long(), shares)
    return known[:, :class_count].contiguous()


def on_other_grid(
    image: Shaped[Tensor, "row column candidate 2"],
    size: tuple[int, int],
    intrinsics: Float[Tensor, "3 3"],
    other: Float[Tensor, "3 3"],
) -> Shaped[Tensor, "height width candidate 2"]:
    """For each pixel of a camera with the intrinsics `other` the nearest of `image`, from the same centre; else 255."""
    found = []
    for axis, count, own in ((1, size[0], image.shape[0]), (0, size[1], image.shape[1])):
        ray = (torch.arange(count, dtype=torch.float64) - other[axis, 2]) / other[axis, axis]
        at = (ray * intrinsics[axis, axis] + intrinsics[axis, 2] + 0.5).floor()
        found.append((at.clamp(0, own - 1).long(), (at >= 0) & (at < own)))
    (rows, has_row), (columns, has_column) = found
    outside = ~(has_row[:, None] & has_column)
    return image[rows][:, columns].masked_fill(outside[..., None, None], NO_CLASS)
