"""The rasteriser: which triangle each pixel of a pinhole camera sees, how far away, and where on it.

Everything else that an image shows is interpolated from that, in torch, so that it can be differentiated.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from geo3d.kernels import raster as kernel
from geo3d.ops.camera import project

NEAR = 0.01
"""Metres; what is nearer to the camera's plane is cut away."""
BANDS = 8
"""Parts of the image that threads fill; more balance better, and each costs a look at every triangle."""
PAIRS = 1 << 24
"""Pixels in boxes around triangles that the reference holds at once."""


def rasterize(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    size: tuple[int, int],
    near: float = NEAR,
    front_only: bool = False,
) -> tuple[Float[Tensor, "height width"], Int[Tensor, "height width"]]:
    """Depth along z of the nearest surface at each pixel's centre (float32, metres, 0 = none), and its triangle (-1).

    Both sides of a triangle are seen, or only its front, which is counter-clockwise. A pixel on an edge belongs to both
    triangles beside it; of equal depths the first one counts. `size` is height and width; vertices must be finite.
    Raises ValueError for faces of no vertices.
    """
    _check(vertices, faces, size, near)
    place = camera_from_world.double(), intrinsics.double()
    if vertices.device.type != "cpu":
        return _rasterize_reference(vertices, faces, *place, size, near, front_only)
    points, pixels = torch.empty(len(vertices), 3).double(), torch.empty(len(vertices), 2).double()
    outside, corners = torch.empty(len(vertices)).byte(), faces.numpy()
    matrices = place[0].numpy(), place[1].numpy()
    in_camera = points.numpy(), pixels.numpy()
    kernel.project(vertices.detach().numpy(), *matrices, near, *size, *in_camera, outside.numpy())
    chosen, rows = torch.empty(len(faces), dtype=torch.int32), torch.empty(len(faces), 2, dtype=torch.int32)
    counts = torch.empty(-(-len(faces) // kernel.CHUNK), dtype=torch.int32)
    seen = chosen.numpy(), rows.numpy(), counts.numpy()
    kernel.find_rows(*in_camera, outside.numpy(), corners, near, matrices[1], *size, *seen)
    depth, triangle = torch.empty(size), torch.empty(size, dtype=torch.int32)
    inverse, images = place[1].inverse().numpy(), (depth.numpy(), triangle.numpy())
    kernel.fill(*in_camera, corners, seen, near, front_only, matrices[1], inverse, BANDS, *images)
    return depth, triangle


def barycentrics(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    triangle: Int[Tensor, "height width"],
) -> Float[Tensor, "height width 3"]:
    """Weights of its triangle's corners at each pixel: perspective-correct, float32, sum 1; 0 where there is none."""
    if vertices.device.type != "cpu":
        return _barycentrics_reference(vertices, faces, camera_from_world, intrinsics, triangle)
    points = _in_camera(vertices, camera_from_world)
    weights = torch.empty(*triangle.shape, 3)
    inverse = intrinsics.double().inverse().numpy()
    kernel.weigh(points.numpy(), faces.numpy(), triangle.numpy(), inverse, weights.numpy())
    return weights


def interpolate(
    values: Float[Tensor, "vertex channel"],
    faces: Int[Tensor, "face 3"],
    triangle: Int[Tensor, "height width"],
    weights: Float[Tensor, "height width 3"],
) -> Float[Tensor, "height width channel"]:
    """What vertices hold, at each pixel; 0 where there is no triangle. Gradients flow to `values`."""
    if values.device.type != "cpu" or values.requires_grad or len(values) == 0:
        return _interpolate_reference(values, faces, triangle, weights)
    image = torch.empty(*triangle.shape, values.shape[1], dtype=values.dtype)
    kernel.blend(values.contiguous().numpy(), faces.numpy(), triangle.numpy(), weights.numpy(), image.numpy())
    return image


def _check(vertices: Tensor, faces: Tensor, size: tuple[int, int], near: float) -> None:
    if min(size) < 1:
        raise ValueError(f"an image of {size[0]} x {size[1]} pixels has none; height and width must be 1 or more")
    if not near > 0:
        raise ValueError(f"near is {near}; the near plane must lie before the camera")
    if len(faces) and (int(faces.min()) < 0 or int(faces.max()) >= len(vertices)):
        raise ValueError(f"faces name vertices from {faces.min()} to {faces.max()}; there are {len(vertices)}")


def _in_camera(vertices: Tensor, camera_from_world: Tensor) -> Tensor:
    transform = camera_from_world.double()
    return vertices.detach().double() @ transform[:3, :3].T + transform[:3, 3]


def _rasterize_reference(
    vertices: Tensor,
    faces: Tensor,
    camera_from_world: Tensor,
    intrinsics: Tensor,
    size: tuple[int, int],
    near: float,
    front_only: bool,
) -> tuple[Tensor, Tensor]:
    """Every pixel in the box around every triangle, by the signs of its weights; on any device."""
    points = _in_camera(vertices, camera_from_world)[faces.long()]  # [face, corner, 3]
    low, across = _boxes(points, intrinsics, size, near)
    counts = across.prod(dim=1)
    inverse, nothing = intrinsics.inverse(), torch.iinfo(torch.int64).max
    packed = torch.full((size[0] * size[1],), nothing, dtype=torch.int64, device=points.device)
    chunks = (counts.cumsum(0) // PAIRS).unique_consecutive(return_counts=True)[1].tolist()
    for chosen in torch.arange(len(faces), device=points.device).split(chunks):
        which = chosen.repeat_interleave(counts[chosen])
        starts = (counts[chosen].cumsum(0) - counts[chosen]).repeat_interleave(counts[chosen])
        place = torch.arange(len(which), device=points.device) - starts
        u, v = low[which, 0] + place % across[which, 0], low[which, 1] + place // across[which, 0]
        rays = torch.stack([u, v, torch.ones_like(u)], dim=1).double() @ inverse.T
        volumes = _volumes(points[which], rays)
        total = volumes.sum(dim=1)  # negative where the front is seen
        weights = volumes / total[:, None]
        depth = (weights * points[which][..., 2]).sum(dim=1)
        seen = (weights >= 0).all(dim=1) & (depth >= near) & ((total < 0) | (not front_only))
        bits = depth[seen].float().view(torch.int32).long()  # positive floats are in the order of their bits
        packed.scatter_reduce_(0, (v * size[1] + u)[seen], bits << 32 | which[seen], "amin")
    hit = packed != nothing
    depth = torch.where(hit, (packed >> 32).int().view(torch.float32), 0)
    return depth.reshape(size), torch.where(hit, packed & 0xFFFFFFFF, -1).int().reshape(size)


def _boxes(points: Tensor, intrinsics: Tensor, size: tuple[int, int], near: float) -> tuple[Tensor, Tensor]:
    """First column and row of each triangle's box, and how many of both; all of the image where the near plane cuts."""
    last = torch.tensor([size[1] - 1, size[0] - 1], device=points.device)
    pixels = project(points, intrinsics)
    low, high = pixels.amin(dim=1).ceil().clamp(min=0), torch.minimum(pixels.amax(dim=1).floor(), last)
    before, cut = (points[..., 2].amax(dim=1) < near)[:, None], (points[..., 2].amin(dim=1) < near)[:, None]
    low, high = torch.where(cut, 0, low), torch.where(before, -1, torch.where(cut, last, high))
    return low.long(), (high - low + 1).clamp(min=0).long()


def _barycentrics_reference(
    vertices: Tensor, faces: Tensor, camera_from_world: Tensor, intrinsics: Tensor, triangle: Tensor
) -> Tensor:
    seen = triangle >= 0
    points = _in_camera(vertices, camera_from_world)[faces[triangle[seen].long()].long()]
    v, u = seen.nonzero(as_tuple=True)
    rays = torch.stack([u, v, torch.ones_like(u)], dim=1).double() @ intrinsics.double().inverse().T
    weights = torch.zeros(*triangle.shape, 3, device=vertices.device)
    volumes = _volumes(points, rays)
    weights[seen] = (volumes / volumes.sum(dim=1, keepdim=True)).float()
    return weights


def _interpolate_reference(values: Tensor, faces: Tensor, triangle: Tensor, weights: Tensor) -> Tensor:
    seen = triangle >= 0
    corners = values[faces[triangle[seen].long()].long()]  # [pixel, 3, channel]
    image = values.new_zeros(*triangle.shape, values.shape[1])
    image[seen] = (corners * weights[seen][..., None].to(values.dtype)).sum(dim=1)
    return image


def _volumes(points: Float[Tensor, "n 3 3"], rays: Float[Tensor, "n 3"]) -> Float[Tensor, "n 3"]:
    """Six times the volume between a ray and the edge opposite to each corner: weights, but for their sum."""
    opposite = torch.linalg.cross(points[:, [1, 2, 0]], points[:, [2, 0, 1]])
    return (opposite * rays[:, None]).sum(dim=2)
