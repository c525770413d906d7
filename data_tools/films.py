"""Films of meshes: MP4 (H.264) through PyAV, GIF through Pillow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.scene.kinds import SemanticMesh, TriangleMesh


def go_round(mesh: TriangleMesh, semantic: SemanticMesh, height: int, elevation: float, count: int) -> Iterator[Tensor]:
    """Images [height, 2 height, 3], uint8, of `count` views around: colours on the left, labels on the right.

    The cameras look down from `elevation` degrees; only the fronts of surfaces are seen, so that walls hide no room.
    """
    import torch

    from geo3d.data_tools.labels import nyu40
    from geo3d.ops.mesh import vertex_normals
    from geo3d.ops.orbit import orbit
    from geo3d.ops.shading import headlight

    plain = torch.full_like(mesh.vertices, 0.75) if mesh.colours is None else mesh.colours.float() / 255
    shades = torch.from_numpy(nyu40.shades(semantic.classes))[semantic.labels.long()].float() / 255
    sides = [
        (m.vertices, m.faces, vertex_normals(m.vertices, m.faces) if m.normals is None else m.normals, colours)
        for m, colours in ((mesh, plain), (semantic, shades))
    ]
    size = (height, height)
    cameras, intrinsics = orbit(semantic.vertices, semantic.up, elevation, size, count)
    for camera_from_world in cameras:
        yield torch.cat([headlight(*side, camera_from_world, intrinsics, size) for side in sides], dim=1)


def write_film(images: Iterable[Tensor], path: Path, form: str, rate: int) -> None:
    """Write uint8 images [height, width, 3] of one size, both even, as ``mp4`` or ``gif`` at `rate` frames a second."""
    {"mp4": _write_mp4, "gif": _write_gif}[form](images, path, rate)


def _write_mp4(images: Iterable[Tensor], path: Path, rate: int) -> None:
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        stream = film.add_stream("libx264", rate=rate, options={"crf": "20"})
        stream.pix_fmt = "yuv420p"  # what browsers play
        for i, image in enumerate(images):
            if i == 0:
                stream.height, stream.width = image.shape[:2]
            film.mux(stream.encode(av.VideoFrame.from_ndarray(image.numpy(), format="rgb24")))
        film.mux(stream.encode())


def _write_gif(images: Iterable[Tensor], path: Path, rate: int) -> None:
    from PIL import Image

    first, *rest = (Image.fromarray(image.numpy()).quantize(256, dither=Image.Dither.NONE) for image in images)
    first.save(path, format="GIF", save_all=True, append_images=rest, duration=round(1000 / rate), loop=0)
