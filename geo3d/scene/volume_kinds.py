"""Voxels: distances, labels, and what a scan knows of them."""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int, Int16, UInt8
from torch import Tensor


def _as_the_world() -> Tensor:
    return torch.eye(3, dtype=torch.float64)


@dataclass(frozen=True)
class TsdfVolume:
    """Truncated signed distances near surfaces, in blocks of 8^3 voxels; positive in free space."""

    blocks: Int[Tensor, "block 3"]
    """Block coordinates, in blocks, sorted lexicographically; block (0, 0, 0) starts at ``origin``."""
    tsdf: Float[Tensor, "block 8 8 8"]
    """In units of ``truncation``, in [-1, 1], indexed [x, y, z]; 1 where never seen."""
    weight: UInt8[Tensor, "block 8 8 8"]
    """Number of observations, up to 255; 0 where never seen."""
    colour: UInt8[Tensor, "block 8 8 8 3"] | None
    """RGB; black where no view saw a surface near, and the colour is not known; None: nowhere is it known."""
    origin: Float[Tensor, "3"]
    """World position of the centre of voxel (0, 0, 0), in metres."""
    voxel_size: float
    """Edge length in metres."""
    truncation: float
    """Distance at which ``tsdf`` reaches 1, in metres."""
    up: Float[Tensor, "3"]
    """Unit vector in world space: the format's, or else the mean of the cameras' own up, which is rough."""
    up_known: bool
    """Whether the format knows ``up``."""
    inferred: UInt8[Tensor, "block 8 8 8"] | None = None
    """1 where ``tsdf`` is not what views saw but what was inferred from it; None: nowhere."""
    classes: tuple[str, ...] = ()
    """The label set of ``candidates``."""
    candidates: UInt8[Tensor, "block 8 8 8 candidate"] | None = None
    """Places in ``classes`` of what views saw most, the first most of all; 255 for none. None: no view had labels."""
    votes: Int16[Tensor, "block 8 8 8 candidate"] | None = None
    """Of views for each candidate, in 32nds; they add up to all that were given, also for classes that are none."""


@dataclass(frozen=True)
class DistanceVolume:
    """Signed distances to the nearest surface on a dense grid; positive in free space."""

    distance: Float[Tensor, "x y z"]
    """Metres at voxel centres, clipped to ``truncation``; negative in solids."""
    origin: Float[Tensor, "3"]
    """Centre of voxel (0, 0, 0), in metres, in the volume's own frame."""
    voxel_size: float
    """Edge length in metres."""
    truncation: float
    """Metres; infinite where nothing was clipped."""
    up: Float[Tensor, "3"]
    """Unit vector in world space, known or estimated."""
    world_from_volume: Float[Tensor, "3 3"] = field(default_factory=_as_the_world)
    """Rotation: voxel (x, y, z) lies at ``world_from_volume @ (origin + voxel_size * (x, y, z))`` in the world."""
    classes: tuple[str, ...] = ()
    """The label set of ``probabilities``."""
    voxels: Int[Tensor, "voxel 3"] | None = None
    """Those that the surface passes through, sorted lexicographically, none twice; None: nothing is said of them."""
    probabilities: Float[Tensor, "voxel class"] | None = None
    """Of each of ``voxels``; rows sum to 1."""


@dataclass(frozen=True)
class SemanticVolume:
    """Labels of voxels near surfaces on a dense grid."""

    labels: UInt8[Tensor, "x y z"]
    """Place in ``classes`` of the nearest surface; 255 where it is farther than ``reach``, or has no label."""
    classes: tuple[str, ...]
    """The label set."""
    origin: Float[Tensor, "3"]
    """World position of the centre of voxel (0, 0, 0), in metres."""
    voxel_size: float
    """Edge length in metres."""
    reach: float
    """Metres."""
    up: Float[Tensor, "3"]
    """Unit vector in world space, known or estimated."""


@dataclass(frozen=True)
class ScannedVolume:
    """What a scan tells of a dense grid, to learn from what it could not see."""

    distance: Float[Tensor, "x y z"]
    """Metres to the scanned surface, positive in free space, clipped to ``truncation``; that where nothing is known."""
    known: UInt8[Tensor, "x y z"]
    """1 where a view saw the voxel, 0 where none did."""
    origin: Float[Tensor, "3"]
    """Centre of voxel (0, 0, 0), in metres, in the volume's own frame."""
    voxel_size: float
    """Edge length in metres."""
    truncation: float
    """Metres."""
    up: Float[Tensor, "3"]
    """Unit vector in world space, known or estimated."""
    world_from_volume: Float[Tensor, "3 3"] = field(default_factory=_as_the_world)
    """Rotation: voxel (x, y, z) lies at ``world_from_volume @ (origin + voxel_size * (x, y, z))`` in the world."""


@dataclass(frozen=True)
class VoxelLabels:
    """Class probabilities of the voxels that hold the surface."""

    voxels: Int[Tensor, "voxel 3"]
    """Whole-number coordinates, sorted lexicographically, none twice."""
    probabilities: Float[Tensor, "voxel class"]
    """Rows sum to 1, or to 0 where no view had a label."""
    classes: tuple[str, ...]
    """The label set: a label is a place in it."""
    origin: Float[Tensor, "3"]
    """Centre of voxel (0, 0, 0), in metres, in the volume's own frame."""
    voxel_size: float
    """Edge length in metres."""
    up: Float[Tensor, "3"]
    """Unit vector in world space, known or estimated."""
    world_from_volume: Float[Tensor, "3 3"] = field(default_factory=_as_the_world)
    """Rotation: voxel (x, y, z) lies at ``world_from_volume @ (origin + voxel_size * (x, y, z))`` in the world."""
