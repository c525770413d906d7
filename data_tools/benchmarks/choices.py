"""What a person can choose about a benchmark; everything here changes numbers, and goes onto their card."""

from typing import Annotated, Literal

from pydantic import Field

from geo3d.config import settings

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@settings
class MeshChoices:
    """For the protocols of meshes and point clouds."""

    samples: Annotated[int, Field(ge=1)] = 100_000
    """Points drawn on each surface, evenly by area; a file without faces gives its points as they are."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the draw."""
    thresholds: tuple[Positive, ...] = (0.01, 0.02, 0.05)
    """Distances in the files' unit below which a point counts as hit, for F-scores; the last one ranks."""


@settings
class TrajectoryChoices:
    """For camera paths."""

    align: Literal["none", "origin", "se3", "sim3"] = "se3"
    """What is taken out first: nothing, the first transform, a rigid motion, or one with scale; the relative error only
    depends on scale."""
    most_apart: Positive = 0.02
    """Seconds that two time stamps may differ and still belong together."""
    delta: Positive = 1.0
    """Step of the relative error, in `delta_unit`."""
    delta_unit: Literal["frames", "metres"] = "frames"
    """Unit of `delta`."""
    steps: Literal["overlapping", "in_turn"] = "overlapping"
    """Steps of the relative error: one from every frame on, or each from where the last one ended."""


@settings
class ShapeChoices:
    """For classes of whole shapes."""

    batch: Annotated[int, Field(ge=1)] = 4
    """Shapes that PointNet's evaluation takes at a time; it leaves out those that do not fill a batch of their file."""
    file: Annotated[int, Field(ge=1)] = 2048
    """Shapes in each file of the test set; the last has what is left."""


@settings
class SquareChoices:
    """For scannet-voxel-calibrated."""

    batch: Annotated[int, Field(ge=0)] = 32
    """Squares of a scene that the official loop scores at a time, and whose rest it never does; 0 scores all."""


@settings
class SscnetChoices:
    """For sscnet."""

    benchmark: Literal["nyu", "nyucad"] = "nyu"
    """Whose evaluation volumes say which voxels count: NYU's and NYUCAD's share one truth."""


@settings
class Choices:
    """Everything that can be chosen."""

    reading: Literal["compatible", "strict"] = "compatible"
    """Compatible: as the official code computes, quirks and all; strict: as it is written; --explain tells."""
    allow_missing: bool = False
    """Score scenes without a prediction as the protocol says, instead of refusing."""
    mesh: MeshChoices = Field(default_factory=MeshChoices)
    trajectory: TrajectoryChoices = Field(default_factory=TrajectoryChoices)
    shapes: ShapeChoices = Field(default_factory=ShapeChoices)
    squares: SquareChoices = Field(default_factory=SquareChoices)
    sscnet: SscnetChoices = Field(default_factory=SscnetChoices)
