"""Stage: a mesh's surface as the scan's images show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import track

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import RgbdScan, TexturedMesh, TriangleMesh

SIZES = 512, 8192
"""Texels along a side that are allowed; graphics cards draw no larger texture."""
HIDES = 0.02
"""Metres that something lies in front of a texel that it hides: fused surfaces are that far off."""


@settings
class TextureConfig:
    """How a mesh gets a texture."""

    size: Annotated[int, Field(ge=0)] = 0
    """Texels along a side of the picture, a power of two from 512 to 8192; 0 makes no textured mesh."""
    faces: Annotated[int, Field(ge=1)] = 200_000
    """Triangles that the textured mesh has at most: a picture shows what fewer of them cannot."""
    views: Annotated[int, Field(ge=1)] = 200
    """Images that are looked at, evenly over the scan."""


def texture(mesh: TriangleMesh, scan: RgbdScan, config: TextureConfig) -> TexturedMesh:
    """Paint every triangle's own part of a picture with the images that see it from near and straight ahead.

    Where none does, vertices' colours stay. Raises InputError for a size that is not allowed, and for more triangles
    than such a picture has room for.
    """

    from geo3d.ops.raster import rasterize
    from geo3d.ops.texture import add_view_, finish_texture, pack_triangles, start_texture
    from geo3d.scene.frames import stream_frames
    from geo3d.scene.kinds import TexturedMesh

    check_size(config.size)
    vertices, faces, colours = _thinned(mesh, config.faces)
    try:
        atlas = pack_triangles(vertices, faces, config.size)
    except ValueError as error:
        raise InputError(f"{error}; see texture.size and texture.faces") from error
    painted = start_texture(atlas, faces, colours)
    step = -(-len(scan.colour) // config.views)
    rows = range(0, len(scan.colour), step)
    for frame in track(stream_frames(scan, rows), "texture", total=len(rows), unit="views"):
        camera, size = frame.world_from_camera.double().inverse(), scan.colour_size
        depth, _ = rasterize(vertices, faces, camera, frame.colour_intrinsics, size)
        add_view_(painted, atlas, vertices, faces, camera, frame.colour_intrinsics, frame.colour, depth, HIDES)
    uv = (atlas.corners() / config.size).float()
    return TexturedMesh(vertices, faces, uv, finish_texture(painted).contiguous())


def check_size(size: int) -> None:
    """Raise InputError for a texture that cannot be made."""
    low, high = SIZES
    if not low <= size <= high or size & (size - 1):
        raise InputError(f"texture.size {size} is not allowed; a power of two from {low} to {high} is, or 0 for none")


def _thinned(mesh: TriangleMesh, most: int) -> tuple[Tensor, Tensor, Tensor]:
    """Vertices, faces and colours of at most so many faces, by quadric edge collapse (Garland and Heckbert 1997)."""
    import torch
    from fast_simplification import simplify
    from scipy.spatial import KDTree

    colours = mesh.colours if mesh.colours is not None else torch.full((len(mesh.vertices), 3), 128, dtype=torch.uint8)
    if len(mesh.faces) <= most:
        return mesh.vertices, mesh.faces, colours
    kept, joined = simplify(mesh.vertices.numpy(), mesh.faces.numpy(), target_count=most)[:2]
    nearest = KDTree(mesh.vertices.numpy()).query(kept)[1]
    return torch.from_numpy(kept), torch.from_numpy(joined).int(), colours[torch.from_numpy(nearest)]
