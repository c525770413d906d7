"""Meshes and points."""

from dataclasses import dataclass

from jaxtyping import Float, Int, UInt8
from torch import Tensor


@dataclass(frozen=True)
class TriangleMesh:
    """Triangles over shared vertices; counter-clockwise seen from free space."""

    vertices: Float[Tensor, "vertex 3"]
    """World positions, in metres."""
    faces: Int[Tensor, "face 3"]
    """Rows of ``vertices``."""
    normals: Float[Tensor, "vertex 3"] | None
    """Unit vectors towards free space; zero where no triangle of any area meets."""
    colours: UInt8[Tensor, "vertex 3"] | None
    """RGB."""
    observed: UInt8[Tensor, " vertex"] | None = None
    """1 where views saw the surface, 0 where it was inferred; None: all of it was seen, or nothing is said."""


@dataclass(frozen=True)
class TexturedMesh:
    """Triangles with a picture of their surface; counter-clockwise seen from free space."""

    vertices: Float[Tensor, "vertex 3"]
    """World positions, in metres."""
    faces: Int[Tensor, "face 3"]
    """Rows of ``vertices``."""
    uv: Float[Tensor, "face 3 2"]
    """Where in the texture each corner lies: column and row, from 0 at its first texel's outer corner to 1."""
    texture: UInt8[Tensor, "size size 3"]
    """RGB; black where no triangle is."""


@dataclass(frozen=True)
class PointCloud:
    """Points, with what is known about each."""

    points: Float[Tensor, "point 3"]
    """World positions, in metres."""
    normals: Float[Tensor, "point 3"] | None
    """Unit vectors towards free space."""
    colours: UInt8[Tensor, "point 3"] | None
    """RGB."""
    spacing: Float[Tensor, " point"] | None = None
    """How far the points around each lie from each other, in metres."""
    viewpoint: Float[Tensor, "3"] | None = None
    """World position from which they were seen, where that is known."""
    up: Float[Tensor, "3"] | None = None
    """Unit vector in world space where it is known."""
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Metres that the file's coordinates are more than the world's, in which points lie near the origin; whole ones."""


@dataclass(frozen=True)
class SemanticMesh:
    """A triangle mesh whose vertices have labels."""

    vertices: Float[Tensor, "vertex 3"]
    """World positions, in metres."""
    faces: Int[Tensor, "face 3"]
    """Rows of ``vertices``."""
    normals: Float[Tensor, "vertex 3"] | None
    """Unit vectors towards free space."""
    colours: UInt8[Tensor, "vertex 3"] | None
    """RGB, as seen."""
    labels: UInt8[Tensor, " vertex"]
    """Place of the likeliest class in ``classes``; 255 where the scan has not seen the vertex."""
    confidence: Float[Tensor, " vertex"]
    """Probability of the label; 0 where not seen."""
    probabilities: Float[Tensor, "vertex class"]
    """Rows sum to 1, or to 0 where not seen."""
    instances: Int[Tensor, " vertex"]
    """Object that the vertex is part of, from 1 on; 0 is none."""
    classes: tuple[str, ...]
    """The label set."""
    up: Float[Tensor, "3"]
    """Unit vector in world space, known or estimated."""
    observed: UInt8[Tensor, " vertex"] | None = None
    """1 where views saw the surface, 0 where it was inferred; None: all of it was seen, or nothing is said."""
