"""Views of textured, labelled triangles: what a perfect camera sees, and what is there."""

from dataclasses import dataclass, fields

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.kernels import paint as kernel
from geo3d.ops.mesh import face_normals
from geo3d.ops.painting import Lamps, Surfaces, _paint_reference, as_arrays, srgb, srgb_table
from geo3d.ops.raster import rasterize

NONE = 255
"""Label of a pixel that shows nothing."""


@dataclass(frozen=True)
class View:
    """One frame."""

    colour: UInt8[Tensor, "height width 3"]
    """sRGB."""
    depth: Float[Tensor, "height width"]
    """Metres along z; 0 = none."""
    normals: Float[Tensor, "height width 3"]
    """World space, towards the camera; 0 where there is nothing."""
    labels: UInt8[Tensor, "height width"]
    """Of the object that is seen; 255 where there is nothing."""
    objects: Int[Tensor, "height width"]
    """From 1 on: the object's row plus 1; 0 where there is nothing."""


def render_view(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    surfaces: Surfaces,
    lamps: Lamps,
    face_objects: Int[Tensor, " face"],
    object_labels: UInt8[Tensor, " object"],
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    size: tuple[int, int],
    samples: int = 2,
) -> View:
    """One frame of `size` (height, width): colour with `samples`^2 samples a pixel, all else at pixel centres.

    The samples lie on a grid that holds the centres, and colour is their mean by a tent that ends at the pixels beside:
    one image of triangles serves all channels.
    """
    around = samples - 1
    finer = torch.tensor([[samples, 0, around], [0, samples, around], [0, 0, 1]]).to(intrinsics) @ intrinsics
    large = (size[0] * samples + around, size[1] * samples + around)
    images = rasterize(vertices, faces, camera_from_world, finer, large)
    view = _view_by_kernel if vertices.device.type == "cpu" else _view_reference
    seen = vertices, faces, surfaces, lamps, camera_from_world, finer
    return view(*images, samples, seen, face_objects, object_labels)


def _view_by_kernel(
    fine_depth: Tensor, fine: Tensor, samples: int, seen: tuple, face_objects: Tensor, object_labels: Tensor
) -> View:
    size = tuple((length - samples + 1) // samples for length in fine.shape)
    view = View(
        colour=torch.empty(*size, 3, dtype=torch.uint8),
        depth=torch.empty(size),
        normals=torch.empty(*size, 3),
        labels=torch.empty(size, dtype=torch.uint8),
        objects=torch.empty(size, dtype=torch.int32),
    )
    channels = tuple(getattr(view, field.name).numpy() for field in fields(View))
    arrays = fine.numpy(), fine_depth.numpy(), samples, *as_arrays(*seen), face_objects.numpy(), object_labels.numpy()
    kernel.view(*arrays, srgb_table().numpy(), NONE, channels)
    return view


def _view_reference(
    fine_depth: Tensor, fine: Tensor, samples: int, seen: tuple, face_objects: Tensor, object_labels: Tensor
) -> View:
    vertices, faces, _, _, camera_from_world, _ = seen
    middles = slice(samples - 1, None, samples)
    triangle = fine[middles, middles]
    there, rows = triangle >= 0, triangle.clamp(min=0).long()
    objects = face_objects[rows]
    normals = _towards(camera_from_world.inverse()[:3, 3], vertices, faces)
    return View(
        colour=srgb(_averaged(_paint_reference(*seen, triangle=fine), samples)),
        depth=fine_depth[middles, middles].contiguous(),
        normals=torch.where(there[..., None], normals[rows], 0),
        labels=torch.where(there, object_labels[objects.long()], NONE).to(torch.uint8),
        objects=torch.where(there, objects + 1, 0).int(),
    )


def _averaged(image: Tensor, samples: int) -> Tensor:
    """The mean of the samples nearer to a pixel's middle than the next pixel's, in the shape of a tent."""
    side = samples - (torch.arange(2 * samples - 1, device=image.device) - samples + 1).abs()
    tent = (side[:, None] * side).to(image) / samples**4
    channels = image.permute(2, 0, 1)[:, None]
    return torch.nn.functional.conv2d(channels, tent[None, None], stride=samples)[:, 0].permute(1, 2, 0)


def _towards(eye: Tensor, vertices: Tensor, faces: Tensor) -> Tensor:
    """Each face's unit normal on the side that `eye` sees."""
    across = face_normals(vertices, faces)
    away = vertices[faces[:, 0].long()] - eye.to(vertices)
    behind = (across * away).sum(dim=1, keepdim=True) > 0
    return torch.nn.functional.normalize(torch.where(behind, -across, across), dim=1)
