"""Colour of textured triangles under point lights."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.kernels import paint as kernel
from geo3d.ops.camera import transform
from geo3d.ops.raster import barycentrics, rasterize


@dataclass(frozen=True)
class Surfaces:
    """What triangles look like; see :class:`geo3d.scene.kinds.ModelledScene` for each."""

    uv: Float[Tensor, "face 3 2"]
    face_materials: Int[Tensor, " face"]
    colours: UInt8[Tensor, "material 3"]
    seconds: UInt8[Tensor, "material 3"]
    patterns: Int[Tensor, " material"]
    masks: UInt8[Tensor, "pattern 256 256"]
    pictures: Int[Tensor, " material"]
    picture_sizes: Int[Tensor, "picture 2"]
    texels: UInt8[Tensor, "texel 3"]
    vertex_colours: UInt8[Tensor, "vertex 3"] | None


@dataclass(frozen=True)
class Lamps:
    """Points of light, and light from everywhere."""

    positions: Float[Tensor, "light 3"]
    """World, in metres."""
    colours: Float[Tensor, "light 3"]
    """RGB, times strength."""
    ambient: float
    """On every surface, in all three channels."""
    shadows: Float[Tensor, "light 6 side side"] | None = None
    """Depth of what each lamp shines on, as :func:`with_shadows` makes it; None: light goes through all."""


def paint(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    surfaces: Surfaces,
    lamps: Lamps,
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    triangle: Int[Tensor, "height width"],
) -> Float[Tensor, "height width 3"]:
    """Linear RGB of the triangle that each pixel sees; 0 where there is none.

    The material's colour, mixed with that of its pattern, times its picture's (bilinear between the middles of texels),
    times the corners', times the light. A lamp of colour c at distance r gives c cos / (0.6 + 0.25 r^2): it falls off,
    and is no blinding point near by.
    """
    if vertices.device.type != "cpu":
        return _paint_reference(vertices, faces, surfaces, lamps, camera_from_world, intrinsics, triangle)
    image = torch.empty(*triangle.shape, 3)
    kernel.paint(
        triangle.numpy(), *as_arrays(vertices, faces, surfaces, lamps, camera_from_world, intrinsics), image.numpy()
    )
    return image


def as_arrays(
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    surfaces: Surfaces,
    lamps: Lamps,
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
) -> tuple[tuple, tuple, tuple]:
    """What the kernels call geometry, look and lamps."""
    place = camera_from_world.double()
    sizes = surfaces.picture_sizes.long()
    starts = sizes.prod(dim=1).cumsum(0) - sizes.prod(dim=1)
    of_vertices = torch.empty(0, 3).byte() if surfaces.vertex_colours is None else surfaces.vertex_colours
    curve = linear(torch.arange(256).byte()[:, None].expand(-1, 3))[:, 0].contiguous()
    look = (
        *(surfaces.uv, surfaces.face_materials, linear(surfaces.colours), linear(surfaces.seconds)),
        *(surfaces.patterns, surfaces.masks, surfaces.pictures, sizes, starts, surfaces.texels, of_vertices, curve),
    )
    inverse, world_from_camera = intrinsics.double().inverse(), place.inverse()
    positions, shadows = lamps.positions.double(), lamps.shadows
    if shadows is None:
        shadows = torch.empty(0, 6, 2, 2)
    offsets, rays = world_from_camera[:3, 3] - positions, world_from_camera[:3, :3] @ inverse
    lights = transform(positions, place).numpy(), lamps.colours.numpy(), np.float32(lamps.ambient)
    geometry, cast = (vertices, faces, place, inverse), (shadows, offsets, rays)
    return (
        tuple(part.numpy() for part in geometry),
        tuple(part.numpy() for part in look),
        (
            *lights,
            *(part.numpy() for part in cast),
        ),
    )


def with_shadows(
    lamps: Lamps, vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], side: int = 512
) -> Lamps:
    """The same lamps, whose light stops at triangles: maps of `side` x `side` for each side of a cube about each.

    A map's axis is x, y, z, -x, -y or -z; its columns run along the next axis and its rows along the one after.
    Shadows are as sharp as a map's texels are fine, and four of them give the edge of one.
    """
    scale, half = side / 2 - 1, (side - 1) / 2  # a texel more on each side than the cube has
    intrinsics = torch.tensor([[scale, 0, half], [0, scale, half], [0, 0, 1]], dtype=torch.float64)
    shadows = torch.empty(len(lamps.positions), 6, side, side, device=vertices.device)
    for lamp, position in enumerate(lamps.positions.double()):
        for k in range(6):
            axes = torch.eye(3, dtype=torch.float64)[[(k + 1) % 3, (k + 2) % 3, k % 3]]
            camera_from_world = torch.eye(4, dtype=torch.float64)
            camera_from_world[:3, :3] = axes * torch.tensor([[1.0], [1.0], [1 - k // 3 * 2]])
            camera_from_world[:3, 3] = -camera_from_world[:3, :3] @ position.cpu()
            place = camera_from_world.to(vertices.device), intrinsics.to(vertices.device)
            depth, triangle = rasterize(vertices, faces, *place, (side, side))
            shadows[lamp, k] = torch.where(triangle >= 0, depth, torch.inf)
    return replace(lamps, shadows=shadows)


def linear(colours: UInt8[Tensor, "*n 3"]) -> Float[Tensor, "*n 3"]:
    """Light that sRGB bytes stand for, in [0, 1] (IEC 61966-2-1)."""
    values = colours.float() / 255
    return torch.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb(light: Float[Tensor, "*n 3"]) -> UInt8[Tensor, "*n 3"]:
    """The inverse of :func:`linear`; light over 1 is white."""
    most = kernel.LEVELS - 1
    return srgb_table().to(light.device)[(most * light.clamp(0, 1)).round().int()]


@cache
def srgb_table() -> UInt8[Tensor, " level"]:
    """The bytes of evenly spaced levels of light: a power for each pixel would take as long as all the rest."""
    levels = torch.arange(kernel.LEVELS, dtype=torch.float32) / (kernel.LEVELS - 1)
    curve = torch.where(levels <= 0.0031308, 12.92 * levels, 1.055 * levels ** (1 / 2.4) - 0.055)
    return (255 * curve).round().to(torch.uint8)


def _paint_reference(
    vertices: Tensor,
    faces: Tensor,
    surfaces: Surfaces,
    lamps: Lamps,
    camera_from_world: Tensor,
    intrinsics: Tensor,
    triangle: Tensor,
) -> Tensor:
    seen = triangle >= 0
    rows = triangle[seen].long()
    weights = barycentrics(vertices, faces, camera_from_world, intrinsics, triangle)[seen].double()
    corners = vertices.double()[faces[rows].long()]
    points = (weights[..., None] * corners).sum(dim=1)
    across = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = torch.nn.functional.normalize(across, dim=1)
    away = points - camera_from_world.double().inverse()[:3, 3]
    normals = torch.where((normals * away).sum(dim=1, keepdim=True) > 0, -normals, normals)
    uv = (weights[..., None] * surfaces.uv[rows].double()).sum(dim=1) % 1
    s, t = (uv * kernel.SIDE).long().unbind(dim=1)
    material = surfaces.face_materials[rows].long()
    mix = surfaces.masks[surfaces.patterns[material].long(), t % kernel.SIDE, s % kernel.SIDE].float()[:, None] / 255
    colours, seconds = linear(surfaces.colours)[material], linear(surfaces.seconds)[material]
    colours = (colours + mix * (seconds - colours)) * _of_pictures(surfaces, material, uv)
    if surfaces.vertex_colours is not None:
        colours = colours * (weights[..., None] * linear(surfaces.vertex_colours)[faces[rows].long()]).sum(dim=1)
    towards = lamps.positions.double() - points[:, None]  # [pixel, light, 3]
    square = towards.square().sum(dim=2)
    falling = (towards * normals[:, None]).sum(dim=2) / (square + 1e-6).sqrt()
    if lamps.shadows is not None:
        above = (towards * normals[:, None]).sum(dim=2)
        for k, shadow in enumerate(lamps.shadows):
            falling[:, k] *= _reaching(shadow, -towards[:, k], normals, above[:, k])
    light = lamps.ambient + (falling.clamp(min=0) / (0.6 + 0.25 * square)) @ lamps.colours.double()
    image = torch.zeros(*triangle.shape, 3, device=vertices.device)
    image[seen] = (light * colours).float()
    return image


def _of_pictures(surfaces: Surfaces, material: Tensor, uv: Tensor) -> Tensor:
    """Linear colour of each point's picture, [point, 3]; 1 where the material has none."""
    picture, sizes = surfaces.pictures[material].long(), surfaces.picture_sizes.long()
    starts = sizes.prod(dim=1).cumsum(0) - sizes.prod(dim=1)
    tint = torch.ones(len(material), 3, dtype=torch.float64, device=uv.device)
    has = picture >= 0
    size, start = sizes[picture[has]], starts[picture[has]]
    texel = uv[has].flip(1) * size - 0.5  # row, column
    first = texel.floor()
    total = torch.zeros_like(tint[has])
    for step in torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], device=uv.device):
        place = (first.long() + step) % size
        share = (1 - (texel - first - step).abs()).prod(dim=1)
        total += share[:, None] * linear(surfaces.texels[start + place[:, 0] * size[:, 1] + place[:, 1]])
    tint[has] = total
    return tint


def _reaching(shadow: Tensor, points: Tensor, normals: Tensor, above: Tensor) -> Tensor:
    """The share of a lamp that reaches `points` about it, which it stands `above` the planes of; see the kernel."""
    axis = points.abs().max(dim=1).indices
    order = (axis[:, None] + torch.arange(1, 4, device=points.device)) % 3  # columns, rows, depth
    points, normals = points.gather(1, order), normals.gather(1, order)
    ahead, scale, half = points[:, 2].sign(), shadow.shape[1] / 2 - 1, (shadow.shape[1] - 1) / 2
    place = points[:, :2] / points[:, 2:].abs() * scale + half  # column, row
    first, share = place.floor(), torch.zeros_like(above)
    for step in torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], device=points.device):
        texel = first + step
        depth = shadow[axis + 3 * (ahead < 0), texel[:, 1].long(), texel[:, 0].long()]
        away = normals[:, 2] * ahead + (normals[:, :2] * (texel - half) / scale).sum(dim=1)
        share += (1 - (place - texel).abs()).prod(dim=1) * (above <= -away * (depth + kernel.BIAS))
    return share
