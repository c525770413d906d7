"""What passes between stages: frozen dataclasses of tensors and plain values, no behaviour.

Metres; cameras look along +z with x right and y down; transforms are named by what they map. A field with a default may
be missing in what an earlier version stored.
"""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from jaxtyping import Float, Int, Int16, UInt8
from torch import Tensor


def _as_the_world() -> Tensor:
    return torch.eye(3, dtype=torch.float64)


@dataclass(frozen=True)
class Encoded:
    """An encoded image: a file, or a range of bytes in one."""

    file: str
    """Relative to the scan's ``source``."""
    sha256: str
    """Of the whole file."""
    start: int = 0
    """First byte."""
    length: int | None = None
    """Bytes; None reads to the end."""
    codec: str = "image"
    """How the pixels are written: a name of :data:`geo3d.scene.codecs.CODECS`."""


@dataclass(frozen=True)
class RgbdScan:
    """Colour and depth images with camera transforms; the images stay encoded where they are, and are streamed."""

    source: Path
    """Folder that the images lie in."""
    colour: tuple[Encoded, ...]
    """RGB images, one a frame."""
    depth: tuple[Encoded, ...]
    """Depth images, one a frame: depth along z."""
    world_from_camera: Float[Tensor, "frame 4 4"]
    """Rigid, in metres; colour and depth share one camera centre and orientation. NaN, of all frames: not known."""
    intrinsics: Float[Tensor, "frame 3 3"]
    """Of the depth camera in each frame, in pixels; pixel centres at whole numbers."""
    colour_intrinsics: Float[Tensor, "frame 3 3"]
    """Of the colour camera, in pixels."""
    depth_size: tuple[int, int]
    """Height and width of every depth image, in pixels."""
    colour_size: tuple[int, int]
    """Height and width of every colour image, in pixels."""
    depth_unit: float
    """Metres a count of the depth images; a count that is not above 0, or no number, is no measurement."""
    depth_none: tuple[int, ...]
    """Further counts that mean no measurement."""
    up: Float[Tensor, "3"] | None
    """Unit vector in world space where the format knows it."""
    crop: Float[Tensor, "2 3"] | None
    """Lowest and highest corner of the world box that matters, in metres; None is everything."""
    skipped: tuple[tuple[str, str], ...]
    """Frames left out: colour file and reason."""
    classes: tuple[str, ...] = ()
    """The label set of ``labels`` and ``probabilities``."""
    labels: tuple[Encoded | None, ...] = ()
    """8- or 16-bit images of classes, of the colour or the depth images' size, one a frame or None; empty: no frame."""
    label_ids: tuple[int, ...] = ()
    """The value in ``labels`` of each of the classes, any other is none; empty: their places."""
    probabilities: tuple[Encoded | None, ...] = ()
    """Class probabilities [class, height, width] of such images; a frame that has them needs no ``labels``."""
    confidence: tuple[Encoded, ...] = ()
    """One 8-bit image a frame, of the depth's size, 0 where its depth is no measurement; empty: nothing is said."""
    distortion: Float[Tensor, "frame 8"] | None = None
    """Of the depth camera's lens: k1 k2 p1 p2 k3 k4 k5 k6 of :mod:`geo3d.scene.undistort`; None: a pinhole."""
    colour_distortion: Float[Tensor, "frame 8"] | None = None
    """Of the colour camera's lens."""


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
class CameraPath:
    """Where one pinhole camera stands in each frame."""

    world_from_camera: Float[Tensor, "frame 4 4"]
    """Rigid, in metres."""
    intrinsics: Float[Tensor, "3 3"]
    """In pixels; pixel centres at whole numbers."""
    size: tuple[int, int]
    """Height and width of the images, in pixels."""


@dataclass(frozen=True)
class RenderedFrames:
    """Images of a scene and what is known about each pixel; they stay encoded where they are. Empty: not rendered."""

    source: Path
    """Folder that the images lie in."""
    colour: tuple[Encoded, ...]
    """RGB images, one a frame."""
    depth: tuple[Encoded, ...]
    """16-bit counts of ``depth_unit`` along z; 0 = none."""
    normals: tuple[Encoded, ...]
    """8-bit, world space, towards the camera: 127.5 (n + 1), rounded; black where there is nothing."""
    labels: tuple[Encoded, ...]
    """8-bit places in ``classes``; 255 = none."""
    instances: tuple[Encoded, ...]
    """16-bit object numbers from 1 on; 0 = none."""
    forward_flow: tuple[Encoded, ...]
    """To the next frame, as KITTI has it: three 16-bit channels, 64 u + 2^15, 64 v + 2^15, and 1 where seen there."""
    backward_flow: tuple[Encoded, ...]
    """To the frame before, likewise."""
    world_from_camera: Float[Tensor, "frame 4 4"]
    """Rigid, in metres."""
    intrinsics: Float[Tensor, "3 3"]
    """In pixels; pixel centres at whole numbers."""
    size: tuple[int, int]
    """Height and width of the images, in pixels."""
    depth_unit: float
    """Metres a count."""
    classes: tuple[str, ...]
    """The label set."""
    instance_labels: UInt8[Tensor, " object"]
    """Label of each object, of number 1 on."""
    up: Float[Tensor, "3"]
    """Unit vector in world space."""


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


@dataclass(frozen=True)
class ModelledScene:
    """A scene of which everything is known: made by a program, or a mesh with its materials."""

    vertices: Float[Tensor, "vertex 3"]
    """World positions, in metres."""
    faces: Int[Tensor, "face 3"]
    """Rows of ``vertices``, counter-clockwise seen from free space; of closed solids, which may overlap, where made."""
    uv: Float[Tensor, "face 3 2"]
    """Where in its texture each corner lies; a texture is 1 wide and repeats."""
    face_materials: Int[Tensor, " face"]
    """Rows of ``colours``."""
    face_objects: Int[Tensor, " face"]
    """Rows of ``object_labels``."""
    object_labels: UInt8[Tensor, " object"]
    """Places in ``classes``."""
    object_names: tuple[str, ...]
    """What made each object."""
    classes: tuple[str, ...]
    """The label set."""
    colours: UInt8[Tensor, "material 3"]
    """RGB."""
    seconds: UInt8[Tensor, "material 3"]
    """RGB of a pattern's other colour."""
    patterns: Int[Tensor, " material"]
    """Rows of ``masks``."""
    masks: UInt8[Tensor, "pattern 256 256"]
    """How much of the other colour a pattern shows, from 0 to 255; rows run along v, columns along u."""
    pictures: Int[Tensor, " material"]
    """Rows of ``picture_sizes``: a picture that the material's colour is multiplied with; -1 is none."""
    picture_sizes: Int[Tensor, "picture 2"]
    """Height and width of each picture, in texels."""
    texels: UInt8[Tensor, "texel 3"]
    """RGB of all pictures, one after the other; the rows of one run along v, from v = 0, its columns along u."""
    vertex_colours: UInt8[Tensor, "vertex 3"] | None
    """RGB that the material's colour is multiplied with; None is white."""
    lights: Float[Tensor, "light 3"]
    """World positions of lamps, in metres."""
    light_colours: Float[Tensor, "light 3"]
    """RGB, times strength."""
    ambient: float
    """Light from everywhere, beside that of the lamps; at 1, and without lamps, colours are shown as they are."""
    up: Float[Tensor, "3"]
    """Unit vector in world space."""
